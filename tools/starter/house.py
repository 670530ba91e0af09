"""HouseGPT: Hannah Okafor and Daniel Marsh buy a house, and then own it. People and places are invented."""

from __future__ import annotations

import calendar
from datetime import date, datetime

from starter.writers.blocks import table
from starter.writers.office import Cell, Docx, Sheet, Xlsx
from starter.writers.pdf import Pdf

PRICE, DEPOSIT, LOAN = 485_000, 48_500, 388_000
FIXED_RATE, VARIABLE_RATE = 0.0434, 0.0749
FIXED_PAYMENTS, ALL_PAYMENTS = 60, 300
FIRST_PAYMENT = date(2024, 9, 1)
assert DEPOSIT == PRICE * 0.10 and LOAN == PRICE * 0.80


# --- the mortgage -----------------------------------------------------------------------------------------


def annuity(balance: float, rate: float, payments: int) -> float:
    """Return the level monthly payment that repays the balance."""
    monthly = rate / 12
    return round(balance * monthly / (1 - (1 + monthly) ** -payments), 2)


def due_date(number: int) -> date:
    """Return the day on which a payment is due; number 1 is the first."""
    months = FIRST_PAYMENT.month - 1 + number - 1
    return date(FIRST_PAYMENT.year + months // 12, months % 12 + 1, 1)


def long_date(day: date) -> str:
    """Return the day as `1 August 2049`."""
    return f"{day.day} {day:%B} {day.year}"


def amortise() -> list[tuple[int, date, float, float, float, float]]:
    """Return (number, due, payment, interest, capital, balance after it) of every payment."""
    rows = []
    balance = float(LOAN)
    payment = annuity(balance, FIXED_RATE, ALL_PAYMENTS)
    for number in range(1, ALL_PAYMENTS + 1):
        rate = FIXED_RATE if number <= FIXED_PAYMENTS else VARIABLE_RATE
        if number == FIXED_PAYMENTS + 1:
            payment = annuity(balance, VARIABLE_RATE, ALL_PAYMENTS - FIXED_PAYMENTS)
        interest = round(balance * rate / 12, 2)
        paid = payment if number < ALL_PAYMENTS else round(balance + interest, 2)
        balance = round(balance + interest - paid, 2)
        rows.append((number, due_date(number), paid, interest, round(paid - interest, 2), balance))
    assert balance == 0
    return rows


SCHEDULE = amortise()
FIXED_PAYMENT, LATER_PAYMENT = SCHEDULE[0][2], SCHEDULE[FIXED_PAYMENTS][2]
FIXED_BALANCE = SCHEDULE[FIXED_PAYMENTS - 1][5]
INITIAL_INTEREST = round(LOAN * FIXED_RATE * 20 / 365, 2)  # 12 to 31 July 2024
TOTAL_PAID = round(sum(row[2] for row in SCHEDULE) + INITIAL_INTEREST, 2)
TOTAL_INTEREST = round(TOTAL_PAID - LOAN, 2)

MONTHLY_TABLE = table(
    ["No.", "Due", "Payment (£)", "Interest (£)", "Capital (£)", "Balance (£)"],
    [
        (
            n,
            f"{due.day} {due:%b} {due.year}",
            f"{paid:,.2f}",
            f"{interest:,.2f}",
            f"{capital:,.2f}",
            f"{left:,.2f}",
        )
        for n, due, paid, interest, capital, left in SCHEDULE[:FIXED_PAYMENTS]
    ],
    "rlrrrr",
)
YEARLY_TABLE = table(
    ["Year to 1 August", "Payments", "Paid (£)", "Interest (£)", "Capital (£)", "Balance (£)"],
    [
        (
            rows[-1][1].year,
            f"{rows[0][0]}–{rows[-1][0]}",
            f"{sum(row[2] for row in rows):,.2f}",
            f"{sum(row[3] for row in rows):,.2f}",
            f"{sum(row[4] for row in rows):,.2f}",
            f"{rows[-1][5]:,.2f}",
        )
        for rows in (SCHEDULE[start : start + 12] for start in range(FIXED_PAYMENTS, ALL_PAYMENTS, 12))
    ],
    "llrrrr",
)

MORTGAGE = Pdf(
    path="mortgage/mortgage-offer.pdf",
    title="Mortgage Offer",
    organisation="Fenwick & Dale Building Society",
    reference="Offer FD-2024-118830 · 22 April 2024",
    accent="#14532d",
    body=f"""
To: Ms Hannah Okafor and Mr Daniel Marsh

Property: 17 Orchard Rise, Aldermere, Westershire AM4 7QT

We are pleased to offer you a mortgage on the property above. This offer replaces the decision in principle
of 4 March 2024. It is valid until 22 October 2024; if the loan has not been released by then, you will have
to apply again at the rates available on that day. You have seven days to think it over, and nothing in this
offer binds you until the loan is released.

# 1. Your mortgage at a glance

| Item | Detail |
|---|---|
| Amount of the loan | £{LOAN:,} |
| Purchase price | £{PRICE:,} |
| Loan to value | 80% |
| Type | Capital and interest (repayment) |
| Term | 25 years, {ALL_PAYMENTS} monthly payments |
| Fixed rate | {FIXED_RATE:.2%} until 31 July 2029 |
| Rate afterwards | Standard variable rate, currently {VARIABLE_RATE:.2%} |
| APRC | 6.3% |
| Monthly payment while the rate is fixed | £{FIXED_PAYMENT:,.2f} |
| Mortgage account | 40-118830-7 |

# 2. Interest

The interest rate is fixed at {FIXED_RATE:.2%} until 31 July 2029. From 1 August 2029 the loan moves to our
standard variable rate, which is {VARIABLE_RATE:.2%} on the date of this offer and can go up or down. We
write to you at least three months before the fixed rate ends, and you may then choose another product
instead.

Interest is charged from the day the loan is released and is worked out monthly on the balance outstanding.
Your solicitor has told us to expect completion on 12 July 2024. Interest for the 20 days from 12 to 31 July
2024 comes to £{INITIAL_INTEREST:,.2f} and is collected together with the first payment.

# 3. Your payments

The first monthly payment of £{FIXED_PAYMENT:,.2f} is due on 1 September 2024. Payments are collected by
direct debit on the first day of each month, or on the next working day. The final mortgage payment, payment
number {ALL_PAYMENTS}, is due on {long_date(SCHEDULE[-1][1])}.

If you stay on the standard variable rate after July 2029 and it does not change, the monthly payment rises to
£{LATER_PAYMENT:,.2f} from 1 September 2029. When the fixed rate ends, the outstanding balance will be
£{FIXED_BALANCE:,.2f}, provided that every payment was made on time and nothing was overpaid.

On these assumptions you would pay £{TOTAL_PAID:,.2f} in total over 25 years, of which
£{TOTAL_INTEREST:,.2f} is interest. For each £1 borrowed you would pay back £{TOTAL_PAID / LOAN:.2f}.

# 4. Fees

| Fee | Amount (£) | When it is due |
|---|---:|---|
| Product fee | 999.00 | Paid on 24 April 2024 by debit card; not added to the loan |
| Valuation fee | 0.00 | Waived with this product |
| Funds transfer fee | 25.00 | Deducted when the loan is released |
| Late payment fee | 40.00 | Per missed or returned direct debit |
| Consent to let | 175.00 | If you ask for permission to let the property |
| Mortgage exit fee | 110.00 | When the loan is repaid in full |

# 5. Repaying early

You may overpay up to 10% of the outstanding balance in each calendar year without a charge. The balance is
taken on 1 January of that year; in the year of completion it is the original loan, so up to £38,800 may be
overpaid in 2024. Overpayments of £500 or more reduce the balance on the day we receive them.

If you repay more than that before 31 July 2029, or move the mortgage to another lender, an early repayment
charge applies to the amount above the allowance:

| Repaid in the period | Early repayment charge |
|---|---:|
| Until 31 July 2025 | 5% |
| 1 August 2025 to 31 July 2026 | 4% |
| 1 August 2026 to 31 July 2027 | 3% |
| 1 August 2027 to 31 July 2028 | 2% |
| 1 August 2028 to 31 July 2029 | 1% |
| From 1 August 2029 | none |

# 6. Conditions of this offer

- The valley and the slipped tiles on the rear roof slope, described in our valuer's note of 16 April 2024,
must be repaired within six months of completion, and you must send us the paid invoice.
- Buildings insurance for at least the reinstatement cost of £540,000 must be in force from exchange of
contracts and for as long as the loan is outstanding.
- The remaining 20% of the price must come from your own savings. A gift from a relative is acceptable only
with a signed letter that it need not be repaid.
- The property must be your main residence. You may not let it without our written consent.
- Your solicitor, Bexley Rowe Solicitors, acts for us as well and must register our charge at HM Land
Registry.

# 7. If something changes

Tell us before you miss a payment. We can usually agree a lower payment for up to six months, and we charge
no fee for such an arrangement, though interest continues to build up. After two missed payments we pass the
account to our support team, who will call you before any letter is sent. Your home may be repossessed if
you do not keep up repayments on your mortgage.

If you move home, you can take the rate with you to the new property, provided that you still meet our
lending rules and that no more than 90 days pass between repaying this loan and starting the new one.

---

# Schedule A: monthly payments during the fixed rate

All amounts are in pounds. The first direct debit also collects the initial interest of
£{INITIAL_INTEREST:,.2f}, which is not shown here.

{MONTHLY_TABLE}

# Schedule B: illustration by year at the standard variable rate

This part assumes {VARIABLE_RATE:.2%} throughout. It is an illustration and not a forecast.

{YEARLY_TABLE}
""",
)

# --- buying -----------------------------------------------------------------------------------------------

CONTRACT = Pdf(
    path="purchase/purchase-contract.pdf",
    title="Contract for the Sale of 17 Orchard Rise",
    organisation="Pryce Hollis LLP, solicitors for the Seller",
    reference="Title WS 204417 · 14 June 2024",
    accent="#5b1f24",
    serif=True,
    body="""
# Particulars

| Term | Meaning |
|---|---|
| Seller | Geoffrey Alan Lumley and Patricia Lumley, of 17 Orchard Rise |
| Buyer | Hannah Okafor and Daniel Marsh, of Flat 5, 112 Cask Lane, Brayford |
| Property | The freehold house, garage and garden known as 17 Orchard Rise, Aldermere, Westershire AM4 7QT |
| Title number | WS 204417, title absolute |
| Date of this contract | 14 June 2024 |
| Completion date | 12 July 2024 |
| Purchase price | £485,000 |
| Deposit | £48,500 |
| Contents price | £1,850 |
| Contract rate | 4% a year above the base rate of the Bank of England |
| Seller's solicitor | Pryce Hollis LLP, 3 Corn Exchange, Aldermere (Mr L. Pryce) |
| Buyer's solicitor | Bexley Rowe Solicitors, 40 Mill Street, Brayford (Ms A. Rowe) |

# 1. Sale and price

1.1 The Seller sells and the Buyer buys the Property with full title guarantee for £485,000. The price in
the memorandum of sale of 13 March 2024 was £492,500 and was reduced by agreement on 9 April 2024, after the
Buyer's survey.

1.2 The Standard Conditions of Sale (Fifth Edition) form part of this contract, except where it says
otherwise. Where they conflict with a special condition, the special condition prevails.

# 2. Deposit

2.1 The deposit of £48,500, which is 10% of the purchase price, must be paid to the Seller's solicitor by
4.00 pm on 14 June 2024. It is held as stakeholder and is released to the Seller on completion only.

2.2 If the Buyer fails to complete after a notice to complete has expired, the Seller may keep the deposit
and any interest on it. If the Seller fails to complete, the deposit is returned with interest within five
working days.

# 3. Completion

3.1 Completion takes place on 12 July 2024, and the balance must reach the Seller's solicitor by 1.00 pm on
that day. Money received later is treated as received on the next working day.

3.2 The balance due on completion is £438,350: the price of £485,000 and the contents price of £1,850, less
the deposit of £48,500.

3.3 The party in default pays compensation at the contract rate on the balance for each day of delay. A
notice to complete gives the other party ten working days, excluding the day on which it is given.

3.4 The Seller leaves two complete sets of keys, the garage remote control and the alarm code with Tolland &
Crewe Estate Agents, who hand them over as soon as the Seller's solicitor confirms receipt of the money.

# 4. Risk and insurance

4.1 The risk of damage to the Property passes to the Buyer on exchange of contracts. The Buyer must
therefore insure the buildings from 14 June 2024. The Seller keeps the existing policy in force until
completion, but is under no duty to the Buyer to do so.

# 5. Matters affecting the Property

5.1 The Property is sold subject to the covenants in a conveyance of 3 May 1968. No fence or hedge in front
of the building line may be higher than 0.9 metres, no poultry or pigs may be kept, and the house may be
used as a single private dwelling only.

5.2 The drive is shared with 19 Orchard Rise. The owners of numbers 17 and 19 bear the cost of maintaining
it in equal shares, and neither may park on it so as to block the other.

5.3 The owner of 19 Orchard Rise may cross the strip behind the garage on foot, between 8 am and 8 pm, to
reach the rear of that garden.

5.4 The owner of number 17 maintains the boundary on the east side, marked with an inward T on the title
plan. The west boundary belongs to number 15.

# 6. Special conditions

6.1 The Seller shall have the gas boiler serviced by a registered engineer before completion and hand over
the service record.

6.2 The Seller shall empty the garage and the loft. Anything left there after completion may be disposed of
at the Seller's expense, up to £600.

6.3 The garage roof contains asbestos cement. The Buyer has read the survey of 2 April 2024 and raises no
claim on this account.

6.4 The Seller has disclosed a planning permission of 18 August 1997 (reference 97/0416/H) for the kitchen
extension, together with the building regulations completion certificate of 9 March 1998.

6.5 The Seller shall allow the Buyer and their contractors to enter the Property for measuring on up to two
occasions between exchange and completion, on 48 hours' notice.

---

# Annex A: Fixtures and contents

The table lists what stays, what goes, and what the Buyer pays for separately. The separate amounts add up
to the contents price.

| Item | Room | Stays | Price (£) | Remark |
|---|---|---|---:|---|
| Built-in oven and hob | Kitchen | yes | included | Gas hob, electric oven, 2016 |
| Fridge-freezer | Kitchen | yes | 450 | Bought in 2021 |
| Dishwasher | Kitchen | yes | 180 | Integrated, 2019 |
| Washing machine | Utility room | no | – | Removed by the Seller |
| Curtains and poles | Living room, bedrooms | yes | 320 | Except the blind in bedroom 3 |
| Greenhouse, 2.4 × 3.0 m | Garden | yes | 550 | Staging included |
| Garden shed | Garden | yes | included | |
| Wood-burning stove | Living room | yes | included | Installed 2014, HETAS certificate handed over |
| Fitted wardrobes | Bedrooms 1 and 2 | yes | included | |
| Ride-on mower | Garage | yes | 350 | Last serviced May 2023 |
| Stone bird bath | Garden | no | – | Removed by the Seller |
| Light fittings | Throughout | yes | included | Except the dining room chandelier |

# Annex B: Replies to enquiries

| No. | Enquiry | The Seller's reply |
|---|---|---|
| 1 | Has there been any dispute with neighbours? | Only a discussion in 2018 about the hedge at number 15. |
| 2 | Has the Property flooded? | No. The rear lawn stood under water for two days in February 2014. |
| 3 | When were the windows replaced? | In September 2009, with a FENSA certificate. |
| 4 | Is the Property on mains drainage? | Yes, foul and surface water. |
| 5 | Who supplies gas and electricity? | Northfold Energy; the meters are in the porch. |
| 6 | When was the boiler installed? | In October 2011. |
| 7 | Are there guarantees? | A damp-proof course guarantee of 1999, which ran for 20 years and has expired. |
""",
)

SURVEY = Docx(
    path="purchase/survey-report.docx",
    title="Building Survey: 17 Orchard Rise, Aldermere",
    author="Trask Building Surveyors",
    when=datetime(2024, 4, 2, 9, 30),
    body="""
Prepared for Ms H. Okafor and Mr D. Marsh by Colin Trask, chartered building surveyor. Inspection on 27
March 2024, in dry weather after a week of rain. Report dated 2 April 2024, job number 24-0361.

# 1. Overall opinion

The house is a sound detached property of 1968 with a single-storey kitchen extension of 1997, and I see no
reason not to buy it. Three matters need attention soon: the rear roof slope, the electrical consumer unit
and the damp in the utility room. I advise you to obtain quotations for the first two before you exchange
contracts.

The market value in its present condition is £485,000. The reinstatement cost for insurance purposes is
£540,000. The gross internal floor area is 118 square metres.

# 2. How the ratings work

Condition rating 1 means that no repair is needed now. Rating 2 marks defects that need repairing but are
not urgent. Rating 3 marks defects that are serious or need urgent attention.

# 3. Summary of condition

| Element | Rating | Finding |
|---|---:|---|
| Chimney stack | 2 | Pointing weathered on the north face; flaunching cracked |
| Roof coverings | 3 | Eleven slipped tiles and a split lead valley on the rear slope |
| Rainwater pipes and gutters | 2 | Joint leaking above the back door |
| Main walls | 1 | Cavity brick, no sign of movement; wall ties sound where seen |
| Windows | 2 | Two sealed units misted in bedroom 2 |
| Garage roof | 2 | Asbestos cement sheets, undamaged |
| Loft | 2 | Insulation only 100 mm deep; no felt damage except below the valley |
| Ceilings and walls inside | 1 | Hairline cracks of no significance |
| Ground floors | 3 | High moisture readings in the utility room |
| Woodwork | 1 | Flight holes in one loft joist, old and inactive |
| Electricity | 3 | Consumer unit without RCD protection; last test 2006 |
| Gas and heating | 2 | Boiler of 2011, working, near the end of its life |
| Water | 1 | Stopcock under the kitchen sink turns freely |
| Drainage | 2 | Roots at the joint of the second inspection chamber |

# 4. The main defects

## 4.1 Roof

Eleven concrete tiles have slipped on the rear slope, and the lead lining of the valley above bedroom 3 has
split along about 1.2 metres. Water has reached the felt and has stained the ceiling of the airing cupboard.
The battens next to the valley are soft. The repair should be done within six months; left longer, the
valley board will have to be replaced as well.

## 4.2 Electricity

The consumer unit dates from about 1985 and has rewirable fuses and no residual current device. The sockets
in the extension were added on the same circuit. A registered electrician should replace the unit and test
the whole installation.

## 4.3 Damp in the utility room

Moisture readings at the foot of the utility room's outer wall were between 22 and 28 per cent. The ground
outside lies only 60 millimetres below the damp-proof course, where it should be at least 150 millimetres
below. Lowering the soil and letting the wall dry is probably all that is needed; I would not pay for a
chemical damp-proof course before that has been tried for a year.

## 4.4 Asbestos

The garage roof consists of asbestos cement sheets. They are in good condition and are harmless if left
alone. They must not be drilled, sanded or pressure-washed, and their removal is work for a contractor who
is trained for it.

# 5. What it may cost

The figures are budget estimates including VAT. They are not quotations.

| Work | When | Low (£) | High (£) |
|---|---|---:|---:|
| Rear roof slope and valley | within 6 months | 6,500 | 8,000 |
| Consumer unit and electrical test | before moving in | 900 | 1,300 |
| Lowering the ground at the utility room | within 6 months | 400 | 700 |
| Chimney repointing and flaunching | within 2 years | 850 | 1,200 |
| Root cutting and relining of the drain | within 2 years | 700 | 1,100 |
| Two sealed window units | when convenient | 260 | 340 |
| Boiler replacement | within 3 to 5 years | 2,800 | 3,600 |
| Loft insulation to 300 mm | when convenient | 550 | 750 |

# 6. Risks to the site

There is no Japanese knotweed within seven metres of the house. The nearest large tree is an oak 14 metres
from the rear wall, on a clay soil; it should be kept at its present size and not felled, because felling
could make the clay swell. The official flood map shows a low risk from rivers and a medium risk from
surface water. Radon is not an issue in this area.

# 7. Limits of this survey

I could not see the floor below the fitted carpets, the flue of the wood-burning stove, or the part of the
loft above the extension. The services were not tested. I found nothing to suggest hidden defects in these
places, but I cannot tell you that there are none.
""",
)

COMPLETION_ROWS = [
    ("Purchase price", 485_000.00),
    ("Contents", 1_850.00),
    ("Stamp Duty Land Tax", 3_000.00),
    ("HM Land Registry fee", 135.00),
    ("Searches (local, drainage, environmental)", 312.00),
    ("Our fee", 1_480.00),
    ("VAT on our fee at 20%", 296.00),
    ("Bank transfer and identity checks", 57.60),
]
TOTAL_NEEDED = sum(amount for _, amount in COMPLETION_ROWS)
RECEIVED = [
    ("Deposit, paid on 14 June 2024", 48_500.00),
    ("Mortgage advance, less £25 transfer fee", 387_975.00),
    ("Paid on account on 20 May 2024", 350.00),
]
FROM_BUYERS = TOTAL_NEEDED - sum(amount for _, amount in RECEIVED)
COMPLETION_TABLE = table(
    ["Item", "Due (£)", "Received (£)"],
    [(item, f"{amount:,.2f}", "") for item, amount in COMPLETION_ROWS]
    + [(item, "", f"{amount:,.2f}") for item, amount in RECEIVED]
    + [
        ("Balance from you, received on 10 July 2024", "", f"{FROM_BUYERS:,.2f}"),
        ("**Total**", f"{TOTAL_NEEDED:,.2f}", f"{TOTAL_NEEDED:,.2f}"),
    ],
    "lrr",
)

COMPLETION_LETTER = Docx(
    path="purchase/completion-letter.docx",
    title="Completion of your purchase of 17 Orchard Rise",
    author="Bexley Rowe Solicitors",
    when=datetime(2024, 7, 15, 11, 0),
    body=f"""
Bexley Rowe Solicitors, 40 Mill Street, Brayford · Our reference AR/OKA-3317 · 15 July 2024

Dear Hannah and Daniel,

I am happy to confirm that your purchase was completed on 12 July 2024 at 11.47 am. The agents released the
keys ten minutes later. This letter tells you what we paid out for you, and what is still to be done.

# Completion statement

{COMPLETION_TABLE}

# Stamp Duty Land Tax

As first-time buyers you pay £3,000 in Stamp Duty Land Tax instead of £11,750. The relief applied because
both of you are buying your first home and the price is below £625,000: nothing is due on the first
£425,000, and 5% on the remaining £60,000. The return and the payment must reach HMRC within 14 days of
completion, that is by 26 July 2024. We sent both on 12 July 2024, and the certificate (SDLT5) is enclosed.

# Registration

We have applied to HM Land Registry to register you as owners and Fenwick & Dale Building Society's charge.
You hold the house as beneficial joint tenants, so if one of you dies the other becomes the sole owner. The
application number is L417-KD. The registry's present waiting time for a simple transfer is about six weeks;
I shall send you the new register as soon as it arrives.

# What you should keep

- The boiler service record of 5 July 2024, which the sellers handed over as special condition 6.1 requires.
- The HETAS certificate of the wood-burning stove and the FENSA certificate of the windows.
- The building regulations completion certificate for the extension.
- This statement: if you sell the house one day, your solicitor will ask for it.

# What you still have to do

The lender's condition about the roof has not gone away. Fenwick & Dale must receive the paid invoice for
the roof repair by 12 January 2025. Please send a copy to me too, so that I can close the file.

The council has been told of the change of owner. You need to give your meter readings to Northfold Energy
and to Mere Valley Water yourselves. We do not store original deeds any longer; the certificates enclosed
are the only originals.

With best wishes for your new home,

Anita Rowe, Partner
""",
)

# --- insurance --------------------------------------------------------------------------------------------


def insurance(
    *, year: int, premium: str, buildings: str, contents: str, standard: str, water: str, article: str,
    unoccupied: int, legal: str, news: str,
) -> Pdf:  # fmt: skip
    """Return one year's policy; most of the wording is the same each year, as with real insurers."""
    return Pdf(
        path=f"insurance/home-insurance-{year}.pdf",
        title=f"Home Insurance Policy {year}/{(year + 1) % 100}",
        organisation="Harbourlight Home Insurance",
        reference="Policy HB-7741-2093",
        accent="#0b5563",
        body=f"""
{news}

# 1. Your schedule

| Item | {year}/{(year + 1) % 100} |
|---|---|
| Policyholders | Hannah Okafor and Daniel Marsh |
| Insured address | 17 Orchard Rise, Aldermere, Westershire AM4 7QT |
| Period of insurance | 14 June {year} to 13 June {year + 1} |
| Annual premium, including insurance premium tax at 12% | {premium} |
| Buildings sum insured | {buildings} |
| Contents sum insured | {contents} |
| Single article limit, unspecified valuables | {article} |
| Legal expenses | {legal} |
| Interested party | Fenwick & Dale Building Society |

# 2. Excesses

The excess is the part of each claim that you bear yourselves.

| Cause of the claim | Excess |
|---|---:|
| Fire, storm, theft and everything not named below | {standard} |
| Escape of water | {water} |
| Subsidence, heave or landslip | £1,000 |
| Accidental damage to glass | £75 |

# 3. What is covered

We pay for loss or damage to the buildings and contents caused by fire, explosion, lightning, storm, flood,
theft, escape of water or oil, falling trees, impact by vehicles, and subsidence. Storm means wind with
gusts of at least 55 mph, or rain or snow of comparable force.

If the house cannot be lived in after an insured event, we pay for alternative accommodation for up to 12
months and no more than 20% of the buildings sum insured. Tracing the source of a leak is covered up to
£5,000.

Food in a freezer is covered up to £400. Bicycles are covered up to £600 each, also away from home if they
are locked to a fixed object.

# 4. What is not covered

- Wear and tear, rot, rising damp, and anything that happens gradually.
- Storm damage to fences, gates and hedges.
- Once the house has been unoccupied for more than {unoccupied} days in a row: escape of water, theft and
malicious damage.
- Damage caused by building work, unless you told us about it before it began and it costs less than
£25,000.
- Anything used for a business, apart from office equipment worth up to £3,000.

# 5. What you must do

Keep the roof, gutters and pipes in good repair. Have the stove's chimney swept at least once a year,
and keep the sweep's certificates; without them we may refuse a claim for a chimney fire.
Tell us within 14 days if somebody else moves in, if you let a room, or if the house will be empty.

# 6. Claims

Call 03069 990142 at any hour. Report theft to the police within 24 hours and to us within 7 days; report
everything else within 30 days. Do not throw away damaged things before we have agreed. For claims below
£1,500 photographs and an estimate are enough; above that we send an assessor, normally within five working
days.

# 7. Cancelling

You may cancel within 14 days of receiving this policy and get the whole premium back. After that we refund
the unused part less a fee of £35, provided that no claim was made in the year. The policy does not renew by
itself.
""",
    )


INSURANCE_2024 = insurance(
    year=2024,
    premium="£386.40",
    buildings="£540,000",
    contents="£75,000",
    standard="£250",
    water="£450",
    article="£1,500",
    unoccupied=30,
    legal="not included",
    news="""Thank you for choosing Harbourlight. Your cover begins on 14 June 2024, the day on which you
exchange contracts, because from that day the risk in the house is yours. Please check the schedule and tell
us about anything that is wrong.""",
)
INSURANCE_2025 = insurance(
    year=2025,
    premium="£429.75",
    buildings="£561,600",
    contents="£85,000",
    standard="£300",
    water="£500",
    article="£2,000",
    unoccupied=60,
    legal="£50,000",
    news="""This is your renewal. Four things have changed since last year: the buildings sum was raised by 4%
in line with building costs, you asked for more contents cover and for legal expenses, the excesses have gone
up after your claim for escape of water in January 2025, and the house may now stand empty for up to 60 days.
Last year you paid £386.40.""",
)

# --- running costs ----------------------------------------------------------------------------------------

ELECTRICITY_KWH = (
    212, 221, 258, 281, 312, 305, 268, 261, 229, 214, 198, 203,
    207, 219, 249, 276, 301, 296, 262, 254,
)  # fmt: skip
GAS_KWH = (
    310, 520, 1180, 1870, 2390, 2560, 2110, 1620, 980, 540, 330, 290,
    285, 470, 1040, 1510, 1890, 2010, 1700, 1330,
)  # fmt: skip
TARIFFS = {"Electricity": ((0.2390, 0.582), (0.2515, 0.547)), "Gas": ((0.0585, 0.301), (0.0598, 0.314))}


def bills(fuel: str, usage: tuple[int, ...]) -> list[tuple[Cell, ...]]:
    """Return one row a month from August 2024; the tariff changes in August 2025."""
    rows: list[tuple[Cell, ...]] = []
    for i, kwh in enumerate(usage):
        year, month = 2024 + (7 + i) // 12, (7 + i) % 12 + 1
        unit, standing = TARIFFS[fuel][i >= 12]
        days = calendar.monthrange(year, month)[1]
        cost = round(kwh * unit + days * standing, 2)
        rows.append((date(year, month, days), kwh, unit, standing, days, cost))
    return rows


ELECTRICITY, GAS = bills("Electricity", ELECTRICITY_KWH), bills("Gas", GAS_KWH)
WATER: list[tuple[Cell, ...]] = [
    (date(2024, 10, 4), "12 Jul 2024 – 30 Sep 2024", 31, 108.15),
    (date(2025, 4, 3), "1 Oct 2024 – 31 Mar 2025", 68, 241.30),
    (date(2025, 10, 6), "1 Apr 2025 – 30 Sep 2025", 74, 263.85),
    (date(2026, 4, 2), "1 Oct 2025 – 31 Mar 2026", 66, 247.10),
]


def _sum(rows: list[tuple[Cell, ...]]) -> float:
    return round(sum(row[-1] for row in rows[:12]), 2)  # type: ignore[misc]


FIRST_YEAR = [
    ("Electricity", _sum(ELECTRICITY), "Northfold Energy, fixed tariff"),
    ("Gas", _sum(GAS), "Northfold Energy, fixed tariff"),
    ("Water and sewerage", round(108.15 + 241.30, 2), "Mere Valley Water, metered; two bills"),
    ("Council tax", 3126.34, "8 instalments for 2024/25, 4 for 2025/26"),
    ("Home insurance", 386.40, "Harbourlight, policy year 2024/25"),
    ("Broadband", 408.00, "34.00 a month, contract ends 31 July 2026"),
    ("Boiler service and chimney sweep", 163.00, "98.00 and 65.00"),
]
YEAR_TOTAL = round(sum(amount for _, amount, _ in FIRST_YEAR), 2)
FUEL_HEADER = ("Month to", "Usage (kWh)", "Unit rate (£/kWh)", "Standing charge (£/day)", "Days", "Cost (£)")
FUEL_FORMATS = ("yyyy-mm-dd", "#,##0", "0.0000", "0.000", "0", "#,##0.00")

UTILITIES = Xlsx(
    path="costs/utility-costs.xlsx",
    title="Utility costs, 17 Orchard Rise",
    author="Daniel Marsh",
    when=datetime(2026, 4, 6, 20, 15),
    sheets=[
        Sheet(
            "First year",
            ("Category", "Aug 2024 – Jul 2025 (£)", "Share of total", "Per month (£)", "Remark"),
            [(name, amount, amount / YEAR_TOTAL, round(amount / 12, 2), remark) for name, amount, remark in FIRST_YEAR]
            + [("Total", YEAR_TOTAL, 1.0, round(YEAR_TOTAL / 12, 2), "without mortgage and repairs")],
            ("", "#,##0.00", "0.0%", "#,##0.00", ""),
            above=("Running costs of 17 Orchard Rise, first year",),
            total=True,
        ),
        Sheet(
            "Electricity",
            FUEL_HEADER,
            ELECTRICITY,
            FUEL_FORMATS,
            above=("Electricity, all prices with 5% VAT",),
        ),
        Sheet("Gas", FUEL_HEADER, GAS, FUEL_FORMATS, above=("Gas, all prices with 5% VAT",)),
        Sheet(
            "Water",
            ("Bill date", "Period", "Usage (m³)", "Amount (£)"),
            WATER,
            ("yyyy-mm-dd", "", "0", "#,##0.00"),
        ),
        Sheet(
            "Improvements",
            ("Date", "Work", "Contractor", "Cost incl. VAT (£)", "Invoice", "Guarantee until"),
            [
                (
                    date(2024, 7, 24),
                    "Consumer unit and test",
                    "Aldermere Electrical",
                    1145.00,
                    "AE-2207",
                    None,
                ),
                (
                    date(2024, 10, 8),
                    "Rear roof slope and valley",
                    "Stanhope Roofing",
                    7140.00,
                    "4471",
                    date(2034, 10, 7),
                ),
                (date(2024, 11, 2), "Soil lowered at utility room", "own work", 85.00, None, None),
                (
                    date(2025, 2, 19),
                    "Loft insulation to 300 mm",
                    "Warmfold Insulation",
                    640.00,
                    "WF-10933",
                    None,
                ),
                (
                    date(2025, 11, 12),
                    "New condensing boiler",
                    "Menon Heating & Gas",
                    3275.00,
                    "25-0688",
                    date(2035, 11, 11),
                ),
                (
                    date(2026, 3, 5),
                    "Drain: roots cut, joint relined",
                    "Clearway Drains",
                    890.00,
                    "CD-5512",
                    date(2031, 3, 4),
                ),
            ],
            ("yyyy-mm-dd", "", "", "#,##0.00", "", "yyyy-mm-dd"),
        ),
    ],
)

DOCUMENTS: list[Pdf | Docx | Xlsx] = [
    CONTRACT,
    MORTGAGE,
    SURVEY,
    COMPLETION_LETTER,
    INSURANCE_2024,
    INSURANCE_2025,
    UTILITIES,
]
