"""Invitations in a mail (iCalendar, RFC 5545) → lines that a person would want to know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domaingpt.documents.assembly import one_line

FOLD = re.compile(r"\r?\n[ \t]")
LINE = re.compile(r"[^\r\n]+")
PROPERTY = re.compile(r"([A-Za-z-]{1,40})((?:;(?:[^\":;]|\"[^\"]*\")*)*):(.*)", re.DOTALL)
ZONE = re.compile(r";TZID=\"?([^\":;]+)", re.IGNORECASE)
COMMON_NAME = re.compile(r";CN=(?:\"([^\"]*)\"|([^;:\"]*))", re.IGNORECASE)
STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
ESCAPED = re.compile(r"\\([nN,;\\])")
LABELS = {
    "SUMMARY": "Event", "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "DURATION": "Duration",
    "LOCATION": "Place", "ORGANIZER": "Organizer", "ATTENDEE": "Attendee", "STATUS": "Status",
    "RRULE": "Repeats", "DESCRIPTION": "Description",
}  # fmt: skip
SHOWN = ("VEVENT", "VTODO", "VJOURNAL")
MAX_LINES = 2000  # A calendar of more is an export, not an invitation. Guess, unmeasured.


def invitation_lines(calendar: str) -> Iterator[str]:
    """Yield "Event: Board meeting", "Start: 2021-05-03 10:00 (Europe/Berlin)" and so on, at most `MAX_LINES`."""
    inside: list[str] = []
    n_lines = 0
    for found in LINE.finditer(FOLD.sub("", calendar)):
        parsed = PROPERTY.fullmatch(found[0])
        if parsed is None:
            continue
        name, options, value = parsed[1].upper(), parsed[2], parsed[3]
        if name == "BEGIN":
            inside = [*inside[-10:], value.strip().upper()]
        elif name == "END":
            inside = inside[:-1]
        elif inside and inside[-1] in SHOWN and name in LABELS and value.strip():
            yield f"{LABELS[name]}: {_value(name, options, value)}"
            n_lines += 1
            if n_lines == MAX_LINES:
                return


def _value(name: str, options: str, value: str) -> str:
    if name in ("DTSTART", "DTEND", "DUE"):
        zone = ZONE.search(options)
        return _time(value.strip(), zone[1] if zone else "")
    if name in ("ORGANIZER", "ATTENDEE"):
        who = COMMON_NAME.search(options)
        called = (who[1] or who[2] or "") if who else ""
        address = re.sub(r"(?i)^mailto:", "", value.strip())
        return one_line(f"{called} <{address}>" if called and called != address else address)
    text = ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    return text.strip() if name == "DESCRIPTION" else one_line(text)


def _time(value: str, zone: str) -> str:
    found = STAMP.fullmatch(value)
    if found is None:
        return value
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if not found[4]:
        return day
    zone = "UTC" if found[7] else zone
    return f"{day} {found[4]}:{found[5]}" + (f" ({zone})" if zone else "")
