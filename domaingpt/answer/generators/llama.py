"""A GGUF model through llama.cpp, in this process: one context, one lock, one thread a draft.

The thread that decodes is not the one that reads the draft, so that Ctrl-C, the time limit and a close from
any thread are heard while llama.cpp computes, and stop it within one node of its graph.
"""

from __future__ import annotations

import codecs
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from domaingpt.answer.abstention.deciding import JUDGE_BYTES
from domaingpt.answer.generators.chat_formats import ChatFormat, Segment, chat_format
from domaingpt.answer.generators.llama_context import Aborted, AbortFlag, LlamaContext
from domaingpt.answer.generators.repetition import SaidTwice, repeats
from domaingpt.embeddings import n_cores
from domaingpt.errors import MissingExtra, ModelLoadFailed, PromptTooLong
from domaingpt.models import GeneratorSpec
from domaingpt.models.verified import check_sha256_once

# Tokens of one prefill step. llama.cpp's default of 512 holds a whole prompt of evidence sentences.
N_BATCH = 512
# A draft is cut off here, and what of it has passed verification, or the quotes, are the answer. On an
# idle machine a draft takes under a second; llama.cpp's threads wait for each other, so that on a busy
# one it can take minutes. Guess at what a person waits for.
TIME_LIMIT_S = 30
MAX_N_CTX = 4096  # evidence, not chunks, goes to the model: more context would only cost memory
LOCK_POLL_S = 0.05  # how often one who waits for the model looks whether he was called off

Item = str | Exception | None  # a piece of the draft; what went wrong; its end


class LlamaGenerator:
    """Writes text with a local model; see the `Generator` protocol for the contract.

    Raises:
        MissingExtra: If llama-cpp-python is not installed.
        ModelLoadFailed: If the file is not the expected one or does not load.
    """

    def __init__(self, spec: GeneratorSpec) -> None:
        self.name = spec.name
        self.n_ctx = min(spec.n_ctx, MAX_N_CTX)
        self.judges = spec.size_bytes >= JUDGE_BYTES  # heard where evidence may hold no answer
        self._format: ChatFormat = chat_format(spec.chat_family)
        self._lock = threading.Lock()
        if spec.sha256:
            check_sha256_once(spec.path, spec.sha256)
        self._llama = _load(spec, self.n_ctx)
        self._context = LlamaContext(self._llama)
        self._stop_tokens = self._special_tokens(self._format.stop)

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of a text by the model's own tokenizer."""
        return len(self._llama.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=False))

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        """Return the pieces of the model's text as they are made; greedy, so the same prompt gives the same text."""
        head, rest = self._format.parts(system, user)
        head_tokens, rest_tokens = self._tokens(head), self._tokens(rest)
        n_tokens = len(head_tokens) + len(rest_tokens)
        if n_tokens + max_tokens > self.n_ctx:
            raise PromptTooLong(
                f"The prompt has {n_tokens} tokens and the answer may have {max_tokens},"
                f" but {self.name} takes {self.n_ctx} in all."
            )
        flag = AbortFlag()
        return _Pieces(self._pieces(head_tokens, rest_tokens, max_tokens, flag), flag)

    def close(self) -> None:
        """Give the model's memory back, once the draft under way is finished or closed."""
        with self._lock:
            self._llama.close()

    def _pieces(self, head: list[int], rest: list[int], max_tokens: int, flag: AbortFlag) -> Generator[str]:
        """Yield what a thread of its own decodes, until its end, the time limit, or the flag."""
        if not self._get_lock(flag):
            return
        made: SimpleQueue[Item] = SimpleQueue()
        thread = threading.Thread(
            target=self._decode, args=(head, rest, max_tokens, flag, made.put), name="llama.cpp", daemon=True
        )
        deadline = time.monotonic() + TIME_LIMIT_S
        try:
            thread.start()
            while True:
                try:
                    item = made.get(timeout=max(0.0, deadline - time.monotonic()))
                except Empty:
                    return
                if isinstance(item, Exception):
                    raise item
                if item is None:
                    return
                yield item
        finally:
            flag.set()
            if thread.ident is not None:
                thread.join()
            self._lock.release()

    def _get_lock(self, flag: AbortFlag) -> bool:
        while not self._lock.acquire(timeout=LOCK_POLL_S):
            if flag.is_set():
                return False
        return True

    def _decode(
        self, head: list[int], rest: list[int], max_tokens: int, flag: AbortFlag, put: Callable[[Item], None]
    ) -> None:
        """Hand on the pieces of the draft as they are made, then None, or what went wrong."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may span two tokens
        made: list[int] = []
        said = SaidTwice()
        try:
            for token in self._context.greedy(head, rest, flag):
                if token in self._stop_tokens:
                    break
                made.append(token)
                piece = decoder.decode(self._llama.detokenize([token]))
                if piece:
                    put(piece)
                if len(made) >= max_tokens or repeats(made) or said.hear(piece):
                    break
        except Aborted:
            pass
        except Exception as exc:  # noqa: BLE001  # raised where the draft is read
            put(exc)
        put(None)

    def _tokens(self, segments: Sequence[Segment]) -> list[int]:
        return [
            token
            for segment in segments
            for token in self._llama.tokenize(
                segment.text.encode("utf-8", "replace"), add_bos=False, special=segment.is_control
            )
        ]

    def _special_tokens(self, names: Sequence[str]) -> set[int]:
        """Return the tokens that end a turn: the model's own end, and the format's if they are one token."""
        ends = {self._llama.token_eos()}
        for name in names:
            tokens = self._llama.tokenize(name.encode(), add_bos=False, special=True)
            if len(tokens) == 1:
                ends.add(tokens[0])
        return ends


def _load(spec: GeneratorSpec, n_ctx: int) -> Any:
    try:
        with _quiet_stderr():
            from llama_cpp import Llama
    except ImportError as exc:
        raise MissingExtra("Answers written by a language model", "llm") from exc
    try:
        with _quiet_stderr():
            llama = Llama(
                str(spec.path), n_ctx=n_ctx, n_batch=N_BATCH, n_threads=n_cores(), n_threads_batch=n_cores(),
                flash_attn=True, verbose=False, seed=0,
            )  # fmt: skip
    except (ValueError, OSError, RuntimeError) as exc:
        raise ModelLoadFailed(f"{spec.path} does not load: {exc}") from exc
    # A draft that is stopped is no error, but llama.cpp says so; what is one arrives as an exception.
    logging.getLogger("llama-cpp-python").setLevel(logging.CRITICAL + 1)
    return llama


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send the C library's messages away while it loads; errors still arrive as exceptions."""
    saved = os.dup(2)
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


class _Pieces(Iterator[str]):
    """A draft being read. `close` may be called from any thread, also while another waits for the next piece."""

    def __init__(self, pieces: Generator[str], flag: AbortFlag) -> None:
        self._pieces = pieces
        self._flag = flag
        self._inside = threading.RLock()  # a Python generator must not be closed while another thread runs it

    def __next__(self) -> str:
        with self._inside:
            return next(self._pieces)

    def close(self) -> None:
        """Stop the model and return when it is free; a thread that waits for a piece finds that there are no more."""
        self._flag.set()
        with self._inside:
            self._pieces.close()
