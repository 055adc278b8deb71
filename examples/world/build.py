"""Write the workbooks of the sample world from its tables, the same bytes every time.

In: world/figures/*.csv, one row a metric with all its years, and world/matters/*.csv, one row a matter.  Out: what
departments would send in, one file a department and year, under examples/figures/ and examples/matters/.

Run: python examples/world/build.py.  Surprise: a workbook carries the minute it was written, inside and in its archive;
both are fixed here, so that a rebuilt file differs only where a figure does.
"""

import csv
import re
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

WORLD = Path(__file__).parent
EXAMPLES = WORLD.parent
YEARS = (2023, 2024, 2025, 2026)
MONTHS = "1-10月"
WHOLE_YEAR = re.compile(r"全年|年底|年末|上年|比计划|\d%|\d‰|\d{3,}|(?:缩短|降|升|增|减)到\d|平均")
"""Clauses that give a figure of the whole year."""
NAMES = tomllib.loads((WORLD / "names.toml").read_text(encoding="utf-8"))
RENEWED = 2026
"""The year in which some metrics were defined anew."""

FIGURE_HEADERS = (
    "部门", "年度", "指标名称", "本期值", "单位", "上年同期值", "目标值", "明年目标", "责任科室", "牵头领导", "完成时限", "口径",
    "数据截止", "来源", "公开范围", "备注",
)  # fmt: skip
MATTER_HEADERS = ("部门", "事项", "类别", "时间", "成效", "责任科室", "牵头领导", "状态", "公开范围", "佐证")
WIDTHS = {
    "部门": 9, "年度": 7, "指标名称": 30, "本期值": 11, "单位": 12, "上年同期值": 12, "目标值": 10, "明年目标": 10, "责任科室": 14,
    "牵头领导": 14, "完成时限": 16, "口径": 38, "数据截止": 12, "来源": 16, "公开范围": 9, "备注": 44, "事项": 34, "类别": 12, "时间": 18,
    "成效": 66, "状态": 9, "佐证": 26,
}  # fmt: skip
# The same columns under the names other offices give them.
WORDINGS = {
    "门诊部": {
        "指标名称": "指标",
        "本期值": "完成值",
        "上年同期值": "去年同期",
        "目标值": "年初目标",
        "来源": "数据来源",
    },
    "总务科": {
        "指标名称": "项目",
        "本期值": "本年数",
        "上年同期值": "上年数",
        "目标值": "年度目标",
    },
    "柳津镇中心卫生院": {
        "指标名称": "指标名称",
        "本期值": "实际完成",
        "上年同期值": "上年完成",
        "目标值": "年度目标值",
    },
    "望澜市卫生健康委员会": {"部门": "填报单位", "本期值": "本年值", "上年同期值": "上年值", "责任科室": "责任部门"},
}
# Two departments keep their books otherwise: one exports text in the old encoding, one has a column a year.
AS_TEXT = {("科教科", 2023)}
ONE_COLUMN_A_YEAR = {("总务科", 2023)}


def called(unit: str) -> str:
    """What stands under 部门: the hospital writes its full name."""
    return NAMES["hospital"]["name"] if unit == "医院" else unit


def main() -> None:
    for table in sorted((WORLD / "figures").glob("*.csv")):
        for year in YEARS:
            write_figures(table.stem, year, rows_of(table))
        write_months(table.stem, rows_of(table))
    for table in sorted((WORLD / "matters").glob("*.csv")):
        for year in sorted({int(row["年度"]) for row in rows_of(table)}):
            write_matters(table.stem, year, rows_of(table))
        write_matters_of_months(table.stem, rows_of(table))


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- figures --------------------------------------------------------------------------------------


def write_figures(department: str, year: int, rows: Sequence[dict[str, str]]) -> None:
    path = EXAMPLES / "figures" / f"{department}-{year}.xlsx"
    if (department, year) in ONE_COLUMN_A_YEAR:
        write_sheet(path, "指标", *side_by_side(department, year, rows))
    elif (department, year) in AS_TEXT:
        write_text(path.with_suffix(".csv"), FIGURE_HEADERS, yearly(department, year, rows))
    else:
        write_sheet(path, "指标", FIGURE_HEADERS, yearly(department, year, rows), WORDINGS.get(department, {}))


def yearly(department: str, year: int, rows: Sequence[dict[str, str]]) -> Iterator[list[str]]:
    """The rows of one year, as reported after its end; metrics that did not exist then are left out."""
    for row in rows:
        if not row[str(year)]:
            continue
        before, basis = last_year(row, year)
        aim = row.get(f"目标{year}", "") if basis == row["口径"] else ""  # an aim set for the old definition is void
        goal = row.get(f"目标{year + 1}", "")
        yield [
            called(department), str(year), row["指标名称"], row[str(year)], row["单位"], before, aim, goal,
            row["责任科室"], in_charge(row["牵头领导"], year + 1) if goal else "", f"{year + 1}年{row['完成月']}月底前" if goal else "",
            basis, f"{year}-12-31", row["来源"], row["公开范围"], row[f"备注{year}"],
        ]  # fmt: skip


def in_charge(leader: str, year: int) -> str:
    """Who held the office in January of a year: the tables name those who hold it now."""
    first = date(year, 1, 31)
    now = next((one for one in NAMES["leader"] if one["title"] + one["name"] == leader), None)
    if now is None or now["since"] <= first:
        return leader
    before = next(one for one in NAMES["leader"] if one["unit"] == now["unit"] and one.get("until", date.min) >= first)
    return str(before["title"] + before["name"])


def last_year(row: dict[str, str], year: int) -> tuple[str, str]:
    """(what stands under 上年同期值, 口径).  Where a metric was defined anew, last year's column stays empty."""
    if year == RENEWED and row["口径2026"]:
        return "", row["口径2026"]
    return row[str(year - 1)], row["口径"]


def side_by_side(department: str, year: int, rows: Sequence[dict[str, str]]) -> tuple[tuple[str, ...], list[list[str]]]:
    headers = ("部门", "指标名称", "单位", f"{year - 1}年", f"{year}年", f"{year + 1}年目标", "责任科室", "牵头领导",
               "完成时限", "来源", "公开范围")  # fmt: skip
    lines = [
        [department, r["指标名称"], r["单位"], r[str(year - 1)], r[str(year)], r[f"目标{year + 1}"], r["责任科室"],
         in_charge(r["牵头领导"], year + 1) if r[f"目标{year + 1}"] else "", f"{year + 1}年{r['完成月']}月底前" if r[f"目标{year + 1}"] else "", r["来源"], r["公开范围"]]
        for r in rows
        if r[str(year)]
    ]  # fmt: skip
    return headers, lines


def write_months(department: str, rows: Sequence[dict[str, str]]) -> None:
    """January to October beside the same months of the year before; the year's targets are not those of its months."""
    headers = (
        "部门",
        "年度",
        "期间",
        "指标名称",
        "本期值",
        "单位",
        "上年同期值",
        "责任科室",
        "口径",
        "数据截止",
        "来源",
        "公开范围",
    )
    lines = []
    for row in rows:
        now = row[f"{RENEWED}年{MONTHS}"]
        if not now:
            continue
        before = "" if row["口径2026"] else row[f"{RENEWED - 1}年{MONTHS}"]
        caliber = row["口径2026"] or row["口径"]
        lines.append([
            called(department), str(RENEWED), MONTHS, row["指标名称"], now, row["单位"], before, row["责任科室"], caliber,
            f"{RENEWED}-10-31", row["来源"], row["公开范围"],
        ])  # fmt: skip
    write_sheet(EXAMPLES / "figures" / f"{department}-{RENEWED}-1-10.xlsx", "指标", headers, lines)


# --- matters --------------------------------------------------------------------------------------


def write_matters(department: str, year: int, rows: Sequence[dict[str, str]]) -> None:
    told = [row | {"部门": called(department)} for row in rows if row["年度"] == str(year)]
    lines = [[row[header] for header in MATTER_HEADERS] for row in told]
    write_sheet(EXAMPLES / "matters" / f"{department}-{year}.xlsx", "事项", MATTER_HEADERS, lines)


def write_matters_of_months(department: str, rows: Sequence[dict[str, str]]) -> None:
    """What was done by the end of October, without what only the whole year shows."""
    told = [in_ten_months(row | {"部门": called(department)}) for row in rows if row["年度"] == str(RENEWED)]
    lines = [[row[header] for header in MATTER_HEADERS] for row in told if row is not None]
    write_sheet(EXAMPLES / "matters" / f"{department}-{RENEWED}-1-10.xlsx", "事项", MATTER_HEADERS, lines)


def in_ten_months(row: dict[str, str]) -> dict[str, str] | None:
    months = [int(m) for m in re.findall(r"(\d+)(?=月|—\d+月)", row["时间"])]
    if row["状态"] == "拟开展" or not months:
        return row
    if months[0] > 10:
        return None
    when = re.sub(r"—1[12]月", "—10月", row["时间"])
    return row | {"时间": when, "成效": "，".join(c for c in row["成效"].split("，") if not WHOLE_YEAR.search(c))}


# --- files ----------------------------------------------------------------------------------------


def write_sheet(
    path: Path,
    title: str,
    headers: Sequence[str],
    lines: Iterator[list[str]] | list[list[str]],
    wording: dict[str, str] | None = None,
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    sheet.append([(wording or {}).get(header, header) for header in headers])
    for line in lines:
        sheet.append([None if cell == "" else cell for cell in line])
    for cells in sheet.iter_cols(min_row=2):
        for cell in cells:
            number(cell)
    for column, (cell, header) in enumerate(zip(sheet[1], headers, strict=True), 1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS.get(header, 12)
    sheet.freeze_panes = "D2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(undated(book))


def number(cell) -> None:  # type: ignore[no-untyped-def]
    """A cell that holds a figure becomes a number that shows the places it was reported to."""
    if isinstance(cell.value, str) and re.fullmatch(r"-?\d+(\.\d+)?", cell.value):
        places = len(cell.value.partition(".")[2])
        cell.value = float(cell.value) if places else int(cell.value)
        cell.number_format = "0." + "0" * places if places else "0"


def undated(book: Workbook) -> bytes:
    """The workbook without the minute it was written."""
    book.properties.creator = "望澜市第一人民医院"
    book.properties.created = book.properties.modified = datetime(2026, 1, 9, 9, 0)
    raw, fixed = BytesIO(), BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-09T09:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 9, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def write_text(path: Path, headers: Sequence[str], lines: Iterator[list[str]]) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows([headers, *lines])


if __name__ == "__main__":
    main()
