"""Every rule of the checks: its own examples first, then near misses that must not be found."""

import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chugao.checks import examine
from chugao.checks.reading import read
from chugao.checks.rules import FAMILIES, Rule, find_by_rules, rules
from chugao.config import Office
from chugao.kind import Kind
from chugao.material import Matter, Matters
from chugao.material.matter import MatterStatus
from chugao.source import Finding, Severity, Source
from tests.facts import facts_of

LEADERS = Office(name="望澜市第一人民医院", leaders=("党委书记 周明德", "院长 王建华", "副院长 李文清"))


def found(text: str, rule: str, **options: object) -> list[str]:
    """Quotes of what one rule finds in a text."""
    return [f.quote for f in findings(text, **options) if f.rule == rule]


def findings(
    text: str, kind: Kind | None = None, year: int | None = None, office: Office | None = None
) -> list[Finding]:
    return list(find_by_rules(read(text, kind=kind, year=year, office=office)))


def report(body: str, title: str = "医务科2025年工作总结") -> str:
    """A text with a title and a heading over it."""
    return f"{title}\n一、{'重点任务' if title.endswith('计划') else '主要工作'}\n{body}"


def matter(text: str) -> Matter:
    """Something that was done."""
    return Matter(id="matter_a", text=text, status=MatterStatus.DONE, source=Source(file="事项.csv"))


def of_rule(rule: Rule, text: str) -> list[Finding]:
    """What the rule finds in one of its examples, held against the figures and matters that belong to it."""
    office = Office.model_validate(dict(rule.office)) if rule.office else None
    matters = Matters(items=tuple(map(matter, rule.matters)))
    facts = facts_of(*rule.figures) if rule.figures else None
    seen = examine(text, facts, matters, kind=rule.kind, year=rule.year, office=office)
    return [f for f in seen.findings if f.rule == rule.id]


RUN = [r for r in rules().values() if not r.whole and (r.needs in ("text", "office") or r.figures)]


# --- the registry ---------------------------------------------------------------------------------


def test_every_check_of_the_office_has_a_rule() -> None:
    assert {r.code for r in rules().values()} == {f"C{n:02d}" for n in range(1, 49)}


def test_every_function_has_its_words_and_every_textual_rule_its_function() -> None:
    functions = {rule_id for family in FAMILIES for rule_id in family}
    textual = {r.id for r in rules().values() if r.needs in ("text", "office") and not r.id.startswith("tell-")}

    assert functions <= set(rules())
    assert textual <= functions


@pytest.mark.parametrize("rule", RUN, ids=lambda r: r.id)
def test_a_rule_finds_its_own_violation_and_weighs_it_as_it_says(rule: Rule) -> None:
    seen = of_rule(rule, rule.violating)

    assert seen
    assert all(f.hint and re.search(r"[。？]$", f.hint) for f in seen)
    weights = list(Severity)
    assert min(weights.index(f.severity) for f in seen) <= weights.index(rule.severity) or rule.id == "number-untraced"


@pytest.mark.parametrize("rule", RUN, ids=lambda r: r.id)
def test_a_rule_lets_its_own_correction_pass(rule: Rule) -> None:
    assert of_rule(rule, rule.passing) == []


@pytest.mark.parametrize("rule", RUN, ids=lambda r: r.id)
def test_a_quote_is_what_stands_at_its_place(rule: Rule) -> None:
    text = f"\n\n  {rule.violating}"

    for finding in findings(text, rule.kind, rule.year):
        assert text[finding.place.start : finding.place.end] == finding.quote


# --- verbs, hedges, units -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("平均住院日由7.6天提升至7.3天。", "提升"),
        ("门诊平均候诊时间提高到25分钟。", "提高"),
        ("患者满意度缩短2个百分点。", "缩短"),
        ("手术台次延长到3200台次。", "延长"),
    ],
)
def test_a_verb_that_does_not_go_with_its_noun(sentence: str, quote: str) -> None:
    assert found(report(sentence), "verb-noun") == [quote]


@pytest.mark.parametrize(
    "sentence",
    [
        "平均住院日缩短至7.3天，服务水平提升。",
        "患者满意度提升至96.8%。",
        "缩短患者等候时间，提升满意度。",
        "手术时间由专人记录，质量提升2个百分点。",
    ],
)
def test_a_verb_that_goes_with_its_noun(sentence: str) -> None:
    assert found(report(sentence), "verb-noun") == []


@pytest.mark.parametrize("words", ["约200余项", "近30%左右", "超过500例以上", "大约3万余人次", "近百余名"])
def test_a_number_hedged_twice(words: str) -> None:
    (quote,) = found(report(f"全年完成{words}。"), "hedged-twice")

    assert words.startswith(quote)


@pytest.mark.parametrize("words", ["约200项", "200余项", "近30%", "500例以上", "超过500例", "靠近200余米的院区"])
def test_a_number_hedged_once(words: str) -> None:
    assert found(report(f"全年完成{words}。"), "hedged-twice") == []


def test_half_and_full_width_percent_signs_in_one_text() -> None:
    assert found(report("甲级率97%，归档率99%，复诊率12％。"), "unit-mixed") == ["％"]
    assert found(report("甲级率97%，归档率99%。"), "unit-mixed") == []


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("患者满意度986%。", ["986%"]),
        ("手卫生依从率达到195%。", ["195%"]),
        ("床位使用率102.3%。", []),
        ("预算执行率105%，目标完成率118%。", []),
        ("门诊量增长120%。", []),
        ("患者满意度98.6%。", []),
    ],
)
def test_a_share_of_a_whole_stops_at_a_hundred(sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence), "beyond-band") == quotes


# --- targets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("住院患者满意度由95%提升至92%。", ["92%"]),
        ("平均住院日由7.1天缩短到7.4天。", ["7.4天"]),
        ("手卫生依从率目标85%（2025年95%）。", ["85%"]),
        ("住院患者满意度由92%提升至95%。", []),
        ("平均住院日由7.4天缩短到7.1天。", []),
        ("入径率由65%提升至70%，完成率由80%提升至85%。", []),
    ],
)
def test_a_target_behind_where_one_stands(sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence, "医务科2026年工作计划"), "target-worse") == quotes


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("病历书写完整率目标值98%（2024年95%）。", ["2024"]),
        ("响应时间控制在60分钟（2023年为75分钟）。", ["2023"]),
        ("病历书写完整率目标值98%（2025年95%）。", []),
        ("落实细则（2024年版），归档率99%。", []),
    ],
)
def test_a_target_is_measured_from_the_year_before(sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence, "医务科2026年工作计划"), "baseline-year") == quotes


# --- numbering ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "quotes"),
    [
        ("一、 二、 四、", ["四、"]),
        ("一、 二、 二、", ["二、"]),
        ("一、 （一） （三）", ["（三）"]),
        ("一、 二、 三、", []),
        ("一、 （一） （二） 二、 （一） （二）", []),
        ("一、 1. 2. 二、 1. 2.", []),
        ("一、 1. 2. 二、 3. 4.", []),
    ],
)
def test_headings_count_on(numbers: str, quotes: list[str]) -> None:
    lines = [f"{n}抓好第几件事\n这一节写了一件事，做完了。" for n in numbers.split()]

    assert found("\n".join(["医务科2025年工作总结", *lines]), "numbering") == quotes


def test_a_number_that_a_line_break_tore_in_two_is_there_all_the_same() -> None:
    text = "2025年工作总结\n一、主要工作\n（一）抓质量\n做完了。\n（二）抓服务\n做完了。（\n三）抓队伍。\n做完了。\n（四）抓安全\n做完了。"

    assert found(text, "numbering") == []


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("抓了三件事。一是建制度。二要抓培训。三是严考核。", ["二要"]),
        ("一是建制度。三是严考核。", ["三是"]),
        ("一是建制度。二是抓培训。四是严考核。", ["四是"]),
        ("一是建制度。二是抓培训。三是严考核。", []),
        ("一要建制度。二要抓培训。三要严考核。", []),
        ("一是建制度。一要全，二要细。二是抓培训。三是因病施治。", []),
        ("统一是前提。二是抓培训。", []),
    ],
)
def test_enumerators_make_one_set(sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence), "enumerator") == quotes


# --- marks ----------------------------------------------------------------------------------------

LONG = "全年开展技能培训和考核，培训结束以后逐人过关，考核不过的当月补训，直到合格为止，并记入技术档案；"


@pytest.mark.parametrize(
    ("body", "quotes"),
    [
        (LONG * 3 + "全年平稳,没有差错。", [","]),
        (LONG + "没有差错，，全年平稳。", ["，，"]),
        (LONG + "针对 性开展培训。", [" "]),
        (LONG + "全年２３例。", ["２３"]),
        (LONG.replace("，", ",").replace("；", ";"), []),
        (LONG + "门诊12,345人次，比例1:4，上午10:30开诊。", []),
        (LONG + "开展“进窗口 走流程”活动。", []),
        (LONG + "LIS,PACS 两个系统联通。", []),
    ],
)
def test_marks_are_full_width_where_the_text_is(body: str, quotes: list[str]) -> None:
    assert found(report(body), "full-width") == quotes


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("开展“质量提升年活动，成效明显。", ["“"]),
        ("印发《管理办法，逐条落实。", ["《"]),
        ("覆盖12个病区）和门诊。", ["）"]),
        ("建立“院长“质询制度”。", ["“"]),
        ("开展“质量提升年”活动（12场），印发《办法》。", []),
        ("分三步：1）摸底；2）整改；3）验收。", []),
        ("他说：“按《〈办法〉细则》办。”", []),
    ],
)
def test_marks_come_in_pairs(sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence), "pair-marks") == quotes


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("望卫医发[2025]01号", "望卫医发〔2025〕1号"),
        ("国卫办函（2025）第12号", "国卫办函〔2025〕12号"),
        ("院发〔25〕3号", "院发〔2025〕3号"),
        ("2025年04月08日", "2025年4月8日"),
        ("2025年2月30日", "没有"),
    ],
)
def test_document_numbers_and_dates_as_the_standard_writes_them(words: str, right: str) -> None:
    hints = [f.hint for f in findings(report(f"按照{words}的要求开展自查。")) if f.rule == "document-number"]

    assert len(hints) == 1
    assert right in hints[0]


@pytest.mark.parametrize(
    "words", ["望卫医发〔2025〕1号", "2025年4月8日", "2025年10月", "12345热线〔2025〕", "2024年2月29日"]
)
def test_document_numbers_and_dates_that_are_right(words: str) -> None:
    assert found(report(f"按照{words}的要求开展自查。"), "document-number") == []


# --- dated wording --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "sentence", "quotes"),
    [
        ("2026年工作计划", "以医院“十四五”学科规划为指引，培育优势学科。", ["“十四五”"]),
        ("2026年工作计划", "对照“十四五”规划目标，逐项推进。", ["“十四五”"]),
        ("2026年工作计划", "启动手术质量安全提升行动，年底验收。", ["手术质量安全提升行动"]),
        ("2025年工作总结", "深入开展党史学习教育，办好实事。", ["党史学习教育"]),
        ("2025年工作总结", "以医院“十四五”规划为指引，培育优势学科。", []),
        ("2026年工作计划", "“十四五”规划圆满收官，谋划“十五五”发展。", []),
        ("2026年工作计划", "巩固拓展主题教育成果，以“十五五”规划为指引。", []),
        ("2025年工作总结", "推进手术质量安全提升行动，全年抽查12次。", []),
        ("2023年工作总结", "深入开展学习贯彻习近平新时代中国特色社会主义思想主题教育。", []),
    ],
)
def test_plans_and_campaigns_within_their_years(title: str, sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence, f"医务科{title}"), "plan-expired") == quotes


@pytest.mark.parametrize(
    ("year", "sentence", "quotes"),
    [
        (2025, "全年接种一类疫苗3.2万剂次。", ["一类疫苗"]),
        (2025, "推进健康扶贫，开展巡回义诊。", ["健康扶贫"]),
        (2025, "县卫计委组织督导。", ["卫计委"]),
        (2025, "组织全员核酸检测演练。", ["全员核酸检测"]),
        (2015, "县卫计委组织督导，接种一类疫苗。", []),
        (2025, "巩固拓展健康扶贫成果同乡村振兴有效衔接。", []),
        (2025, "原县卫计委移交的档案全部归档。", []),
        (2025, "零就业家庭动态清零。", []),
        (2025, "接种免疫规划疫苗3.2万剂次。", []),
    ],
)
def test_words_that_went_out_of_use(year: int, sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence, f"医务科{year}年工作总结"), "term-obsolete") == quotes


@pytest.mark.parametrize(
    ("title", "sentence", "found_any"),
    [
        ("2026年工作计划", "贯彻党的二十大和二十届二中、三中全会精神。", True),
        ("2026年工作计划", "贯彻党的二十大和二十届三中全会精神。", True),
        ("2025年工作总结", "深入学习贯彻党的十九大精神，推进各项工作。", True),
        ("2026年工作计划", "贯彻党的二十大和二十届历次全会精神。", False),
        ("2026年工作计划", "贯彻党的二十大和二十届二中、三中、四中全会精神。", False),
        ("2025年工作要点", "贯彻党的二十大和二十届二中、三中全会精神。", False),
        ("2025年工作总结", "落实党的二十届三中全会关于医改的部署。", False),
        ("2017年工作总结", "深入学习贯彻党的十九大精神，推进各项工作。", False),
    ],
)
def test_congresses_and_plenums_up_to_the_last_one_held(title: str, sentence: str, found_any: bool) -> None:
    assert bool(found(report(sentence, f"医务科{title}"), "formula-stale")) is found_any


def test_a_signature_tells_up_to_when_a_text_can_know() -> None:
    body = (
        "贯彻党的二十大和二十届二中、三中全会精神，全年任务按期完成，各科室按要求报送材料，没有遗留问题。\n医务科\n{}"
    )

    assert found(report(body.format("2025年10月10日")), "formula-stale") == []
    assert found(report(body.format("2025年12月30日")), "formula-stale") != []


@pytest.mark.parametrize(
    ("sentence", "found_any"),
    [
        ("坚决做到“两个维护”，深刻领悟“两个确立”。", True),
        ("以习近平新时代特色社会主义思想为指导。", True),
        ("认真学习习总书记重要讲话。", True),
        ("深刻领悟“两个确立”的决定性意义，坚决做到“两个维护”。", False),
        ("以习近平新时代中国特色社会主义思想为指导，深入贯彻党的二十大精神。", False),
        ("学习习近平总书记重要讲话精神。", False),
    ],
)
def test_formulas_are_written_in_full_and_in_order(sentence: str, found_any: bool) -> None:
    assert bool(found(report(sentence), "formula-wrong")) is found_any


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("细化48项核心制度操作流程。", ["48项核心制度"]),
        ("落实十七项医疗质量安全核心制度。", ["十七项医疗质量安全核心制度"]),
        ("学习廉洁从业八项准则。", ["廉洁从业八项准则"]),
        ("细化18项核心制度操作流程。", []),
        ("落实十八项医疗核心制度。", []),
        ("修订护理13项核心制度。", []),
        ("落实中央八项规定精神和九项准则。", []),
    ],
)
def test_counts_that_are_the_same_everywhere(sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence), "count-wrong") == quotes


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("严重创伤患者从入院到手术时间（DTN）60分钟。", ["DTN"]),
        ("医院感染发病率（VTE）下降。", ["VTE"]),
        ("住院患者满意度（CMI）提高。", ["CMI"]),
        ("急性脑梗死患者入院到静脉溶栓时间（DTN）38分钟。", []),
        ("开展多学科诊疗（MDT）112例。", []),
        ("购置设备（ECMO）一台。", []),
        ("信息系统（HIS）升级。", []),
    ],
)
def test_an_abbreviation_stands_for_what_it_stands_for(sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence), "abbreviation") == quotes


@pytest.mark.parametrize(
    ("sentence", "found_any"),
    [
        ("院长李建国带队检查。", True),
        ("副院长王建华带队检查。", True),
        ("望澜市第一人名医院通过复审。", True),
        ("李文清、王建华到会指导。", True),
        ("院长王建华带队检查，副院长李文清参加。", False),
        ("王建华、李文清到会指导。", False),
        ("望澜市第一人民医院通过复审。", False),
        ("望澜市第二人民医院来院交流，门诊部主任张敏介绍经验。", False),
    ],
)
def test_names_and_titles_are_those_of_the_registry(sentence: str, found_any: bool) -> None:
    title = "望澜市第一人民医院2025年工作总结"

    assert bool(found(report(sentence, title), "name-title", office=LEADERS)) is found_any


def test_without_a_registry_nobody_asks_for_names() -> None:
    assert found(report("院长李建国带队检查。"), "name-title") == []


# --- shell and parts ------------------------------------------------------------------------------

NOTICE = "关于印发2025年医疗管理工作要点的通知\n{number}{to}现将《2025年医疗管理工作要点》印发给你们，{end}\n{signed}{date}2025年医疗管理工作要点\n一、医疗质量\n1.抓好病历质量。各科室每月自查一次，医务科每季度抽查一次。"
WHOLE = {
    "number": "望卫医发〔2025〕3号\n",
    "to": "各科室：\n",
    "end": "请认真贯彻执行。",
    "signed": "医务科\n",
    "date": "2025年1月8日\n",
}


@pytest.mark.parametrize(("without", "hint"), [("to", "主送机关"), ("signed", "署名"), ("end", "结束语")])
def test_a_notice_lacks_nothing(without: str, hint: str) -> None:
    hints = [f.hint for f in findings(NOTICE.format(**(WHOLE | {without: ""}))) if f.rule == "shell"]

    assert len(hints) == 1
    assert hint in hints[0]
    assert found(NOTICE.format(**WHOLE), "shell") == []


PROSE = (
    "病历质量每月抽查，核心制度逐条落实，手术分级管理到人，术前讨论不再补签，急诊绿色通道全天开放，抢救记录当班完成。"
    * 8
)


@pytest.mark.parametrize(
    ("text", "found_any"),
    [
        (f"医务科2025年工作总结暨2026年工作计划\n一、2025年工作总结\n{PROSE}", True),
        (f"医务科2025年工作总结\n一、2025年工作成效与不足\n{PROSE}", True),
        (f"医务科2025年工作总结及下一步打算\n一、主要工作\n{PROSE}", True),
        (
            f"医务科2025年工作总结暨2026年工作计划\n一、2025年工作总结\n{PROSE}\n二、2026年工作计划\n抓好病历质量。",
            False,
        ),
        (f"医务科2025年工作总结\n一、2025年工作成效与不足\n{PROSE}夜间急诊人手仍有不足。", False),
        (f"医务科2025年工作总结\n一、主要工作\n{PROSE}", False),
    ],
)
def test_the_parts_that_title_and_headings_promise(text: str, found_any: bool) -> None:
    assert bool(found(text, "part-missing")) is found_any


@pytest.mark.parametrize(
    ("end", "found_any"),
    [
        ("设立老年医学科，推", True),
        ("推进病历质量，落实各项制度", True),
        ("设立老年医学科。", False),
        ("办好实事。\n医务科\n2025年12月30日", False),
    ],
)
def test_a_text_that_stops_in_mid_sentence(end: str, found_any: bool) -> None:
    assert bool(found(report(PROSE + end), "cut-off")) is found_any


@pytest.mark.parametrize(
    ("title", "found_any"),
    [
        (
            "望澜市第一人民医院医务科关于二〇二五年度医疗质量安全管理与服务能力提升以及患者体验改善各项重点工作任务完成情况的总结和下一步打算",
            True,
        ),
        ("医务科2025年工作总结：", True),
        ("医务科2025年工作总结", False),
    ],
)
def test_a_title_fits_and_ends_without_a_mark(title: str, found_any: bool) -> None:
    assert bool(found(report(PROSE, title), "title")) is found_any


def test_a_lead_that_speaks_for_a_hospital_over_a_region_is_asked_after() -> None:
    lead = "在院党委统筹领导下，医政科紧扣改革任务，围绕质量、服务、人才持续发力，较好完成任务。"
    region = "在12个县（区）完成医共体建设。67家基层机构设立联合门诊。推动胸痛中心向县级医院延伸。"

    assert found(f"医政科2025年工作总结\n{lead}\n一、主要工作\n{region}", "scope") == ["12个县"]
    assert found(f"医政科2025年工作总结\n{lead}\n一、主要工作\n支援12个乡镇卫生院。", "scope") == []
    assert (
        found(
            f"市卫健委2025年工作总结\n全市卫生健康系统围绕质量、服务、人才持续发力，较好完成任务。\n一、主要工作\n{region}",
            "scope",
        )
        == []
    )


# --- privacy --------------------------------------------------------------------------------------

ID_CARD = "11010519491231002X"


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        (f"患者身份证号{ID_CARD}。", [ID_CARD]),
        ("抢救患者张建国（男，56岁）。", ["张建国"]),
        ("抢救38床患者一名。", ["38床"]),
        ("病案号：A2025011234，归档及时。", ["病案号：A2025011234"]),
        ("回访电话为13912345678的患者。", []),
        ("向13912345678回访。", ["13912345678"]),
        ("身份证号110105194912310021。", []),
        ("新增38床，患者安全有保障。", []),
        ("抢救一名56岁男性患者。", []),
        ("联系电话：13912345678。", []),
        ("门诊13912345678人次。", ["13912345678"]),
        ("患者高兴（男女均有）。", []),
    ],
)
def test_what_names_a_person_is_fatal(sentence: str, quotes: list[str]) -> None:
    assert found(report(sentence), "personal-data") == quotes


def test_a_secret_mark_forbids_and_an_internal_one_asks() -> None:
    weights = {
        f.quote: f.severity for f in findings("秘密★1年\n2025年工作总结\n内部资料，不得外传") if f.rule == "secret-mark"
    }

    assert list(weights.values()) == [Severity.FATAL, Severity.WARNING]
    assert found("2025年工作总结\n对患者信息严格保密，内部资料统一归档。", "secret-mark") == []


# --- questions, once ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "sentences", "silent"),
    [
        (
            "claim-asked",
            "门诊量创历史新高。技术为全省首创。考核居全省第一。",
            "首创精神得到弘扬。第一时间处置。全市第一批试点。",
        ),
        (
            "comparator",
            "增幅低于全省平均1.1个百分点。住院日短于全市0.8天。",
            "增幅3.2%，低于全省平均（4.3%）1.1个百分点。",
        ),
        ("abbreviation-first", "全院VTE预防率提高，ERAS推广。", "静脉血栓栓塞症（VTE）预防率提高，DRG付费平稳。"),
    ],
)
def test_what_a_reviewer_must_judge_is_asked_once(rule: str, sentences: str, silent: str) -> None:
    assert len(found(report(sentences), rule)) == 1
    assert found(report(silent), rule) == []


def test_claims_in_a_plan_are_aims_and_are_not_asked_after() -> None:
    assert found("2026年工作计划\n一、目标\n综合考核力争居全省第一。", "claim-asked") == []


@pytest.mark.parametrize(
    ("half", "sentence", "found_any"),
    [
        ("一、2025年工作总结", "下一步将完善病历抽查办法。", True),
        ("二、2026年工作计划", "圆满完成了等级评审任务。", True),
        ("二、2026年工作计划", "继续教育取得了明显成效。", True),
        ("一、2025年工作总结", "将病历质量纳入考核，圆满完成了任务。", False),
        ("二、2026年工作计划", "去年取得了明显成效，今年继续推进。", False),
        ("二、2026年工作计划", "力争通过等级评审。", False),
    ],
)
def test_results_are_done_and_plans_are_to_do(half: str, sentence: str, found_any: bool) -> None:
    text = f"医务科2025年工作总结暨2026年工作计划\n{half}\n{sentence}"

    assert bool(found(text, "tense")) is found_any


def test_owners_and_deadlines_are_asked_for_once_and_in_the_annex() -> None:
    rule = rules()["plan-owner"]

    assert len(found(rule.violating, "plan-owner")) == 1
    assert found(f"{rule.violating}\n责任科室和时限见附件。", "plan-owner") == []
    assert found(rule.violating.replace("医务科2026年", "望澜市2026年卫生健康"), "plan-owner") == []


def test_what_a_hospital_customarily_tells_is_asked_after_in_a_hospitals_report_only() -> None:
    long = PROSE.replace("安全", "") * 4

    assert len(found(f"望澜市人民医院2025年工作总结\n一、主要工作\n{long}", "customary-part")) == 1
    assert (
        found(f"望澜市人民医院2025年工作总结\n一、主要工作\n{long}院感、安全、党建都有专项。", "customary-part") == []
    )
    assert found(f"医务科2025年工作总结\n一、主要工作\n{long}", "customary-part") == []


def test_many_empty_sentences_are_told_once_and_few_are_not() -> None:
    empty = "进一步加强管理，不断提升水平，全面推进工作，切实取得实效。"
    solid = "3月起医务、护理、药学每月联查，查出112个问题，改了108个，其余4个挂账，分管院长每周过问。"

    assert len(found(report(empty * 12 + solid * 12), "empty-words")) == 1
    assert found(report(empty + solid * 24), "empty-words") == []


def test_names_the_material_does_not_hold_are_asked_after_once() -> None:
    matters = Matters(items=(matter("举办急救技能竞赛"),))
    text = report("荣获全省文明单位称号。引进达芬奇一台。")

    asked = [f for f in examine(text, None, matters).findings if f.rule == "invention-asked"]

    assert [f.severity for f in asked] == [Severity.INFO]
    assert not [f for f in examine(text).findings if f.rule == "invention-asked"]


# --- what is no text ------------------------------------------------------------------------------


def test_what_a_file_says_of_itself_at_its_top_is_no_text() -> None:
    front = "---\n部门: 医务科\n年度: 2025\n---\n"

    assert findings(front + report(LONG.replace("；", "。"))) == []


# --- hostile texts --------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_an_exception_and_places_lie_in_it(text: str) -> None:
    for finding in examine(text, office=LEADERS).findings:
        assert 0 <= finding.place.start <= finding.place.end <= len(text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([r.violating for r in RUN]), max_size=4),
    st.text(alphabet="一二、（）“”《》1.%\n。，；：是要年月日 x*", max_size=80),
)
def test_mixed_violations_keep_their_places(pieces: Sequence[str], noise: str) -> None:
    text = noise + "\n".join(pieces) + noise

    for finding in find_by_rules(read(text)):
        assert text[finding.place.start : finding.place.end] == finding.quote


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", ["（", "“", "一是", "率较比高1%", "约1余", "患者张", "居全省", "》", "a,", "\n一、", "门诊1人次，"]
)
def test_a_megabyte_of_hostile_text_takes_seconds_and_says_that_it_was_read_in_part(seed: str) -> None:
    text = (seed * (1_000_000 // len(seed)))[:1_000_000]

    started = time.process_time()
    seen = {f.rule for f in find_by_rules(read(text))}

    assert time.process_time() - started < 20
    assert "read-in-part" in seen


def test_a_report_of_usual_length_is_read_whole() -> None:
    assert found(report(PROSE * 100), "read-in-part") == []
