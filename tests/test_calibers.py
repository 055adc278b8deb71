"""Sources that disagree, the rulings that settle them, the office's own words, and where figures come from."""

from decimal import Decimal
from pathlib import Path

import pytest

from chugao.database import Database, verify
from chugao.errors import InputError
from chugao.metrics.calibers import Ruling, file_key
from chugao.metrics.deciding import rule
from chugao.metrics.explanation import as_markdown, explain
from chugao.metrics.observation import Figures, Role
from chugao.metrics.reading import read_metrics
from chugao.metrics.rulings import load_rulings
from chugao.metrics.store import foresee_import, import_figures, load_figures
from chugao.metrics.words import learn, load_words
from chugao.source import Severity
from tests.test_metrics_store import LATER, NOW

HEADER = "指标名称,年度,本期值,单位,上年同期值,来源"


def file(folder: Path, name: str, *lines: str, header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def his(folder: Path, year: int = 2025, value: int = 320000) -> Path:
    return file(folder, f"门诊部{year}.csv", f"门诊人次,{year},{value},人次,,HIS", f"急诊人次,{year},12000,人次,,HIS")


def records(folder: Path, year: int = 2025, value: int = 331000) -> Path:
    return file(folder, f"病案室{year}.csv", f"门诊人次,{year},{value},人次,,病案统计")


def values(figures: Figures) -> dict[str, Decimal]:
    names = {o.metric: figures.catalogue().get(o.metric).name for o in figures.observations}
    return {
        f"{names[o.metric]}{o.period.code}": o.quantity.value for o in figures.observations if o.role is Role.ACTUAL
    }


def ruling(**more: object) -> Ruling:
    told = {"metric": "outpatient_visits", "chosen": "病案统计", "by": "王主任", "reason": "不含体检", "at": NOW}
    return Ruling.model_validate(told | {"period": "2025", "sources": ("病案统计", "HIS")} | more)


# --- what disagrees -------------------------------------------------------------------------------


def test_two_sources_that_disagree_are_a_finding_with_both_cells_and_neither_value_is_used(tmp_path: Path) -> None:
    figures = read_metrics(his(tmp_path), records(tmp_path))

    [finding] = [f for f in figures.findings if f.rule == "figures.caliber"]
    assert values(figures) == {"急诊人次2025": 12000}
    assert [o.quantity.value for o in figures.contested[0]] == [320000, 331000]
    assert finding.severity is Severity.ERROR
    assert "门诊部2025.csv C2单元格（HIS）写320000；病案室2025.csv C2单元格（病案统计）写331000" in finding.hint
    assert "chugao metrics rule 门诊人次 --period 2025 --choose HIS" in finding.hint


def test_two_sources_in_one_file_disagree_too_but_one_source_is_a_slip(tmp_path: Path) -> None:
    sources = file(tmp_path, "a.csv", "门诊人次,2025,1,人次,,HIS", "门诊人次,2025,2,人次,,病案统计")
    slip = file(tmp_path, "b.csv", "门诊人次,2025,1,人次,,HIS", "门诊人次,2025,2,人次,,HIS")

    assert len(read_metrics(sources).contested) == 1
    with pytest.raises(InputError, match="写了两个不同的数"):
        read_metrics(slip)


def test_two_files_without_a_source_are_told_apart_by_their_names(tmp_path: Path) -> None:
    header = "指标名称,年度,本期值,单位"
    one = file(tmp_path, "医务科-2025.csv", "门诊人次,2025,1,人次", header=header)
    two = file(tmp_path, "统计室 2025年（定稿）.csv", "门诊人次,2025,2,人次", header=header)

    figures = read_metrics(one, two, rulings=[ruling(chosen=file_key("统计室 2025年（定稿）.csv"), sources=())])

    assert values(figures) == {"门诊人次2025": 2}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (ruling(), 331000),
        (ruling(chosen="HIS"), 320000),
        (ruling(period="", sources=()), 331000),
        (ruling(period="2024"), 331000),
        (ruling(period="2024", sources=("病案统计", "统计年报")), None),
        (ruling(department="骨科"), None),
        (ruling(metric="emergency_visits"), None),
        (ruling(chosen="统计年报"), None),
    ],
    ids=["this period", "the other", "standing", "another year", "other rivals", "another department", "another metric", "nobody's"],
)  # fmt: skip
def test_a_ruling_decides_for_its_metric_period_and_rivals(tmp_path: Path, made: Ruling, expected: int | None) -> None:
    figures = read_metrics(his(tmp_path), records(tmp_path), rulings=[made])

    assert values(figures).get("门诊人次2025") == expected
    assert (figures.contested == ()) == (expected is not None)


def test_a_ruling_of_another_year_is_followed_with_a_notice_that_names_it(tmp_path: Path) -> None:
    figures = read_metrics(his(tmp_path, 2026), records(tmp_path, 2026), rulings=[ruling()])

    [finding] = [f for f in figures.findings if f.rule == "figures.ruled"]
    assert finding.severity is Severity.WARNING
    assert "沿用王主任2025-12-03对2025年的裁定取用“病案统计”的331000（不含体检）" in finding.hint


def test_values_on_a_comparable_basis_stay_apart(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "a.csv",
        "门诊人次,2025,33,万人次,30,29",
        header="指标名称,年度,本期值,单位,上年同期值,上年同期值（可比口径）",
    )

    figures = read_metrics(path)

    assert values(figures) == {"门诊人次2025": 330000, "门诊人次2024": 300000}
    assert [(o.period.code, o.quantity.value, o.caliber) for o in figures.comparable] == [("2024", 290000, "可比口径")]


# --- in the workspace -----------------------------------------------------------------------------


def test_a_contest_waits_in_the_workspace_until_somebody_rules_and_is_settled_without_importing_again(
    database: Database, tmp_path: Path
) -> None:
    report = import_figures(database, read_metrics(his(tmp_path), records(tmp_path)), actor="甲", at=NOW)
    waiting = load_figures(database)

    made, settled = rule(database, _outpatient(), "病案统计", by="王主任", reason="不含体检", period="2025", at=LATER)

    assert (report.added, [f.rule for f in report.findings]) == (1, ["figures.caliber"])
    assert (values(waiting), len(waiting.contested)) == ({"急诊人次2025": 12000}, 1)
    assert [o.quantity.value for o in settled] == [331000]
    assert made.sources == ("病案统计", "HIS")
    assert values(load_figures(database)) == {"急诊人次2025": 12000, "门诊人次2025": 331000}
    assert load_figures(database).findings == ()
    assert [(r.by, r.reason, r.at, r.id) for r in load_rulings(database)] == [("王主任", "不含体检", LATER, 1)]
    with database.read() as connection:
        assert verify(connection) == []


def test_sources_that_come_one_after_the_other_contest_each_other_and_next_year_follows(
    database: Database, tmp_path: Path
) -> None:
    import_figures(database, read_metrics(his(tmp_path)), actor="甲", at=NOW)
    import_figures(database, read_metrics(records(tmp_path)), actor="甲", at=NOW)
    contested = load_figures(database).contested
    rule(database, _outpatient(), "病案统计", by="王主任", reason="不含体检", period="2025", at=LATER)

    import_figures(database, read_metrics(records(tmp_path, 2026, 340000)), actor="甲", at=LATER)
    report = import_figures(database, read_metrics(his(tmp_path, 2026, 350000)), actor="甲", at=LATER)

    assert [o.quantity.value for o in contested[0]] == [320000, 331000]
    assert [f.rule for f in report.findings] == ["figures.ruled"]
    assert values(load_figures(database))["门诊人次2026"] == 340000


def test_a_later_cut_off_of_another_source_is_an_update_and_no_contest(database: Database, tmp_path: Path) -> None:
    header = "指标名称,年度,本期值,单位,数据截止,来源"
    october = file(tmp_path, "a.csv", "门诊人次,2025,27,万人次,2025-10-31,快报", header=header)
    december = file(tmp_path, "b.csv", "门诊人次,2025,33,万人次,2025-12-31,年报", header=header)
    import_figures(database, read_metrics(october), actor="甲", at=NOW)

    report = import_figures(database, read_metrics(december), actor="甲", at=LATER)

    assert (len(report.changed), report.findings) == (1, ())


@pytest.mark.parametrize(
    ("first", "second"),
    [("", ""), ("2025-10-31", ""), ("", "2025-12-31"), ("2025-12-31", "2025-12-31"), ("2025-12-31", "2025-10-31")],
)
def test_only_a_later_cut_off_that_both_give_makes_another_source_an_update(
    database: Database, tmp_path: Path, first: str, second: str
) -> None:
    header = "指标名称,年度,本期值,单位,数据截止,来源"
    report = file(tmp_path, "a.csv", f"门诊人次,2025,27,万人次,{first},快报", header=header)
    yearbook = file(tmp_path, "b.csv", f"门诊人次,2025,33,万人次,{second},年报", header=header)
    import_figures(database, read_metrics(report), actor="甲", at=NOW)

    told = import_figures(database, read_metrics(yearbook), actor="甲", at=LATER)

    assert [f.rule for f in told.findings] == ["figures.caliber"]
    assert told.changed == ()
    assert values(load_figures(database)) == {}


def test_a_ruled_source_stays_when_the_other_is_imported_after_it(database: Database, tmp_path: Path) -> None:
    import_figures(database, read_metrics(his(tmp_path), records(tmp_path)), actor="甲", at=NOW)
    rule(database, _outpatient(), "病案统计", by="王主任", reason="不含体检", period="2025", at=LATER)

    report = import_figures(database, read_metrics(his(tmp_path, value=325000)), actor="甲", at=LATER)

    assert [f.rule for f in report.findings] == ["figures.ruled"]
    assert values(load_figures(database))["门诊人次2025"] == 331000


def test_what_an_import_would_do_is_told_before_it_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    import_figures(database, read_metrics(his(tmp_path)), actor="甲", at=NOW)
    other = read_metrics(records(tmp_path))

    foreseen = foresee_import(database, other)

    assert [f.rule for f in foreseen.findings] == ["figures.caliber"]
    assert load_figures(database).contested == ()
    assert foreseen == import_figures(database, other, actor="甲", at=LATER)


def test_a_contest_ends_when_the_sources_agree_and_the_same_import_again_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    both = read_metrics(his(tmp_path), records(tmp_path))
    import_figures(database, both, actor="甲", at=NOW)
    again = import_figures(database, both, actor="甲", at=LATER)

    import_figures(database, read_metrics(his(tmp_path, value=331000)), actor="甲", at=LATER)

    assert (again.added, again.changed) == (0, ())
    assert values(load_figures(database)) == {"急诊人次2025": 12000, "门诊人次2025": 331000}


def test_a_ruling_needs_a_name_a_reason_and_a_source_that_said_something(database: Database, tmp_path: Path) -> None:
    import_figures(database, read_metrics(his(tmp_path), records(tmp_path)), actor="甲", at=NOW)

    with pytest.raises(InputError, match="谁定的"):
        rule(database, _outpatient(), "HIS", by=" ", reason="x", at=NOW)
    with pytest.raises(InputError, match="来源有：HIS、病案统计"):
        rule(database, _outpatient(), "统计年报", by="王主任", reason="x", at=NOW)
    assert load_rulings(database) == ()


def test_comparable_values_and_relative_targets_are_kept_too(database: Database, tmp_path: Path) -> None:
    header = "指标名称,年度,本期值,单位,上年同期值,上年同期值（可比口径）,目标值"
    path = file(tmp_path, "a.csv", "门诊人次,2025,33,万人次,30,29,较上年增长5%", header=header)
    figures = read_metrics(path)

    import_figures(database, figures, actor="甲", at=NOW)

    kept = load_figures(database)
    assert (kept.comparable, kept.aims) == (figures.comparable, figures.aims)
    assert kept.observations == figures.observations
    assert len(kept.aims) == 1


def _outpatient():  # type: ignore[no-untyped-def]
    from chugao.catalogue import load_catalogue

    return load_catalogue().get("outpatient_visits")


# --- the office's own words -----------------------------------------------------------------------


def test_a_word_told_once_is_read_and_what_came_before_follows(database: Database, tmp_path: Path) -> None:
    header = "指标名称,年度,今年报数,单位"
    path = file(tmp_path, "a.csv", "就诊总数,2025,33,万人次", header=header)
    old = file(tmp_path, "b.csv", "就诊总数,2024,30,万人次", header="指标名称,年度,本期值,单位")
    import_figures(database, read_metrics(old), actor="甲", at=NOW)

    learn(database, "就诊总数", "门诊人次", by="甲", at=NOW)
    learn(database, "今年报数", "本期值", by="甲", at=NOW)
    words = {w.word: w.meaning for w in load_words(database)}
    figures = read_metrics(path, learned=words)

    assert values(figures) == {"门诊人次2025": 330000}
    assert values(load_figures(database)) == {"门诊人次2024": 300000}
    assert [(w.by, w.at) for w in load_words(database)] == [("甲", NOW), ("甲", NOW)]


def test_a_word_may_be_taken_back(database: Database) -> None:
    learn(database, "就诊总数", "门诊人次", by="甲", at=NOW)
    learn(database, "就诊总数", "", by="乙", at=LATER)

    assert load_words(database) == ()


@pytest.mark.parametrize(
    ("word", "meaning", "says"),
    [
        ("门诊量", "出院人次", "已经是“门诊人次”"),
        ("本期值", "上年同期值", "已经是认识的表头"),
        ("就诊总数", "门诊人数次", "是不是“门诊人次”"),
        ("就诊总数", " ", "要写两个词"),
    ],
)
def test_a_word_that_is_taken_or_means_nothing_is_refused(
    database: Database, word: str, meaning: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        learn(database, word, meaning, by="甲", at=NOW)


# --- 数据说明 -------------------------------------------------------------------------------------


def test_the_explanation_names_caliber_source_cut_off_and_ruling_of_each_metric(tmp_path: Path) -> None:
    header = "指标名称,年度,本期值,单位,口径,数据截止,来源"
    path = file(tmp_path, "a.csv", "门诊人次,2025,33,万人次,含急诊不含体检,2025-12-31,病案统计", header=header)
    figures = read_metrics(path, his(tmp_path), rulings=[ruling()])

    explained = explain(figures, [ruling()], metrics={"outpatient_visits"}, year=2025)
    page = as_markdown(explained)

    assert [r.name for r in explained.rows] == ["门诊人次"]
    for said in ("口径：含急诊不含体检", "来源：病案统计", "2025-12-31", "出处：2025年：a.csv C2单元格"):
        assert said in page
    assert "裁定：2025年以“病案统计”为准，王主任于2025-12-03裁定。理由：不含体检" in page


def test_the_explanation_of_a_department_leaves_out_what_was_ruled_for_another(tmp_path: Path) -> None:
    figures = read_metrics(his(tmp_path))
    ruled = [ruling(department="急诊科", reason="急诊自己的口径"), ruling(department="门诊部", reason="门诊部的口径")]

    page = as_markdown(explain(figures, ruled, department="门诊部"))

    assert "门诊部的口径" in page
    assert "急诊自己的口径" not in page


def test_what_stands_in_a_cell_becomes_no_mark_up_of_the_explanation(tmp_path: Path) -> None:
    header = "指标名称,年度,本期值,单位,口径"
    path = file(tmp_path, "a.csv", '门诊人次,2025,1,人次,"x\n# 大标题 <script> [a](http://b)"', header=header)

    page = as_markdown(explain(read_metrics(path)))

    assert "\n# 大标题" not in page
    assert "\\<script\\>" in page
    assert "\\[a\\](" in page
