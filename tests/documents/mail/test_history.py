"""Earlier mails quoted in a mail: kept, apart, under a heading that names them."""

from __future__ import annotations

import time

import pytest

from domaingpt.documents.mail.history import Piece, is_introduction, pieces_of_text


def pieces(text: str) -> list[Piece]:
    return pieces_of_text(text.split("\n"), lambda: None)


@pytest.mark.parametrize(
    "line",
    [
        "On Mon, 3 May 2021 at 10:05, Jane Doe <jane@example.org> wrote:",
        "Am 03.05.21 um 10:05 schrieb Jane Doe:",
        "Le lun. 3 mai 2021 à 10:05, Jane Doe <jane@example.org> a écrit :",
        "El lun, 3 may 2021 a las 10:05, Jane (<jane@example.org>) escribió:",
        "2021-05-03 10:05 GMT+02:00 Jane Doe <jane@example.org>:",
        "2021年5月3日(月) 10:05 Jane <jane@example.org>のメール:",
        "Jane Doe <jane@example.org> 于2021年5月3日周一 上午10:05写道：",
        "On Mon, 3 May 2021 at 10:05, Jane Doe with a long name\n<jane@example.org> wrote:",
    ],
)
def test_lines_that_introduce_an_earlier_mail_are_known(line: str) -> None:
    """In the languages of the mail programs."""
    assert is_introduction(line)


@pytest.mark.parametrize(
    "line",
    ["Here is what Jane wrote:", "Dear Bob:", "I wrote 5 letters today.", "The following 3 parts are broken:"],
)
def test_ordinary_lines_are_not(line: str) -> None:
    """An introduction has a date or an address, and a verb of writing at its end."""
    assert not is_introduction(line)


def test_a_mail_quoted_to_the_end_stands_under_its_introduction() -> None:
    """Wrapped lines keep one mark, so that sentences stay whole; deeper quotes are blocks of their own."""
    found = pieces(
        "Yes, please.\nOn 3 May 2021, Jane <j@example.org> wrote:\n> Shall I call\n> the plumber?\n>\n>> It is broken."
    )
    assert found == [
        Piece("paragraph", "Yes, please."),
        Piece("heading", "On 3 May 2021, Jane <j@example.org> wrote:", 2),
        Piece("paragraph", "> Shall I call\nthe plumber?"),
        Piece("paragraph", ">> It is broken."),
    ]


def test_replies_between_quotes_get_no_heading() -> None:
    """It would claim the reply for the one who is quoted."""
    found = pieces("On 3 May 2021, Jane wrote:\n\n> Shall I call?\n\nYes.\n\n> When?\n\nNow.")
    assert [piece.kind for piece in found] == ["paragraph"] * 5
    assert [piece.text for piece in found][1:] == ["> Shall I call?", "Yes.", "> When?", "Now."]


def test_the_header_that_outlook_copies_is_a_heading() -> None:
    """The sender's line names what follows."""
    found = pieces(
        "Done.\n\n-----Original Message-----\nFrom: Jane\nSent: Monday\nTo: Bob\nSubject: Boiler\n\nIs it done?"
    )
    assert [(piece.kind, piece.text) for piece in found] == [
        ("paragraph", "Done."),
        ("paragraph", "-----Original Message-----"),
        ("heading", "From: Jane"),
        ("paragraph", "Sent: Monday\nTo: Bob\nSubject: Boiler"),
        ("paragraph", "Is it done?"),
    ]


def test_nothing_is_lost_and_time_is_linear() -> None:
    """Every word of a long and strange text is in some piece."""
    text = "\n".join(f"{'>' * (n % 40)} w{n} wrote: 5 On From: @" for n in range(50_000))
    begin = time.monotonic()
    found = {word for piece in pieces(text) for word in piece.text.split()}
    assert time.monotonic() - begin < 5
    assert [n for n in range(50_000) if f"w{n}" not in found] == []
