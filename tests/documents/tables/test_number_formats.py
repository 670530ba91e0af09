"""Excel's number format codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.documents.tables.number_formats import displayed

ACCOUNTING = '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)'


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (2560, "#,##0", "2,560"),
        (0.239, "0.0000", "0.2390"),
        (3.14159, '0.0"x"', "3.1x"),
        (0, "0", "0"),
        (0.5, "0", "1"),
        (-2.5, "0", "-3"),
        (2.675, "0.00", "2.68"),
        (1.005, "0.00", "1.01"),
        (99.995, "0.00", "100.00"),
        (999999.5, "#,##0", "1,000,000"),
        (0.1 + 0.2, "0.00", "0.30"),
        (1e16, "#,##0", "10,000,000,000,000,000"),
        (0.0575, "0.00%", "5.75%"),
        (-0.045, "0%", "-5%"),
        (1, '0"%"', "1%"),
        (1234567, '#,##0.0,,"M"', "1.2M"),
        (1234567, '#,##0,"k"', "1,235k"),
        (1234567, "0.00,,", "1.23"),
        (1234.5, ACCOUNTING, "$1,234.50"),
        (-1234.5, ACCOUNTING, "$(1,234.50)"),
        (0, ACCOUNTING, "$-"),
        (-1234, "#,##0_);[Red](#,##0)", "(1,234)"),
        (-1234.5, '"$"#,##0.00;[Red]-"$"#,##0.00', "-$1,234.50"),
        (-5, '"$"#,##0', "-$5"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234.5, r"#,##0.00\ [$€-1]", "1,234.50 €"),
        (12, '0 "bps"', "12 bps"),
        (3, "+0.0;-0.0;0.0", "+3.0"),
        (0, '0;-0;"n/a"', "n/a"),
        (-5, '"Yes";"No"', "No"),
        (7, "@", "7"),
        (-45.5, 'General" kg"', "-45.5 kg"),
        (1.5, "0.##", "1.5"),
        (1, "0.##", "1."),
        (0.5, "#.##", ".5"),
        (12.3, "??0.0?", "12.3"),
        (1234, "0000000", "0001234"),
        (1234, "0,000,000", "0,001,234"),
        (123456789, "000-00-0000", "123-45-6789"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (12345, "0.00E+00", "1.23E+04"),
        (0.00012345, "0.0E-0", "1.2E-4"),
        (9.995e5, "0.00E+00", "1.00E+06"),
        (0, "0.00E+00", "0.00E+00"),
        (1e300, "0.0", "1" + "0" * 300 + ".0"),
    ],
)
def test_a_number_is_shown_as_excel_shows_it(value: float, code: str, expected: str) -> None:
    """Rounded half away from zero in the 15 digits that Excel keeps."""
    assert displayed(value, code) == expected


def test_a_small_negative_number_keeps_its_sign() -> None:
    """As in Excel: https://excel.tips.net/T002576_Getting_Rid_of_Negative_Zero_Amounts.html."""
    assert displayed(-0.000001325, "0.00") == "-0.00"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "# ?/?"),
        (1.5, "[>=1000]0.0;0"),
        (1.5, "yyyy-mm-dd"),
        (1.5, "[h]:mm"),
        (1.5, "##0.0E+0"),
        (1.5, '0"'),
        (1.5, "0x"),
        (1.5, ""),
        (-5, "0;"),
        (5, ";;;"),
        (float("nan"), "0.00"),
        (float("inf"), "0.00"),
    ],
)
def test_what_is_not_understood_or_hidden_is_left_to_the_caller(value: float, code: str) -> None:
    """Who shows the stored value: nothing is lost."""
    assert displayed(value, code) is None


@given(st.integers(-(10**14), 10**14), st.integers(0, 6))
def test_fixed_decimals_are_python_s_own(cents: int, n_decimals: int) -> None:
    """A number that has no more decimals than the code needs no rounding, and reads back exactly."""
    value = cents / 10**n_decimals
    code = "#,##0." + "0" * n_decimals if n_decimals else "#,##0"
    assert displayed(value, code) == f"{value:,.{n_decimals}f}"


@given(st.floats(), st.text(alphabet='0#?.,%;"\\_*[]$€-E+@ xGeneral', max_size=12))
def test_no_code_is_an_error(value: float, code: str) -> None:
    """Codes come from files."""
    shown = displayed(value, code)
    assert shown is None or shown.strip() == shown != ""


@given(
    st.one_of(st.floats(-1e9, 1e9), st.integers(-(10**8), 10**8).map(lambda eighths: eighths / 8)),
    st.sampled_from(["0", "0.00", "#,##0", '"$"#,##0.00', "0.0%", "#,##0,", '#,##0.0,,"M"']),
)
def test_the_fast_way_shows_the_same(value: float, code: str) -> None:
    """A literal between the digits, which prints nothing, takes the slow way."""
    slow = code.replace("0", '0""', 1) if code.startswith("0") else code.replace("#0", '#""0')
    assert displayed(value, slow) == displayed(value, code)
