"""Subtitles: WebVTT and SubRip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.errors import UnreadableDocument

VTT = """WEBVTT - Board meeting

NOTE
made by hand

STYLE
::cue { color: white }

intro
00:01.000 --> 00:04.000 align:start position:0%
<v Jane Doe>We begin <i>at</i> nine &amp;
end at ten.

00:04.100 --> 00:06.000
<v Jane Doe>Is that clear?</v>

00:06.500 --> 00:08.000
<v.loud Bo>Yes. <v Jane Doe>Good.

01:10:00.000 --> 01:10:02.000
The budget is 5,000.
"""


def test_cues_become_paragraphs_with_time_and_speaker() -> None:
    """Each under a heading that names its minute."""
    document = read_document(VTT.encode(), "a.vtt")
    assert document.title == "Board meeting"
    assert block_texts(document) == [
        "00:00:01 – 00:00:08",
        "[00:00:01] Jane Doe: We begin at nine & end at ten. Is that clear?",
        "[00:00:06] Bo: Yes.",
        "[00:00:06] Jane Doe: Good.",
        "01:10:00 – 01:10:02",
        "[01:10:00] The budget is 5,000.",
    ]
    assert dict(document.left_out) == {"comment characters": len("NOTEmade by handSTYLE::cue { color: white }")}


def test_subrip_is_read_with_its_own_ways() -> None:
    """Numbers of cues, commas in times, dashes of two speakers, no blank line between cues."""
    source = (
        "1\r\n00:00:01,000 --> 00:00:02,000\r\n{\\an8}<font color='red'>Über 3 < 4</font>\r\n2\r\n"
        "00:00:02,500 --> 00:00:04,000\r\n- Who?\r\n- You.\r\n\r\n3\r\n00:00:07,000 --> 00:00:08,000\r\nLater.\r\n"
    )
    assert block_texts(read_document(source.encode("cp1252"), "a.srt")) == [
        "00:00:01 – 00:00:08",
        "[00:00:01] Über 3 < 4",
        "[00:00:02] - Who?",
        "[00:00:02] - You.",
        "[00:00:07] Later.",
    ]


def test_captions_that_roll_up_are_said_once() -> None:
    """As video sites write them: each line stands in three cues. Words said again later stay."""
    source = (
        "WEBVTT\n\n00:00.000 --> 00:02.000\n \nso<00:00:01.000><c> we</c> start\n\n00:02.000 --> 00:02.010\nso we start\n \n\n"
        "00:02.010 --> 00:04.000\nso we start\nwith<c> this</c>\n\n00:04.000 --> 00:04.010\nwith this\n\n"
        "00:05.000 --> 00:06.000\nwith this\n"
    )
    document = read_document(source.encode(), "a.vtt")
    assert block_texts(document)[1:] == ["[00:00:00] so we start with this with this"]
    assert dict(document.left_out) == {"repeated caption lines": 3}


def test_a_long_speech_is_parted_at_a_sentence() -> None:
    """After about 400 characters; two such paragraphs are more than the minute of a section."""
    cues = "".join(f"{n}\n00:{n // 30:02}:{n * 2 % 60:02},000 --> 00:{n // 30:02}:{n * 2 % 60 + 1:02},900\nWord {n} of a long speech.\n\n"
                   for n in range(90))  # fmt: skip
    document = read_document(cues.encode(), "a.srt")
    headings = [t for b, t in zip(document.blocks, block_texts(document), strict=True) if b.kind == "heading"]
    assert headings == [
        "00:00:00 – 00:00:31",
        "00:00:32 – 00:01:03",
        "00:01:04 – 00:01:35",
        "00:01:36 – 00:02:07",
        "00:02:08 – 00:02:59",
    ]
    assert document.text.count("of a long speech.") == 90


def test_text_without_times_is_no_subtitles() -> None:
    """Its suffix promises what it does not hold."""
    with pytest.raises(UnreadableDocument, match="no line holds the times"):
        read_document(b"Just words.", "a.srt")


LINES = ["00:01.000 --> 00:02.000", "1", "", "<v A>x", "NOTE y", "-->", "- z", "w.", "WEBVTT", "9:99:99,9 --> 1:1.1"]


@given(st.lists(st.sampled_from(LINES), max_size=20))
def test_any_order_of_lines_keeps_the_promises_of_a_document(lines: list[str]) -> None:
    """Or is refused."""
    try:
        block_texts(read_document(("x" + "\n".join(lines)).encode(), "a.vtt"))
    except UnreadableDocument as exc:
        assert "no line holds the times" in str(exc)


def test_a_caption_of_endless_lines_is_taken_in_pieces() -> None:
    """Progress is reported, and the time is linear."""
    calls: list[None] = []
    lines = "".join(f"line {n}\n" for n in range(300_000))
    document = read_document(f"00:01.000 --> 00:02.000\n{lines}".encode(), "a.vtt", lambda: calls.append(None))
    assert document.text.count("line ") == 300_000
    assert len(calls) > 1
