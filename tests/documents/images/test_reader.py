"""Files of pictures, with a fake engine."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from domaingpt.documents import read_document
from domaingpt.documents.images import reader
from domaingpt.errors import MissingExtra, UnreadableDocument
from domaingpt.types import Page


def picture(kind: str, size=(200, 100), mode="L", colour=128, **options) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, colour).save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [("png", "PNG"), ("jpg", "JPEG"), ("jpeg", "JPEG"), ("tif", "TIFF"), ("tiff", "TIFF"), ("bmp", "BMP"),
     ("webp", "WEBP"), ("gif", "GIF"), ("png", "JPEG")],
)  # fmt: skip
def test_every_kind_is_one_page_of_text(suffix: str, kind: str, recognizer) -> None:
    recognizer.say("Total 12.50", "Thank you")
    document = read_document(picture(kind), f"a.{suffix}")
    assert document.text == "Total 12.50\nThank you"
    assert document.pages == (Page(1, 0, 21, "ocr"),)
    assert "mean confidence 90%" in document.notes[0]
    (bitmap,) = recognizer.seen
    assert (bitmap.width, bitmap.height) == (200, 100)
    assert {abs(value - 128) <= 1 for value in bitmap.pixels} == {True}


def test_each_frame_of_a_tiff_is_a_page(recognizer) -> None:
    recognizer.say("Text")
    frames = [Image.new("1", (100, height), 1) for height in (100, 20, 100)]
    stream = io.BytesIO()
    frames[0].save(stream, "TIFF", save_all=True, append_images=frames[1:])
    document = read_document(stream.getvalue(), "a.tiff")
    assert document.text == "Text\n\nText"
    assert [(p.number, document.text[p.start : p.end], p.status) for p in document.pages] == [
        (1, "Text", "ocr"), (2, "", "empty"), (3, "Text", "ocr"),
    ]  # fmt: skip
    assert document.notes[1] == "OCR found no text on page 2"


def test_icons_are_not_looked_at_and_photos_are_empty(recognizer) -> None:
    assert read_document(picture("PNG", (300, 40)), "a.png").pages == (Page(1, 0, 0, "empty"),)
    assert recognizer.seen == []
    document = read_document(picture("PNG"), "a.png")
    assert (document.text, document.notes) == ("", ("OCR found no text",))


def test_transparent_is_white_and_sixteen_bits_are_scaled(recognizer) -> None:
    read_document(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)), "a.png")
    stream = io.BytesIO()
    Image.new("I;16", (100, 100), 40000).save(stream, "PNG")
    read_document(stream.getvalue(), "a.png")
    assert [set(bitmap.pixels) for bitmap in recognizer.seen] == [{255}, {156}]


def test_a_phone_picture_is_turned_upright(recognizer) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    read_document(picture("JPEG", exif=exif), "a.jpg")
    assert [(bitmap.width, bitmap.height) for bitmap in recognizer.seen] == [(100, 200)]


def test_large_pictures_are_scaled_down_and_larger_ones_refused(recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "READ_PIXELS", 5000)
    read_document(picture("PNG"), "a.png")
    assert [(bitmap.width, bitmap.height) for bitmap in recognizer.seen] == [(100, 50)]
    monkeypatch.setattr(reader, "MAX_PIXELS", 19_999)
    with pytest.raises(UnreadableDocument, match="has more than 19,999 pixels"):
        read_document(picture("PNG"), "a.png")


def test_a_bomb_is_refused_by_its_header(recognizer) -> None:
    data = bytearray(picture("PNG"))
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    with pytest.raises(UnreadableDocument, match="has more than 40,000,000 pixels"):
        read_document(bytes(data), "a.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF"])
def test_a_truncated_picture_is_damaged(kind: str, recognizer) -> None:
    noise = Image.effect_noise((200, 200), 90)
    stream = io.BytesIO()
    noise.save(stream, kind)
    data = stream.getvalue()
    with pytest.raises(UnreadableDocument, match="damaged image"):
        read_document(data[: len(data) // 2], f"a.{kind.lower()}")


def test_text_under_the_name_of_a_picture_is_refused(recognizer) -> None:
    with pytest.raises(UnreadableDocument, match="content is text, not image"):
        read_document(b"plain text", "a.png")


def test_without_the_extra_it_is_named() -> None:
    with pytest.raises(MissingExtra, match="needs the 'ocr' extra"):
        read_document(picture("PNG"), "a.png")
