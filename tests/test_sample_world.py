"""The sample world: what a reader of the demo may believe of it.

Every figure keeps every identity of the catalogue, the departments add up to the hospital, targets make sense, rates and
large counts told in the matters are those of the figures, and nobody is named whom `examples/world/names.toml` does not know.
"""

import csv
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from chugao import InputError, read_matters, read_metrics
from chugao.material import Matters
from chugao.metrics.board import readiness
from chugao.metrics.facts import derive
from chugao.metrics.observation import Figures, Role
from chugao.metrics.plausibility import implausible
from chugao.metrics.rollup import rollup
from chugao.metrics.targets import validate_targets
from chugao.period import Period
from chugao.source import Finding, Severity

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
FIGURES = sorted(p for p in (EXAMPLES / "figures").iterdir() if p.suffix in (".xlsx", ".csv"))
MATTERS = sorted((EXAMPLES / "matters").glob("*.xlsx"))
NAMES = tomllib.loads((EXAMPLES / "world" / "names.toml").read_text(encoding="utf-8"))
FLAWS = tomllib.loads((EXAMPLES / "flawed" / "flaws.toml").read_text(encoding="utf-8"))["flaw"]
DEPARTMENTS = tuple(NAMES["hospital"]["departments"])
HOUSES = ("医院", NAMES["commission"]["name"], NAMES["township"]["name"])
LEVELS = {NAMES["commission"]["name"]: "市", NAMES["township"]["name"]: "乡镇"}
YEARS = (2023, 2024, 2025, 2026)
ONLY_IN_MATTERS = {"83.2", "82.4", "88.0", "3286", "1037"}
"""What no table keeps: it was counted for one matter."""


@cache
def figures_of(path: Path) -> Figures:
    return read_metrics(path)


def file_of(department: str, year: int) -> Path:
    return next(p for p in FIGURES if p.stem == f"{department}-{year}")


def period_of(path: Path) -> Period:
    year = int(re.findall(r"20\d\d", path.stem)[0])
    return Period(year=year, last_month=10) if path.stem.endswith("1-10") else Period(year=year)


def told(findings: tuple[Finding, ...]) -> list[str]:
    """What a person is asked to look at."""
    return [f.hint for f in findings if f.severity is not Severity.INFO]


def department_of(path: Path) -> str:
    return path.stem.split("-")[0]


# --- the figures ----------------------------------------------------------------------------------


def test_every_department_and_house_reports_every_year_and_the_first_ten_months_of_the_last() -> None:
    stems = {p.stem for p in FIGURES}

    for unit in (*DEPARTMENTS, *HOUSES):
        assert {f"{unit}-{year}" for year in YEARS} | {f"{unit}-2026-1-10"} <= stems


@pytest.mark.parametrize("path", FIGURES, ids=lambda p: p.stem)
def test_a_figures_file_is_read_and_raises_nothing_that_a_person_must_look_at(path: Path) -> None:
    figures, period = figures_of(path), period_of(path)

    found = implausible(figures, period, LEVELS.get(department_of(path), "三级"))

    assert told((*figures.findings, *found, *validate_targets(figures, period))) == []


@pytest.mark.parametrize("unit", [*DEPARTMENTS, *HOUSES])
def test_a_unit_reports_between_25_and_65_metrics_a_year_with_last_years_beside_them(unit: str) -> None:
    for year in YEARS:
        reported = [o for o in figures_of(file_of(unit, year)).observations if o.role is Role.ACTUAL]
        now = {o.metric for o in reported if o.period == Period(year=year)}
        before = {o.metric for o in reported if o.period == Period(year=year - 1)}

        assert 25 <= len(now) <= 65
        assert len(before) >= len(now) * 0.85


@pytest.mark.parametrize("unit", [*DEPARTMENTS, *HOUSES])
def test_what_one_year_calls_last_year_is_what_the_year_before_reported(unit: str) -> None:
    for year in YEARS[1:]:
        earlier = derive(figures_of(file_of(unit, year - 1)), Period(year=year - 1))
        later = derive(figures_of(file_of(unit, year)), Period(year=year))

        for metric in later.metrics():
            here, there = later.get(metric, "prev"), earlier.get(metric, "now")
            if here and there:
                assert here.value == there.value, (unit, year, here.name)


@pytest.mark.parametrize("unit", [*DEPARTMENTS, *HOUSES])
def test_the_target_of_a_year_is_the_goal_that_the_year_before_set(unit: str) -> None:
    for year in YEARS[1:]:
        earlier = derive(figures_of(file_of(unit, year - 1)), Period(year=year - 1))
        later = derive(figures_of(file_of(unit, year)), Period(year=year))

        for metric in later.metrics():
            goal, target = earlier.get(metric, "goal"), later.get(metric, "target")
            if goal and target:
                assert goal.value == target.value, (unit, year, goal.name)


def test_targets_for_the_next_year_have_an_owner_and_a_leader() -> None:
    for unit in (*DEPARTMENTS, *HOUSES):
        goals = [o for o in figures_of(file_of(unit, 2026)).observations if o.period == Period(year=2027)]

        assert goals
        assert all(o.owner and o.leader and o.deadline.startswith("2027年") for o in goals)


@pytest.mark.parametrize("year", YEARS)
def test_the_departments_add_up_to_the_hospital(year: int) -> None:
    departments = read_metrics(*(file_of(d, year) for d in DEPARTMENTS))
    hospital = figures_of(file_of("医院", year))

    made = rollup(departments, Period(year=year), hospital)

    assert [f.hint for f in made.findings if f.severity.blocks or f.rule == "rollup.mismatch"] == []
    assert sum(1 for row in made.rows if row.own is not None and row.value is not None) >= 20


def test_a_hospitals_trends_are_not_all_for_the_better() -> None:
    worse: Counter[int] = Counter()
    for year in YEARS:
        for unit in DEPARTMENTS:
            facts = derive(figures_of(file_of(unit, year)), Period(year=year))
            worse[year] += sum(1 for m in facts.metrics() if (f := facts.get(m, "change")) and f.good is False)

    assert all(worse[year] >= 15 for year in YEARS[1:])


def test_some_targets_were_missed_every_year() -> None:
    for year in (2024, 2025, 2026):
        missed = 0
        for unit in DEPARTMENTS:
            facts = derive(figures_of(file_of(unit, year)), Period(year=year))
            missed += sum(1 for m in facts.metrics() if (f := facts.get(m, "gap")) and f.good is False)

        assert missed >= 5


def test_a_metric_that_was_defined_anew_is_not_set_against_its_old_figure() -> None:
    facts = derive(figures_of(file_of("院感科", 2026)), Period(year=2026))
    named = next(m for m in facts.metrics() if facts.definitions[m].name == "医务人员手卫生依从率")

    assert facts.get(named, "now") is not None
    assert facts.get(named, "prev") is None


# --- the matters ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MATTERS, ids=lambda p: p.stem)
def test_a_matters_file_is_read_without_a_remark_and_says_everything_once(path: Path) -> None:
    matters = read_matters(path)

    assert matters.findings == ()
    assert len({m.id for m in matters.items}) == len(matters.items)


def test_every_unit_has_enough_to_tell_of_every_year() -> None:
    for unit in (*DEPARTMENTS, *HOUSES):
        for year, least in ((2023, 8), (2024, 8), (2025, 15), (2026, 15)):
            matters = read_matters(EXAMPLES / "matters" / f"{unit}-{year}.xlsx")

            assert least <= len(matters.items) <= 40, (unit, year)
            assert {"已完成", "拟开展"} <= {m.status for m in matters.items}


_RATE_OR_LARGE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)(?=[%‰])|(?<![\d.])(\d{4,})(?![\d.]|年)")


def rates_and_large_counts(text: str) -> set[str]:
    return {rate or count for rate, count in _RATE_OR_LARGE.findall(text)}


def known_values(year: int) -> set[str]:
    """Every figure of a year and the year before, as the tables of the world print it."""
    values: set[str] = set()
    for table in (EXAMPLES / "world" / "figures").glob("*.csv"):
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                values |= {row.get(str(y), "") for y in (year - 1, year)}
    return values


@pytest.mark.parametrize("year", YEARS)
def test_rates_and_large_counts_told_in_matters_are_those_of_the_figures(year: int) -> None:
    values = known_values(year)
    strangers = {
        (path.stem, matter.text, number)
        for path in MATTERS
        if period_of(path).year == year
        for matter in read_matters(path).items
        for number in rates_and_large_counts(matter.result)
        if number not in values | ONLY_IN_MATTERS
    }

    assert strangers == set()


def test_matters_are_lean_in_numbers() -> None:
    results = [m.result for path in MATTERS for m in read_matters(path).items]
    numbers = [len(re.findall(r"\d+(?:\.\d+)?", r)) for r in results]

    assert sum(numbers) / len(numbers) <= 1
    assert sum(1 for n in numbers if n > 3) / len(numbers) <= 0.01


# --- the names ------------------------------------------------------------------------------------


def known_leaders(year: int) -> set[str]:
    """Who was in charge at some time of a year or of its following January."""
    return {
        one["title"] + one["name"]
        for one in NAMES["leader"]
        if one["since"].year <= year + 1 and one.get("until", one["since"].replace(year=2099)).year >= year
    }


def known_owners() -> set[str]:
    named = {*DEPARTMENTS, *NAMES["hospital"]["also_called"].values(), *NAMES["sections"]["names"]}
    return named | set(NAMES["commission"]["sections"]) | set(NAMES["township"]["sections"])


@pytest.mark.parametrize("path", MATTERS, ids=lambda p: p.stem)
def test_matters_name_only_leaders_of_their_time_and_departments_that_exist(path: Path) -> None:
    year = period_of(path).year
    matters: Matters = read_matters(path)

    assert {m.leader for m in matters.items} <= known_leaders(year)
    assert {m.owner for m in matters.items} <= known_owners()


@pytest.mark.parametrize("unit", [*DEPARTMENTS, *HOUSES])
def test_figures_name_only_leaders_of_their_time_and_departments_that_exist(unit: str) -> None:
    for year in YEARS:
        observations = figures_of(file_of(unit, year)).observations

        assert {o.leader for o in observations if o.leader} <= known_leaders(year)
        assert {o.owner for o in observations if o.owner} <= known_owners()


COMMON = {"该院县", "三家县"}


def written_texts() -> dict[str, str]:
    """What the world says in words, by file."""
    folders = ("world/matters", "world/documents", "instructions", "cases")
    return {
        str(p.relative_to(EXAMPLES)): p.read_text(encoding="utf-8")
        for folder in folders
        for p in sorted((EXAMPLES / folder).iterdir())
    }


@pytest.mark.parametrize("name", written_texts())
def test_counties_and_towns_are_those_of_the_world(name: str) -> None:
    known = {*NAMES["places"]["counties"], *NAMES["places"]["towns"]}
    text = written_texts()[name]

    named = re.findall(r"([一-鿿]{2}[县镇])(?:人民医院|中心卫生院|卫生健康局)", text)

    assert {n for n in named if n not in COMMON} <= known


def test_hospitals_are_those_of_the_world() -> None:
    known = {*NAMES["institutions"]["names"], NAMES["hospital"]["name"], NAMES["township"]["name"]}
    text = "\n".join(written_texts().values())

    for county in re.findall(r"([一-鿿]{2}县)人民医院", text):
        assert county in NAMES["places"]["counties"]
        assert f"{county}人民医院" in known


# --- flaws left on purpose ------------------------------------------------------------------------


def findings_of(flaw: dict[str, object]) -> Counter[str]:
    path = EXAMPLES / "flawed" / str(flaw["file"])
    if "against" in flaw:
        own = read_metrics(EXAMPLES / "figures" / str(flaw["against"]))
        return Counter(f.rule for f in rollup(read_metrics(path), Period(year=2025), own).findings if f.severity.blocks)
    figures = read_metrics(path)
    found = (*readiness(figures).findings, *validate_targets(figures, Period(year=2025)))
    return Counter(f.rule for f in dict.fromkeys(found) if f.severity is not Severity.INFO)


@pytest.mark.parametrize("flaw", [f for f in FLAWS if "rules" in f], ids=lambda f: f["file"])
def test_a_flaw_is_found_and_nothing_else(flaw: dict[str, object]) -> None:
    assert findings_of(flaw) == Counter(flaw["rules"])  # type: ignore[arg-type]


@pytest.mark.parametrize("flaw", [f for f in FLAWS if "error" in f], ids=lambda f: f["file"])
def test_what_cannot_be_read_is_refused_with_the_cell(flaw: dict[str, object]) -> None:
    path = EXAMPLES / "flawed" / str(flaw["file"])

    with pytest.raises(InputError, match=str(flaw["error"])) as refused:
        read_matters(path) if flaw.get("matters") else read_metrics(path)

    assert re.search(r"[A-Z]\d+单元格", str(refused.value))


def test_every_flawed_file_is_described() -> None:
    assert {p.name for p in (EXAMPLES / "flawed").glob("*.csv")} == {f["file"] for f in FLAWS}


# --- the builders ---------------------------------------------------------------------------------


@pytest.mark.parametrize("builder", ["build.py", "documents.py"])
def test_a_builder_writes_what_is_there(builder: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "world", tmp_path / "examples" / "world")
    subprocess.run([sys.executable, str(tmp_path / "examples" / "world" / builder)], check=True, timeout=300)

    written = [p for p in tmp_path.rglob("*") if p.suffix in (".xlsx", ".csv", ".docx") and "world" not in p.parts]
    assert written
    for path in written:
        assert path.read_bytes() == (ROOT / path.relative_to(tmp_path)).read_bytes(), path.name
