"""The way to the Hugging Face hub, open only inside `online()`; its errors become ours at this seam."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domaingpt.errors import ModelError, ModelNotFound
from domaingpt.locations import models_dir

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

HUB_URL = "https://huggingface.co"
# Names of what httpx, in either version, raises before a server was spoken to.
NO_WAY = ("ConnectError", "ConnectTimeout", "ProxyError")


@dataclass(frozen=True, slots=True)
class Hub:
    """An open connection.

    Attributes:
        endpoint: Without a slash at the end.
        session: huggingface_hub's HTTP client (httpx in its version 1, httpx2 in version 2).
        headers: Hold the user's access token, if there is one, and so stay out of the repr.
        transport_errors: What the client raises when a connection breaks.
    """

    endpoint: str
    session: Any = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    timeout_s: float
    transport_errors: tuple[type[Exception], ...]

    def info(self, repo: str, revision: str | None) -> ModelInfo:
        """Return a repository's commit, card and files with sizes and hashes; the newest by default."""
        from huggingface_hub import HfApi

        api = HfApi(endpoint=self.endpoint)
        try:
            return api.model_info(repo, revision=revision or "main", files_metadata=True, timeout=self.timeout_s)
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise ModelError(
                f"{self.endpoint} does not answer like a Hugging Face hub: {exc!r}.",
                "Check HF_ENDPOINT and your proxy.",
            ) from exc

    def url(self, repo: str, commit: str, file: str) -> str:
        """Return where the bytes of one file at one commit are."""
        from huggingface_hub import hf_hub_url

        return hf_hub_url(repo, file, revision=commit, endpoint=self.endpoint)

    @contextmanager
    def get(self, url: str, headers: dict[str, str]) -> Iterator[Any]:
        """Open a streamed response whose status is good; redirects to another host lose the token."""
        from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]

        everything = self.headers | headers
        with self.session.stream("GET", url, headers=everything, timeout=self.timeout_s) as response:
            hf_raise_for_status(response)
            yield response


@contextmanager
def online() -> Iterator[Hub]:
    """Lift huggingface_hub's offline switch for this block only, and translate its errors.

    The environment stays as it is, so a child process started meanwhile stays offline too.
    """
    from huggingface_hub import constants, get_session
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    endpoint = (os.environ.get("HF_ENDPOINT") or HUB_URL).rstrip("/")
    # HfHubHTTPError derives from the root error of whichever HTTP library its version uses.
    transport_errors: tuple[type[Exception], ...] = tuple(
        base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception) and base is not OSError
    )
    was_offline = constants.HF_HUB_OFFLINE
    # Online, the first headers of a process make huggingface_hub fetch a list from its own server, whatever
    # HF_ENDPOINT says: utils/_detect_agent.py. Made offline, the list is empty and stays so.
    constants.HF_HUB_OFFLINE = True
    headers = build_hf_headers(library_name="domaingpt")
    constants.HF_HUB_OFFLINE = False
    try:
        yield Hub(endpoint, get_session(), headers, float(constants.HF_HUB_DOWNLOAD_TIMEOUT), transport_errors)
    except GatedRepoError as exc:
        raise ModelError(
            f"The authors of this model ask you to accept their terms first: {_first_line(exc)}",
            f"Accept them on its page at {endpoint}, set HF_TOKEN to your access token, and pull again.",
        ) from exc
    except (RepositoryNotFoundError, RevisionNotFoundError) as exc:
        raise ModelNotFound(f"{endpoint} has no such model: {_first_line(exc)}") from exc
    except transport_errors as exc:
        if type(exc).__name__ in NO_WAY:
            raise ModelError(
                f"{endpoint} cannot be reached: {_first_line(exc)}. Is this machine offline?",
                "Only this command needs the network; all else works without. Check connection and proxy, then run it"
                " again: it continues where it stopped. docs/offline.md says how to bring models here by hand.",
            ) from exc
        raise ModelError(
            f"The download from {endpoint} failed: {_first_line(exc)}",
            "Check the connection and run the same command again; it continues where it stopped.",
        ) from exc
    except OSError as exc:
        raise ModelError(
            f"Writing to {models_dir()} failed: {exc.strerror or exc}.",
            "Make room or give yourself the right to write there, then run the command again.",
        ) from exc
    finally:
        constants.HF_HUB_OFFLINE = was_offline


def _first_line(exc: Exception) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0]
