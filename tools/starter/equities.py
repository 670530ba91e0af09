"""EquitiesGPT: the folder of Ines Harrow, analyst at Calder Finch. Companies, funds and prices are invented.

The statements are entered line by line as a company publishes them; the sums are checked here, so that a
changed figure cannot leave the tables inconsistent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from statistics import median

from starter.writers.blocks import table
from starter.writers.office import Cell, Docx, Sheet, Xlsx
from starter.writers.pdf import Pdf

SHARES = 98.2  # million


def amount(value: float) -> str:
    """Return a whole number of millions with a thousands separator and a typographic minus."""
    return f"{value:,.0f}".replace("-", "−")


def change(new: float, old: float) -> str:
    """Return the change in per cent with its sign."""
    return f"{(new / old - 1) * 100:+.1f}%".replace("-", "−")


# --- Norrvik Cable AB, January to September 2025, SEK million ---------------------------------------------

PERIODS = ("Q3 2025", "Q3 2024", "Jan–Sep 2025", "Jan–Sep 2024")
INCOME: dict[str, tuple[int, int, int, int]] = {
    "Revenue": (4_812, 4_205, 13_926, 12_310),
    "Raw materials and consumables": (-2_214, -1_978, -6_472, -5_801),
    "Personnel expenses": (-918, -842, -2_746, -2_512),
    "Other operating expenses": (-785, -679, -2_230, -1_980),
    "**EBITDA**": (895, 706, 2_478, 2_017),
    "Depreciation and amortisation": (-214, -193, -629, -571),
    "**Operating profit (EBIT)**": (681, 513, 1_849, 1_446),
    "Net financial items": (-52, -61, -165, -189),
    "Profit before tax": (629, 452, 1_684, 1_257),
    "Income tax": (-138, -98, -369, -274),
    "**Profit for the period**": (491, 354, 1_315, 983),
}
REVENUE, EBITDA, EBIT, PROFIT = (
    INCOME[key] for key in ("Revenue", "**EBITDA**", "**Operating profit (EBIT)**", "**Profit for the period**")
)
for i in range(4):
    column = [values[i] for values in INCOME.values()]
    assert column[4] == sum(column[:4]) and column[6] == column[4] + column[5], PERIODS[i]
    assert column[8] == column[6] + column[7] and column[10] == column[8] + column[9], PERIODS[i]

SEGMENTS: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {  # (revenue Q3 25, 24), (EBITDA Q3 25, 24)
    "Subsea": ((2_706, 2_214), (622, 458)),
    "Land Systems": ((1_458, 1_381), (160, 138)),
    "Service": ((648, 610), (146, 137)),
}
GROUP_COSTS = (-33, -27)
for i in range(2):
    assert sum(values[0][i] for values in SEGMENTS.values()) == REVENUE[i]
    assert sum(values[1][i] for values in SEGMENTS.values()) + GROUP_COSTS[i] == EBITDA[i]

BALANCE: dict[str, tuple[int, int]] = {  # 30 September 2025, 31 December 2024
    "Property, plant and equipment": (9_860, 8_742),
    "Goodwill and intangible assets": (3_415, 3_402),
    "Right-of-use assets": (612, 588),
    "Other non-current assets": (298, 284),
    "Inventories": (2_930, 2_701),
    "Trade receivables": (3_874, 3_552),
    "Contract assets": (2_415, 2_196),
    "Cash and cash equivalents": (2_185, 1_874),
    "**Total assets**": (25_589, 23_339),
    "Equity": (11_246, 10_324),
    "Non-current borrowings": (5_150, 4_900),
    "Non-current lease liabilities": (480, 466),
    "Pensions and deferred tax": (713, 689),
    "Current borrowings": (600, 750),
    "Current lease liabilities": (142, 131),
    "Trade payables": (3_318, 3_027),
    "Contract liabilities": (3_105, 2_336),
    "Other current liabilities": (835, 716),
    "**Total equity and liabilities**": (25_589, 23_339),
}
NET_DEBT = tuple(
    BALANCE["Non-current borrowings"][i] + BALANCE["Current borrowings"][i] - BALANCE["Cash and cash equivalents"][i]
    for i in range(2)
)
LEASES = BALANCE["Non-current lease liabilities"][0] + BALANCE["Current lease liabilities"][0]
for i in range(2):
    sides = [values[i] for values in BALANCE.values()]
    assert sum(sides[:8]) == sides[8] and sum(sides[9:18]) == sides[18] == sides[8]

CASH: dict[str, tuple[int, int, int, int]] = {
    "EBITDA": EBITDA,
    "Change in working capital": (212, -95, 420, -160),
    "Income tax paid": (-118, -92, -351, -260),
    "Net interest paid": (-49, -60, -158, -183),
    "Other items": (-6, -4, -19, -14),
    "**Cash flow from operations**": (934, 455, 2_370, 1_400),
    "Capital expenditure": (-584, -498, -1_690, -1_380),
    "**Free cash flow**": (350, -43, 680, 20),
    "Dividend paid": (0, 0, -368, -319),
    "Repayment of leases": (-34, -31, -101, -92),
    "Change in borrowings": (-150, 200, 100, 350),
    "Change in cash": (166, 126, 311, -41),
    "Cash at the beginning of the period": (2_019, 1_702, 1_874, 1_869),
    "**Cash at the end of the period**": (2_185, 1_828, 2_185, 1_828),
}
for i in range(4):
    flow = [values[i] for values in CASH.values()]
    assert flow[5] == sum(flow[:5]) and flow[7] == flow[5] + flow[6]
    assert flow[11] == sum(flow[7:11]) and flow[13] == flow[11] + flow[12]

EBITDA_2024 = 2_780
LTM_EBITDA = EBITDA_2024 + EBITDA[2] - EBITDA[3]
LEVERAGE = NET_DEBT[0] / LTM_EBITDA
EPS = tuple(f"{profit / SHARES:.2f}" for profit in PROFIT)
assert (f"{LEVERAGE:.1f}", EPS[0]) == ("1.1", "5.00")


def segment_rows() -> list[tuple[str, ...]]:
    """Return one row a segment, then group costs and the group."""
    rows = [
        (name, amount(r[0]), amount(r[1]), change(*r), amount(e[0]), amount(e[1]), f"{e[0] / r[0]:.1%}")
        for name, (r, e) in SEGMENTS.items()
    ]
    rows.append(("Group costs", "–", "–", "–", amount(GROUP_COSTS[0]), amount(GROUP_COSTS[1]), "–"))
    group = (
        amount(REVENUE[0]),
        amount(REVENUE[1]),
        change(*REVENUE[:2]),
        amount(EBITDA[0]),
        amount(EBITDA[1]),
    )
    return [*rows, ("**Group**", *group, f"{EBITDA[0] / REVENUE[0]:.1%}")]


def statement(lines: Mapping[str, tuple[int, ...]], periods: tuple[str, ...]) -> str:
    """Return a statement as a table, one column a period."""
    rows = [(name, *(amount(value) if value else "–" for value in values)) for name, values in lines.items()]
    return table(["SEK million", *periods], rows, "l" + "r" * len(periods))


Q3_REPORT = Pdf(
    path="norrvik/norrvik-q3-2025-report.pdf",
    title="Interim Report January–September 2025",
    organisation="Norrvik Cable AB (publ)",
    reference="Published 30 October 2025, 07:30 CET",
    accent="#0f3d6b",
    body=f"""
# Third quarter in brief

- Revenue grew by 14.4% to SEK 4,812 million (4,205) in the third quarter of 2025, of which 15.1% was
organic and −0.7% due to currency.
- EBITDA rose to SEK 895 million (706), which is an EBITDA margin of 18.6% (16.8%).
- Order intake was SEK 7,520 million (3,940), a book-to-bill ratio of 1.56.
- The order backlog reached a record SEK 41.3 billion on 30 September 2025, compared with SEK 33.9 billion a
year before.
- Earnings per share were SEK {EPS[0]} (3.60).
- Free cash flow improved to SEK 350 million (−43), helped by advance payments from customers.
- The outlook for 2025 is raised; see page 2.

| Key figure | Q3 2025 | Q3 2024 | Jan–Sep 2025 | Jan–Sep 2024 | Full year 2024 |
|---|---:|---:|---:|---:|---:|
| Revenue, SEK million | 4,812 | 4,205 | 13,926 | 12,310 | 16,780 |
| Growth | 14.4% | 9.2% | 13.1% | 8.5% | 9.0% |
| EBITDA, SEK million | 895 | 706 | 2,478 | 2,017 | {EBITDA_2024:,} |
| EBITDA margin | 18.6% | 16.8% | 17.8% | 16.4% | 16.6% |
| EBIT margin | {EBIT[0] / REVENUE[0]:.1%} | {EBIT[1] / REVENUE[1]:.1%} | {EBIT[2] / REVENUE[2]:.1%} | {
        EBIT[3] / REVENUE[3]:.1%} | 11.9% |
| Earnings per share, SEK | {EPS[0]} | {EPS[1]} | {EPS[2]} | {EPS[3]} | 13.72 |
| Order intake, SEK million | 7,520 | 3,940 | 19,480 | 14,105 | 20,430 |
| Net debt / EBITDA, last 12 months | {LEVERAGE:.1f} | 1.5 | {LEVERAGE:.1f} | 1.5 | 1.4 |
| Employees, full-time equivalents | 5,934 | 5,512 | 5,934 | 5,512 | 5,588 |

# The Chief Executive's comments

The quarter was the best in our history, and it was so for an unexciting reason: we delivered what we had
promised, on the dates we had promised. The Skerry Bank link was energised on 19 August, eleven days ahead
of schedule. With it, the last of the projects that we priced before the rise in copper of 2022 has left the
backlog.

Demand is not our constraint; vessels and people are. The second turntable at Karlshamn came into service in
July and adds 900 kilometres of annual capacity. Our third cable-laying vessel, Norrvik Freja, will be
delivered in March 2026, not in December 2025 as planned, because the yard received the main crane late. The
delay costs us about SEK 40 million in chartered tonnage, most of it in the first quarter of 2026.

Land Systems had a better quarter than in spring. Prices for medium-voltage cable have stopped falling, and
the plant in Poznan now runs in three shifts. I am not satisfied with a margin of 11.0%, and the programme
we began there in May is to bring it to 13% by the end of 2026.

Gothenburg, 30 October 2025

Elsa Rydqvist, President and Chief Executive Officer

---

# Outlook for 2025

The outlook is based on the exchange rates of 30 September 2025 and on delivery of the projects as planned.

| Measure | Outlook of 30 October 2025 | Outlook of 17 July 2025 |
|---|---|---|
| Revenue | SEK 18.7–19.1 billion | SEK 18.2–18.8 billion |
| EBITDA margin | 17.8–18.2% | 17.0–17.5% |
| Capital expenditure | about SEK 2.3 billion | about SEK 2.2 billion |

For 2025 we now expect an EBITDA margin of 17.8 to 18.2 per cent, instead of 17.0 to 17.5 per cent. The
financial targets for 2028 are unchanged: annual organic growth of at least 8%, an EBITDA margin above 19%,
net debt below 2.0 times EBITDA, and a dividend of 35 to 45% of the profit for the year.

# Segments

{
        table(
            [
                "SEK million",
                "Revenue Q3 2025",
                "Revenue Q3 2024",
                "Growth",
                "EBITDA Q3 2025",
                "EBITDA Q3 2024",
                "Margin Q3 2025",
            ],
            segment_rows(),
            "lrrrrrr",
        )
    }

## Subsea

Subsea makes and installs high-voltage cables on the sea bed. Four projects accounted for 71% of the
segment's revenue. The margin rose to 23.0% (20.7%) because installation days were used better: the vessels
worked on 86% of the days (79%). In September the segment won the Havgard East export cable, worth SEK 3.9
billion, with deliveries from 2027 to 2029; it is the largest order that Norrvik has ever received.

## Land Systems

Land Systems sells cables and joints to grid operators and builders. Volumes rose by 4% and prices by 1%.
Copper and aluminium are passed on to customers with a delay of about six weeks, so the rise in copper in
August cost the segment SEK 12 million in the quarter.

## Service

Service repairs and monitors cables. Eleven repair operations were carried out (nine). Framework contracts
now cover 14,600 kilometres of cable, and their average remaining term is 4.3 years.

# Order backlog

| SEK billion | 30 Sep 2025 | 30 Jun 2025 | 30 Sep 2024 |
|---|---:|---:|---:|
| Subsea | 36.2 | 33.8 | 29.3 |
| Land Systems | 2.9 | 2.7 | 2.6 |
| Service | 2.2 | 2.1 | 2.0 |
| **Total** | 41.3 | 38.6 | 33.9 |

Of the backlog, SEK 4.7 billion will be delivered in the rest of 2025, SEK 14.8 billion in 2026 and SEK 21.8
billion in 2027 and later. About 62% of it comes from grid operators owned by states or municipalities.

| Largest projects in the backlog | Country | Value (SEK billion) | Deliveries | Progress |
|---|---|---:|---|---:|
| Havgard East export cable | Norway | 3.9 | 2027–2029 | 0% |
| Saaremaa Spur | Estonia | 3.4 | 2026–2028 | 12% |
| Moray Shore | United Kingdom | 3.1 | 2025–2027 | 31% |
| Gotland Ring | Sweden | 2.6 | 2025–2026 | 64% |
| Lolland Interlink | Denmark | 2.2 | 2026–2027 | 9% |

# Events during and after the quarter

On 1 July 2025 Mikael Stråhle became Chief Financial Officer. He succeeded Birgit Oxholm, who retired after
fourteen years in the post.

On 4 September 2025 the cable ship Norrvik Saga returned to service after 26 days in dock at Landskrona. The
overhaul cost SEK 58 million, of which SEK 41 million was capitalised.

On 14 October 2025, after the end of the quarter, Norrvik issued a green bond of SEK 1,200 million with a
term of five years. It pays three-month STIBOR plus 1.35 percentage points, and the money is used for
Norrvik Freja and for repaying a bond of SEK 600 million that falls due in November 2025.

# People and safety

The number of employees was 5,934 full-time equivalents (5,512), of whom 1,120 work at sea. The lost time
injury frequency fell to 2.3 per million hours worked (3.1). There was one serious accident: a technician at
the Poznan plant broke an arm in August, and the line stood still for three days while its guards were
rebuilt.

Emissions in scopes 1 and 2 were 61 thousand tonnes of carbon dioxide equivalent in the first nine months
(68), mainly because two of the vessels now take electric power from the quay when they load in Karlshamn.

---

# Consolidated income statement

{statement(INCOME, PERIODS)}

The effective tax rate in the quarter was 21.9% (21.7%). The number of shares is 98.2 million, and there are
no instruments that could dilute them.

# Consolidated balance sheet

{statement(BALANCE, ("30 Sep 2025", "31 Dec 2024"))}

Net debt, excluding leases, was SEK {amount(NET_DEBT[0])} million on 30 September 2025, compared with SEK
{amount(NET_DEBT[1])} million at the end of 2024. It was {LEVERAGE:.1f} times EBITDA of the last twelve months. Unused
committed credit lines amount to SEK 3,500 million and run until June 2029.

---

# Consolidated cash flow statement

{statement(CASH, PERIODS)}

Capital expenditure of SEK 584 million (498) in the quarter went mainly into Norrvik Freja (SEK 265 million)
and the Karlshamn plant (SEK 190 million).

# Equity

| SEK million | Jan–Sep 2025 | Jan–Sep 2024 |
|---|---:|---:|
| Equity on 1 January | 10,324 | 9,402 |
| Profit for the period | 1,315 | 983 |
| Dividend, SEK 3.75 (3.25) a share | −368 | −319 |
| Other comprehensive income | −25 | 31 |
| **Equity on 30 September** | 11,246 | 10,097 |

# Risks

The largest single risk is a fault in a cable after installation. Norrvik gives warranties of five years on
subsea systems and carries SEK 402 million of provisions for them, up from SEK 371 million at the end of
2024. Arbitration about the Storholm interconnector continues: the customer claims EUR 38 million for late
delivery, and the hearing is set for May 2026. The board, advised by counsel, has made no provision for this
claim.

A change of 10% in the copper price moves revenue by about SEK 410 million a year, but EBITDA by less than
SEK 20 million, because the metal is hedged when an order is signed.

# Financial calendar

| Event | Date |
|---|---|
| Year-end report 2025 | 5 February 2026 |
| Annual report 2025 | 26 March 2026 |
| Annual general meeting, Gothenburg | 23 April 2026 |
| Interim report January–March 2026 | 29 April 2026 |
| Interim report January–June 2026 | 16 July 2026 |

# Definitions

- **Order intake** is the value of contracts signed in the period, without options and letters of intent.
- **Book-to-bill ratio** is order intake divided by revenue of the same period.
- **Organic growth** is the change in revenue, adjusted for currency and for businesses bought or sold.
- **EBITDA margin** is EBITDA as a percentage of revenue.
- **Free cash flow** is cash flow from operations less capital expenditure, before leases and dividends.
- **Net debt** is borrowings less cash and cash equivalents; lease liabilities and pensions are not included.

# Contact

Investor relations: Jonas Wikander, ir@norrvik.example, telephone +46 31 390 06 00. A conference call for
analysts was held on 30 October 2025 at 10:00 CET; a recording is kept on the company's website for twelve
months.

This report has not been reviewed by the company's auditors.
""",
)

# --- the analyst's valuation ------------------------------------------------------------------------------

PRICE, REVENUE_26, MARGIN_26 = 268.00, 21_000, 0.186
REVENUE_25, MARGIN_25 = 18_900, 0.180
FREE_CASH_FLOWS = {2026: 1_150, 2027: 1_560, 2028: 1_930, 2029: 2_240, 2030: 2_600}
WACC, GROWTH = 0.082, 0.020
MARKET_CAP = PRICE * SHARES
EV = MARKET_CAP + NET_DEBT[0] + LEASES
EBITDA_25, EBITDA_26 = REVENUE_25 * MARGIN_25, REVENUE_26 * MARGIN_26


def dcf(wacc: float, growth: float) -> tuple[float, float, float]:
    """Return (present value of the years, of the terminal value, value per share in SEK)."""
    years = sum(flow / (1 + wacc) ** i for i, flow in enumerate(FREE_CASH_FLOWS.values(), start=1))
    terminal = FREE_CASH_FLOWS[2030] * (1 + growth) / (wacc - growth) / (1 + wacc) ** 5
    return years, terminal, (years + terminal - NET_DEBT[0] - LEASES) / SHARES


YEARS, TERMINAL, PER_SHARE = dcf(WACC, GROWTH)
TARGET = 325
assert abs(PER_SHARE - TARGET) < 2.5, PER_SHARE
CASH_FLOW_TABLE = table(
    ["Year", "Free cash flow to the firm (SEK million)", "Discount factor", "Present value (SEK million)"],
    [
        (year, amount(flow), f"{(1 + WACC) ** -i:.4f}", amount(flow / (1 + WACC) ** i))
        for i, (year, flow) in enumerate(FREE_CASH_FLOWS.items(), start=1)
    ]
    + [("Terminal", amount(FREE_CASH_FLOWS[2030] * (1 + GROWTH) / (WACC - GROWTH)), f"{(1 + WACC) ** -5:.4f}",
        amount(TERMINAL))],
    "lrrr",
)  # fmt: skip
SENSITIVITY = table(
    ["WACC", "Growth 1.5%", "Growth 2.0%", "Growth 2.5%"],
    [(f"{wacc:.1%}", *(f"{dcf(wacc, g)[2]:.0f}" for g in (0.015, 0.02, 0.025))) for wacc in (0.077, 0.082, 0.087)],
    "lrrr",
)

VALUATION_NOTE = Docx(
    path="norrvik/valuation-note-2025-11.docx",
    title="Norrvik Cable: valuation note, November 2025",
    author="Ines Harrow, Calder Finch Investment Management",
    when=datetime(2025, 11, 10, 16, 45),
    body=f"""
Ines Harrow, 10 November 2025. For internal use by the investment committee. All prices as of the close on 7
November 2025; SEK million unless stated otherwise.

# 1. Recommendation

We raise our target price for Norrvik Cable from SEK 290 to SEK {TARGET} and change our recommendation from
Add to Buy. At the price of SEK {PRICE:.2f} the target offers an upside of {TARGET / PRICE - 1:.0%}, before
a dividend that we expect to be SEK 4.50 a share for 2025. The note of 12 August 2025 is superseded.

Three things have changed since August. The margin in Subsea has passed 23%, which we had expected only in
2027. Half of the Havgard East order was not in our forecasts. And working capital, which worried us in the
spring, has turned, since customers now pay in advance.

# 2. Forecasts

| SEK million | 2024 | 2025E | 2026E | 2027E |
|---|---:|---:|---:|---:|
| Revenue | 16,780 | {REVENUE_25:,} | {REVENUE_26:,} | 23,400 |
| EBITDA | 2,780 | {EBITDA_25:,.0f} | {EBITDA_26:,.0f} | 4,446 |
| EBITDA margin | 16.6% | {MARGIN_25:.1%} | {MARGIN_26:.1%} | 19.0% |
| Earnings per share, SEK | 13.72 | 18.60 | 22.10 | 26.40 |
| Dividend per share, SEK | 3.75 | 4.50 | 8.00 | 10.50 |
| Capital expenditure | 1,985 | 2,300 | 1,900 | 1,700 |

Our revenue for 2025 lies in the middle of the company's range of SEK 18.7 to 19.1 billion. It implies SEK
4,974 million for the fourth quarter, which the backlog covers to 94%. The step in the dividend in 2026
assumes that the board moves to the lower end of its range once Norrvik Freja is paid for.

# 3. Discounted cash flow

We use a weighted average cost of capital of {WACC:.1%}, built from a cost of equity of 9.3%, a cost of debt
of 3.4% after tax and a share of debt of 18.6%, and a terminal growth rate of {GROWTH:.1%}.

{CASH_FLOW_TABLE}

The sum of the present values is an enterprise value of SEK {amount(YEARS + TERMINAL)} million. After net
debt of SEK {amount(NET_DEBT[0])} million and lease liabilities of SEK {amount(LEASES)} million, the value
of equity is SEK {amount(YEARS + TERMINAL - NET_DEBT[0] - LEASES)} million, or SEK {PER_SHARE:.0f} a share.
The terminal value makes up {TERMINAL / (YEARS + TERMINAL):.0%} of the enterprise value, which is high and
is the weak point of the method here.

## Sensitivity of the value per share (SEK)

{SENSITIVITY}

# 4. Multiples

The market capitalisation is SEK {amount(MARKET_CAP)} million and the enterprise value SEK {amount(EV)}
million.

| Multiple | 2025E | 2026E |
|---|---:|---:|
| EV / revenue | {EV / REVENUE_25:.2f}x | {EV / REVENUE_26:.2f}x |
| EV / EBITDA | {EV / EBITDA_25:.1f}x | {EV / EBITDA_26:.1f}x |
| Price / earnings | {PRICE / 18.60:.1f}x | {PRICE / 22.10:.1f}x |
| Dividend yield | {4.5 / PRICE:.1%} | {8 / PRICE:.1%} |

On all four multiples of earnings Norrvik is cheaper than the median of its peers (see the comparables
workbook), although it earns a higher margin than any of them. Only relative to revenue does it look dear.

# 5. What could go wrong

- **Storholm arbitration.** A full loss would cost EUR 38 million, about SEK 4.30 a share at SEK 11.10 per
euro.
- **Norrvik Freja.** Each further month of delay costs about SEK 13 million in charter hire.
- **A failed installation.** The Vestholm fault in 2019 cost SEK 640 million over two years; insurance
covered 45%.
- **Customer concentration.** The three largest customers stand for 48% of the backlog.

We would cut the recommendation if the order intake of two quarters in a row fell below revenue, or if the
Subsea margin fell below 20%.
""",
)

# --- comparables ------------------------------------------------------------------------------------------

# name, ticker, country, currency, price, shares (m), net debt incl. leases, revenue 25E,
# EBITDA 25E, EBITDA 26E, EPS 25E, EPS 26E
COMPANIES: list[tuple[str, str, str, str, float, float, float, float, float, float, float, float]] = [
    ("Norrvik Cable AB", "NRVK", "Sweden", "SEK", PRICE, SHARES, NET_DEBT[0] + LEASES, REVENUE_25,
     EBITDA_25, EBITDA_26, 18.60, 22.10),
    ("Baltkabel Oyj", "BALT", "Finland", "EUR", 21.45, 64.0, 212, 1_180, 152, 168, 1.24, 1.41),
    ("Kestrel Cable Systems plc", "KCS", "United Kingdom", "GBP", 6.82, 310.0, 480, 1_905, 301, 338,
     0.49, 0.57),
    ("Hansa Leitungswerke AG", "HLW", "Germany", "EUR", 48.30, 112.5, 1_240, 6_350, 742, 801, 3.62, 4.05),
    ("Adria Cavi SpA", "ADC", "Italy", "EUR", 63.10, 268.0, 3_950, 16_900, 2_290, 2_480, 3.71, 4.22),
    ("Iberlink Conductores SA", "IBL", "Spain", "EUR", 11.90, 88.0, 365, 1_020, 118, 129, 0.71, 0.83),
]  # fmt: skip


def multiples() -> list[tuple[Cell, ...]]:
    """Return one row a company, then the median of the peers without Norrvik."""
    rows: list[tuple[Cell, ...]] = []
    for name, ticker, _, _, price, shares, debt, revenue, ebitda25, ebitda26, eps25, eps26 in COMPANIES:
        ev = price * shares + debt
        rows.append(
            (name, ticker, ev / revenue, ev / ebitda25, ev / ebitda26, price / eps25, price / eps26,
             ebitda25 / revenue, debt / ebitda25)
        )  # fmt: skip
    middle = [median(float(row[i]) for row in rows[1:]) for i in range(2, 9)]  # type: ignore[arg-type]
    return [*rows, ("Median of peers", None, *middle)]


COMPARABLES = Xlsx(
    path="sector/cable-comparables.xlsx",
    title="Cable makers: comparables",
    author="Ines Harrow",
    when=datetime(2025, 11, 7, 18, 5),
    sheets=[
        Sheet(
            "Multiples",
            (
                "Company",
                "Ticker",
                "EV/Revenue 2025E",
                "EV/EBITDA 2025E",
                "EV/EBITDA 2026E",
                "P/E 2025E",
                "P/E 2026E",
                "EBITDA margin 2025E",
                "Net debt/EBITDA 2025E",
            ),
            multiples(),
            ("", "", '0.00"x"', '0.0"x"', '0.0"x"', '0.0"x"', '0.0"x"', "0.0%", '0.0"x"'),
            above=(
                "Cable makers: multiples",
                "Prices at the close of 7 November 2025. The median excludes Norrvik.",
            ),
            total=True,
        ),
        Sheet(
            "Inputs",
            (
                "Company",
                "Ticker",
                "Country",
                "Currency",
                "Price",
                "Shares (m)",
                "Market cap (m)",
                "Net debt incl. leases (m)",
                "Revenue 2025E (m)",
                "EBITDA 2025E (m)",
                "EBITDA 2026E (m)",
                "EPS 2025E",
                "EPS 2026E",
            ),
            [(*c[:6], round(c[4] * c[5], 1), *c[6:]) for c in COMPANIES],
            (
                "",
                "",
                "",
                "",
                "#,##0.00",
                "#,##0.0",
                "#,##0.0",
                "#,##0",
                "#,##0",
                "#,##0",
                "#,##0",
                "0.00",
                "0.00",
            ),
        ),
        Sheet(
            "Order backlog",
            ("Company", "As of", "Backlog (EUR m)", "Years of revenue", "Share of subsea"),
            [
                ("Norrvik Cable AB", date(2025, 9, 30), 3721, 2.2, 0.877),
                ("Kestrel Cable Systems plc", date(2025, 9, 30), 2480, 1.1, 0.61),
                ("Hansa Leitungswerke AG", date(2025, 6, 30), 7110, 1.1, 0.44),
                ("Adria Cavi SpA", date(2025, 9, 30), 19350, 1.1, 0.72),
                ("Baltkabel Oyj", date(2025, 9, 30), 640, 0.5, 0.0),
                ("Iberlink Conductores SA", date(2025, 6, 30), 415, 0.4, 0.08),
            ],
            ("", "yyyy-mm-dd", "#,##0", "0.0", "0.0%"),
        ),
        Sheet(
            "Price history",
            ("Date", "NRVK (SEK)", "HLW (EUR)", "ADC (EUR)", "Copper (USD/t)"),
            [
                (date(2024, 12, 30), 214.50, 44.10, 60.85, 8768),
                (date(2025, 1, 31), 221.00, 45.75, 62.40, 9048),
                (date(2025, 2, 28), 229.80, 46.20, 58.95, 9361),
                (date(2025, 3, 31), 218.40, 43.60, 55.10, 9710),
                (date(2025, 4, 30), 226.10, 42.85, 54.70, 9125),
                (date(2025, 5, 30), 238.70, 45.05, 57.30, 9498),
                (date(2025, 6, 30), 244.20, 46.90, 59.20, 9878),
                (date(2025, 7, 31), 255.60, 47.15, 61.75, 9607),
                (date(2025, 8, 29), 249.90, 46.40, 60.90, 9902),
                (date(2025, 9, 30), 252.30, 47.80, 61.35, 10269),
                (date(2025, 10, 31), 266.40, 48.55, 62.80, 10880),
                (date(2025, 11, 7), PRICE, 48.30, 63.10, 10717),
            ],
            ("yyyy-mm-dd", "0.00", "0.00", "0.00", "#,##0"),
        ),
        Sheet(
            "Notes",
            ("No.", "Note"),
            [
                (
                    1,
                    "EBITDA is adjusted for one-off items in all six companies; Norrvik has none in 2025.",
                ),
                (
                    2,
                    "Hansa's revenue contains about EUR 1,900m of copper at cost; this lowers its margin.",
                ),
                (
                    3,
                    "Kestrel's financial year ends on 31 March; its figures are weighted to calendar years.",
                ),
                (4, "Estimates for peers are the mean of brokers' forecasts; those for Norrvik are our own."),
                (
                    5,
                    "Adria is buying Iberlink's rod mill for EUR 74m; not yet in the figures.",
                ),
            ],
            ("0", ""),
        ),
    ],
)

POLICY = Docx(
    path="policy/investment-policy-2025.docx",
    title="Investment Policy Memorandum: Northern Equity Fund",
    author="Calder Finch Investment Management",
    when=datetime(2025, 3, 14, 10, 0),
    body="""
Adopted by the board on 14 March 2025, in force from 1 April 2025. This memorandum replaces the one of 1
June 2022.

# 1. Purpose

The fund invests in 30 to 45 listed companies in the Nordic countries, the Baltic states and the British
Isles. It aims to beat the Northern 300 Index by two percentage points a year, after costs, over rolling
periods of five years. This memorandum says what the managers may do without asking, and when they must ask.

# 2. Limits

| Limit | Until 31 March 2025 | From 1 April 2025 |
|---|---:|---:|
| Single position when bought, of net assets | 6.0% | 5.0% |
| Single position at market value, of net assets | 8.0% | 7.0% |
| One sector, of net assets | 30% | 25% |
| Cash, of net assets | 0–10% | 0–8% |
| Companies below EUR 500 million market value, together | 15% | 10% |
| Net debt / EBITDA of an industrial company when bought | 3.0x | 2.5x |
| Currency hedging of exposure outside the euro | up to 100% | up to 50% |

No single position may be larger than 5.0% of net assets when it is bought, or 7.0% at market value. If a
position grows through the upper limit, the managers have 20 trading days to bring it back.

# 3. Liquidity

At least 80% of the portfolio must be saleable within ten trading days, assuming that we are 20% of the
average daily volume of the last three months. Risk control checks this every Monday.

# 4. Research and approval

Each new position needs a written valuation note not older than 90 days, with a target price, the three main
risks and the conditions under which we would sell. The investment committee approves new positions with a
majority of its five members; the author of the note has no vote.

A position that has fallen 20% below its average cost is reviewed by the committee within five working days.
The outcome is written down: add, hold or sell. Doing nothing without a decision is a breach of this policy.

# 5. What we do not own

- Companies that earn more than 5% of revenue from thermal coal or tobacco.
- Makers of controversial weapons, without any threshold.
- Unlisted shares, short positions and derivatives other than currency forwards.
- Shares of companies in whose boards an employee of Calder Finch sits.

# 6. Conflicts of interest

Employees must hold shares for at least 60 days and may not trade in a company within three working days
before and after the fund does. Personal trades need the compliance officer's approval, which is valid until
the end of the next trading day. The compliance officer is Ruth Ekdahl.

# 7. Voting

We vote at every general meeting at which the fund holds more than 0.5% of the votes. We vote against
incentive programmes that can pay out more than three times the fixed salary, and against a chief executive
who also chairs the board.

# 8. Reporting

The managers report to the board each quarter: results against the index, attribution by sector, turnover,
breaches of limits, and the five largest contributors and detractors. Breaches of a limit are reported to
compliance on the same working day.
""",
)

DOCUMENTS: list[Pdf | Docx | Xlsx] = [Q3_REPORT, VALUATION_NOTE, COMPARABLES, POLICY]
