"""PaymentGPT: the operations folder of Larkfield Pay, an invented payment institution that acquires cards.

Rules of the outside world (SEPA, ISO 8583, interchange caps, reason codes) are real; Larkfield's own
deadlines, fees, merchants and incidents are made up.
"""

from __future__ import annotations

from datetime import date, datetime

from starter.writers.office import Cell, Docx, Sheet, Xlsx
from starter.writers.pdf import Pdf

SETTLEMENT_RUNBOOK = Pdf(
    path="runbooks/settlement-runbook.pdf",
    title="Settlement Runbook",
    organisation="Larkfield Pay · Settlement Operations",
    reference="Version 4.2 · 1 November 2025 · internal",
    accent="#4a2c6d",
    body="""
This runbook tells the person on settlement duty what to do, in which order, and when to wake somebody up.
Owner: Marta Lindqvist, Head of Settlement. All times are Central European Time (CET or CEST, whichever
applies in Frankfurt).

# 1. How the money moves

A cardholder pays a merchant. The scheme clears the transaction overnight and credits our settlement account
at Osterkamp Bank, net of interchange and scheme fees. We calculate what each merchant is due, move that
amount to the safeguarding account, and pay it out by SEPA credit transfer. Standard merchants are paid two
business days after the sale (T+2), and merchants on the Fast Payout plan are paid on the next business day
(T+1).

Client money never stays in the settlement account overnight. By 17:30 at the latest everything that belongs
to merchants must be in the safeguarding account at Banque Sarnel. That is earlier than article 10 of the
Payment Services Directive (EU) 2015/2366 demands, which gives until the end of the following business day.

# 2. The day at a glance

| Time | Step | System | Who |
|---|---|---|---|
| 05:30 | Clearing files of both schemes arrive | SFTP gateway | automatic |
| 06:15 | Import finished; control totals compared | Ledger | automatic |
| 07:30 | Duty officer signs off the control totals | Ledger, screen S-12 | duty officer |
| 08:45 | Scheme funds credited at Osterkamp Bank | camt.054 | automatic |
| 09:30 | Matching of funds against clearing | Recon | duty officer |
| 11:00 | Merchant positions frozen, fees and reserves deducted | Ledger | automatic |
| 12:00 | Payout file built and checked | Payout service | duty officer |
| 13:30 | Second person approves the payout file | Payout service, screen P-04 | approver |
| 14:45 | Cut-off: payout file must be at the bank | EBICS | duty officer |
| 16:00 | pain.002 status report processed | Payout service | automatic |
| 17:30 | Safeguarding transfer confirmed | camt.054 | duty officer |
| 18:00 | End-of-day report to finance | Recon | automatic |

The payout file (pain.001) must reach Osterkamp Bank by 14:45 on every TARGET business day. Until version
4.1 the cut-off was 15:30; it was moved forward after the incident of 17 September 2025, so that there is
time to stop a wrong file before the bank's own deadline at 16:00.

# 3. Control totals

Compare four figures for each scheme: number of transactions, gross amount, interchange, and scheme fees. A
difference in the number of transactions always stops the process. A difference in the amount of up to €5.00
for a scheme and day may be signed off by the duty officer alone and is booked to the rounding account 4790.

| Difference per scheme and day | Who may sign off | Payouts go ahead? |
|---|---|---|
| up to €5.00 | duty officer | yes |
| €5.01 to €1,000.00 | duty officer and Head of Settlement | yes |
| €1,000.01 to €25,000.00 | Head of Settlement and Finance Director | only merchants not affected |
| more than €25,000.00 | Chief Operating Officer | no |

# 4. Building the payout file

4.1 Start the job payout-build for the value date. It writes one payment for each merchant with a positive
balance of at least €10.00; smaller balances are carried forward to the next day.

4.2 Check the number of payments, the total, and the ten largest payments against screen P-03. A payment
more than three times as large as the merchant's average of the last 30 days is flagged, and the reason must
be entered before approval.

4.3 Check that the message identification (MsgId) begins with LKP- followed by the value date and a run
number. The MsgId is derived from the content of the file since 2 October 2025. A file that is sent again
therefore carries the same MsgId, and the bank rejects it as a duplicate.

4.4 The approver must not be the person who built the file. Payout files above €5,000,000 need two
approvers, one of whom is the Head of Settlement or the Finance Director.

4.5 Send the file through EBICS and wait for the technical receipt. If no receipt has come after ten
minutes, **do not send the file again**. Call the bank's operations desk (section 9) and ask whether the
file is there.

# 5. Rejected and returned payouts

A payment that the bank rejects comes back in the pain.002 with a reason code; one that the beneficiary's
bank returns comes back as a pacs.004, normally within three business days.

| Code | Meaning | What we do |
|---|---|---|
| AC01 | Account number incorrect | Block payouts, ask the merchant for a new IBAN with proof |
| AC04 | Account closed | Block payouts, ask the merchant for a new IBAN with proof |
| AC06 | Account blocked | Block payouts, inform Risk on the same day |
| AM05 | Duplicate payment | Stop all payouts, call the Head of Settlement |
| BE04 | Creditor's address missing or incorrect | Correct the address and send on the next day |
| MS03 | Reason not given by the bank | Send once more on the next day, then ask the bank |
| RC01 | BIC incorrect | Correct from the directory and send on the next day |

A new IBAN is accepted only after a call back to the telephone number in the contract, never to one given in
the request.

# 6. Reserves and negative balances

Risk can set a rolling reserve for a merchant. The standard rolling reserve is 10% of daily sales and is
released after 180 days. If refunds and chargebacks exceed sales, the balance is negative: it is first set
off against the next five days' sales, and on the sixth business day we collect it by SEPA direct debit
under the mandate in the contract.

# 7. Days without settlement

No payouts leave on TARGET closing days: Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May,
25 December and 26 December. Card sales on these days are cleared on the next business day. In 2026, Good
Friday is 3 April and Easter Monday is 6 April.

# 8. When something is late or wrong

| Situation | Do this first | Escalate after | To whom |
|---|---|---|---|
| Clearing file missing at 06:00 | Check the SFTP gateway, call the scheme | 45 minutes | Head of Settlement |
| Control totals differ | Stop, see section 3 | at once if > €1,000 | Head of Settlement |
| Funds not credited by 09:30 | Ask the bank for the camt.054 | 60 minutes | Finance Director |
| No EBICS receipt | Do not send again; call the bank | 10 minutes | Head of Settlement |
| Wrong file at the bank | Ask for a recall (camt.056) | at once | Chief Operating Officer |
| Safeguarding not confirmed by 17:30 | Call Banque Sarnel | 30 minutes | Finance Director and Compliance |

If a wrong payout file has been executed, a recall must be requested within ten business days. The bank
sends a camt.056 to each beneficiary's bank, which has 15 business days to answer, and the beneficiary must
agree if the money has already been credited. Ten business days is the limit for duplicates and technical
problems; for fraud it is 13 months.

A delay of payouts by more than two hours that touches more than 500 merchants is an incident of severity 2.
A wrong payment of client money of any size is severity 1.

# 9. Telephone numbers

| Desk | Hours | Number |
|---|---|---|
| Osterkamp Bank, payment operations | 07:00–19:00 | +49 69 555 0130 |
| Osterkamp Bank, EBICS emergency | at all hours | +49 69 555 0177 |
| Banque Sarnel, safeguarding desk | 08:00–18:00 | +352 555 0121 |
| Larkfield on-call engineer | at all hours | +353 1 555 0148 |
| Head of Settlement | at all hours | +353 1 555 0150 |

# 10. Version history

| Version | Date | Change |
|---|---|---|
| 4.2 | 1 November 2025 | Cut-off 14:45, was 15:30; two approvers above €5,000,000, was €10,000,000 |
| 4.1 | 6 October 2025 | MsgId from content; never resend without the bank's answer |
| 4.0 | 3 March 2025 | Safeguarding moved from Osterkamp Bank to Banque Sarnel |
| 3.6 | 9 September 2024 | Minimum payout €10.00 instead of €25.00 |
""",
)


def fees(*, year: int, valid: str, changes: str, rows: dict[str, str]) -> Pdf:
    """Return one year's fee schedule; `rows` holds what differs between the years."""
    return Pdf(
        path=f"fees/fee-schedule-{year}.pdf",
        title=f"Merchant Fee Schedule {year}",
        organisation="Larkfield Pay",
        reference=f"Valid from {valid}",
        accent="#7a4b00",
        body=f"""
{changes}

# 1. Card acceptance

There are two price models. **Blended** is one percentage for all cards of a kind. **Interchange++** passes
interchange and scheme fees on at cost and adds our margin. A merchant may change the model once a quarter.

| Card | Blended | Interchange++ margin |
|---|---:|---:|
| Consumer debit, EEA | {rows["debit"]} | 0.25% + €0.08 |
| Consumer credit, EEA | {rows["credit"]} | 0.30% + €0.08 |
| Commercial cards, EEA | 2.30% + €0.10 | 0.45% + €0.08 |
| All cards from outside the EEA | {rows["foreign"]} | 0.60% + €0.08 |

Interchange on consumer cards issued in the EEA is capped by Regulation (EU) 2015/751 at 0.2% for debit and
0.3% for credit cards. The caps do not apply to commercial cards.

# 2. Other services

| Service | Fee |
|---|---:|
| Account, Standard plan | {rows["standard"]} a month |
| Account, Fast Payout plan (T+1) | {rows["fast"]} a month |
| Payout by SEPA credit transfer | free |
| Payout by SEPA instant credit transfer | {rows["instant"]} each |
| Refund | €0.10 each |
| Chargeback | {rows["chargeback"]} each |
| Pre-arbitration and arbitration | €150.00 each, plus scheme costs |
| Payment terminal, rent | {rows["terminal"]} a month |
| Conversion of currency | {rows["fx"]} above the mid-market rate |
| No valid PCI DSS attestation | {rows["pci"]} a month |
| Copy of a statement on paper | €5.00 |

The chargeback fee is charged when the chargeback arrives and is refunded if the merchant wins. The minimum
billing is €10.00 a month, and merchants with less than €1,000 of sales in a month do not pay it in the
first six months.

# 3. Volume discounts

| Card sales in a month | Discount on our Interchange++ margin |
|---|---:|
| up to €50,000 | none |
| €50,001 to €250,000 | 10% |
| €250,001 to €1,000,000 | {rows["tier3"]} |
| above €1,000,000 | by agreement |

The discount applies to the whole volume of the month, not only to the part above the threshold. It is
credited on the fifth business day of the following month.

# 4. Billing

Fees are deducted from the daily payout. A VAT invoice is available in the portal on the third business day
of each month; payment services themselves are exempt from VAT, terminal rent is not. Objections must reach
us within 60 days of the invoice.

We announce changes of this schedule two months before they take effect. A merchant who does not agree may
close the account free of charge until that day.
""",
    )


FEES_2025 = fees(
    year=2025,
    valid="1 January 2025",
    changes="This schedule applies to all merchants who signed the General Terms of 2023 or later.",
    rows={
        "debit": "0.95% + €0.10", "credit": "1.35% + €0.10", "foreign": "2.90% + €0.10", "standard": "€0.00",
        "fast": "€15.00", "instant": "€0.25", "chargeback": "€20.00", "terminal": "€14.00", "fx": "1.5%",
        "pci": "€25.00", "tier3": "15%",
    },
)  # fmt: skip
FEES_2026 = fees(
    year=2026,
    valid="1 January 2026",
    changes="""This schedule replaces the one of 1 January 2025. What changes: the chargeback fee rises from
€20.00 to €22.00, instant payouts become cheaper, the mark-up on currency conversion falls to 1.4%, and
merchants without a valid PCI DSS attestation pay more. The price of accepting consumer debit cards does not
change.""",
    rows={
        "debit": "0.95% + €0.10", "credit": "1.40% + €0.10", "foreign": "2.90% + €0.12", "standard": "€0.00",
        "fast": "€12.00", "instant": "€0.20", "chargeback": "€22.00", "terminal": "€14.50", "fx": "1.4%",
        "pci": "€35.00", "tier3": "18%",
    },
)  # fmt: skip

CHARGEBACK_POLICY = Docx(
    path="policy/chargeback-policy.docx",
    title="Chargeback and Dispute Policy",
    author="Larkfield Pay, Disputes",
    when=datetime(2025, 6, 2, 9, 0),
    body="""
Version 2.3, in force from 1 June 2025. Owner: Priya Nair, Head of Disputes. Applies to card sales of all
merchants.

# 1. What a chargeback is

A chargeback is the reversal of a card payment by the cardholder's bank, the issuer, under the rules of the
card scheme. It is not a refund: a refund is started by the merchant. The issuer names a reason, takes the
money back through the scheme, and it is then for the merchant to prove that the sale was in order.

We debit the merchant on the day on which the chargeback reaches us, together with the chargeback fee of the
fee schedule in force on that day. If the merchant wins, both are credited.

# 2. Deadlines

Cardholders can normally dispute a payment within 120 days. The period begins with the processing date of
the transaction, or, if goods or services were to be delivered later, with the expected date of delivery.
The schemes end it in any case 540 days after the transaction.

The deadlines below are our own. They are shorter than those of the schemes, because evidence has to be
checked and formatted before we send it.

| Step | Deadline | Counted from |
|---|---:|---|
| We inform the merchant | 1 business day | arrival of the chargeback |
| The merchant sends evidence | 10 calendar days | our notice |
| We check the evidence | 2 business days | its arrival |
| We send the defence to the scheme | 18 calendar days | arrival of the chargeback |
| The merchant decides on arbitration | 5 calendar days | the issuer's second rejection |

A merchant must send the evidence within 10 calendar days of our notice. Evidence that arrives later is used
only if the scheme's own deadline allows it, and there is no claim that we do so.

# 3. Reason codes and evidence

| Visa | Mastercard | Reason | Evidence that usually helps |
|---|---|---|---|
| 10.4 | 4837 | Fraud, card absent | 3-D Secure result, IP address, earlier undisputed orders |
| 11.3 | 4808 | No authorisation | Authorisation log with approval code |
| 12.5 | 4834 | Wrong amount | Signed receipt or order confirmation with the amount |
| 12.6.1 | 4834 | Charged twice | Two receipts showing two separate sales |
| 13.1 | 4853 | Goods or services not received | Proof of delivery with date and address |
| 13.2 | 4853 | Cancelled subscription | Terms accepted at sign-up, log of later use |
| 13.3 | 4853 | Not as described | Product page, photographs, correspondence |
| 13.6 | 4853 | Refund not processed | Refund receipt, or terms that exclude a refund |

If the payment was authenticated with 3-D Secure, liability for fraud normally passes from the merchant to
the issuer. The shift does not help against disputes about delivery or quality.

# 4. When we do not defend

- The amount is below €15.00: the work costs more than the sale. We accept the chargeback and waive our fee.
- The merchant has already refunded the customer in full. We answer with the refund's reference only.
- The evidence shows that the cardholder is right.
- The merchant has asked us in writing not to defend.

# 5. Ratio and measures

The chargeback ratio is the number of chargebacks in a month divided by the number of card sales in the same
month. Risk reviews it on the second business day of each month.

| Ratio | and at least | Measure |
|---|---:|---|
| below 0.65% | – | none |
| 0.65% to 0.89% | 50 chargebacks | Written warning and plan within 15 days |
| 0.90% to 1.79% | 100 chargebacks | Rolling reserve of 10%, monthly call with Risk |
| 1.80% and more | 100 chargebacks | Rolling reserve of 20%, notice of termination possible |

A merchant leaves a measure after three months in a row below the threshold.

# 6. Arbitration

Arbitration is the last step: the scheme decides, and the loser pays its costs. We go to arbitration only if
the disputed amount is at least €500, the merchant agrees in writing, and Priya Nair or her deputy thinks
that the chance of winning is better than even. In 2024 we took 31 cases to arbitration and won 19.

# 7. Data protection

Evidence contains personal data. It is kept for 24 months after the case is closed and then deleted. Card
numbers must be masked except for the first six and the last four digits; evidence with a full card number
is returned to the merchant unread.
""",
)

# --- reconciliation, October 2025 -------------------------------------------------------------------------

# day, number of sales, gross sales, refunds, chargebacks, interchange and scheme fees,
# difference between what the schemes paid and what we expected
OCTOBER: list[tuple[int, int, float, float, float, float, float]] = [
    (1, 41_207, 1_688_431.20, 31_204.55, 4_118.90, 9_961.74, 0.0),
    (2, 42_118, 1_702_975.85, 29_877.10, 3_902.45, 10_047.56, 0.0),
    (3, 48_930, 2_011_467.40, 33_412.80, 5_377.20, 11_867.66, 0.0),
    (6, 131_544, 5_294_880.15, 88_640.25, 9_865.35, 31_239.79, -2.14),
    (7, 40_011, 1_611_340.90, 40_118.70, 4_420.00, 9_506.91, 0.0),
    (8, 40_876, 1_650_212.35, 35_730.15, 3_698.15, 9_736.25, 0.0),
    (9, 41_990, 1_699_084.60, 30_995.40, 4_007.80, 10_024.60, -1_284.50),
    (10, 49_215, 2_038_719.75, 34_008.05, 5_210.55, 12_028.45, 0.0),
    (13, 133_870, 5_402_336.50, 90_214.95, 10_140.10, 31_873.79, 0.0),
    (14, 39_754, 1_598_745.25, 41_337.60, 4_655.75, 9_432.60, 0.0),
    (15, 41_302, 1_671_908.80, 33_219.45, 3_840.30, 9_864.26, 4.02),
    (16, 42_667, 1_729_455.10, 30_187.90, 4_291.65, 10_203.79, 0.0),
    (17, 50_120, 2_080_366.95, 35_664.20, 5_512.40, 12_274.17, 0.0),
    (20, 136_208, 5_517_094.30, 92_880.75, 10_377.85, 32_550.86, 0.0),
    (21, 40_533, 1_633_870.05, 42_006.35, 4_189.05, 9_639.83, -18_430.00),
    (22, 41_848, 1_695_322.70, 34_511.80, 3_955.60, 10_002.40, 18_430.00),
    (23, 43_190, 1_751_680.45, 31_409.15, 4_402.20, 10_334.91, 0.0),
    (24, 51_377, 2_135_942.60, 36_250.50, 5_688.75, 12_602.06, 0.0),
    (27, 139_915, 5_690_118.25, 95_117.40, 10_602.10, 33_571.70, -3.37),
    (28, 41_266, 1_664_028.15, 43_385.05, 4_350.35, 9_817.77, 0.0),
    (29, 42_505, 1_722_447.90, 35_208.20, 3_871.90, 10_162.44, 0.0),
    (30, 44_018, 1_790_853.55, 32_140.65, 4_530.45, 10_566.04, 0.0),
    (31, 54_602, 2_266_315.80, 37_902.95, 5_840.70, 13_371.26, -312.75),
]


def daily_rows() -> list[tuple[Cell, ...]]:
    """Return one row a business day: what was expected from the schemes, and what came; then the total."""
    rows: list[tuple[Cell, ...]] = []
    totals = [0.0] * 8
    for day, *figures, difference in OCTOBER:
        count, gross, refunds, chargebacks, costs = figures
        expected = round(gross - refunds - chargebacks - costs, 2)
        numbers = [*figures, expected, round(expected + difference, 2), difference]
        totals = [round(total + number, 2) for total, number in zip(totals, numbers, strict=True)]
        status = "matched" if not difference else "rounding" if abs(difference) <= 5 else "break"
        rows.append((date(2025, 10, int(day)), int(count), *numbers[1:], status))
    return [*rows, ("Total", int(totals[0]), *totals[1:], None)]


DAILY = daily_rows()
MONEY = "#,##0.00"
GROSS = float(DAILY[-1][2])  # type: ignore[arg-type]
SCHEME_SHARES = [("Visa", 0.548), ("Mastercard", 0.417), ("Other schemes", 0.035)]

BREAKS: list[tuple[str, date, str, float, str, str, str]] = [
    ("BR-1041", date(2025, 9, 17), "41 merchants", 12_860.40,
     "Duplicate payouts not yet returned", "in collection", "Owen Brady"),
    ("BR-1057", date(2025, 10, 9), "Mastercard", 1_284.50,
     "Interchange billed at the commercial rate", "claimed", "Sofia Marek"),
    ("BR-1060", date(2025, 10, 14), "Velomarkt GmbH", 6_217.00,
     "Payout returned, account closed (AC04)", "new IBAN awaited", "Owen Brady"),
    ("BR-1066", date(2025, 10, 28), "Casa Lumi SRL", 940.15,
     "Negative balance after refunds", "direct debit on 2025-11-05", "Nils Ahrens"),
    ("BR-1068", date(2025, 10, 31), "Mastercard", 312.75,
     "Unknown; reported to the scheme", "open", "Sofia Marek"),
]  # fmt: skip
WATCHED: list[tuple[str, str, int, int, float, str]] = [
    ("Trekhaus Online", "LK-204418", 9_850, 61, 0.0, "no measure yet; rising since August"),
    ("Fitbox24", "LK-198802", 14_210, 138, 0.10, "subscriptions; 13.2 stands for 71% of cases"),
    ("Lumio Tickets", "LK-221907", 7_730, 156, 0.20, "festival cancelled in September"),
    ("Velomarkt GmbH", "LK-187350", 5_120, 9, 0.0, "payouts blocked, see BR-1060"),
]

RECONCILIATION = Xlsx(
    path="reconciliation/reconciliation-2025-10.xlsx",
    title="Reconciliation October 2025",
    author="Larkfield Pay, Settlement Operations",
    when=datetime(2025, 11, 5, 17, 20),
    sheets=[
        Sheet(
            "Daily",
            ("Business day", "Sales (number)", "Gross sales (EUR)", "Refunds (EUR)", "Chargebacks (EUR)",
             "Interchange and scheme fees (EUR)", "Expected (EUR)", "Received (EUR)", "Difference (EUR)",
             "Status"),
            DAILY,
            ("yyyy-mm-dd", "#,##0", MONEY, MONEY, MONEY, MONEY, MONEY, MONEY, MONEY, ""),
            above=("Scheme funds against clearing, October 2025", "Mondays include Friday to Sunday."),
            total=True,
        ),
        Sheet(
            "Open breaks",
            ("Break", "Opened", "Counterparty", "Amount (EUR)", "Cause", "Status", "Owner", "Age (days)"),
            [(*row, (date(2025, 10, 31) - row[1]).days) for row in BREAKS],
            ("", "yyyy-mm-dd", "", MONEY, "", "", "", "0"),
        ),
        Sheet(
            "By scheme",
            ("Scheme", "Share of gross sales", "Gross sales (EUR)", "Chargeback ratio", "Approval rate"),
            [
                (name, share, round(GROSS * share, 2), ratio, approval)
                for (name, share), ratio, approval in zip(
                    SCHEME_SHARES, (0.0009, 0.0011, 0.0004), (0.931, 0.924, 0.897), strict=True
                )
            ],
            ("", "0.0%", MONEY, "0.00%", "0.0%"),
        ),
        Sheet(
            "Merchants to watch",
            ("Merchant", "Merchant number", "Sales (number)", "Chargebacks (number)", "Chargeback ratio",
             "Reserve", "Remark"),
            [(*row[:4], row[3] / row[2], *row[4:]) for row in WATCHED],
            ("", "", "#,##0", "#,##0", "0.00%", "0%", ""),
        ),
    ],
)  # fmt: skip

DOCUMENTS: list[Pdf | Docx | Xlsx] = [
    SETTLEMENT_RUNBOOK,
    FEES_2025,
    FEES_2026,
    CHARGEBACK_POLICY,
    RECONCILIATION,
]
