"""What a text copied: another unit's names and figures, last year's leftovers, shared wording."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from chugao.checks import examine
from chugao.checks.copying import Library, PastDocument, check_copying, library
from chugao.checks.leftovers import Known, PastText, leftovers
from chugao.checks.reading import read
from chugao.documents.structure import understand
from chugao.index import open_index
from chugao.kind import Kind
from chugao.mentions import find_mentions
from chugao.source import Finding
from tests.facts import facts_of

DATA = Path(__file__).parent / "data" / "leftovers"


# --- leftovers ------------------------------------------------------------------------------------


class Edited(NamedTuple):
    """Last year's report edited into this year's, with what was forgotten and what stays."""

    last: str
    text: str
    planted: dict[tuple[int, int], str]
    constant: dict[tuple[int, int], str]
    known: Known


def edited(name: str) -> Edited:
    """⟦kind|text⟧ was forgotten, ⟨text⟩ stays from year to year."""
    marked = (DATA / f"{name}-this.txt").read_text(encoding="utf-8")
    text, at = "", 0
    planted: dict[tuple[int, int], str] = {}
    constant: dict[tuple[int, int], str] = {}
    for match in re.finditer(r"⟦(?P<kind>[a-z-]+)\|(?P<left>[^⟧]*)⟧|⟨(?P<stays>[^⟩]*)⟩", marked):
        text += marked[at : match.start()]
        words = match["left"] if match["kind"] else match["stays"]
        (planted if match["kind"] else constant)[len(text), len(text) + len(words)] = words
        text, at = text + words, match.end()
    facts = (DATA / f"{name}-facts.txt").read_text(encoding="utf-8")
    return Edited(
        (DATA / f"{name}-last.txt").read_text(encoding="utf-8"), text + marked[at:], planted, constant, Known([facts])
    )


@pytest.mark.parametrize(("name", "year"), [("nursing", 2025), ("county", 2024)])
def test_every_kind_of_leftover_is_found_and_what_stays_is_not(name: str, year: int) -> None:
    case = edited(name)
    past = [PastText("去年的总结", case.last, year - 1, year)]
    own = ["石阜县人民医院", "石阜县", "白鹭县卫生健康局", "白鹭县"]

    found = [
        (left.value.start, left.value.end)
        for left in leftovers(case.text, find_mentions(case.text), past, case.known, reported=year, own_names=own)
    ]

    def touched(span: tuple[int, int]) -> bool:
        return any(a < span[1] and span[0] < b for a, b in found)

    assert [words for span, words in case.planted.items() if not touched(span)] == []
    assert [words for span, words in case.constant.items() if touched(span)] == []
    assert [case.text[a:b] for a, b in found if not any(a < end and start < b for start, end in case.planted)] == []


def test_a_value_that_stood_there_two_years_running_is_a_constant() -> None:
    sentence = "全院开放床位共计862床，在岗职工合计1204人，固定资产净值3.6亿元。"
    past = [PastText("2023年总结", sentence, 2023, 2024), PastText("2024年总结", sentence, 2024, 2025)]

    one = list(leftovers(sentence, find_mentions(sentence), past[1:], Known(), reported=2025))
    both = list(leftovers(sentence, find_mentions(sentence), past, Known(), reported=2025))

    assert one != []
    assert both == []


def test_a_number_that_this_years_figures_give_is_no_leftover() -> None:
    last, this = "全年出院患者25320人次，手术9860台次。", "全年出院患者25320人次，手术10230台次。"
    past = [PastText("2024年总结", last, 2024, 2025)]

    unknown = list(leftovers(this, find_mentions(this), past, Known(), reported=2025))
    known = list(leftovers(this, find_mentions(this), past, Known(["出院人次2.532万人次"]), reported=2025))

    assert [left.value.text for left in unknown] == ["25320人次"]
    assert known == []


def test_last_years_plan_that_came_true_is_no_leftover() -> None:
    last = "一、2025年工作计划\n力争年内新增省级重点专科12个，建成区域影像中心15处。"
    this = "一、2025年主要工作\n年内新增省级重点专科12个，建成区域影像中心15处。"

    found = list(
        leftovers(this, find_mentions(this), [PastText("2024年总结", last, 2024, 2025)], Known(), reported=2025)
    )

    assert found == []


def test_successive_proofread_reports_raise_few_alarms(shared: Path) -> None:
    reports = {int(p.name[:4]): understand(p).text for p in (shared / "fulldocs").glob("20[01]*国务院.txt")}
    past = {year: PastText(str(year - 1), text, year - 1, year) for year, text in reports.items()}

    found = [
        left
        for year, text in reports.items()
        for left in leftovers(
            text,
            find_mentions(text, year=year - 1),
            [p for y, p in past.items() if y < year],
            Known(),
            reported=year - 1,
        )
    ]

    assert len(found) * 10_000 <= sum(map(len, reports.values()))


# --- other people's reports -----------------------------------------------------------------------

FOREIGN = (
    "加快青溪镇、白鹭镇中心卫生院医疗次中心建设，健全以效果为导向的基层公共卫生服务考核机制，"
    "选派骨干58人次到青溪县人民医院跟岗学习，全年下乡巡诊1460人次，受到群众一致好评。"
)


def past(text: str, **fields: object) -> PastDocument:
    document = PastDocument(
        "p1", "青溪县2024年卫生健康工作总结", text, "青溪县卫生健康局", "", "区县", 2024, Kind.SUMMARY, False
    )
    return document._replace(**fields)


def copied(text: str, *documents: PastDocument, known: Known | None = None) -> list[Finding]:
    held: Library = library(documents)
    return check_copying(read(text), held, known)


def blocking(findings: list[Finding]) -> list[str]:
    return [f.quote for f in findings if f.severity.blocks]


def test_names_and_figures_of_another_county_inside_a_copied_run_stop_the_text() -> None:
    text = f"石阜县卫生健康局2025年工作总结\n一、主要工作\n{FOREIGN}"

    findings = copied(text, past(FOREIGN))

    assert {"58人次", "1460人次"} <= set(blocking(findings))
    assert any("青溪" in quote for quote in blocking(findings))
    assert all("《青溪县2024年卫生健康工作总结》" in f.hint for f in findings)


def test_shared_wording_without_names_and_figures_is_information_only() -> None:
    wording = "健全以效果为导向的基层公共卫生服务考核机制，完善基层医疗卫生人才使用激励机制，持续提升服务水平。"
    text = f"石阜县卫生健康局2025年工作总结\n一、主要工作\n{wording}"

    findings = copied(text, past(wording))

    assert [(f.rule, f.severity.value) for f in findings] == [("shared-wording", "info")]


def test_figures_that_were_changed_and_given_are_nobody_elses() -> None:
    changed = FOREIGN.replace("青溪镇、白鹭镇", "各").replace("青溪县人民医院", "上级医院")
    changed = changed.replace("58人次", "61人次")
    text = f"石阜县卫生健康局2025年工作总结\n一、主要工作\n{changed}"

    assert blocking(copied(text, past(FOREIGN), known=Known(["巡诊1460人次"]))) == []


def test_what_three_issuers_write_is_everybodys() -> None:
    formula = "严格落实居民健康档案动态管理要求，每年为65岁以上老年人免费体检1次，规范开展2次随访服务和20项检查。"
    text = f"石阜县卫生健康局2025年工作总结\n一、主要工作\n{formula}"
    three = [
        past(formula, id=f"p{i}", issuer=f"{name}卫生健康局", title=f"{name}2024年工作总结")
        for i, name in enumerate(("青溪县", "白鹭县", "望澜市"))
    ]

    assert copied(text, *three) == []


def test_the_report_itself_is_no_source() -> None:
    text = f"青溪县2024年卫生健康工作总结\n一、主要工作\n{FOREIGN}"

    assert copied(text, past(FOREIGN)) == []


# --- as a user meets it ---------------------------------------------------------------------------


def test_a_corpus_given_to_check_finds_what_last_year_left(tmp_path: Path) -> None:
    last = "石阜县人民医院护理部2024年工作总结\n\n一、主要工作\n全年不良事件主动上报181例，其中跌倒坠床23例，整改完成率96.8%。\n"
    this = last.replace("2024年", "2025年").replace("181例", "196例").replace("96.8%", "97.9%")
    (tmp_path / "去年.txt").write_text(last, encoding="utf-8")
    given = facts_of("不良事件上报例数,2025,196,例,181", "整改完成率,2025,97.9,%,96.8")

    report = examine(this, given, index=open_index(tmp_path))

    left = [f for f in report.findings if f.rule == "last-year-left"]
    assert [(f.quote, f.severity.value) for f in left] == [("23例", "error")]
    assert "2024年工作总结" in left[0].hint
    assert left[0].place.start == this.index("23例")


def test_without_a_corpus_nothing_is_said_of_copies() -> None:
    report = examine("石阜县人民医院护理部2025年工作总结\n其中跌倒坠床23例。")

    assert not [f for f in report.findings if f.rule in ("last-year-left", "foreign-copied", "shared-wording")]


def test_a_text_much_denser_in_figures_than_the_offices_own_past_is_told_so(tmp_path: Path) -> None:
    said = "3月起各科每月联查一次，查出的问题当场定人、当月改完，改了112处。"
    for year in (2022, 2023, 2024):
        past_text = f"石阜县人民医院护理部{year}年工作总结\n\n一、主要工作\n" + f"{said}\n" * 40
        (tmp_path / f"{year}.txt").write_text(past_text, encoding="utf-8")
    title = "石阜县人民医院护理部2025年工作总结\n\n一、主要工作\n"
    dense = title + "出院1.86万人次，增长4.3%；手术7420台，增长5.2%。\n" * 40
    usual = title + "4月起各病区每月互查一次，问题当场定人、当月改完，共改98处。\n" * 40

    found = [f for f in examine(dense, index=open_index(tmp_path)).findings if f.rule == "density"]

    assert [f.severity.value for f in found] == ["info"]
    assert "本单位往年" in found[0].hint
    assert not [f for f in examine(usual, index=open_index(tmp_path)).findings if f.rule == "density"]
