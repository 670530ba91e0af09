"""The prompt formats of chat model families, written by us: no template from a model file is run.

A prompt is a list of segments. Only control segments may turn into special tokens; text from users and
documents is tokenized with that switched off, so no document can open a turn of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from domaingpt.errors import ModelLoadFailed


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a prompt; `is_control` marks our own markup."""

    text: str
    is_control: bool = False


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """How one family marks turns.

    Attributes:
        begin: Before everything.
        system: Before and after the system text; empty where the family has no system turn.
        user: Before and after the user's text.
        assistant: Before the model's text.
        stop: Strings that end the model's turn.
    """

    begin: str
    system: tuple[str, str]
    user: tuple[str, str]
    assistant: str
    stop: tuple[str, ...]

    def prompt(self, system: str, user: str) -> list[Segment]:
        """Return the prompt of one exchange, up to where the model speaks."""
        head, rest = self.parts(system, user)
        return head + rest

    def parts(self, system: str, user: str) -> tuple[list[Segment], list[Segment]]:
        """Return the prompt in two: what other questions to a domain share, and the rest."""
        if not any(self.system):
            system, user = "", f"{system}\n\n{user}"
        head = [Segment(self.begin, is_control=True)]
        if system:
            head += [
                Segment(self.system[0], is_control=True),
                Segment(system),
                Segment(self.system[1], is_control=True),
            ]
        head.append(Segment(self.user[0], is_control=True))
        rest = [
            Segment(user),
            Segment(self.user[1], is_control=True),
            Segment(self.assistant, is_control=True),
        ]
        return [turn for turn in head if turn.text], [turn for turn in rest if turn.text]


CHATML = ChatFormat(
    begin="",
    system=("<|im_start|>system\n", "<|im_end|>\n"),
    user=("<|im_start|>user\n", "<|im_end|>\n"),
    assistant="<|im_start|>assistant\n",
    stop=("<|im_end|>", "<|endoftext|>"),
)
LLAMA3 = ChatFormat(
    begin="<|begin_of_text|>",
    system=("<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"),
    user=("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"),
    assistant="<|start_header_id|>assistant<|end_header_id|>\n\n",
    stop=("<|eot_id|>", "<|end_of_text|>"),
)
GEMMA = ChatFormat(
    begin="<bos>",
    system=("", ""),
    user=("<start_of_turn>user\n", "<end_of_turn>\n"),
    assistant="<start_of_turn>model\n",
    stop=("<end_of_turn>",),
)
MISTRAL = ChatFormat(begin="<s>", system=("", ""), user=("[INST] ", " [/INST]"), assistant="", stop=("</s>",))
PHI3 = ChatFormat(
    begin="",
    system=("<|system|>\n", "<|end|>\n"),
    user=("<|user|>\n", "<|end|>\n"),
    assistant="<|assistant|>\n",
    stop=("<|end|>", "<|endoftext|>"),
)
# Qwen 3's own switch "enable_thinking=False" writes this: a thought that is closed and empty. Without it the
# model spends its tokens on thinking aloud.
QWEN3 = replace(CHATML, assistant="<|im_start|>assistant\n<think>\n\n</think>\n\n")
ZEPHYR = ChatFormat(
    begin="",
    system=("<|system|>\n", "</s>\n"),
    user=("<|user|>\n", "</s>\n"),
    assistant="<|assistant|>\n",
    stop=("</s>",),
)
PHI4 = ChatFormat(
    begin="",
    system=("<|im_start|>system<|im_sep|>", "<|im_end|>"),
    user=("<|im_start|>user<|im_sep|>", "<|im_end|>"),
    assistant="<|im_start|>assistant<|im_sep|>",
    stop=("<|im_end|>", "<|endoftext|>"),
)
GRANITE = ChatFormat(
    begin="",
    system=("<|start_of_role|>system<|end_of_role|>", "<|end_of_text|>\n"),
    user=("<|start_of_role|>user<|end_of_role|>", "<|end_of_text|>\n"),
    assistant="<|start_of_role|>assistant<|end_of_role|>",
    stop=("<|end_of_text|>",),
)
CHAT_FORMATS = {
    "smollm2": CHATML,
    "qwen2.5": CHATML,
    "qwen3": QWEN3,
    "chatml": CHATML,
    "llama2": MISTRAL,  # without "<<SYS>>", which only stands inside the user's turn: as plain text to the model
    "llama3": LLAMA3,
    "gemma": GEMMA,
    "mistral": MISTRAL,
    "phi3": PHI3,
    "phi4": PHI4,
    "zephyr": ZEPHYR,
    "granite": GRANITE,
}


def chat_format(family: str) -> ChatFormat:
    """Return the format of a family.

    Raises:
        ModelLoadFailed: If we have none of that name.
    """
    try:
        return CHAT_FORMATS[family]
    except KeyError:
        raise ModelLoadFailed(
            f"The chat format '{family}' is not known.",
            f"Name one after the path, as in PATH#chatml: {', '.join(CHAT_FORMATS)}.",
        ) from None
