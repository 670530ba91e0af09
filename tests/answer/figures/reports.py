"""Pages of quarterly reports of made-up companies, laid out in the ways that are printed, as PDFium gives them."""

from __future__ import annotations

from domaingpt.documents.pdf.tables import locate_rows
from domaingpt.types import Document, Page


def report(path: str, *pages: str) -> Document:
    """Return the document of some pages, rows marked as the PDF reader marks them."""
    table, position = [], 0
    for number, page in enumerate(pages, start=1):
        table.append(Page(number, position, position + len(page)))
        position += len(page) + 1
    text = "\n".join(pages)
    return Document(path, text, tuple(table), tuple(locate_rows(text, table)))


# The older period stands first; days above years; a third span of twelve months.
RIVERSTORE = report(
    "2022 Q3 RVS.pdf",
    """FORM 10-Q
For the quarterly period ended September 30, 2022
RIVERSTORE.COM, INC.
(Exact name of registrant as specified in its charter)
""",
    """RIVERSTORE.COM, INC.
CONSOLIDATED STATEMENTS OF CASH FLOWS
(in millions)
(unaudited)

 Three Months Ended
September 30,
Nine Months Ended
September 30,
Twelve Months Ended
September 30,
 2021 2022 2021 2022 2021 2022
CASH, CASH EQUIVALENTS, AND RESTRICTED CASH, BEGINNING OF PERIOD $ 40,667 $ 37,700 $ 42,377 $ 36,477 $ 30,202 $ 30,177
OPERATING ACTIVITIES:
Net income 3,156 2,872 19,041 (3,000) 26,263 11,323
Adjustments to reconcile net income to net cash from operating activities:
Depreciation and amortization of property and equipment and other 8,948 10,204 24,494 29,031 31,012 38,834
Stock-based compensation 3,180 5,556 9,077 14,015 11,639 17,695
Changes in operating assets and liabilities:
Inventories (7,059) 732 (7,572) (5,772) (7,709) (7,687)
Accounts payable 3,832 (1,226) (4,387) (12,672) 8,544 (4,683)
Net cash provided by (used in) operating activities 7,313 11,404 24,240 17,454 54,670 39,541
INVESTING ACTIVITIES:
Purchases of property and equipment (15,748) (16,378) (42,118) (47,053) (56,941) (65,988)
Net cash provided by (used in) investing activities (14,828) (15,608) (45,602) (34,376) (59,984) (46,927)
""",
    """RIVERSTORE.COM, INC.
CONSOLIDATED STATEMENTS OF OPERATIONS
(in millions, except per share data)
(unaudited)

 Three Months Ended
September 30,
Nine Months Ended
September 30,
 2021 2022 2021 2022
Net product sales $ 54,876 $ 59,340 $ 170,598 $ 172,370
Net service sales 55,936 67,761 161,812 192,409
Total net sales 110,812 127,101 332,410 364,779
Operating expenses:
Cost of sales 62,930 70,268 190,078 203,191
Fulfillment 18,498 20,583 52,663 61,196
Sales and marketing 8,010 11,014 21,956 29,420
Other operating expense (income), net (11) 165 (24) 504
Total operating expenses 105,960 124,576 311,843 356,416
Operating income 4,852 2,525 20,567 8,363
Interest expense (493) (617) (1,311) (1,673)
Net income (loss) $ 3,156 $ 2,872 $ 19,041 $ (3,000)
Basic earnings per share $ 0.31 $ 0.28 $ 1.88 $ (0.29)
Diluted earnings per share $ 0.31 $ 0.28 $ 1.85 $ (0.29)
Weighted-average shares used in computation of earnings per share:
Basic 10,138 10,191 10,103 10,178
Diluted 10,284 10,331 10,290 10,178
""",
    """RIVERSTORE.COM, INC.
CONSOLIDATED BALANCE SHEETS
(in millions, except per share data)

 December 31, 2021 September 30, 2022
(unaudited)
ASSETS
Current assets:
Cash and cash equivalents $ 36,220 $ 34,947
Inventories 32,640 36,647
Total current assets 161,580 135,365
Property and equipment, net 160,281 177,195
Goodwill 15,371 20,168
Total assets $ 420,549 $ 428,362
LIABILITIES AND STOCKHOLDERS’ EQUITY
Current liabilities:
Accounts payable $ 78,664 $ 67,760
Unearned revenue 11,827 12,629
Total current liabilities 142,266 140,547
Long-term lease liabilities 67,651 69,332
Long-term debt 48,744 58,919
""",
    """Information on reportable segments and reconciliation to consolidated net income (loss) is as follows (in millions):

 Three Months Ended
September 30,
Nine Months Ended
September 30,
 2021 2022 2021 2022
North America
Net sales $ 65,557 $ 78,843 $ 197,473 $ 222,517
Operating expenses 64,677 79,255 189,987 225,064
Operating income (loss) $ 880 $ (412) $ 7,486 $ (2,547)

International
Net sales $ 29,145 $ 27,720 $ 90,515 $ 83,544
Operating expenses 30,056 30,186 89,816 89,060
Operating income (loss) $ (911) $ (2,466) $ 699 $ (5,516)

Cloud
Net sales $ 16,110 $ 20,538 $ 44,422 $ 58,718
Operating expenses 11,227 15,135 31,183 41,079
Operating income $ 4,883 $ 5,403 $ 13,239 $ 17,639
""",
)

# A fiscal year that ends in January; changes beside the figures; one day a line.
CHIPWORKS = report(
    "2022 Q3 CHPW.pdf",
    """FORM 10-Q
For the quarterly period ended October 30, 2022
CHIPWORKS CORPORATION
(Exact name of registrant as specified in its charter)
""",
    """CHIPWORKS CORPORATION AND SUBSIDIARIES
CONDENSED CONSOLIDATED STATEMENTS OF INCOME
(In millions, except per share data)
(Unaudited)

Three Months Ended Nine Months Ended
 October 30, October 31, October 30, October 31,
 2022 2021 2022 2021
Revenue $ 5,931 $ 7,103 $ 20,923 $ 19,271
Cost of revenue 2,754 2,472 9,400 6,795
Gross profit 3,177 4,631 11,523 12,476
Operating expenses
Research and development 1,945 1,403 5,387 3,802
Sales, general and administrative 631 557 1,815 1,603
Acquisition termination cost — — 1,353 —
Total operating expenses 2,576 1,960 8,555 5,405
Income from operations 601 2,671 2,968 7,071
Income tax expense (benefit) (67) 174 (72) 414
Net income $ 680 $ 2,464 $ 2,954 $ 6,749

Net income per share:
Basic $ 0.27 $ 0.99 $ 1.18 $ 2.71
Diluted $ 0.27 $ 0.97 $ 1.17 $ 2.66

Weighted average shares used in per share computation:
Basic 2,483 2,499 2,495 2,493
Diluted 2,499 2,538 2,517 2,533
""",
    """CHIPWORKS CORPORATION AND SUBSIDIARIES
CONDENSED CONSOLIDATED BALANCE SHEETS
(In millions)
(Unaudited)

October 30, January 30,
2022 2022
ASSETS
Current assets:
Cash and cash equivalents $ 2,800 $ 1,990
Marketable securities 10,343 19,218
Accounts receivable, net 4,908 4,650
Inventories 4,454 2,605
Total current assets 23,223 28,829
Total assets $ 40,488 $ 44,187
""",
    """Revenue by Reportable Segments

 Three Months Ended Nine Months Ended
October 30,
2022
October 31,
2021
$
Change
%
Change
October 30,
2022
October 31,
2021
$
Change
%
Change
 ($ in millions)
Compute & Networking $ 3,816 $ 3,011 $ 805 27% $ 11,396 $ 8,000 $ 3,396 42%
Graphics 2,115 4,092 (1,977) (48)% 9,527 11,271 (1,744) (15)%
Total $ 5,931 $ 7,103 $ (1,172) (16)% $ 20,923 $ 19,271 $ 1,652 9%
""",
)

# Unit and dates in one line, months cut short, quarters by name.
SILICONIA = report(
    "2022 Q3 SLC.pdf",
    """FORM 10-Q
For the quarterly period ended October 1, 2022
SILICONIA INCORPORATED
(Exact name of registrant as specified in its charter)
""",
    """Consolidated Condensed Statements of Income

Three Months Ended Nine Months Ended
(In Millions, Except Per Share Amounts; Unaudited) Oct 1, 2022 Sep 25, 2021 Oct 1, 2022 Sep 25, 2021
Net revenue $ 15,338 $ 19,192 $ 49,012 $ 58,496
Cost of sales 8,803 8,446 27,646 25,690
Gross margin 6,535 10,746 21,366 32,806
Research and development 4,302 3,803 13,064 11,141
Marketing, general and administrative 1,744 1,674 5,296 4,801
Operating income (loss) (175) 5,227 (1,535) 14,467
Net income $ 1,019 $ 6,823 $ 8,678 $ 15,245
Earnings per share—basic $ 0.25 $ 1.68 $ 2.12 $ 3.76
Earnings per share—diluted $ 0.25 $ 1.67 $ 2.11 $ 3.73
Weighted average shares of common stock outstanding:
Basic 4,118 4,061 4,100 4,055
Diluted 4,125 4,086 4,118 4,088
""",
    """Consolidated Condensed Balance Sheets

(In Millions; Unaudited) Oct 1, 2022 Dec 25, 2021
Assets
Current assets:
Cash and cash equivalents $ 4,529 $ 4,827
Short-term investments 18,030 24,426
Inventories 12,831 10,776
Total current assets 46,189 57,718
Goodwill 27,591 26,963
Total assets $ 174,841 $ 168,406
""",
    """(In Millions) Q3 2022 Q3 2021 YTD 2022 YTD 2021
Desktop $ 3,222 $ 3,270 $ 8,152 $ 8,494
Notebook 4,408 5,996 13,115 17,501
""",
)
