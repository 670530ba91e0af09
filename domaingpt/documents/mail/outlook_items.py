"""Outlook items that are no mails → their own facts as lines ([MS-OXOCAL], [MS-OXOTASK], [MS-OXOCNTC])."""

from __future__ import annotations

from collections.abc import Iterator

from domaingpt.documents.assembly import one_line
from domaingpt.documents.mail.outlook_storage import Storage

APPOINTMENT = "00062002-0000-0000-c000-000000000046"
TASK = "00062003-0000-0000-c000-000000000046"
ADDRESS = "00062004-0000-0000-c000-000000000046"
APPOINTMENT_TIMES = {"Start": 0x820D, "End": 0x820E}  # PidLidAppointmentStartWhole, PidLidAppointmentEndWhole
PLACE, REPEATS = 0x8208, 0x8232  # PidLidLocation, PidLidRecurrencePattern
TASK_TIMES = {"Start": 0x8104, "Due": 0x8105, "Completed": 0x810F}
CONTACT_TEXTS = {
    "Name": 0x3001, "Company": 0x3A16, "Department": 0x3A18, "Title": 0x3A17, "Business phone": 0x3A08,
    "Mobile phone": 0x3A1C, "Home phone": 0x3A09, "Fax": 0x3A24, "Birthday note": 0x3A4D, "Assistant": 0x3A30,
    "Spouse": 0x3A48, "Web page": 0x3A51,
}  # fmt: skip
CONTACT_NAMED = {
    "E-mail": 0x8083, "E-mail 2": 0x8093, "E-mail 3": 0x80A3, "Business address": 0x801B, "Home address": 0x801A,
}  # fmt: skip
BIRTHDAY = 0x3A42


def item_lines(item: Storage, kind: str) -> Iterator[str]:
    """Yield "Start: 2021-05-03 10:00 UTC" and the like for an item of a class such as "ipm.appointment"."""
    if kind.startswith(("ipm.appointment", "ipm.schedule.meeting")):
        yield from _times(item, APPOINTMENT, APPOINTMENT_TIMES)
        yield from _labelled("Place", _named(item, APPOINTMENT, PLACE))
        yield from _labelled("Repeats", _named(item, APPOINTMENT, REPEATS))
    elif kind.startswith("ipm.task"):
        yield from _times(item, TASK, TASK_TIMES)
    elif kind.startswith("ipm.contact"):
        for label, number in CONTACT_TEXTS.items():
            yield from _labelled(label, item.text(number))
        for label, number in CONTACT_NAMED.items():
            yield from _labelled(label, _named(item, ADDRESS, number))
        born = item.time(BIRTHDAY)
        yield from _labelled("Birthday", f"{born:%Y-%m-%d}" if born else "")


def _times(item: Storage, group: str, labels: dict[str, int]) -> Iterator[str]:
    for label, number in labels.items():
        found = item.named(group, number)
        time = item.time(found) if found else None
        yield from _labelled(label, f"{time:%Y-%m-%d %H:%M} UTC" if time else "")


def _named(item: Storage, group: str, number: int) -> str:
    found = item.named(group, number)
    return item.text(found) if found else ""


def _labelled(label: str, value: str) -> Iterator[str]:
    if value:
        yield f"{label}: {one_line(value)}"
