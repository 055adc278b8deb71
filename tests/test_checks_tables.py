"""Tables that should add up: totals, shares and growth columns, in a text and in a draft of ours."""

import pytest

from chugao.checks import examine
from chugao.checks.ours import examine_alone
from chugao.checks.reading import read
from chugao.checks.totals import totals_in
from tests.drafts import draft, section, sections, table

TITLE = "望澜市第一人民医院2025年工作总结\n一、主要工作\n"


def found(*lines: str) -> list[str]:
    text = "\n".join(lines)
    return [text[h.start : h.end] for h in totals_in(text)]


def test_a_total_that_the_rows_do_not_make_is_found_and_the_right_one_offered() -> None:
    text = "科室\t出院人次\n内科\t4120人次\n外科\t3380人次\n合计\t7600人次"

    (hit,) = totals_in(text)

    assert text[hit.start : hit.end] == "7600人次"
    assert "7500人次" in hit.hint


@pytest.mark.parametrize(
    "lines",
    [
        ("科室\t出院人次", "内科\t4120", "外科\t3380", "合计\t7500"),
        ("| 科室 | 收入（万元） |", "| --- | --- |", "| 内科 | 412.4 |", "| 外科 | 338.3 |", "| 合计 | 750.8 |"),
        ("科室\t门诊人次", "内科\t1.24万人次", "外科\t0.98万人次", "合计\t2.23万人次"),
        ("科室\t满意度", "内科\t95.1%", "外科\t96.3%", "合计\t95.7%"),
        ("科室\t平均住院日", "内科\t7.1天", "外科\t6.8天", "合计\t7.0天"),
        ("科室\t人数", "内科\t120", "其中：医师\t48", "外科\t90", "合计\t210"),
        ("科室\t人数", "内科\t120", "小计\t120", "外科\t90", "合计\t210"),
        ("科室\t人数", "内科\t120", "外科\t—", "合计\t210"),
        ("科室\t手术", "内科\t12台", "外科\t90例", "合计\t102台"),
        ("科室\t人数", "内科\t120", "合计\t210"),
    ],
    ids=["whole", "tenths", "rounded", "rates", "means", "其中", "小计", "a gap", "two units", "one row"],
)
def test_what_adds_up_and_what_cannot_be_added_is_left_alone(lines: tuple[str, ...]) -> None:
    assert found(*lines) == []


def test_a_share_is_held_against_the_count_beside_it_and_the_total() -> None:
    rows = ("来源\t人次\t占比", "本县\t600\t60%", "外县\t400\t45%", "合计\t1000\t100%")

    assert found(*rows) == ["45%"]
    assert found(*(r.replace("45%", "40%") for r in rows)) == []


def test_shares_near_a_hundred_that_are_not_a_hundred_are_found_and_a_choice_of_rows_is_not() -> None:
    assert found("来源\t占比", "本县\t62%", "外县\t28%", "外省\t12%") == ["12%"]
    assert found("来源\t占比", "本县\t62%", "外县\t28%", "外省\t10%") == []
    assert found("病种\t占比", "肺炎\t18%", "脑梗死\t12%", "骨折\t9%") == []


def test_a_foreign_text_is_told_and_stopped() -> None:
    text = TITLE + "| 科室 | 手术台次 |\n| 骨科 | 1240 |\n| 普外科 | 986 |\n| 合计 | 2326 |\n"

    told = [f for f in examine(text).findings if f.rule == "table-total"]

    assert [(f.quote, f.severity.value) for f in told] == [("2326", "error")]
    assert text[told[0].place.start : told[0].place.end] == "2326"


def test_a_table_of_a_draft_is_added_up_whoever_typed_into_it() -> None:
    def of(total: str, growth: str) -> list[tuple[str, str, str]]:
        sums = table("各科手术", "科室|手术台次", "骨科|1240", "普外科|986", f"合计|{total}")
        grown = table("工作量", "指标|上年|本年|增长", f"出院人次|18000|18600|{growth}")
        made = draft((*sections(), section("results_tables", "（四）", "附表", 2, sums, grown)))
        rules = ("table-total", "growth-table")
        return [(f.rule, f.quote, f.place.section) for f in examine_alone(made).findings if f.rule in rules]

    assert of("2226", "3.3%") == []
    assert of("2326", "5.3%") == [
        ("table-total", "2326", "results_tables"),
        ("growth-table", "5.3%", "results_tables"),
    ]


def test_a_page_of_nothing_but_bars_is_read_in_a_moment() -> None:
    assert list(totals_in("|" * 200_000)) == []
    assert list(totals_in("合计\t1\n" * 20_000)) == []
    assert read("合计|||\n" * 1000).text
