"""A Hugging Face hub on 127.0.0.1: the part of its HTTP interface that pulling a model needs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

COMMIT = "a" * 40
BLOCK_BYTES = 65_536
LFS_SUFFIXES = (".gguf", ".safetensors", ".bin")


@dataclass
class LocalHub:
    """Serves repositories held in memory, and remembers what was asked.

    Attributes:
        repos: Repository → file → content.
        announced: File → content whose hash is announced, where it shall differ from what is sent.
        cut_after: Bytes after which the next responses break, one number a response.
        ranges: Whether Range requests are honoured.
        files_at: Another hub that files are redirected to, as the real one does.
        pause_s: Between blocks of a file.
        asked: Method and path of every request, with the Range header.
        tokens: The Authorization header of every request.
        sent: Bytes of files that were sent.
    """

    repos: dict[str, dict[str, bytes]] = field(default_factory=dict)
    announced: dict[str, bytes] = field(default_factory=dict)
    cut_after: list[int] = field(default_factory=list)
    ranges: bool = True
    gated: bool = False
    files_at: str = ""
    pause_s: float = 0.0
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    sent: int = 0

    def __enter__(self) -> LocalHub:
        hub = self

        class Handler(_Handler):
            served = hub

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def fetched(self) -> list[str]:
        """Names of the files whose bytes were asked for, in order."""
        return [path.rsplit(f"{COMMIT}/", 1)[1] for _, path, _ in self.asked if "/resolve/" in path]

    def info(self, repo: str) -> dict[str, Any]:
        """Return the answer of /api/models/{repo}/revision/{revision}."""
        siblings = []
        for name, sent in self.repos[repo].items():
            content = self.announced.get(name, sent)
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            entry: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": blob}
            if name.endswith(LFS_SUFFIXES):
                sha256 = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 130}
            siblings.append(entry)
        card = {"license": "mit", "language": ["en", "de"]}
        return {"id": repo, "sha": COMMIT, "siblings": siblings, "cardData": card, "tags": []}


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    served: LocalHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.served.asked.append(("GET", self.path, self.headers.get("Range", "")))
        self.served.tokens.append(self.headers.get("Authorization", ""))
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/([^?]+).*", self.path):
            self._info(match[1], match[2])
        elif match := re.fullmatch(rf"/([^/]+/[^/]+)/resolve/{COMMIT}/(.+)", self.path):
            self._file(self.served.repos[match[1]][match[2]], match[2])
        else:
            self._answer(404, b"{}")

    def _info(self, repo: str, revision: str) -> None:
        if repo not in self.served.repos:
            self._answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif self.served.gated:
            self._answer(403, b"{}", {"X-Error-Code": "GatedRepo"})
        elif revision not in ("main", COMMIT):
            self._answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        else:
            self._answer(200, json.dumps(self.served.info(repo)).encode())

    def _file(self, content: bytes, name: str) -> None:
        if self.served.files_at:
            self._answer(302, b"", {"Location": f"{self.served.files_at}{self.path}"})
            return
        sha256 = hashlib.sha256(content).hexdigest()
        headers = {
            "X-Repo-Commit": COMMIT,
            "ETag": f'"{sha256}"',
            "X-Linked-Etag": f'"{sha256}"',
            "X-Linked-Size": str(len(content)),
        }
        start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if start and self.served.ranges:
            headers["Content-Range"] = f"bytes {start[1]}-{len(content) - 1}/{len(content)}"
            self._answer(206, content[int(start[1]) :], headers, cut=True)
        else:
            self._answer(200, content, headers, cut=True)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if cut and self.served.cut_after:
            body = body[: self.served.cut_after.pop(0)]
            self.close_connection = True  # fewer bytes than Content-Length says
        with contextlib.suppress(ConnectionError):  # the client was killed
            for at in range(0, len(body), BLOCK_BYTES):
                self.wfile.write(body[at : at + BLOCK_BYTES])
                if cut:
                    self.served.sent += len(body[at : at + BLOCK_BYTES])
                    time.sleep(self.served.pause_s)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
