"""A language model behind an OpenAI-compatible server: llama-server, llama-cpp-python, vLLM, Ollama.

Its server renders the chat template, so our own formats are not used; what could be a control token in the texts is
broken before it is sent (`domaingpt.answer.generators.control_marks`).
"""

from __future__ import annotations

import contextlib
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from domaingpt.answer.generators.control_marks import without_control_marks
from domaingpt.answer.generators.endpoint_http import ANSWER_S, EndpointConnection, message_of
from domaingpt.answer.generators.repetition import repeats
from domaingpt.errors import EndpointBroken, EndpointDenied, EndpointError, ModelError, ModelNotFound, PromptTooLong
from domaingpt.models.endpoints import EndpointSpec

# What llama-cpp-python's server opens unless told otherwise; llama-server and Ollama open more. Ollama cuts a
# prompt that is longer without a word, so a server that does not say is taken to have the smallest of them.
UNSAID_N_CTX = 2048
TURN_TOKENS = 64  # what a template puts around two turns; the longest known, Llama 3's, has 30
PROBE = "The boiler dates from 2009."
KEPT_COUNTS = 256  # texts whose tokens are remembered: a prompt is counted several times while evidence is fitted


class EndpointGenerator:
    """Writes text through a server; see the `Generator` protocol for the contract.

    Args:
        spec: Where it is. That text may go there is for the caller to have checked.
        timeout_s: For a whole answer.

    Attributes:
        counts_exactly: Whether the server counts tokens; else `count_tokens` is an upper bound.
        judges: What it says of missing answers is heard: who runs a server runs a model large enough. A guess.

    Raises:
        EndpointError: If the server cannot be reached, or wants another key.
        ModelNotFound: If it has no model of the name, or several and none was named.
    """

    judges = True

    def __init__(self, spec: EndpointSpec, *, timeout_s: float = ANSWER_S) -> None:
        self._spec = spec
        self._connection = EndpointConnection(spec, timeout_s=timeout_s)
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._merges_system = False
        self.model, entry = self._served()
        self.name = f"{self.model} at {spec.url}"
        self._route = next((route for route in self._routes() if self._count_by(route, PROBE)), None)
        self.counts_exactly = self._route is not None
        self.n_ctx = self._context(entry)

    def __repr__(self) -> str:
        return f"EndpointGenerator({self._spec.url!r}, model={self.model!r})"

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens, never too few: the server's own count, else one for each byte in UTF-8.

        No token of the usual vocabularies, which fall back to bytes, stands for less than a byte. Where a
        tokenizer normalises first (NFKC), the longer of both forms counts; one more is for a leading space.
        """
        plain = without_control_marks(text)
        if not plain:
            return 0
        if plain in self._counts:
            self._counts.move_to_end(plain)
            return self._counts[plain]
        count = self._count_by(self._route, plain) if self._route else 0
        self._counts[plain] = count or _most_tokens(plain)
        if len(self._counts) > KEPT_COUNTS:
            self._counts.popitem(last=False)
        return self._counts[plain]

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        """Yield pieces of the model's text as they arrive; greedy, and stopped when it repeats itself.

        Closing the iterator closes the connection.

        Raises:
            PromptTooLong: If the texts, the template's marks and `max_tokens` exceed `n_ctx`.
            EndpointError: If the server refuses, or its answer is cut off.
        """
        n_prompt = self.count_tokens(system) + self.count_tokens(user) + TURN_TOKENS
        if n_prompt + max_tokens > self.n_ctx:
            counted = "has" if self.counts_exactly else "may have"
            raise PromptTooLong(
                f"The prompt {counted} {n_prompt} tokens and the answer may have {max_tokens},"
                f" but {self.name} takes {self.n_ctx} in all."
            )
        with self._lock:
            made: list[int] = []  # a piece is a token, or a little more: told apart by their hashes
            with contextlib.closing(self._pieces(system, user, max_tokens)) as pieces:
                for piece in pieces:
                    yield piece
                    made.append(hash(piece))
                    if len(made) >= max_tokens or repeats(made):
                        return

    def cancel(self) -> None:
        """Stop what is being written, from any thread: the connection closes, and the iterator ends."""
        self._connection.cancel()

    def close(self) -> None:
        """Give the connection's memory back."""
        self._connection.close()

    def _pieces(self, system: str, user: str, max_tokens: int) -> Any:
        """Yield the texts of a streamed completion; a server whose template has no system turn gets one turn."""
        try:
            yield from self._streamed(self._messages(system, user), max_tokens)
        except EndpointBroken as exc:
            if self._merges_system or "system" not in exc.message.lower() or "status" not in exc.message:
                raise
            self._merges_system = True
            yield from self._streamed(self._messages(system, user), max_tokens)

    def _messages(self, system: str, user: str) -> list[dict[str, str]]:
        system, user = without_control_marks(system), without_control_marks(user)
        if self._merges_system or not system:
            return [{"role": "user", "content": f"{system}\n\n{user}".strip()}]
        return [{"role": "system", "content": system}, {"role": "user", "content": user}]

    def _streamed(self, messages: list[dict[str, str]], max_tokens: int) -> Iterator[str]:
        body = {
            "model": self.model, "messages": messages, "max_tokens": max_tokens,
            "temperature": 0, "seed": 0, "stream": True,
        }  # fmt: skip
        with contextlib.closing(self._events(body, max_tokens)) as events:
            for event in events:
                text, is_end = self._read(event)
                if text:
                    yield text
                if is_end:
                    return

    def _events(self, body: dict[str, Any], max_tokens: int) -> Any:
        return self._connection.events(f"{self._spec.url}/chat/completions", body, max_tokens)

    def _read(self, event: Any) -> tuple[str, bool]:
        """Return an event's text, and whether it is the last one."""
        if isinstance(event, dict) and event.get("error"):
            raise EndpointBroken(f"{self._spec.url} gave up: {message_of(event)[:200]}.")
        choices = event.get("choices") if isinstance(event, dict) else None
        if not isinstance(choices, list):
            raise EndpointBroken(f"{self._spec.url} streams something that is no chat completion.")
        if not choices:  # figures of usage
            return "", False
        choice = choices[0] if isinstance(choices[0], dict) else {}
        delta = choice.get("delta")
        text = delta.get("content") if isinstance(delta, dict) else None
        return text if isinstance(text, str) else "", bool(choice.get("finish_reason"))

    def _served(self) -> tuple[str, dict[str, Any]]:
        """Return the model to ask for, and what the server says of it."""
        try:
            listed = self._connection.json(f"{self._spec.url}/models")
        except ModelNotFound:  # it lists none
            listed = {}
        entries = listed.get("data") if isinstance(listed, dict) else None
        models = {
            entry["id"]: entry
            for entry in (entries if isinstance(entries, list) else [])
            if isinstance(entry, dict) and isinstance(entry.get("id"), str)
        }
        wanted = self._spec.model
        if wanted and (wanted in models or not models):
            return wanted, models.get(wanted, {})
        if not wanted and len(models) == 1:
            return next(iter(models.items()))
        names = ", ".join(sorted(models)[:10]) or "none"
        what = f"no model {wanted!r}" if wanted else f"{len(models)} models, and none is named"
        raise ModelNotFound(f"{self._spec.url} has {what}. It has: {names}.", f"Write {self._spec.url}#MODEL.")

    def _routes(self) -> tuple[tuple[str, str], ...]:
        """Return the routes that may count tokens, with the key that the text stands under."""
        root = self._spec.url.removesuffix("/v1")
        return (
            (f"{root}/extras/tokenize/count", "input"),  # llama-cpp-python
            (f"{root}/tokenize", "content"),  # llama-server
            (f"{root}/tokenize", "prompt"),  # vLLM
        )

    def _count_by(self, route: tuple[str, str], text: str) -> int:
        """Return the count of a route; 0 if it gives none that can be true."""
        url, key = route
        try:
            said = self._connection.json(url, {"model": self.model, key: text})
        except EndpointDenied:
            raise
        except ModelError:
            return 0
        tokens = said.get("tokens") if isinstance(said, dict) else None
        count = said.get("count", len(tokens) if isinstance(tokens, list) else 0) if isinstance(said, dict) else 0
        return count if _is_count(count) else 0

    def _context(self, entry: dict[str, Any]) -> int:
        """Return the smaller of what the server says and what the user says; see UNSAID_N_CTX for neither."""
        meta = entry.get("meta")
        said = [entry.get("max_model_len"), meta.get("n_ctx") if isinstance(meta, dict) else None, self._slot_context()]
        return min((n for n in (*said, self._spec.n_ctx) if _is_count(n)), default=UNSAID_N_CTX)

    def _slot_context(self) -> Any:
        """Return what llama-server opened for one request; its list of models names what the model was trained for."""
        try:
            said = self._connection.json(f"{self._spec.url.removesuffix('/v1')}/props")
        except (EndpointError, ModelNotFound):
            return None
        settings = said.get("default_generation_settings") if isinstance(said, dict) else None
        return settings.get("n_ctx") if isinstance(settings, dict) else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _most_tokens(text: str) -> int:
    """Return an upper bound of a text's tokens; see `EndpointGenerator.count_tokens`."""
    forms = (text, unicodedata.normalize("NFKC", text))
    return max(len(form.encode("utf-8", "replace")) for form in forms) + 1
