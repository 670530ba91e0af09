"""Header fields: encoded words, parameters, folds, damage."""

from __future__ import annotations

import pytest

from domaingpt.documents.mail.fields import MAX_VALUE_BYTES, decoded, parameters, read_fields


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"=?utf-8?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        (b"=?ISO-8859-1?Q?a_b=DF?= <a@example.org>", "a bß <a@example.org>"),
        (b"=?utf-8?B?R3LDtsOfZQ?=", "Größe"),  # padding missing
        (b"=?utf-8?B?R3LD?=\r\n =?utf-8?B?tsOfZQ==?=", "Größe"),  # a character over two words
        (b"=?utf-8*de?Q?Gr=C3=B6=C3=9Fe?= =?us-ascii?Q?_x?=", "Größe x"),
        (b"a =?utf-8?Q?b?= c", "a b c"),
        (b"=?utf-8?Q?not quite right?=", "not quite right"),
        (b"=?no-such?Q?abc?=", "abc"),
        ("Grüße".encode(), "Grüße"),
        (b"one\r\n two\n\tthree", "one two three"),
        (b'"Jane Doe" <jane@example.org>', "Jane Doe <jane@example.org>"),
        (b'"Doe, Jane" <jane@example.org>', '"Doe, Jane" <jane@example.org>'),
        (b"Staff: a@example.org, b@example.org;", "Staff: a@example.org, b@example.org;"),
        (b"=?=?utf-8?", "=?=?utf-8?"),
        (b"=?gb2312?B?1cXPyMn6?=", "张先生"),
        (b"nul\0byte", "nulbyte"),
    ],
)
def test_a_value_is_decoded_as_mail_programs_show_it(raw: bytes, expected: str) -> None:
    """RFC 2047, and what is written in its name."""
    assert decoded(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"text/plain; charset=utf-8", {"charset": "utf-8"}),
        (b'x/y; name="a; b.pdf"; size=5', {"name": "a; b.pdf", "size": "5"}),
        (b"x/y; name=my offer.pdf", {"name": "my offer.pdf"}),
        (b"x/y; name*=utf-8''gr%C3%B6%C3%9Fe.pdf", {"name": "größe.pdf"}),
        (b'x/y;\r\n name*0="long ";\r\n name*1="name.pdf"', {"name": "long name.pdf"}),
        (b"x/y; name*1*=%C3%9Fe.pdf; name*0*=utf-8''gr%C3%B6", {"name": "größe.pdf"}),
        (b'x/y; name="=?utf-8?Q?gr=C3=B6=C3=9Fe.pdf?="', {"name": "größe.pdf"}),
        (b'x/y; name="say \\"hi\\".pdf"', {"name": 'say "hi".pdf'}),
        (b'x/y; name="unclosed.pdf', {"name": "unclosed.pdf"}),
        (b"x/y; name", {}),
    ],
)
def test_parameters_are_read_in_all_their_spellings(raw: bytes, expected: dict[str, str]) -> None:
    """RFC 2231, and what is written in place of it."""
    assert parameters(raw)[1] == expected


def test_a_header_ends_at_the_first_line_that_is_no_field() -> None:
    """What follows is text and must not be lost."""
    data = b"Subject: a\nTo: b\nHello there\nFrom: c\n"
    fields, body = read_fields(data, 0, len(data), lambda: None)
    assert (fields.text("subject"), fields.text("to"), fields.text("from")) == ("a", "b", "")
    assert data[body:] == b"Hello there\nFrom: c\n"


def test_a_header_of_fifty_megabytes_costs_what_is_kept_of_it() -> None:
    """The rest is counted."""
    data = b"To: " + b"x@example.org, " * 3_500_000 + b"\nSubject: s\n\nbody"
    fields, body = read_fields(data, 0, len(data), lambda: None)
    assert len(fields.values["to"][0]) == MAX_VALUE_BYTES
    assert fields.cut_bytes > 50_000_000
    assert data[body:] == b"body"


def test_a_million_fields_show_progress() -> None:
    """And only those that matter are kept."""
    steps = []
    data = b"X-Junk: 1\n" * 500_000 + b"To: a\n" * 500_000 + b"\nbody"
    fields, body = read_fields(data, 0, len(data), lambda: steps.append(1))
    assert len(steps) > 50
    assert len(fields.values["to"]) == 10
    assert "x-junk" not in fields.values
    assert data[body:] == b"body"
