"""Signs of text that is not what the page shows."""

from __future__ import annotations

import pypdfium2
import pytest
from pdf_files import make_pdf, text_stream

from domaingpt.documents.pdf.page_quality import is_better, page_status, text_quality

PROSE = (
    "The buyer pays a deposit of ten per cent within fourteen days of the exchange of contracts, and the balance "
    "on completion. Interest runs at 4.25% a year on any sum that is paid late."
)
IMAGE = "q 612 0 0 792 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q\n"
STAMP = "BT /F1 8 Tf 72 20 Td (Scanned by Scanner 3) Tj ET"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("\x01\x02\x03 a", "strange characters"),
        ("(cid:12)(cid:4) (cid:7) word", "character numbers"),
        (" ".join(PROSE.replace(" ", "")), "fragments"),
        ("".join(letter for letter in PROSE if letter.isalpha()), "glued words"),
        (
            "Wkh exbhu sdbv ghsrvlw shu fhqw zlwklq irxuwhhq gdbv ri wkh hafkdqjh frqwudfwv dqg edodqfh " * 2,
            "no vowels",
        ),
        ("Zoë'sÂ cafÃ© on the corner â€œopensâ€\x9d at Ã¢ and Ã¶", "mojibake"),
    ],
    ids=lambda value: value if len(value) < 25 else "",
)
def test_each_sign_is_found(text: str, sign: str) -> None:
    quality = text_quality(text)
    assert quality.faults[sign] >= 1
    assert quality.worst == max(quality.faults.values())
    assert is_better(PROSE, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PROSE,
        "Plain text with one \ufffd in it",
        "Let x y z be in R, then f g h i j k and a b c d e imply that the sum of them is finite. " * 3,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " + PROSE * 3,
        "NYSE MSFT AAPL GNTX html http pwd ctrl https cmd cfg " + PROSE,
        "当社は東京に本社を置き、製品の製造と販売を行っています。" * 9,
        "Общество обязано уплатить покупателю задаток в течение четырнадцати дней после обмена договорами.",
        "1,234 5,678 9,012 3,456 $ % 2023 2022 2021 " * 5,
        "https://www.sec.gov/Archives/edgar/data/0000320193/000032019323000077/aapl-20230701.htm " + PROSE,
        "Ângela pagou à vista; São Paulo, Ñandú, Àvila, Ðakovo. " * 4,
    ],
)  # fmt: skip
def test_good_text_of_any_kind_is_left_alone(text: str) -> None:
    assert text_quality(text).worst < 0.9


def test_the_better_text_is_kept() -> None:
    """Recognition that is as poor, or found less than a good text says, replaces nothing."""
    garbled = "\x01\x02\x03\x04 a"
    assert not is_better("", garbled)
    assert not is_better("\x01\x02\x03\x04\x05\x06", garbled)
    assert is_better(PROSE + " Scanned by Scanner 3", "Scanned by Scanner 3")
    assert not is_better("Scanned", "Scanned by Scanner 3")


@pytest.mark.parametrize(
    ("stream", "status"),
    [
        (IMAGE + STAMP, "needs_ocr"),
        (STAMP, "text"),
        (IMAGE + text_stream("Annual report").replace("720", "400"), "text"),
        (IMAGE + STAMP.replace("BT", "BT 3 Tr"), "text"),
        (IMAGE.replace("612 0 0 792", "100 0 0 100") + STAMP, "text"),
        (IMAGE, "needs_ocr"),
        ("", "empty"),
    ],
    ids=["stamped scan", "footer alone", "title on a picture", "text layer", "logo", "scan", "blank"],
)
def test_a_scan_with_a_stamp_is_no_page_of_text(stream: str, status: str) -> None:
    page = pypdfium2.PdfDocument(make_pdf([stream]))[0]
    textpage = page.get_textpage()
    text = textpage.get_text_bounded()
    assert page_status(page, text) == status
    textpage.close()
