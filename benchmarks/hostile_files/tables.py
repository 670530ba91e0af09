"""Separated values that are hostile: lines without end, quotes left open, names repeated in every row."""

from __future__ import annotations

from hostile_files import MB, HostileFile


def one_line() -> bytes:
    return b"a,b,c," + b"x" * (100 * MB)


def many_columns() -> bytes:
    return b",".join(b"c%d" % i for i in range(500_000)) + b"\n" + b",".join(b"%d" % i for i in range(500_000)) + b"\n"


def open_quote() -> bytes:
    return b'name,note\nBoiler,"open ' + b"\nBoiler,2021" * 500_000


def quotes() -> bytes:
    return b'"' * (8 * MB)


def names_in_every_row() -> bytes:
    """Each cell of one digit is shown with its column's name of 75 letters: 50 times the file."""
    names = b",".join(b"%05d" % i + b"n" * 70 for i in range(2000))
    return names + b"\n" + (b",".join([b"1"] * 2000) + b"\n") * 2500


def formulas() -> bytes:
    return b"name,value\n" + b"=cmd|' /c calc'!A0,=WEBSERVICE(\"http://127.0.0.1:9/\")\n@SUM(1),+1\n" * 100


def nul_bytes() -> bytes:
    return b"a,b,c\n" + b"1,\0,3\n" * 1000


def ragged() -> bytes:
    return b"\n".join(b"," * (i % 5000) + b"x" for i in range(4000))


def separators_alone() -> bytes:
    return b"," * (20 * MB)


def names_its_separator() -> bytes:
    return b'sep="\na"b"c\n1"2"3\n' * 1000


def digits() -> bytes:
    return b"a,b\n" + b"%s,%s\n" % (b"1" * 100_000, b"1,234 " * 20_000) * 10


FILES = (
    HostileFile("one-line.csv", "One line of 100 MB.", one_line, is_slow=True),
    HostileFile("many-columns.csv", "Half a million columns.", many_columns),
    HostileFile("open-quote.csv", "A quote that is never closed.", open_quote),
    HostileFile("quotes.csv", "Eight million quotes.", quotes),
    HostileFile(
        "names-in-rows.csv", "2,000 long column names over 2,500 rows of digits.", names_in_every_row, is_slow=True
    ),
    HostileFile("formulas.csv", "Cells that a spreadsheet would run.", formulas),
    HostileFile("nul.csv", "NUL bytes in cells.", nul_bytes),
    HostileFile("ragged.csv", "Rows of every width up to 5,000.", ragged, is_slow=True),
    HostileFile("separators.csv", "20 million separators.", separators_alone),
    HostileFile("separator.csv", "Names the quote as its separator.", names_its_separator),
    HostileFile("digits.tsv", "Numbers of 100,000 digits.", digits),
)
