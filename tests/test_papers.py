"""Shorter papers cut from one finished draft: the same numbers, no new drafting."""

from pathlib import Path

import pytest

from chugao import Matters
from chugao.checks import examine_alone
from chugao.checks.covering import coverage_of
from chugao.drafting import draft as make_draft
from chugao.errors import InputError
from chugao.export.brief import brief, upward
from chugao.export.cutting import joined, length_of, part_of, shortened
from chugao.export.slides import slides
from chugao.export.spoken import congress, duty
from chugao.export.tabled import Item, assessment, coverage_paper, tasks
from chugao.manuscript import Draft, Sentence, flatten
from chugao.material import Matter, MatterStatus
from chugao.outline import read_outline
from chugao.source import Release, Source
from tests.drafts import claims, draft
from tests.facts import facts_of

PAPERS = {
    "300": lambda d: brief(d, 300),
    "500": lambda d: brief(d, 500),
    "1500": lambda d: brief(d, 1500),
    "upward": upward,
    "congress": lambda d: congress(d, name="陆知衡", post="院长"),
    "speech": lambda d: congress(d, speech=True),
    "duty": lambda d: duty(d, name="周敏", post="医务科主任"),
    "slides": slides,
    "tasks": tasks,
    "assessment": assessment,
}
SOURCE = Source(file="事项.xlsx", sheet="事项", cell="B2")


def matter(text: str, result: str, status: MatterStatus = MatterStatus.DONE, **more: object) -> Matter:
    told = {"category": "医疗质量", "when": "2025年5月", "year": 2025, **more}
    return Matter(
        id="matter_" + "".join(chr(97 + ord(c) % 26) for c in text),
        text=text,
        result=result,
        status=status,
        source=SOURCE,
        **told,
    )  # type: ignore[arg-type]


MATTERS = (
    matter("通过三级医院评审", "专家提出的59条改完57条", when="2025年7月"),
    matter("开设周末门诊手术", "泌尿外科逢周六开台，共做1126台，候台由13天减到5天"),
    matter("处置客车侧翻", "救治23人", release=Release.UPWARD, category="应急处置"),
    matter("夜间手术要等台", "原因是夜班只排一组护士", category="不足", when="2025年"),
    matter("排定夜间手术第二组", "骨科与手术室合排，在院备班", MatterStatus.PLANNED, when="2026年4月底前", year=2026, owner="手术室", leader="副院长陈砚舟"),
)  # fmt: skip


@pytest.fixture(scope="module")
def base() -> Draft:
    figures = facts_of("手术台次,2025,23186,台次,21934,23000,24000", "平均住院日,2025,7.3,天,7.6,7.4,7.1")
    outline = read_outline("summary-plan", department="医务科", year=2025)
    return make_draft(outline, figures, Matters(items=MATTERS))


@pytest.mark.parametrize("name", PAPERS)
def test_every_number_of_a_paper_is_a_number_of_the_draft(base: Draft, name: str) -> None:
    paper = PAPERS[name](base)

    report = examine_alone(paper)

    assert not [f for f in report.findings if f.rule in ("number-untraced", "number-changed")]
    assert report.numbers["untraced"] == 0
    known = {c.id for _, s in base.sentences() for c in s.claims}
    known |= {c.id for _, _, t in base.tables() for row in t.rows for cell in row for c in cell.claims}
    cut = {c.id for _, s in paper.sentences() for c in s.claims if c.state != "constant"}
    assert cut <= known
    assert paper.parent == base.id


@pytest.mark.parametrize("ceiling", [300, 500, 1500])
def test_a_ceiling_holds_as_wps_counts(ceiling: int) -> None:
    paper = brief(draft(), ceiling)

    assert ceiling * 0.4 < length_of(paper) <= ceiling


def test_a_short_brief_has_no_headings_and_a_long_one_has() -> None:
    short, long = brief(draft(), 300), brief(draft(), 1500)

    assert not any(s.level for s in short.sections)
    assert [s.heading.text for s in long.sections if s.level] == ["主要工作", "存在的不足", "2026年打算"]


def test_a_clause_without_a_number_goes_first_and_a_limit_stays_with_what_it_limits() -> None:
    text = "4月排定第二组，骨科与手术室合排，两台能同时开，但周末仍要等台，到院至手术缩短到60分钟。"
    sentence = Sentence(id="a", text=text, claims=claims(text))

    cut = shortened(sentence, 26)

    assert cut.text == "4月排定第二组，两台能同时开，但周末仍要等台，到院至手术缩短到60分钟。"
    assert [cut.text[c.start : c.end] for c in cut.claims] == ["4月", "60"]


def test_pieces_keep_their_claims_where_the_numbers_stand() -> None:
    whole = shortened(Sentence(id="a", text="完成12项，超过10项。", claims=claims("完成12项，超过10项。")), 99)

    both = joined(["先", part_of(whole, 0, 5), "；", part_of(whole, 6, 11)])

    assert [both.text[c.start : c.end] for c in both.claims] == ["12项", "10项"]


def test_what_may_only_go_upward_is_not_told_to_the_staff_congress(base: Draft) -> None:
    assert "客车侧翻" in flatten(base)[0]
    assert "客车侧翻" in flatten(upward(base))[0]
    assert "客车侧翻" not in flatten(congress(base))[0]


def test_the_duty_report_is_in_the_first_person_and_leaves_ones_conduct_to_oneself(base: Draft) -> None:
    text = flatten(duty(base, name="周敏", post="医务科主任"))[0]

    assert "我现任医务科主任" in text
    assert "我和同事们一道" in text
    assert "【待补：学习、廉洁自律" in text
    with pytest.raises(InputError, match="--post"):
        duty(base, name="周敏", post="")


def test_the_tasks_have_who_leads_who_does_by_when_and_how(base: Draft) -> None:
    (row,) = next(t for _, _, t in tasks(base).tables()).rows

    number, task, how, leads, does, by_when = (c.text for c in row)
    assert (number, task, leads, does, by_when) == ("1", "排定夜间手术第二组", "副院长陈砚舟", "手术室", "4月底前")
    # The aim that the plan ties to the task is what it is checked by; the deadline has a column of its own.
    assert how.rstrip("。").split("，目标是")[0] == "骨科与手术室合排，在院备班"
    assert "4月底前" not in how


def test_a_score_is_proposed_only_where_the_standard_settles_it(base: Draft) -> None:
    items = (
        Item("平均住院日", "5", "≤7.4天得5分"),
        Item("平均住院日", "5", "≤7.0天得5分"),
        Item("党风廉政", "10", "无违纪"),
    )

    rows = next(t for _, _, t in assessment(base, items).tables()).rows

    assert [r[4].text for r in rows] == ["5", "【待评】", "【待评】"]
    assert "7.3天" in rows[0][5].text
    assert rows[0][6].text.startswith("指标.csv")


def test_a_plan_has_no_duty_report(base: Draft) -> None:
    outline = read_outline("plan", department="医务科", year=2026)
    plan = make_draft(outline, facts_of("手术台次,2025,23186,台次,21934,23000,24000"), Matters(items=MATTERS))

    with pytest.raises(InputError, match="没有总结的内容"):
        congress(plan)


def test_the_coverage_names_where_each_heading_is_answered_and_who_owes(tmp_path: Path) -> None:
    file = tmp_path / "提纲.txt"
    file.write_text(
        "总结提纲\n一、医疗质量\n二、对口帮扶\n三、存在的问题\n附表：\n附件：重点任务分解表\n", encoding="utf-8"
    )
    figures = facts_of("手术台次,2025,23186,台次,21934,23000,24000")
    outline = read_outline("summary-plan", department="医务科", year=2025, file=file)
    made = make_draft(outline, figures, Matters(items=MATTERS))

    coverage = coverage_of(made)

    assert coverage is not None
    rows = {r.heading: r for r in coverage.rows}
    assert (rows["医疗质量"].state, rows["医疗质量"].place) == ("已写", "一、医疗质量")
    assert (rows["对口帮扶"].state, rows["对口帮扶"].owner) == ("待补", "医务科")
    assert rows["存在的问题"].state == "已写"
    assert examine_alone(coverage_paper(made, coverage)).numbers["untraced"] == 0
