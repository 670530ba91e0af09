"""One llama.cpp context: greedy decoding that can be stopped inside a prompt, and that keeps the system turn.

Of the key-value cache only the *head* of a prompt, our own system turn, is kept from one prompt to the next,
and only if it is the same to the last token. So no document and no question leaves a trace that the time to
the next answer could tell [1]. Head and rest are decoded in batches of their own whether the head was kept or
not: floating-point sums depend on how a prompt is cut into batches, and the same prompt shall give the same text.

[1] Wu et al., "I Know What You Asked: Prompt Leakage via KV-Cache Sharing in Multi-Tenant LLM Serving",
    NDSS 2025.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any


class Aborted(Exception):  # named for what happened; never leaves the answer stage
    """The decoding was stopped through its flag."""


class AbortFlag:
    """Tells llama.cpp to stop what it computes; may be raised from any thread, at any time.

    llama.cpp asks its abort callback after every node of the compute graph, thousands of times a second. A
    callback in Python would wait for the interpreter's lock each time, which a busy thread can hold for
    milliseconds. So the callback is the C library's `strlen` and its argument this buffer: 0 for an empty
    string, go on; 1 for a string of one byte, stop.
    """

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(2)

    def set(self) -> None:
        """Stop whatever watches this flag."""
        self._buffer[0] = b"\x01"

    def is_set(self) -> bool:
        """Return whether `set` was called."""
        return self._buffer[0] != b"\x00"

    @property
    def address(self) -> int:
        """Where the string lies; valid while the flag lives."""
        return ctypes.addressof(self._buffer)


class LlamaContext:
    """Decodes prompts one at a time. Not thread-safe; only an `AbortFlag` may be touched from elsewhere.

    Args:
        llama: A `llama_cpp.Llama`.

    Attributes:
        n_reused: Tokens of the last prompt that did not have to be computed again.
    """

    def __init__(self, llama: Any) -> None:
        self._llama = llama
        self._head: tuple[int, ...] = ()  # what the cache holds from position 0, computed as one batch
        self.n_reused = 0

    def greedy(self, head: Sequence[int], rest: Sequence[int], flag: AbortFlag) -> Iterator[int]:
        """Yield the likeliest next token, for ever.

        Args:
            head: The start of the prompt that later prompts may share; may be empty.
            rest: What follows it; not empty.
            flag: Stops the decoding.

        Raises:
            Aborted: If the flag is set; the context is ready for the next prompt.
        """
        watch(self._llama, flag)
        try:
            self._decode_head(tuple(head), flag)
            tokens = list(rest)
            while True:
                self._decode(tokens, flag)
                token = int(self._llama.sample(temp=0.0, repeat_penalty=1.0))
                yield token
                tokens = [token]
        finally:
            watch(self._llama, None)

    def forget(self) -> None:
        """Empty the cache."""
        self._head = ()
        self._llama.reset()
        self._llama._ctx.kv_cache_clear()  # noqa: SLF001  # `reset` alone leaves attention caches as they are

    def _decode_head(self, head: tuple[int, ...], flag: AbortFlag) -> None:
        """Bring the cache to hold exactly the head."""
        # Recurrent models cannot go back to a position; for them the whole prompt is computed again.
        if head and head == self._head and self._llama._ctx.kv_cache_seq_rm(-1, len(head), -1):  # noqa: SLF001
            self._llama.n_tokens = len(head)
            self.n_reused = len(head)
            return
        self.n_reused = 0
        self.forget()
        if head:
            self._decode(head, flag)
        self._head = head

    def _decode(self, tokens: Sequence[int], flag: AbortFlag) -> None:
        if flag.is_set():
            raise Aborted
        try:
            self._llama.eval(tokens)
        except RuntimeError as exc:
            if flag.is_set():
                raise Aborted from exc
            self._head = ()  # who knows what the cache holds now
            raise


def watch(llama: Any, flag: AbortFlag | None) -> None:
    """Make a context stop when the flag is set; None for no flag. Works on the CPU only, as llama.cpp says."""
    import llama_cpp

    callback = ctypes.cast(_strlen(), llama_cpp.ggml_abort_callback) if flag else llama_cpp.ggml_abort_callback()
    llama_cpp.llama_set_abort_callback(llama.ctx, callback, ctypes.c_void_p(flag.address if flag else None))


def _strlen() -> Any:
    import sys

    return (ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)).strlen
