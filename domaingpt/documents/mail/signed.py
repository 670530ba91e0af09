"""What an S/MIME signature is wrapped around (RFC 8551, section 3.5; CMS: RFC 5652), where it hides the mail in itself.

Only as much of ASN.1 (X.690) as leads to the content is read; the signature is not checked.
"""

from __future__ import annotations

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # The OID 1.2.840.113549.1.7.2
SEQUENCE, SET, INTEGER, OID, OCTETS, CONTENT = 0x30, 0x31, 0x02, 0x06, 0x04, 0xA0
CONSTRUCTED = 0x20
MAX_LENGTH_BYTES = 4
MAX_CHUNKS = 1_000_000


def signed_content(data: bytes) -> bytes | None:
    """Return what a signature holds, None if the bytes are no signature or hold nothing (an encrypted mail, say)."""
    try:
        position, _ = _enter(data, 0, SEQUENCE)
        position, length = _enter(data, position, OID)
        if data[position : position + length] != SIGNED_DATA:
            return None
        position, _ = _enter(data, position + length, CONTENT)
        position, _ = _enter(data, position, SEQUENCE)
        for tag in (INTEGER, SET):
            position, length = _enter(data, position, tag)
            position += length
        position, _ = _enter(data, position, SEQUENCE)
        position, length = _enter(data, position, OID)
        position, _ = _enter(data, position + length, CONTENT)
        return _octets(data, position)
    except (IndexError, ValueError):
        return None


def _enter(data: bytes, position: int, wanted: int) -> tuple[int, int]:
    """Return where the content of a value begins, and its length; 0 where that is told by its end alone."""
    if data[position] != wanted:
        raise ValueError(f"tag {data[position]} in place of {wanted}")
    first = data[position + 1]
    if first < 0x80:
        return position + 2, first
    n_bytes = first & 0x7F
    if n_bytes > MAX_LENGTH_BYTES:
        raise ValueError("longer than any mail")
    start = position + 2
    return start + n_bytes, int.from_bytes(data[start : start + n_bytes], "big")


def _octets(data: bytes, position: int) -> bytes:
    """Return a string of octets, in one piece or in chunks."""
    if data[position] == OCTETS:
        start, length = _enter(data, position, OCTETS)
        return data[start : start + length]
    position, length = _enter(data, position, OCTETS | CONSTRUCTED)
    end = position + length if length else len(data)
    chunks: list[bytes] = []
    while position < end and data[position] == OCTETS and len(chunks) < MAX_CHUNKS:
        start, length = _enter(data, position, OCTETS)
        chunks.append(data[start : start + length])
        position = start + length
    return b"".join(chunks)
