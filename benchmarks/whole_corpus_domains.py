"""Two small invented domains for whole_corpus.py: lettings and a water laboratory, in six formats.

Invented for this test; one file is damaged on purpose, so that the coverage has something to leave out.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl

TENANTS = """Flat,Tenant,Monthly rent (£),Deposit (£),Lease start,Lease end,Status
1A,Grace Adeyemi,950,1100,2022-03-01,2025-02-28,current
1B,Tomas Bielak,780,900,2023-06-15,2024-06-14,notice given
2A,Rosa Castell,1040,1200,2021-09-01,2024-08-31,current
2B,Ivan Dimov,740,850,2023-11-01,2025-10-31,current
3A,Freya Lindqvist,985,1100,2022-12-01,2024-11-30,current
3B,Omar Haddad,750,,2024-02-01,2025-01-31,current
"""
STATEMENTS = {
    "2024-01": [("2024-01-02", "Grace Adeyemi", "Rent", 950), ("2024-01-03", "Rosa Castell", "Rent", 1040),
                ("2024-01-05", "Ivan Dimov", "Rent", 740), ("2024-01-05", "Freya Lindqvist", "Rent", 985)],
    "2024-02": [("2024-02-01", "Grace Adeyemi", "Rent", 950), ("2024-02-02", "Tomas Bielak", "Rent", 780),
                ("2024-02-02", "Rosa Castell", "Rent", 1040), ("2024-02-09", "Ivan Dimov", "Late fee", 25)],
    "2024-03": [("2024-03-01", "Grace Adeyemi", "Rent", 950), ("2024-03-01", "Rosa Castell", "Rent", 1040),
                ("2024-03-04", "Freya Lindqvist", "Rent", 985), ("2024-03-05", "Tomas Bielak", "Rent", 585),
                ("2024-03-06", "Omar Haddad", "Rent", 750)],
    "2024-04": [("2024-04-02", "Grace Adeyemi", "Rent", 950), ("2024-04-03", "Omar Haddad", "Rent", 750),
                ("2024-04-15", "Tomas Bielak", "Late fee", 40)],
}  # fmt: skip
REPAIRS = [
    ("Reported", "Flat", "Repair", "Contractor", "Cost (£)", "State"),
    ("2024-01-11", "1A", "Boiler service", "Heron Heating", 120, "done"),
    ("2024-01-29", "2B", "Leaking tap", "Pipeline Ltd", None, "open"),
    ("2024-02-14", "3A", "New lock", "Safe & Sound", 185.5, "done"),
    ("2024-03-08", "2A", "Broken window", "Clearview Glass", None, "open"),
    ("2024-03-20", "1B", "Radiator valve", "Heron Heating", 95, "done"),
    ("2024-04-02", "1A", "Damp survey", "Drywell", 340, "waiting for report"),
]
LEASES = {
    "1a": "# Lease of flat 1A\n\nThe tenant is Grace Adeyemi. Pets are not allowed. "
    "Either side may end the lease with two months' notice.\n",
    "2a": "# Lease of flat 2A\n\nThe tenant is Rosa Castell. One cat may be kept. Notice is three months.\n",
    "3b": "# Lease of flat 3B\n\nThe tenant is Omar Haddad. The parking space in the yard is included. "
    "Notice is two months.\n",
}
INSPECTION = """# Inspection of 12 April 2024

| Room | Condition | Remark |
|---|---|---|
| Stairwell | good | painted in 2023 |
| Roof | poor | two slates missing |
| Cellar | fair | damp near the east wall |
| Laundry | good | |
| Bin store | poor | door does not close |
"""
SAMPLES = """Sample\tSite\tCollected\tpH\tLead (µg/l)\tAnalyst\tResult
S-101\tHarbour\t14/01/2024\t7.1\t4.2\tMeyer\tpass
S-102\tHarbour\t28/01/2024\t7.4\t11.8\tOkoro\tfail
S-103\tMill Stream\t03/02/2024\t6.8\t2.9\tMeyer\tpass
S-104\tReservoir\t17/02/2024\t7.0\t1.1\tOkoro\tpass
S-105\tMill Stream\t02/03/2024\t6.5\t13.4\tMeyer\tfail
S-106\tHarbour\t16/03/2024\t7.3\t5.0\tSilva\tpass
S-107\tReservoir\t30/03/2024\t8.9\t0.8\tSilva\tfail
"""
ORDERS = """Order;Supplier;Ordered;Amount;Currency;Paid
O-1;Kessler;2024-01-08;410.00;EUR;yes
O-2;Brightlab;2024-01-30;820.00;USD;yes
O-3;Kessler;2024-02-12;1280.50;EUR;no
O-4;Vetro;2024-03-04;800.00;EUR;yes
O-5;Kessler;2024-03-18;150.00;USD;no
O-6;Brightlab;2024-04-22;350.00;USD;no
"""
EQUIPMENT = """# Equipment register

| Instrument | Room | Last calibrated | Calibration due | Purchase price (EUR) |
|---|---|---|---|---|
| pH meter | B2 | 12 January 2024 | 12 July 2024 | 640 |
| Spectrometer | B2 | 3 November 2023 | 3 November 2024 | 18,400 |
| Balance | B1 | 20 February 2024 | 20 February 2025 | 2,150 |
| Centrifuge | B3 | 9 May 2023 | 9 May 2024 | 5,900 |
"""
STAFF = """<html><body><h1>Staff</h1><table><tr><th>Name</th><th>Role</th><th>Joined</th><th>Hours a week</th></tr>
<tr><td>Anna Meyer</td><td>Analyst</td><td>1 March 2019</td><td>38</td></tr>
<tr><td>Chidi Okoro</td><td>Analyst</td><td>15 August 2021</td><td>30</td></tr>
<tr><td>Lucia Silva</td><td>Technician</td><td>2 January 2023</td><td>38</td></tr>
<tr><td>Per Holm</td><td>Head of laboratory</td><td>1 June 2014</td><td>40</td></tr></table></body></html>"""
MINUTES = {
    "2024-03": "# Meeting of 5 March 2024\n\nThe fume hood in B3 is out of order until the fan has been replaced. "
    "Silva takes over sampling at the reservoir.\n",
    "2024-06": "# Meeting of 4 June 2024\n\nThe fume hood works again. "
    "Two complaints were discussed. The budget for 2025 is due in September.\n",
}


def write_domains(domains: Path) -> None:
    """Write both domains with their documents into a workspace's domains folder."""
    lettings = domains / "lettings" / "documents"
    for folder in ("statements", "leases"):
        (lettings / folder).mkdir(parents=True)
    (lettings / "tenants.csv").write_text(TENANTS, encoding="utf-8")
    for month, rows in STATEMENTS.items():
        lines = ["Date,Tenant,Description,Amount (£)", *(f"{a},{b},{c},{d:.2f}" for a, b, c, d in rows)]
        (lettings / "statements" / f"statement-{month}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Repairs"
    for row in REPAIRS:
        sheet.append(row)
    workbook.save(lettings / "repairs.xlsx")
    for flat, text in LEASES.items():
        (lettings / "leases" / f"lease-flat-{flat}.md").write_text(text, encoding="utf-8")
    (lettings / "inspection.md").write_text(INSPECTION, encoding="utf-8")
    (lettings / "leases" / "lease-flat-2b.docx").write_bytes(b"PK\x03\x04 damaged")
    lab = domains / "lab" / "documents"
    (lab / "minutes").mkdir(parents=True)
    (lab / "samples.tsv").write_text(SAMPLES, encoding="utf-8")
    (lab / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (lab / "equipment.md").write_text(EQUIPMENT, encoding="utf-8")
    (lab / "staff.html").write_text(STAFF, encoding="utf-8")
    for month, text in MINUTES.items():
        (lab / "minutes" / f"meeting-{month}.md").write_text(text, encoding="utf-8")
    for name in ("lettings", "lab"):
        (domains / name / "domain.toml").write_text("", encoding="utf-8")
