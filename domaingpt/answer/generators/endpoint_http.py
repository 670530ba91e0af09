"""Requests to one OpenAI-compatible server, and the events it streams; its failures become ours at this seam.

Nothing is followed or picked up on the way: no redirect, no cookie, and for this machine no proxy of the
environment. Every answer has a limit in bytes and in time.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any, Literal

from domaingpt.errors import (
    EndpointBroken,
    EndpointBusy,
    EndpointDenied,
    EndpointError,
    EndpointUnreachable,
    ModelNotFound,
    PromptTooLong,
)
from domaingpt.models.endpoints import API_KEY, EndpointSpec, api_key

# Guesses at what a person waits for, unmeasured. Until its first token a server reads the whole prompt: a 7B model
# on two cores reads some 20 tokens a second, and a prompt of evidence has a few hundred.
CONNECT_S = 5.0
ANSWER_S = 120.0
MAX_BYTES = 1_000_000  # of an answer that is not streamed; a list of 300 models has 100 kB
MAX_EVENT_BYTES = 65_536
EVENT_BYTES = 2048  # a token with all that stands around it; OpenAI's own have 200 to 400
DATA = b"data:"
MAX_SHOWN = 200  # characters of a server's message


class _Request:
    """One request under way: its socket, once there is one, and why it was ended from here."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.ended: Literal["", "cancelled", "late"] = ""

    def end(self, why: Literal["cancelled", "late"]) -> None:
        """Shut the socket down, so that the thread that waits for it goes on at once."""
        self.ended = self.ended or why
        if (end := self.socket) is not None:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def traced(self, event: str, details: dict[str, Any]) -> None:
        """Keep the socket of the connection that is made for this request."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self.socket = details["return_value"].get_extra_info("socket")
            if self.ended:
                self.end(self.ended)


class Cancelled(Exception):
    """The request was ended by `EndpointConnection.cancel`."""


class EndpointConnection:
    """A client of one server. Every request has a connection of its own; `cancel` may come from any thread.

    Raises:
        EndpointDenied: If there is a key, and it would travel readable to another machine.
        BadConfig: If the key cannot stand in a header.
    """

    def __init__(self, spec: EndpointSpec, *, timeout_s: float = ANSWER_S) -> None:
        import httpx2

        self._httpx = httpx2
        self._url = spec.url
        self._timeout_s = timeout_s
        self._key = api_key()
        if self._key and not (spec.is_encrypted or spec.is_loopback):
            raise EndpointDenied(
                f"{spec.url} is another machine without TLS: the key would travel there readable.",
                f"Use an https:// address, or unset {API_KEY}.",
            )
        headers = {"Accept-Encoding": "identity"}  # sizes are counted as they come: nothing unfolds
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        self._client = httpx2.Client(
            headers=headers,
            timeout=httpx2.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
            limits=httpx2.Limits(max_keepalive_connections=0),  # a connection belongs to one request: see `cancel`
            follow_redirects=False,
            trust_env=not spec.is_loopback,
        )
        self._under_way: list[_Request] = []

    def __repr__(self) -> str:
        return f"EndpointConnection({self._url!r})"

    def json(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Return what a route answers; with a body it is posted.

        Raises:
            EndpointError: By what went wrong; EndpointBroken for what is no JSON.
            ModelNotFound: If the server answers 404.
        """
        content = bytearray()
        try:
            with self._opened(path, body) as response:
                for block in response.iter_raw():
                    content += block
                    if len(content) > MAX_BYTES:
                        raise self._broken(f"sends more than {MAX_BYTES:,} bytes")
        except Cancelled:
            raise self._broken("was not heard to the end") from None
        return self._parsed(bytes(content))

    def events(self, path: str, body: dict[str, Any], max_tokens: int) -> Iterator[Any]:
        """Yield the data of the events that a route streams, up to its end mark; closing this closes the connection.

        After `cancel`, and when the time is over but something came, the events just end.

        Raises:
            EndpointBroken: If the stream is cut off, too long, or holds what is no event.
            EndpointError: By what else went wrong.
        """
        some = False
        try:
            with self._opened(path, body) as response:
                for data in self._data_lines(response, MAX_EVENT_BYTES + max_tokens * EVENT_BYTES):
                    if data == b"[DONE]":
                        return
                    yield self._parsed(data)
                    some = True
            raise self._broken("cut its answer off")
        except Cancelled:
            return
        except EndpointUnreachable:
            if not some:
                raise

    def _data_lines(self, response: Any, room: int) -> Iterator[bytes]:
        """Yield what stands behind "data:" in a stream of events; comments and names of events are skipped."""
        rest = b""
        for block in response.iter_raw():
            room -= len(block)
            *lines, rest = (rest + block).split(b"\n")
            if room < 0 or len(rest) > MAX_EVENT_BYTES:
                raise self._broken("sends more than was asked for")
            yield from (line[len(DATA) :].strip() for line in lines if line.startswith(DATA))
        if rest.strip() == DATA + b" [DONE]":  # without a line end
            yield b"[DONE]"

    def cancel(self) -> None:
        """End what is under way, wherever it is; the thread that waits for it goes on at once."""
        for request in list(self._under_way):
            request.end("cancelled")

    def close(self) -> None:
        """Give the client's memory back."""
        self.cancel()
        self._client.close()

    @contextlib.contextmanager
    def _opened(self, path: str, body: dict[str, Any] | None) -> Iterator[Any]:
        """Open a response whose status is good, for so long as an answer may take in all.

        Raises:
            Cancelled: If `cancel` ended it.
        """
        request = _Request()
        self._under_way.append(request)
        method = "GET" if body is None else "POST"
        timer = threading.Timer(self._timeout_s, request.end, ["late"])
        timer.daemon = True
        timer.start()
        try:
            with self._client.stream(method, path, json=body, extensions={"trace": request.traced}) as response:
                if response.status_code != 200:
                    self._raise_for(response)
                yield response
            self._check_not_ended(request)
        except (self._httpx.HTTPError, self._httpx.InvalidURL, self._httpx.StreamError, OSError) as exc:
            self._check_not_ended(request)
            raise self._failed(exc) from exc
        finally:
            timer.cancel()
            self._under_way.remove(request)

    def _check_not_ended(self, request: _Request) -> None:
        """Raise for a request that was ended from here, which looks like an end or a break by the server."""
        if request.ended == "cancelled":
            raise Cancelled
        if request.ended == "late":
            raise self._too_late()

    def _parsed(self, content: bytes) -> Any:
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as exc:
            raise self._broken("answers with something that is no JSON") from exc

    def _failed(self, exc: Exception) -> EndpointError:
        """Return our error for one of the client's."""
        if isinstance(exc, self._httpx.TimeoutException):
            return self._too_late()
        if isinstance(exc, (self._httpx.ConnectError, self._httpx.ProxyError)):
            return EndpointUnreachable(f"{self._url} cannot be reached: {self._shown(str(exc))}.")
        if isinstance(exc, (self._httpx.ReadError, self._httpx.RemoteProtocolError, self._httpx.WriteError)):
            return self._broken(f"cut its answer off ({self._shown(str(exc))})")
        return self._broken(f"does not answer as a server should ({self._shown(str(exc))})")

    def _too_late(self) -> EndpointUnreachable:
        return EndpointUnreachable(f"{self._url} did not answer within {self._timeout_s:g} s.")

    def _raise_for(self, response: Any) -> None:
        """Raise our error for a status that is not good, with the server's own words."""
        status = int(response.status_code)
        said = self._message(response)
        match status:
            case 401 | 403:
                given = f"the key in {API_KEY}" if self._key else "a request without a key"
                raise EndpointDenied(f"{self._url} refused {given} ({status}{said}).")
            case 404:
                raise ModelNotFound(f"{self._url} has no such model or route (404{said}).")
            case 429 | 503:
                after = str(response.headers.get("Retry-After", ""))
                wait = f" It asks to wait {after} s." if after.isdecimal() else ""
                raise EndpointBusy(f"{self._url} is busy ({status}{said}).{wait}")
            case 400 | 413 | 422 if "context" in said.lower() or "too long" in said.lower():
                raise PromptTooLong(f"The prompt does not fit the model behind {self._url} ({status}{said}).")
            case _ if 300 <= status < 400:
                where = self._shown(str(response.headers.get("Location", "nowhere")))
                raise self._broken(f"redirects to {where}, which is not followed")
            case _:
                raise self._broken(f"answers with status {status}{said}")

    def _message(self, response: Any) -> str:
        """Return what a server says of its refusal, shortened; "" if nothing that can be read."""
        content = bytearray()
        for block in response.iter_raw():
            content += block
            if len(content) > MAX_EVENT_BYTES:
                break
        try:
            said = json.loads(bytes(content))
        except (ValueError, RecursionError):
            said = bytes(content).decode("utf-8", "replace")
        return f": {shown}" if (shown := self._shown(message_of(said))) else ""

    def _broken(self, what: str) -> EndpointBroken:
        return EndpointBroken(f"{self._url} {what}.")

    def _shown(self, text: str) -> str:
        """Return a server's words on one line, shortened, and without the key."""
        plain = text.replace(self._key, "***") if self._key else text
        line = " ".join(plain.split()).rstrip(".")
        return line if len(line) <= MAX_SHOWN else line[:MAX_SHOWN] + " …"


def message_of(said: Any) -> str:
    """Return the message of an error in any usual form: {"error": {"message": …}}, {"error": …}, {"detail": …}."""
    while isinstance(said, dict):
        said = next((said[key] for key in ("error", "message", "detail") if said.get(key)), "")
    return said if isinstance(said, str) else json.dumps(said)
