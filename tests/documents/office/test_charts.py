"""Charts of every kind."""

from __future__ import annotations

from lxml import etree

from domaingpt.documents.office.charts import MAX_SERIES, chart_tables, chart_title, value_unit

C = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'


def space(plot: str, before: str = "") -> etree._Element:
    return etree.fromstring(
        f"<c:chartSpace {C}><c:chart>{before}<c:plotArea>{plot}</c:plotArea></c:chart></c:chartSpace>"
    )


def numbers(tag: str, *values: object, code: str = "General") -> str:
    points = "".join(
        f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>' for i, value in enumerate(values) if value is not None
    )
    return (
        f"<c:{tag}><c:numRef><c:numCache><c:formatCode>{code}</c:formatCode>{points}</c:numCache></c:numRef></c:{tag}>"
    )


def words(tag: str, *values: str) -> str:
    points = "".join(f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>' for i, value in enumerate(values))
    return f"<c:{tag}><c:strRef><c:strCache>{points}</c:strCache></c:strRef></c:{tag}>"


def title(text: str) -> str:
    return f"<c:title>{words('tx', text)}</c:title>"


def test_series_of_the_same_categories_share_a_table() -> None:
    """Also those of two kinds of chart in one frame; a value that is not there is an empty cell."""
    bars = f"<c:bar3DChart><c:ser>{words('tx', 'A')}{words('cat', 'x', 'y')}{numbers('val', 1, 2.50, code='0.00')}</c:ser></c:bar3DChart>"
    line = (
        f"<c:lineChart><c:ser><c:order val='4'/>{words('cat', 'x', 'y')}{numbers('val', None, 3)}</c:ser></c:lineChart>"
    )
    axes = f"<c:catAx>{title('Letter')}</c:catAx><c:valAx>{title('EUR m')}</c:valAx>"
    chart = space(bars + line + axes, before=title("Sales"))
    assert list(chart_tables(chart)) == [[["Letter", "A", "Series 5"], ["x", "1.00", ""], ["y", "2.50", "3"]]]
    assert (chart_title(chart), value_unit(chart)) == ("Sales", "EUR m")


def test_points_of_a_scatter_have_x_and_y() -> None:
    """Each series has places of its own; a bubble has a size besides."""
    one = (
        f"<c:ser>{words('tx', 'P')}{numbers('xVal', 1, 2)}{numbers('yVal', 5, 6)}{numbers('bubbleSize', 7, 8)}</c:ser>"
    )
    two = f"<c:ser>{words('tx', 'Q')}{numbers('xVal', 3)}{numbers('yVal', 9)}</c:ser>"
    axes = f"<c:valAx>{title('Age')}</c:valAx><c:valAx>{title('Pay')}</c:valAx>"
    chart = space(f"<c:bubbleChart>{one}{two}</c:bubbleChart>{axes}")
    assert list(chart_tables(chart)) == [
        [["Age", "P", "P size"], ["1", "5", "7"], ["2", "6", "8"]],
        [["Age", "Q"], ["3", "9"]],
    ]
    assert value_unit(chart) == "Pay"


def test_categories_of_several_levels_name_the_outer_before_the_inner() -> None:
    """An outer name is written once, before the first of its inner names."""
    levels = (
        '<c:lvl><c:pt idx="0"><c:v>Q1</c:v></c:pt><c:pt idx="1"><c:v>Q2</c:v></c:pt><c:pt idx="2"><c:v>Q1</c:v></c:pt></c:lvl>'
        '<c:lvl><c:pt idx="0"><c:v>2023</c:v></c:pt><c:pt idx="2"><c:v>2024</c:v></c:pt></c:lvl>'
    )
    categories = (
        f"<c:cat><c:multiLvlStrRef><c:multiLvlStrCache>{levels}</c:multiLvlStrCache></c:multiLvlStrRef></c:cat>"
    )
    chart = space(f"<c:barChart><c:ser>{categories}{numbers('val', 4, 5, 6)}</c:ser></c:barChart>")
    assert list(chart_tables(chart)) == [
        [["Category", "Series 1"], ["2023 › Q1", "4"], ["2023 › Q2", "5"], ["2024 › Q1", "6"]]
    ]


def test_a_chart_cannot_ask_for_more_than_it_holds() -> None:
    """Neither by the count it claims nor by series that never share a row; damage is text or nothing."""
    claimed = (
        '<c:val><c:numLit><c:ptCount val="4000000000"/><c:pt idx="3999999999"><c:v>x</c:v></c:pt></c:numLit></c:val>'
    )
    assert list(chart_tables(space(f"<c:pieChart><c:ser>{claimed}</c:ser></c:pieChart>"))) == [
        [["Category", "Series 1"], ["4000000000", "x"]]
    ]
    sparse = "".join(
        f'<c:ser><c:val><c:numLit><c:pt idx="{i}"><c:v>1</c:v></c:pt></c:numLit></c:val></c:ser>' for i in range(3000)
    )
    tables = list(chart_tables(space(f"<c:lineChart>{sparse}</c:lineChart>")))
    assert max(len(row) for table in tables for row in table) == MAX_SERIES + 1
    assert sum(len(table) - 1 for table in tables) == 3000
    assert list(chart_tables(space("<c:pieChart><c:ser/></c:pieChart>"))) == [[]]
    assert list(chart_tables(etree.fromstring(f"<c:chartSpace {C}/>"))) == []


def test_the_charts_of_office_2016_are_tables_as_well() -> None:
    """A waterfall, and a tree map with two levels of names; each series has data of its own."""
    cx = 'xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'

    def level(*texts: str, code: str = "") -> str:
        points = "".join(f'<cx:pt idx="{index}">{text}</cx:pt>' for index, text in enumerate(texts) if text)
        return f'<cx:lvl ptCount="9"{code}>{points}</cx:lvl>'

    chart = etree.fromstring(
        f"<cx:chartSpace {cx}><cx:chartData>"
        f'<cx:data id="0"><cx:strDim type="cat">{level("Start", "Fees")}</cx:strDim>'
        f'<cx:numDim type="val">{level("100", "-2.5", code=" formatCode=" + chr(34) + "0.0" + chr(34))}</cx:numDim></cx:data>'
        f'<cx:data id="1"><cx:strDim type="cat">{level("Lyon", "Nice", "Bonn")}{level("France", "", "Germany")}</cx:strDim>'
        f'<cx:numDim type="size">{level("1", "2", "3")}</cx:numDim></cx:data><cx:data id="2"/></cx:chartData>'
        "<cx:chart><cx:title><cx:tx><cx:rich><a:p><a:r><a:t>From cash</a:t></a:r></a:p><a:p><a:r><a:t>to cash</a:t></a:r></a:p></cx:rich></cx:tx></cx:title>"
        '<cx:plotArea><cx:series><cx:tx><cx:txData><cx:v>EUR m</cx:v></cx:txData></cx:tx><cx:dataId val="0"/></cx:series>'
        '<cx:series><cx:dataId val="1"/></cx:series></cx:plotArea></cx:chart></cx:chartSpace>'
    )
    assert chart_title(chart) == "From cash to cash"
    assert list(chart_tables(chart)) == [
        [["Category", "EUR m"], ["Start", "100.0"], ["Fees", "-2.5"]],
        [["Category", "Value"], ["France › Lyon", "1"], ["France › Nice", "2"], ["Germany › Bonn", "3"]],
    ]
