"""Files inside files: attachments of mails and PDFs, messages of a mailbox, entries of an archive.

An attachment becomes a document of its own, whose path is that of the file it lies in and its name, as if
that file were a folder: "mail/offer.eml/contract.pdf".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file inside another, as its reader took it out.

    Attributes:
        name: As the file that holds it spells it; untrusted, and not yet a path.
        data: Its bytes; empty if they could not be taken out.
        reason: Why not, for the user; else empty.
    """

    name: str
    data: bytes
    reason: str = ""
