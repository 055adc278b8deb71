"""The readiness board as a page, and the look at figures before they are imported."""

import csv
import html
import re
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from chugao.errors import InputError
from chugao.metrics.board import board_html
from chugao.metrics.charts import Point, chart
from chugao.metrics.preview import preview, write_preview
from chugao.metrics.reading import read_metrics
from tests.test_calibers import file

HEADER = "部门,年度,指标名称,本期值,单位,上年同期值,目标值,责任科室,来源"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;b&gt;</style>"


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def page_of(folder: Path, *lines: str, department: str | None = "医务科") -> str:
    return board_html(read_metrics(file(folder, "2025.csv", *lines, header=HEADER)), department=department)


def plain(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", page.split("</head>")[1]))


def test_the_page_shows_values_last_year_target_state_and_whom_to_ask(tmp_path: Path) -> None:
    page = page_of(
        tmp_path,
        "医务科,2023,门诊人次,28,万人次,,,,HIS",
        "医务科,2024,门诊人次,30,万人次,,,,HIS",
        "医务科,2025,门诊人次,32,万人次,30,33,门诊部,HIS",
        "医务科,2025,平均住院日,7.2,天,7.5,7.3,医务科,HIS",
        "医务科,2025,手术台次,,台次,3000,3200,麻醉科,HIS",
    )

    text = plain(page)
    for said in (
        "医务科2025年指标核对表",
        "增长6.7%",
        "✗ 未完成",
        "✓ 完成",
        "缺本期数1项： 手术台次（麻醉科）",
        "缩短0.3天",
    ):
        assert said in " ".join(text.split()), said
    [first] = [svg for svg in re.findall(r"<svg.*?</svg>", page) if "门诊人次" in svg]
    assert re.findall(r">(28|30|32)万<", first) == ["28", "30", "32"]
    assert "stroke-dasharray" in first
    assert first.count("<circle") == 3
    [missing] = [svg for svg in re.findall(r"<svg.*?</svg>", page) if "手术台次" in svg]
    assert re.findall(r'<circle[^>]*fill="([^"]*)"', missing) == ["#ffffff"], "no point of this year"


def test_a_page_of_several_departments_has_a_part_for_each(tmp_path: Path) -> None:
    lines = ("医务科,2025,门诊人次,32,万人次,30,,,", "护理部,2025,出院人次,9900,人次,9500,,,")

    page = page_of(tmp_path, *lines, department=None)

    assert re.findall(r"<h1>(.*?)</h1>", page)[:2] == ["医务科2025年指标核对表", "护理部2025年指标核对表"]


@pytest.mark.parametrize("at", range(9))
def test_hostile_words_in_any_cell_and_in_the_files_name_stay_words(tmp_path: Path, at: int) -> None:
    cells = ["医务科", "2025", "某项指标", "3", "个", "2", "4", "甲", "HIS"]
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    if at in (0, 2, 4, 7, 8):
        cells[at] = quoted
    name = "<b onload=x>2025.csv" if at == 1 else "2025.csv"
    figures = read_metrics(file(tmp_path, name, ",".join(cells), header=HEADER))

    page = board_html(figures)

    tags = Tags(page)
    assert {t for t, _ in tags.seen} <= set(
        "html head meta title style body section header h1 h2 p ul li b strong div table thead tbody tr th td small span "
        "ol svg line polyline circle text footer".split()
    )
    assert not [a for _, attrs in tags.seen for a in attrs if a.startswith("on") or a in ("style", "src", "href")]
    assert page.count("</style>") == 1


def test_the_page_forbids_to_load_or_run_anything(tmp_path: Path) -> None:
    page = page_of(tmp_path, "医务科,2025,门诊人次,32,万人次,30,33,门诊部,HIS")

    policy = next(a["content"] for t, a in Tags(page).seen if t == "meta" and "content" in a and "http-equiv" in a)
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|url\(|@import|<script", page)


def test_a_chart_shows_at_most_four_years_and_copes_with_equal_values() -> None:
    from decimal import Decimal

    points = [Point(str(y), Decimal(5), "5") for y in range(2019, 2026)]

    drawn = chart(points, Decimal(5), "甲")

    assert re.findall(r">(20\d\d)<", drawn) == ["2022", "2023", "2024", "2025"]
    assert "nan" not in drawn.lower()
    assert chart([], None, "甲") == ""


# --- before importing -----------------------------------------------------------------------------


def test_a_preview_tells_rows_warnings_and_errors_at_once_by_the_same_reader(tmp_path: Path) -> None:
    good = file(tmp_path, "甲2025.csv", "医务科,2025,门诊人次,32,万人次,30,33,门诊部,HIS", header=HEADER)
    odd = file(tmp_path, "乙2025.csv", "医务科,2025,甲级病案率,0.966,%,,,,", header=HEADER)
    bad = file(tmp_path, "丙2025.csv", "医务科,2025,出院人次,很多,人次,,,,", header=HEADER)

    looked = preview(good, odd, bad, tmp_path / "没有.xlsx")

    assert [(r.name, r.period, r.role, r.value, r.state) for r in looked.rows] == [
        ("门诊人次", "2025", "实际", "320000", "可导入"),
        ("门诊人次", "2024", "实际", "300000", "可导入"),
        ("门诊人次", "2025", "目标", "330000", "可导入"),
        ("甲级病案率", "2025", "实际", "96.6", "有提醒"),
    ]
    assert not looked.ready
    assert [e.place for e in looked.errors] == ["丙2025.csv D2单元格", "没有.xlsx"]
    assert [(o.quantity.value) for o in read_metrics(good, odd).observations] == [
        *(int(r.value) for r in looked.rows[:3]),
        read_metrics(odd).observations[0].quantity.value,
    ]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_the_rows_to_download_hold_no_formula(tmp_path: Path, suffix: str) -> None:
    lines = ('医务科,2025,=1+1,-3,个,,,"@SUM(1)",+cmd', "医务科,2025,出院人次,很多,人次,,,,")
    looked = preview(file(tmp_path, "2025.csv", *lines, header=HEADER))

    path = write_preview(tmp_path / f"预览{suffix}", looked)

    if suffix == ".csv":
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        assert not [c for row in rows for c in row if c[:1] in ("=", "@", "+")]
        assert "-3" in rows[1]
    else:
        cells = [c for row in openpyxl.load_workbook(path).active.iter_rows() for c in row]
        assert not [c.coordinate for c in cells if c.data_type == "f"]
    assert path.read_bytes()


def test_a_preview_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="写不了"):
        write_preview(tmp_path / "没有" / "a.csv", preview())
