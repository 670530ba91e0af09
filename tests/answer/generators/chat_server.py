"""An OpenAI-compatible server on 127.0.0.1 that behaves, or misbehaves, as a test wants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

WORDS = ["The", " boiler", " dates", " from", " 2009", ".", " It", " was", " serviced", " in", " March", "."]
DONE = b"data: [DONE]\n\n"


def delta(text: str | None = None, **choice: Any) -> bytes:
    """Return one event of a streamed completion."""
    content = {} if text is None else {"content": text}
    event = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": content, **choice}]}
    return b"data: " + json.dumps(event).encode() + b"\n\n"


@dataclass
class ChatServer:
    """Serves one model and remembers what it was asked.

    Attributes:
        models: What `/v1/models` lists; None for no such route.
        tokenizer: "llama-cpp-python", "llama-server", "vllm", or "" for none: a token is a word.
        n_ctx: Told by `/props`, if set.
        key: Asked for, if set.
        reply: Called with the handler in place of writing a completion.
        asked: Path and parsed body of every request.
        gone: Set when a client closed its connection while it was written to.
    """

    models: list[dict[str, Any]] | None = field(default_factory=lambda: [{"id": "small"}])
    tokenizer: str = ""
    n_ctx: int = 0
    key: str = ""
    reply: Callable[[Any], None] | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> ChatServer:
        chat = self

        class Handler(_Handler):
            served = chat

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients break off on purpose
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def completions(self) -> list[dict[str, Any]]:
        """The bodies of the completions that were asked for."""
        return [body for path, body in self.asked if path.endswith("/chat/completions")]


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    served: ChatServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._note(None)
        if self._is_refused():
            return
        if self.path == "/v1/models" and self.served.models is not None:
            self.answer(200, {"object": "list", "data": self.served.models})
        elif self.path == "/props" and self.served.n_ctx:
            self.answer(200, {"default_generation_settings": {"n_ctx": self.served.n_ctx}})
        else:
            self.answer(404, {"detail": "Not Found"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._note(body)
        if self._is_refused():
            return
        if self.path == "/v1/chat/completions":
            self.served.reply(self) if self.served.reply else self.complete(body)
        else:
            self._count(body)

    def complete(self, body: dict[str, Any]) -> None:
        """Stream as many words as are asked for, at most all."""
        n = min(body["max_tokens"], len(WORDS))
        events = [delta(word) for word in WORDS[:n]]
        self.stream([delta(role="assistant"), *events, delta(finish_reason="stop"), DONE])

    def stream(self, events: list[bytes], *, pause_s: float = 0.0, whole: bool = True) -> None:
        """Send events in chunks; not whole: without the end that the encoding wants."""
        self.begin()
        try:
            for event in events:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                time.sleep(pause_s)
            if whole:
                self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.served.gone.set()
        self.close_connection = True

    def begin(self) -> None:
        """Send the head of a stream."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """Send JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _note(self, body: Any) -> None:
        self.served.asked.append((self.path, body))
        self.served.headers.append(dict(self.headers))

    def _is_refused(self) -> bool:
        if not self.served.key or self.headers.get("Authorization") == f"Bearer {self.served.key}":
            return False
        given = self.headers.get("Authorization", "")
        self.answer(401, {"error": {"message": f"Incorrect API key provided: {given}"}})
        return True

    def _count(self, body: dict[str, Any]) -> None:
        match self.served.tokenizer, self.path:
            case "llama-cpp-python", "/extras/tokenize/count":
                self.answer(200, {"count": len(body["input"].split()) + 1})
            case "llama-server", "/tokenize" if "content" in body:
                self.answer(200, {"tokens": body["content"].split()})
            case "vllm", "/tokenize" if "prompt" in body:
                words = body["prompt"].split()
                self.answer(200, {"count": len(words), "max_model_len": 4096, "tokens": words})
            case _:
                self.answer(404, {"detail": "Not Found"})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
