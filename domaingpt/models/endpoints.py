"""A URL → the language model of an OpenAI-compatible server: where it is, and whether text may go there.

Written as `http://127.0.0.1:8080/v1?n_ctx=8192#MODEL`; both parts behind the address may be left out.
Opens no connection. An endpoint is used only after this user said so on this machine: see `check_confirmed`.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from domaingpt.confirmations import MODELS_USE, confirm, is_confirmed
from domaingpt.errors import BadConfig, ModelError

API_KEY = "DOMAINGPT_API_KEY"
N_CTX_BOUNDS = 256, 1_048_576
HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
PATH = re.compile(r"(/[A-Za-z0-9._~%-]+)*")
EXAMPLE = "Write it like http://127.0.0.1:8080/v1#MODEL, with ?n_ctx=8192 before the # if the server does not say."


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """A language model behind a server.

    Attributes:
        url: Scheme, host, port and path: what was confirmed, and what requests are made of.
        host: A name or an address, without brackets.
        model: Under which the server knows it; "" for the only one it has.
        n_ctx: Tokens that prompt and answer may have together, if the user says; None to ask the server.
    """

    url: str
    host: str
    model: str = ""
    n_ctx: int | None = None

    @property
    def name(self) -> str:
        """As it was written, to be shown and stored."""
        n_ctx = f"?n_ctx={self.n_ctx}" if self.n_ctx else ""
        return f"{self.url}{n_ctx}" + (f"#{self.model}" if self.model else "")

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine: a loopback address, or the name localhost."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_encrypted(self) -> bool:
        """Whether the address asks for TLS."""
        return self.url.startswith("https://")


def parse_endpoint(text: str) -> EndpointSpec | None:
    """Return the endpoint that a setting names; None for anything that is no http(s) URL.

    Raises:
        BadConfig: If it is a URL, but not one of an endpoint. The text is not shown where it may hold a password.
    """
    if not text.lower().startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        raise BadConfig(f"The endpoint of a language model is no proper URL: {exc}.", EXAMPLE) from exc
    if "@" in parts.netloc:
        raise BadConfig(
            "The URL of an endpoint holds a user or a password.", f"Leave it out; put a key into {API_KEY}."
        )
    host, path = (parts.hostname or ""), parts.path.rstrip("/")
    if not _is_host(host) or not PATH.fullmatch(path) or not text.isprintable():
        raise BadConfig(f"{text!r} is not the URL of an endpoint.", EXAMPLE)
    shown = f"[{host}]" if ":" in host else host
    address = shown if port is None else f"{shown}:{port}"
    return EndpointSpec(f"{parts.scheme}://{address}{path}", host, unquote(parts.fragment), _n_ctx(parts))


def api_key() -> str:
    """Return the key from the environment, "" for none.

    Raises:
        BadConfig: If it cannot stand in a header. It is not shown.
    """
    key = os.environ.get(API_KEY, "").strip()
    if not all("!" <= character <= "~" for character in key):
        raise BadConfig(f"{API_KEY} holds characters that no key has.", f"Set {API_KEY} again, without line breaks.")
    return key


def confirm_endpoint(spec: EndpointSpec, *, remote: bool) -> None:
    """Record, outside the workspace, that this user lets text go to an endpoint.

    Args:
        spec: The endpoint; a model or context of its own makes no difference.
        remote: Whether the user said that it may be another machine.

    Raises:
        ModelError: If it is another machine and the user did not say so.
    """
    if not spec.is_loopback and not remote:
        raise ModelError(
            f"{spec.host} is another machine: questions and text of your documents would leave this one.",
            f"If that is what you want, run: domaingpt models use {spec.name} --confirm-remote",
        )
    confirm(MODELS_USE, spec.url)


def check_confirmed(spec: EndpointSpec) -> None:
    """Refuse an endpoint that this user never chose; `use.json` may have come with a folder of models.

    Raises:
        ModelError: If it was not confirmed on this machine.
    """
    if not is_confirmed(MODELS_USE, spec.url):
        raise ModelError(
            f"The endpoint {spec.url} was not confirmed on this machine.",
            f"If text may go there, run: domaingpt models use {spec.name}" + ("" if spec.is_loopback else REMOTE_FLAG),
        )


REMOTE_FLAG = " --confirm-remote"


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return HOST_NAME.fullmatch(host) is not None and ".." not in host
    return "%" not in host


def _n_ctx(parts: SplitResult) -> int | None:
    """Return the context that the URL names; any other key is refused."""
    if not parts.query:
        return None
    settings = parse_qsl(parts.query, keep_blank_values=True)
    if len(settings) != 1 or settings[0][0] != "n_ctx" or not re.fullmatch(r"[0-9]{1,7}", settings[0][1]):
        raise BadConfig(f"{parts.query!r} cannot stand behind the ? of an endpoint.", EXAMPLE)
    n_ctx = int(settings[0][1])
    low, high = N_CTX_BOUNDS
    if not low <= n_ctx <= high:
        raise BadConfig(f"The n_ctx of an endpoint is {n_ctx}, but must be from {low} to {high}.", EXAMPLE)
    return n_ctx
