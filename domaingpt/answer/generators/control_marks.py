"""Text for a server's chat template → the same text without what a tokenizer would take for a control token.

In this process, text from outside is tokenized with special tokens switched off. Behind an endpoint nobody can
ask for that: llama-server, vLLM and Ollama render messages through a template and tokenize the whole with special
tokens switched on. So their marks are broken here by a space, which no control token holds:

    <|im_start|>  →  < |im_start| >        </s>  →  < /s>        [INST]  →  [ INST]

That covers the families known here and all others whose tokens stand between angle brackets, or are capitals
between square ones. What is broken stays readable, and broken text holds no mark: inserting a space makes none.
Families whose turns are plain words ("USER:", "### Instruction:") cannot be told from text, and are not covered.
"""

from __future__ import annotations

import re

# Full-width forms, too: DeepSeek's marks hold them, and some tokenizers normalise them to the plain ones.
OPENING = re.compile(r"(?<=[<＜])(?=[^\s<＜=])")
CLOSING = re.compile(r"(?<=[|｜])(?=[>＞])")
BRACKETS = re.compile(r"(?<=\[)(?=/?[A-Z][A-Z_]+\])")  # Mistral's [INST], [/INST], [TOOL_CALLS]


def without_control_marks(text: str) -> str:
    """Return a text in which no control token of a chat template stands any more."""
    return BRACKETS.sub(" ", CLOSING.sub(" ", OPENING.sub(" ", text)))
