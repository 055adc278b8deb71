"""The past reports of the sample world: what an office may believe of the wording it is shown.

Each is understood as its front matter says; its figures are those of the figures files; no two share wording, none has
a sentence of a document from outside; the twelve tells stand in them no more often than in proofread provincial reports.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from chugao import read_metrics
from chugao.catalogue import load_catalogue
from chugao.checks import examine_text
from chugao.checks.phrases import phrases
from chugao.checks.reading import Reading, read
from chugao.checks.tells import TELLS, facts_per_thousand, parts_of_reading
from chugao.documents.reading import read_text
from chugao.documents.structure import Document, understand
from chugao.kind import Kind
from chugao.material import Matters
from chugao.metrics.observation import Figures
from chugao.source import Severity

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "examples" / "figures"
NAMES = tomllib.loads((ROOT / "examples" / "world" / "names.toml").read_text(encoding="utf-8"))
HOSPITAL, COMMISSION, TOWNSHIP = (NAMES[unit]["name"] for unit in ("hospital", "commission", "township"))
LEVELS = {HOSPITAL: "医院", COMMISSION: "市", TOWNSHIP: "乡镇"}
PATHS = sorted(p for p in (ROOT / "corpus").iterdir() if not p.name.startswith("."))
BACK = (Kind.SUMMARY, Kind.SUMMARY_PLAN)

every_report = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)


@cache
def report_of(path: Path) -> Document:
    return understand(path)


@cache
def reading_of(path: Path) -> Reading:
    report = report_of(path)
    return read(report.text, kind=report.kind, year=report.year, level=report.level)


@cache
def figures_of(unit: str, year: int) -> Figures:
    return read_metrics(next(p for p in FIGURES.iterdir() if p.stem == f"{unit}-{year}"))


def unit_of(report: Document) -> str:
    """What the figures files call whose report it is."""
    if report.level == "科室":
        return report.department
    return "医院" if report.issuer == HOSPITAL else report.issuer


# --- what there is --------------------------------------------------------------------------------


def test_there_are_thirty_reports_of_all_kinds_levels_and_formats_over_three_years() -> None:
    reports = [report_of(p) for p in PATHS]

    assert len(reports) >= 30
    assert {r.kind for r in reports} == set(Kind)
    assert {r.level for r in reports} == {"科室", "医院", "市", "乡镇"}
    assert {r.year for r in reports} == {2023, 2024, 2025}
    assert {p.suffix for p in PATHS} == {".docx", ".txt", ".html", ".pdf"}


def test_nine_departments_and_every_house_have_past_reports() -> None:
    wrote = Counter(unit_of(report_of(p)) for p in PATHS)

    assert {"医院", COMMISSION, TOWNSHIP} <= set(wrote)
    assert len(set(wrote) & set(NAMES["hospital"]["departments"])) >= 9
    assert sum(1 for n in wrote.values() if n >= 2) >= 10


def test_the_page_on_the_sample_world_counts_them_rightly() -> None:
    page = (ROOT / "docs" / "sample-world.md").read_text(encoding="utf-8")
    reports = [report_of(p) for p in PATHS]
    kinds = Counter(r.kind.label for r in reports if r.kind)

    told = re.search(r"(\d+)份往年文稿", page)

    assert told
    assert int(told[1]) == len(reports)
    assert {k: int(n) for k, n in re.findall(r"(工作[一-鿿]{2,8})(\d+)份", page)} == kinds


# --- each is understood ---------------------------------------------------------------------------

TOLD_STRAIGHT_ON = {"柳津镇中心卫生院2023年工作总结"}
"""Written without headings, as a letter: some offices do."""


@every_report
def test_a_report_is_understood_as_its_name_says(path: Path) -> None:
    report = report_of(path)

    assert report.title == path.stem
    assert report.year
    assert f"{report.year}年" in path.stem
    assert report.kind
    assert report.kind.label[:4] in path.stem
    assert (report.issuer, report.level) in {*LEVELS.items(), (HOSPITAL, "科室")}
    assert report.flags == ()
    assert report.parts == ()
    assert len(report.outline) >= 3 or path.stem in TOLD_STRAIGHT_ON


@every_report
def test_a_report_names_its_issuer_department_kind_year_and_release(path: Path) -> None:
    report, front = report_of(path), read_text(path).front_matter

    if path.suffix == ".pdf":  # made by printing: it has no front matter, the title must do
        assert (report.issuer, report.year) == (COMMISSION, 2024)
    else:
        assert {"发文单位", "部门", "文种", "年度", "公开范围"} <= set(front)
        assert front["发文单位"] == report.issuer
        assert front["部门"] == report.department
        assert front["年度"] == str(report.year)
        assert front["公开范围"] == report.release.value
    known = {*NAMES["hospital"]["departments"], *NAMES["commission"]["sections"], "院办公室", ""}
    assert report.department in known


SHORTEST, LONGEST = 1500, 6000


@every_report
def test_a_report_is_of_the_length_that_is_handed_up(path: Path) -> None:
    assert SHORTEST <= len(re.sub(r"\s", "", report_of(path).text)) <= LONGEST


# --- nobody's wording -----------------------------------------------------------------------------

RUN = 13
"""Characters in a row that two reports may not share, beyond what is everybody's."""
BARRIER = "\ue000"


@cache
def everybodys() -> re.Pattern[str]:
    """Fixed phrases: of the phrase files, names of metrics, places and units; titles and the lines of a notice."""
    rows = tomllib.loads((ROOT / "templates" / "phrases" / "shared.toml").read_text(encoding="utf-8"))["shared"]
    spoken = phrases()
    names = {n for d in load_catalogue() for n in d.all_names() if len(n) >= 4}
    names |= {*NAMES["institutions"]["names"], HOSPITAL, COMMISSION, TOWNSHIP, *NAMES["sections"]["names"]}
    names |= {a.full for a in spoken.abbreviation}
    patterns = [row["pattern"] for row in rows] + [p.pattern for p in (*spoken.plan, *spoken.campaign)]
    patterns += [
        "习近平新时代中国特色社会主义思想(?:主题教育)?",
        "党的二十大和二十届[二三四中、和]+全会(?:精神)?|党的二十届[二三四]中全会(?:精神)?",
        "20\\d\\d年工作(?:总结|计划|要点|思路|安排)(?:暨20\\d\\d年工作(?:计划|安排))?",
        "关于印发|各党支部，各科室：|国家基本公共卫生服务项目|首次参加医师资格考试通过率",
    ]
    return re.compile("|".join((*patterns, *map(re.escape, sorted(names, key=len, reverse=True)))))


def han_of(text: str) -> list[str]:
    """The stretches of characters between digits and letters, marks and spaces left out."""
    return [re.sub(r"[^\u4e00-\u9fff]", "", piece) for piece in re.split(f"[0-9A-Za-z{BARRIER}]+", text)]


def grams(stretches: list[str]) -> Iterator[str]:
    return (s[i : i + RUN] for s in stretches for i in range(len(s) - RUN + 1))


def runs_in(text: str) -> set[str]:
    """Every run of thirteen characters with nothing within that is everybody's."""
    return set(grams(han_of(everybodys().sub(BARRIER, text))))


@cache
def runs_of(path: Path) -> set[str]:
    return runs_in(report_of(path).text)


def test_no_two_reports_share_thirteen_characters_in_a_row() -> None:
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for path in PATHS:
        for run in runs_of(path):
            holders[run].append(path.stem)

    assert {run: stems for run, stems in holders.items() if len(stems) > 1} == {}


def test_no_report_shares_thirteen_characters_in_a_row_with_a_document_from_outside(shared: Path) -> None:
    ours = {run: path.stem for path in PATHS for run in runs_of(path)}
    found = set()

    for folder in ("fulldocs", "realdocs", "seeds"):
        for document in sorted((shared / folder).glob("*.txt")):
            text = document.read_text(encoding="utf-8", errors="replace")
            found |= {(ours[run], document.stem, run) for run in grams(han_of(text)) if run in ours}

    assert found == set()


# --- the figures ----------------------------------------------------------------------------------

RIGHT_AND_YET_TOLD = {
    ("急诊科2025年工作计划", "5.5小时"): "两行表连成一句，上一行的“比对”被看作比较；写的是2025年目标，与指标文件一致",
}
"""(report, quote) → why the report is right and the checker is not."""


@every_report
def test_the_figures_of_a_report_are_those_of_its_year(path: Path) -> None:
    report = report_of(path)
    assert report.year

    found = examine_text(
        report.text, figures_of(unit_of(report), report.year), Matters(), kind=report.kind, year=report.year
    ).findings

    wrong = {(f.quote, f.hint) for f in found if f.severity is Severity.ERROR}
    assert {(q, h) for q, h in wrong if (path.stem, q) not in RIGHT_AND_YET_TOLD} == set()


# Numbers per 1,000 characters, dates left out.  An office counts what was done; of what it means to do it counts little.
DENSITY = {
    Kind.SUMMARY: (8, 25),
    Kind.SUMMARY_PLAN: (8, 26),
    Kind.PLAN: (6, 30),  # targets, and the numbers before its items
    Kind.KEY_POINTS: (0, 21),  # a unit that is bound to targets writes them into its key points; items are numbered
    Kind.IDEAS: (0, 10),
}


@every_report
def test_a_report_has_as_many_numbers_as_its_kind(path: Path) -> None:
    report = report_of(path)
    assert report.kind
    prose = "\n".join(line for line in report.text.split("\n") if "\t" not in line)
    least, most = DENSITY[report.kind]

    found = facts_per_thousand(prose), facts_per_thousand(report.text)  # where figures stand in tables, those count

    assert any(least <= one <= most for one in found), found


# --- how it is written ----------------------------------------------------------------------------

PROVINCIAL = {
    "headings_that_fit_any_year": 0.0009,
    "equal_sections": 0.0,
    "number_chains": 0.0295,
    "glue": 0.0024,
    "blessings": 0.0016,
    "mechanisms_without_actor": 0.0754,
    "shortcomings_as_table_rows": 0.0,
    "mirrored_plans": 0.0,
    "mixed_weights": 0.0,
    "wrong_partners": 0.0,
    "wrong_level": 0.0,
    "flat_time": 0.0264,
    "same_openings": 0.0,
}
"""Places of each tell per sentence in the reports of fifteen provincial governments for 2026: 6,674 sentences, counted
with `TELLS` on 22 November 2026."""


@cache
def told() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for find in TELLS:
        found[find.__name__] = [
            (path.stem, t.quote)
            for path in PATHS
            for t in find(parts_of_reading(reading_of(path)), level=report_of(path).level)
        ]
    return found


def sentences() -> int:
    return sum(len(p.sentences) for path in PATHS for p in parts_of_reading(reading_of(path)))


@pytest.mark.parametrize("tell", PROVINCIAL)
def test_a_tell_stands_no_more_often_than_in_proofread_reports(tell: str) -> None:
    assert len(told()[tell]) <= PROVINCIAL[tell] * sentences(), told()[tell]


# --- political wording ----------------------------------------------------------------------------

_PLENUM = re.compile(r"二十届([一二三四五六七、和中]+)全会")
_GUIDE = re.compile(
    r"以[^，。；]{2,30}思想为指导|学习贯彻习近平[一-鿿]{2,20}主题教育|党纪学习教育|中央八项规定精神学习教育"
)


def last_day(report: Document) -> date:
    """Until when its writer can have known of anything: year's end of a summary; February of what looks ahead."""
    assert report.year
    return date(report.year, 12, 31) if report.kind in BACK else date(report.year, 3, 15)


@every_report
def test_plenums_named_in_a_report_had_been_held(path: Path) -> None:
    report = report_of(path)
    held = {
        ordinal
        for row in phrases().plenum
        if row.congress == "二十"
        for ordinal, day in zip(row.ordinals, row.dates, strict=True)
        if day <= last_day(report)
    }

    named = {o for list_ in _PLENUM.findall(report.text) for o in re.findall(r"([一二三四五六七])", list_)}

    assert named <= held


@every_report
def test_formulas_of_a_report_are_in_the_dated_phrase_file(path: Path) -> None:
    report = report_of(path)
    rows = tomllib.loads((ROOT / "templates" / "phrases" / "openings.toml").read_text(encoding="utf-8"))["opening"]
    spoken = [r["text"] for r in rows if r["from"] <= last_day(report)]
    campaigns = [c for c in phrases().campaign if report.year and c.from_ <= report.year <= c.to + 1]

    strangers = [
        m.group()
        for m in _GUIDE.finditer(report.text)
        if not any(m.group() in text for text in spoken) and not any(c.regex.search(m.group()) for c in campaigns)
    ]

    assert strangers == []


# --- what stays inside ----------------------------------------------------------------------------


def kept_back(year: int) -> Iterator[tuple[str, str]]:
    """Matters that are not for a report: those marked 不写."""
    from chugao import read_matters

    for path in sorted((ROOT / "examples" / "matters").glob(f"*-{year}.xlsx")):
        for matter in read_matters(path).items:
            if matter.release.value == "不写":
                yield path.stem, matter.text


@every_report
def test_nothing_is_told_that_was_not_to_be_written(path: Path) -> None:
    report = report_of(path)
    assert report.year

    told = [text for _, text in kept_back(report.year) if text and text in report.text]

    assert told == []
