"""English words by what they do in a question about tables. None is of any one subject."""

from __future__ import annotations

import re

# Words that say nothing about which rows are meant.
SILENT = frozenset(
    """
    a an the of in on at to for from by with and or are is was were be been being has have had do does did there
    their its it they we i you me us our my your he she his her this that these those which who whom what where when
    how all any every each some of still currently now ever so far already yet altogether together please listed
    recorded list lists shown given found find exist exists existing entry entries row rows record records item
    items line lines one ones thing things different distinct various individual single separate total totals
    overall document documents file files domain folder data table tables sheet according per as than more less can
    could would should will shall may must get got make made us then also only just both across over during within
    among out up about here many much number amount figure value values name names time date dates been us itself
    such other others whole entire complete full year years month months week weeks day days
    """.split()
)
# Verbs and adverbs that may stay unexplained: they say that something is so, not which.
NEUTRAL = frozenset(
    """
    carry carries carried happened happen happens took take takes taken perform performed undertake undertaken hold
    holds held holding reach reached belong belongs appear appears occur occurs occurred come comes came go goes
    went know known report reported reports need needs keep kept stand stands stood lie lies relate related
    regarding concerning dated respectively including present currently contained documented noted mentioned stated
    described given provided see seen map maps mapped correspond corresponds place placed places look like kind
    kinds type types sort sorts really actually exactly approximately roughly altogether want tell say says said put
    set
    """.split()
)
MONEY_WORDS = frozenset(
    """
    cost costs costed costing price prices priced pay pays paid paying payment payments spend spends spent spending
    expense expenses expensive cheap charge charged worth amount amounts money sum sums earn earned owe owes owed
    bill billed invoice invoiced expenditure outlay value valued transaction transactions invoices bills
    """.split()
)
MONEY_ROWS = frozenset(["payments", "transactions", "bills", "invoices", "expenses", "charges", "costs"])
FLOW_WORDS = frozenset(
    ["receive", "receives", "received", "collect", "collected", "income", "got", "made"]
)  # in a sum only
NEGATIONS = frozenset(
    ["not", "no", "without", "except", "excluding", "never", "neither", "nor", "lacking", "missing", "outside"]
)
JOINS = frozenset(["and", "or"])
YES = frozenset(["yes", "y", "true", "x", "✓", "✔", "☑", "1"])
NO = frozenset(["no", "n", "false", "✗", "✘", "☐", "0"])
ACRONYMS = re.compile(r"[A-Z]{2,}s")
REGISTER = (
    "list|register|log|schedule|overview|table|directory|roster|inventory|record|data|summary|ledger|calendar"
    "|tracker|sheet"
)
# Silent words that a column may be named after, and then mean it.
SPEAKING = frozenset(
    "year years month months week weeks day days date dates name names value values amount number figure total".split()
)
