"""What the verifier lets through and what it drops, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domaingpt.answer.verify import supporting_evidence
from domaingpt.index.terms import Analyzer
from domaingpt.types import Chunk, Evidence

ENGLISH = Analyzer("en")


def evidence(quote: str, context: str = "") -> Evidence:
    chunk = Chunk("0" * 32, "file.txt", 0, len(quote), quote, context=context)
    return Evidence(chunk, 0, len(quote), quote, score=1.0)


def backed(sentence: str, quote: str, question: str = "?", context: str = "") -> bool:
    return supporting_evidence(sentence, [evidence(quote, context)], question, ENGLISH.terms) == 0


BACKED = [
    # copies and parts of the evidence
    ("The boiler was serviced in September.", "The boiler was serviced in September."),
    ("The boiler was serviced in September.", "On Monday the boiler was serviced in September by Menon."),
    ("The boilers were serviced.", "The boiler is serviced every year."),
    ("the roof has a guarantee", "The roof has a guarantee of ten years."),
    # thousands and decimals
    ("The fee is 3,140.", "The fee is 3140."),
    ("The fee is 3'140.", "The fee is 3,140."),
    ("The fee is 3\u202f140.", "The fee is 3,140."),
    ("The fee is 1.234,50.", "The fee is 1,234.5."),
    ("The fee is 1,23,456.", "The fee is 123456."),
    ("The fee is 5.50.", "The fee is 5.5."),
    # scales
    ("Sales were 82.959 billion.", "Sales were 82,959 million."),
    ("Sales were $5m.", "Sales were $5 million."),
    ("Sales were 3 million.", "Sales were 3,000,000."),
    ("Sales were SEK 41.3bn.", "Sales were SEK 41.3 billion."),
    # currencies and percent
    ("The price is £500.", "The price is GBP 500."),
    ("The price is 500 dollars.", "The price is $500."),
    ("The price is US$500.", "The price is $500."),
    ("The price is 500.", "The price is £500."),
    ("The margin is 5 percent.", "The margin is 5%."),
    ("The margin is 18.6 %.", "The margin is 18.6% now."),
    # signs
    ("The result was -1,234.", "The result was (1,234)."),
    ("The result was −5%.", "The result was -5 %."),
    ("Cancel within ten days.", "Cancel within ten (10) days."),
    ("It was founded in 1998.", "It was founded (1998) in Lund."),
    ("It was founded in Lund in 1998.", "It was founded in Lund (1998)."),
    # words for numbers
    ("There are three bedrooms.", "There are 3 bedrooms."),
    ("There are 12 doors.", "There are twelve doors."),
    ("There are twenty-five doors.", "There are 25 doors."),
    ("It won the 3rd prize.", "It won the third prize."),
    ("He ruled two million people.", "He ruled 2,000,000 people."),
    # ranges and bounds
    ("It takes 10 to 15 days.", "It takes 10–15 days."),
    ("It takes between 10 and 15 days.", "It takes 10-15 days."),
    ("Sales rose to 15.", "Sales rose from 10 to 15."),
    ("It takes more than 5 days.", "It takes over 5 days."),
    ("It takes at least 5 days.", "It takes 5 or more days."),
    # dates and times
    ("The payment is due on August 1, 2049.", "The payment is due on 1 August 2049."),
    ("The payment is due on 1 August 2049.", "The payment is due on 2049-08-01."),
    ("The payment is due on 1st August 2049.", "The payment is due on Aug. 1, 2049."),
    ("The payment is due in August 2049.", "The payment is due on 1 August 2049."),
    ("The payment is due in 2049.", "The payment is due on 1 August 2049."),
    ("The payment is due on 1 August.", "The payment is due on 1.8.2049."),
    ("The file is due at 2:45 pm.", "The file is due at 14:45."),
    ("The file is due at 14:45.", "The file is due at 2.45 p.m."),
    # names
    ("Jo Whitlock fitted the unit.", "Jo Whitlock fitted the unit in 2024."),
    ("Barack Obama spoke.", "Barack H. Obama spoke."),
    ("Menon's price was good.", "The price of Menon was good."),
    # negation
    ("The roof is not insured.", "The roof is not insured."),
    ("The roof isn't insured.", "The roof is not insured against storm."),
    ("The survey found damp at No. 17.", "The survey found damp at No. 17."),
    ("In 1981 ABC launched a channel.", "ABC launched a channel in 1981 and sold it in 1990."),
    ("ABC launched a channel in 1981.", "In 1981 ABC launched a channel."),
    ("He was born on 5 May 1818.", "He was born on 5 May 1818 in Trier and died on 14 March 1883."),
    ("The fee is 5", "The fee is 5 euros."),
    # other scripts
    ("最终付款日为2049年8月1日。", "最终付款日为2049年8月1日,金额为五万元。"),
    ("ボイラーは2024年に交換した。", "ボイラーは2024年に交換した。"),
    ("金額は３億円です。", "金額は3億円です。"),
    ("保险不包括洪水。", "保险不包括洪水。"),
    ("Die letzte Rate ist am 1. August 2049 fällig.", "Die letzte Rate ist am 01.08.2049 fällig."),
]

DROPPED = [
    # thousands and decimals
    ("The fee is 3,140.", "The fee is 3,410."),
    ("The fee is 1.234.", "The fee is 1,234."),
    ("The fee is 314.", "The fee is 3,140."),
    ("The code is 7.", "The code is 007."),
    ("The account is 123456789012345678901234567890123.", "The account is 123456789012345678901234567890124."),
    # scales
    ("Sales were 3 billion.", "Sales were 3 million."),
    ("Sales were 3 million.", "Sales were 3."),
    ("Sales were 3.", "Sales were 3 million."),
    ("The wall is 5 million long.", "The wall is 5 m long."),
    # currencies and percent
    ("The price is $500.", "The price is €500."),
    ("The price is €500.", "The price is 500."),
    ("The price is $500.", "The price is A$500."),
    ("The margin is 5%.", "The margin is 5."),
    ("The margin is 5.", "The margin is 5%."),
    ("The margin rose 5%.", "The margin rose 5 percentage points."),
    # signs
    ("The result was 1,234.", "The result was (1,234)."),
    ("The result was 5%.", "The result was −5%."),
    ("The result was -5%.", "The result was 5%."),
    ("The result was 12.5%.", "The result was (12.5)%."),
    # words for numbers
    ("There are four bedrooms.", "There are 3 bedrooms."),
    ("It won the 4th prize.", "It won the third prize."),
    ("It won 3 prizes.", "It won the third prize."),
    # ranges and bounds
    ("It takes 10 days.", "It takes 10–15 days."),
    ("It takes 15 to 10 days.", "It takes 10–15 days."),
    ("It takes 5 days.", "It takes at least 5 days."),
    ("It takes less than 5 days.", "It takes more than 5 days."),
    ("It costs £5.", "It costs up to £5."),
    ("It is due on 5 May 2024.", "It is due after 5 May 2024."),
    # dates, times, codes
    ("The payment is due on 2 August 2049.", "The payment is due on 1 August 2049."),
    ("The payment is due on 1 July 2049.", "The payment is due on 1 August 2049."),
    ("The payment is due on 1 August 2048.", "The payment is due on 1 August 2049."),
    ("The payment is due on August 1, 2048.", "The payment is due on 2049-08-01."),
    ("The payment is due on 8 January 2049.", "The payment is due on 1 August 2049."),
    ("The payment is due on 1 August 2049.", "The payment is due on 1 August."),
    ("The payment is due on 1 August 2049.", "The payment is due in August 2049."),
    ("The payment is due on 5 January 2049.", "The payment is due on 05/01/2049."),
    ("The file is due at 2:45.", "The file is due at 14:45."),
    ("The file is due at 2:45 am.", "The file is due at 14:45."),
    ("Revenue grew in Q3.", "Revenue grew in Q2."),
    ("The flat is 14.", "The flat is 14b."),
    ("Revenue grew 3 units.", "Revenue grew in Q3, units."),
    # names
    ("Jo Whitlock fitted the unit.", "Jo Menon fitted the unit."),
    ("John Smith signed.", "John Brown and Mary Smith signed."),
    ("It was made by Adam.", "It was made by Adams."),
    ("It moved to the US.", "It moved to us."),
    ("It was sold in Norway.", "It was sold in Sweden."),
    # negation
    ("The roof is insured.", "The roof is not insured."),
    ("The roof is not insured.", "The roof is insured."),
    ("The roof is never insured.", "The roof is insured."),
    ("The boiler was not repaired.", "The boiler was repaired, the roof was not insured."),
    ("It is insured without excess.", "It is insured with an excess."),
    # made up in part
    ("The boiler was serviced by Menon in September.", "The boiler was serviced in September."),
    ("The boiler was serviced and replaced.", "The boiler was serviced in September."),
    ("The team had 39 turnovers.", "The team had 24 turnovers and 39 interceptions."),
    ("The dividend is paid on 12 December.", "The dividend is paid on 16 January to holders on 12 December."),
    ("He died on 5 May 1818.", "He was born on 5 May 1818 in Trier and died on 14 March 1883."),
    # no statement of its own
    ("", "The boiler was serviced."),
    ("15.", "The fee is 15 euros."),
    ("The 15.", "The fee is 15 euros."),
    ("Multiples:", "Multiples: see page 4."),
    ("Boiler.", "The boiler was serviced."),
    ("The payment is due on", "The payment is due on 1 August 2049."),
    ("The payment is due,", "The payment is due, at last, on 1 August 2049."),
    ("Yes.", "Yes, the boiler was serviced."),
    # other scripts
    ("最终付款日为2049年8月2日。", "最终付款日为2049年8月1日,金额为五万元。"),
    ("ボイラーは2025年に交換した。", "ボイラーは2024年に交換した。"),
    ("保险包括洪水。", "保险不包括洪水。"),
    ("金額は3万円です。", "金額は3億円です。"),
    ("屋根は交換した。", "ボイラーは交換した。"),
    ("Das Dach ist versichert.", "Das Dach ist nicht versichert."),
]


@pytest.mark.parametrize(("sentence", "quote"), BACKED, ids=[sentence for sentence, _ in BACKED])
def test_a_sentence_that_the_evidence_states_passes(sentence: str, quote: str) -> None:
    """It says no more than the quote, perhaps in another notation."""
    assert backed(sentence, quote)


@pytest.mark.parametrize(("sentence", "quote"), DROPPED, ids=[f"{sentence} / {quote}" for sentence, quote in DROPPED])
def test_a_sentence_that_says_something_else_is_dropped(sentence: str, quote: str) -> None:
    """One quantity, name, negation or word is not the evidence's."""
    assert not backed(sentence, quote)


ROW = "Item: Water | Amount (£): 263.85 | Period: 1 Apr 2024 – 31 Mar 2025"
YEARS = "SEK million: Revenue | 2024: 16,780 | 2025E: 18,900"
BARS = "| Brayford Boilers | Vantor Eco 24 | 7 years | £3,140 |"
HEADER = "Maintenance log › 2025 › Firm | Boiler | Guarantee | Price incl. VAT"


@pytest.mark.parametrize(
    ("sentence", "quote", "question", "context", "expected"),
    [
        ("The amount is £263.85.", ROW, "How much is the water?", "", True),
        ("The amount is $263.85.", ROW, "How much is the water?", "", False),
        ("The water amount is 263.85.", ROW, "How much is the water?", "", True),
        ("The period is 1 Apr 2024 to 31 March 2025.", ROW, "Which period?", "", True),
        ("The amount is £2,024.", ROW, "How much is the water?", "", False),
        ("The insurance is £32.20 per year.", "Item: Insurance | Per month (£): 32.20 | Policy year: 2", "", "", False),
        ("The insurance is £32.20 per month.", "Item: Insurance | Per month (£): 32.20", "", "", True),
        ("Revenue was 16,780 in 2024.", YEARS, "What was the revenue?", "", True),
        ("Revenue was 18,900 in 2024.", YEARS, "What was the revenue?", "", False),
        ("Revenue was 18,900.", YEARS, "What was the revenue in 2024?", "", False),
        ("Revenue was 412.6 million.", "Line: Revenue | £ million: 412.6", "What was the revenue?", "", True),
        ("Revenue was £412.6 million.", "Line: Revenue | £ million: 412.6", "What was the revenue?", "", True),
        ("Revenue was £412.6 billion.", "Line: Revenue | £ million: 412.6", "What was the revenue?", "", False),
        ("The boiler is the Vantor Eco 24.", BARS, "Which boiler?", HEADER, True),
        ("The boiler is Brayford Boilers.", BARS, "Which boiler?", HEADER, False),
        ("The guarantee is £3,140.", BARS, "How long is the guarantee?", HEADER, False),
        ("The guarantee is 7 years.", BARS, "How long is the guarantee?", HEADER, True),
    ],
)
def test_a_row_backs_a_value_under_its_own_column_only(
    sentence: str, quote: str, question: str, context: str, expected: bool
) -> None:
    """The column's name gives currency and scale, and must not be joined to another column's value."""
    assert backed(sentence, quote, question, context) is expected


@pytest.mark.parametrize(
    "sentence",
    ["The final payment is due.", "The final payment is due in 2049.", "Due is the final payment."],
)
def test_a_sentence_that_only_restates_the_question_is_dropped(sentence: str) -> None:
    """Nothing in it goes beyond the question."""
    quote = "The final payment is due on 1 August 2049."
    assert not backed(sentence, quote, "When in 2049 is the final payment due?")


def test_what_the_question_assumes_is_not_taken_as_given() -> None:
    """Names, things and numbers of the question must be in the evidence like all others."""
    assert not backed("Alice signed in May 2024.", "Bob signed in May 2024.", "When did Alice sign?")
    assert not backed(
        "The roof was repaired in 2019.", "The boiler was repaired in 2019.", "When was the roof repaired?"
    )
    assert not backed("Norrvik paid 500 to Tessaly.", "Norrvik paid 300 to Tessaly.", "Whom did Norrvik pay 500?")


def test_headings_above_count_as_said_but_do_not_answer() -> None:
    """Context completes a sentence; the news must be in the quote."""
    context = "Mortgage offer › Repayment 2049"
    assert backed("The mortgage payment is due on 1 August 2049.", "The payment is due on 1 August.", "When?", context)
    assert not backed(
        "The mortgage payment is due.", "The payment is due on 1 August.", "Which payment is due?", context
    )


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("Sales of Acme Corp. were 1,204.", True),
        ("Sales of Acme Corp. were 1,100 in 2024.", False),
        ("Sales of Acme Corp. were 1,100 for the six months ended June 30, 2024.", False),
        ("Sales of Acme Corp. were 1,100 in 2023.", False),
    ],
)
def test_header_above_printed_figures_does_not_say_which_is_which(sentence: str, passes: bool) -> None:
    """On a page a row has no cells; whose the document is and its headings still count, its period does not."""
    header = "Sales by kind › In thousands › Three Months Ended Six Months Ended June 30, 2024 June 30, 2023"
    found = evidence("Sales 1,204 1,100", f"acme › Acme Corp., quarter ended June 30, 2024 › Figures › {header}")
    item = replace(found, page=3, section="Figures")
    assert (supporting_evidence(sentence, [item], "?", ENGLISH.terms) == 0) is passes
    assert supporting_evidence("Figures: sales were 1,204.", [item], "?", ENGLISH.terms) == 0


def test_two_pieces_of_evidence_do_not_back_one_sentence() -> None:
    """Each half may be true of something else; the first piece that backs it alone is named."""
    items = [evidence("The boiler was fitted by Menon."), evidence("The roof was repaired in 2019.")]
    assert supporting_evidence("The boiler was repaired in 2019.", items, "?", ENGLISH.terms) is None
    assert supporting_evidence("The roof was repaired.", items, "?", ENGLISH.terms) == 1


def test_the_order_of_words_is_not_looked_at() -> None:
    """A known limit, stated in the module: who did it to whom is not checked."""
    assert backed("Bob paid Alice.", "Alice paid Bob.")
