"""What the measures see by themselves: faults under claims that lie, in words, in tables, round the paper; and edits that are none."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from eval.agreement import two_values
from eval.cases import CASES, Case, read_case
from eval.given import GIVEN, number_of, quantities
from eval.grounds import identity
from eval.measures import MEASURES, Seen
from eval.running import row_of
from eval.tabled import TABLED
from eval.truth import truths_of
from eval.worded import WORDED
from openpyxl import Workbook

from chugao.manuscript import Block, ClaimedText, Draft, Sentence
from chugao.source import Claim

MEASURE = {m.__name__: m for m in (*MEASURES, *GIVEN, *WORDED, *TABLED)} | {
    "identity": identity,
    "two_values": two_values,
}
Edit = Callable[[Draft], Draft]


@cache
def drafted(name: str) -> tuple[Case, Draft]:
    case = read_case(CASES / name)
    return case, case.draft()


def said(before: str, after: str) -> Edit:
    """A sentence or heading that reads otherwise; every number of it claims to be itself, which nobody can check."""

    def changed(piece: Any) -> Any:
        if before not in piece.text:
            return piece
        text = piece.text.replace(before, after, 1)
        claims = tuple(
            Claim(start=q.start, end=q.end, state="constant", id=text[q.start : q.end]) for q in quantities(text)
        )
        return piece.model_copy(update={"text": text, "claims": claims})

    def edit(draft: Draft) -> Draft:
        sections = [
            s.model_copy(update={"heading": changed(s.heading), "sentences": tuple(map(changed, s.sentences))})
            for s in draft.sections
        ]
        bad = draft.model_copy(update={"sections": tuple(sections), "title": changed(draft.title)})
        assert bad != draft
        return bad

    return edit


def added(text: str, section: str = "results") -> Edit:
    """One more sentence; every number of it claims to be itself, which nobody can check."""

    def edit(draft: Draft) -> Draft:
        claims = tuple(
            Claim(start=q.start, end=q.end, state="constant", id=text[q.start : q.end]) for q in quantities(text)
        )
        sentence = Sentence(id="planted", text=text, claims=claims, recipe={"made_by": "bank:x"})
        block = Block(id="planted", type="paragraph", sentence_ids=(sentence.id,))
        target = next(s for s in draft.sections if s.id.startswith(section) and s.blocks)
        new = target.model_copy(update={"blocks": (*target.blocks, block), "sentences": (*target.sentences, sentence)})
        return draft.model_copy(update={"sections": tuple(new if s is target else s for s in draft.sections)})

    return edit


def tables(change: Callable[[tuple[str, ...], list[ClaimedText]], list[ClaimedText]]) -> Edit:
    """Every row of every table, changed by its header; claims stay where they are."""

    def edit(draft: Draft) -> Draft:
        sections = []
        for section in draft.sections:
            blocks = []
            for block in section.blocks:
                if block.table is not None:
                    rows = tuple(tuple(change(block.table.header, list(row))) for row in block.table.rows)
                    block = block.model_copy(update={"table": block.table.model_copy(update={"rows": rows})})
                blocks.append(block)
            sections.append(section.model_copy(update={"blocks": tuple(blocks)}))
        bad = draft.model_copy(update={"sections": tuple(sections)})
        assert bad != draft
        return bad

    return edit


def cell(row: str, head: str, text: str) -> Edit:
    def change(header: tuple[str, ...], cells: list[ClaimedText]) -> list[ClaimedText]:
        if head in header and any(c.text == row for c in cells):
            cells[header.index(head)] = ClaimedText(text=text)
        return cells

    return tables(change)


def shell(**fields: str) -> Edit:
    return lambda draft: draft.model_copy(update={"shell": draft.shell.model_copy(update=fields)})


def without(*sentences: str) -> Edit:
    """No sentence and no row of a table holds these characters any more."""

    def edit(draft: Draft) -> Draft:
        sections = []
        for section in draft.sections:
            kept = tuple(s for s in section.sentences if not any(t in s.text for t in sentences))
            ids, blocks = {s.id for s in kept}, []
            for block in section.blocks:
                if block.table is not None:
                    rows = tuple(r for r in block.table.rows if not any(t in c.text for t in sentences for c in r))
                    block = block.model_copy(update={"table": block.table.model_copy(update={"rows": rows})})
                blocks.append(
                    block.model_copy(update={"sentence_ids": tuple(i for i in block.sentence_ids if i in ids)})
                )
            sections.append(section.model_copy(update={"sentences": kept, "blocks": tuple(blocks)}))
        return draft.model_copy(update={"sections": tuple(sections)})

    return edit


def backwards(draft: Draft) -> Draft:
    """The parts in another order, their numbers put right."""
    parts = [s for s in draft.sections if s.level == 1]
    turned = [s.model_copy(update={"number": p.number}) for s, p in zip(reversed(parts), parts, strict=True)]
    return draft.model_copy(update={"sections": tuple(turned.pop(0) if s.level == 1 else s for s in draft.sections)})


FAULTS: list[tuple[str, str, Edit, str]] = [
    # numbers whose claims lie
    ("unfounded_numbers", "county-commission", added("县域内就诊率今年升至94.0%。"), "94.0%"),
    ("unfounded_numbers", "city-summary-long", added("全年门急诊1486.2人次。"), "1486.2人次"),
    ("unfounded_numbers", "city-plan", added("儿科门诊扩到社区，首批二十家中心开儿科。", "plan"), "二十家"),
    ("unfounded_numbers", "hospital", added("医院9月21日通过二级甲等医院复评。"), "21日"),
    ("unfounded_numbers", "huli-summary-plan", added("给神经外科后半夜加派助班，12月底前完成。", "plan"), "12月底"),
    ("unfounded_numbers", "huli-summary-plan", added("推迟凌晨采血时间，后半夜按铃的少了近五成。"), "近五成"),
    ("unfounded_numbers", "general-hospital-long", added("呼吸机肺炎没有降下来，声门下吸引管断供半年。"), "半年"),
    ("unfounded_numbers", "yiwu-plan", added("排出夜间创伤手术第二组，创伤中心每周抽10份病历。", "plan"), "每周"),
    ("unfounded_numbers", "county-commission", added("县管乡用招录医师，招41名，到乡镇报到46名。"), "41名"),
    ("unfounded_numbers", "county-commission", added("力争县域内就诊率达到89%。", "plan"), "89%"),
    ("unfounded_numbers", "hospital", added("平均住院日由8.5天缩短到7.9天。", "plan"), "8.5天"),
    ("unfounded_numbers", "hospital", added("年末资产负债率41.2%。"), "41.2%"),
    ("mistabled", "half-year", cell("危急值响应时间", "本期", "9小时"), "9小时"),
    ("mistabled", "huli-summary-plan", cell("跌倒发生率", "比上年", "下降0.006个百分点"), "0.006个百分点"),
    ("mistabled", "poisoned", cell("院前出车次数", "本年", "9316次"), "9316次"),
    # words about numbers
    ("turned_words", "hospital", added("出院28416人次，少于上年。"), "少于上年"),
    ("turned_words", "city-summary-long", added("平均住院日为8.3天，差于上年。"), "差于上年"),
    ("turned_words", "huli-summary-plan", added("基础护理合格率和出院患者随访率都较上年下降。"), "较上年下降"),
    ("turned_words", "poisoned", added("急诊抢救成功率由95.3%提高到94.8%。"), "由95.3%提高到94.8%"),
    ("turned_words", "huli-summary-plan", added("护理不良事件发生率升至0.31‰。"), "升至"),
    ("turned_words", "huli-summary-plan", cell("危重患者护理合格率", "比上年", "提高0.3个百分点"), "提高0.3"),
    ("untrue_targets", "huli-summary-plan", added("各项指标均达到年度目标。"), "均达到"),
    ("untrue_targets", "hospital", added("部分年度目标没有完成。"), "没有完成"),
    ("untrue_targets", "finance-late", added("资产负债率达到年度目标。"), "达到年度目标"),
    ("turned_words", "hospital-tenmonths", added("平均住院日为9.1天，不如上年同期。"), "不如上年"),
    ("other_periods", "radiology-quarter", added("前三季度CT检查共8746人次。"), "前三季度"),
    ("other_periods", "half-year", added("全年检验标本量增加到412600份。"), "全年"),
    ("other_periods", "poisoned", added("急诊比前年增长5.2%。"), "前年"),
    ("other_periods", "city-plan", added("到明年底，家庭医生签约率提高到52%。", "goals"), "明年"),
    ("other_periods", "township", added("2024年，柳津镇中心卫生院完成各项任务。", "lead"), "2024年"),
    ("other_periods", "county-commission", said("2025年主要指标", "2024年主要指标"), "2024年主要指标"),
    ("other_periods", "county-keypoints-late", shell(date="2024年1月8日"), "2024年1月8日"),
    # what nobody said, and what nobody may say
    ("unfounded_ranks", "huli-summary-plan", said("获全省、全市表彰", "获全国、全省表彰"), "全国"),
    ("unfounded_ranks", "hospital", added("护理部获全市护理技能竞赛一等奖。"), "一等奖"),
    ("foreign_clauses", "township", added("恢复夜间急诊，受到社会各界一致好评。"), "一致好评"),
    ("foreign_clauses", "county-commission", added("得益于支付方式改革持续深化，县域内就诊率升至90.4%。"), "得益于"),
    ("let_out", "hospital", added("医保拒付款项已按要求退回。"), "医保拒付"),
    # round the paper, and its form
    ("leftovers", "huli-key-points", shell(closing="联系人：张三，电话：xxxxxxxx"), "xxxxxxxx"),
    ("leftovers", "county-commission", said("存在的不足", "存在的不足【待补】"), "待补"),
    ("leftovers", "township-ideas", added("作为人工智能语言模型，我无法核实。", "plan"), "人工智能"),
    ("structure", "county-keypoints-late", shell(issuer=""), ""),
    ("structure", "county-keypoints-late", shell(opening="现将《2026年全县卫生健康工作计划》印发给你们。"), "工作计划"),
    ("structure", "huli-summary-plan", said("工作总结暨2026年工作计划", "工作要点"), "工作要点"),
    ("structure", "county-commission", backwards, ""),
    ("structure", "township", tables(lambda _, row: row[:-1]), ""),
    ("misassigned", "yiwu-plan", cell("手术台次", "责任科室", "药学部"), "药学部"),
    ("misassigned", "huli-summary-plan", cell("在柳津镇设上门护理点", "完成时限", "9月底前"), "9月底前"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "edit", "quote"), FAULTS, ids=[f"{f[0]}-{i}" for i, f in enumerate(FAULTS)])
def test_a_fault_is_seen_where_it_stands_whatever_the_draft_claims_of_it(
    name: str, source: str, edit: Edit, quote: str
):
    case, good = drafted(source)

    before, after = MEASURE[name](Seen(good, case)), MEASURE[name](Seen(edit(good), case))

    assert (before.score, before.failed) == (0, False)
    assert after.failed
    assert any(quote in span.quote for span in after.spans)


def test_a_summary_that_only_plans_for_a_required_metric_has_not_told_it():
    case, good = drafted("county-commission")
    bad = without("今年升至90.4%")(cell("县域内就诊率", "本年", "—")(good))
    bad = tables(lambda header, row: [] if row[0].text == "县域内就诊率" else row)(bad)

    assert MEASURE["coverage"](Seen(good, case)).score == 1
    assert [s.quote for s in MEASURE["coverage"](Seen(bad, case)).spans] == ["县域内就诊率"]


# --- edits of a careful person ---------------------------------------------------------------------


def told(before: str, after: str, *claims: tuple[str, str, str]) -> Edit:
    """A sentence put otherwise, with true claims (characters, state, id) on its numbers."""

    def edit(draft: Draft) -> Draft:
        def changed(sentence: Sentence) -> Sentence:
            if before not in sentence.text:
                return sentence
            text = sentence.text.replace(before, after)
            held = [c for c in sentence.claims if sentence.text[c.start : c.end] in text and not claims]
            kept = [(sentence.text[c.start : c.end], c.state, c.id) for c in held] + list(claims)
            new = tuple(
                Claim(start=text.index(q), end=text.index(q) + len(q), state=state, id=i, metric=i.rpartition(".")[0])
                for q, state, i in kept
            )
            return sentence.model_copy(update={"text": text, "claims": new})

        sections = [s.model_copy(update={"sentences": tuple(map(changed, s.sentences))}) for s in draft.sections]
        good = draft.model_copy(update={"sections": tuple(sections)})
        assert good != draft
        return good

    return edit


VISITS = "outpatient_visits.now"
HARMLESS: list[tuple[str, Edit]] = [
    ("township", told("48260人次", "约4.83万人次", ("约4.83万人次", "metric", VISITS))),
    ("township", told("48260人次", "超过4.8万人次", ("超过4.8万人次", "metric", VISITS))),
    ("township", told("2025年，柳津镇中心卫生院坚持", "2025年，我院坚持")),
    ("township", told("由9次减为1次", "从9次降到1次")),
    ("hospital", told("平均住院日缩短到", "平均住院日由8.1天缩短到", ("8.1天", "metric", "avg_length_of_stay.now"), ("7.9天", "metric", "avg_length_of_stay.goal"), ("94.5%", "metric", "patient_satisfaction.goal"))),
    ("county-keypoints-late", shell(date="2026年1月12日", addressee="各镇街道卫生院，县直各医疗卫生单位：")),
    ("huli-summary-plan", said("推行两班同看高危患者皮肤，抓牢导管安全", "两班同看高危患者皮肤，守住导管安全")),
    ("half-year", told("由96分钟降到71分钟", "从96分钟缩短到71分钟")),
]  # fmt: skip


@pytest.mark.parametrize(("source", "edit"), HARMLESS, ids=[f"{h[0]}-{i}" for i, h in enumerate(HARMLESS)])
def test_an_edit_that_a_careful_person_would_make_fails_no_hard_measure(source: str, edit: Edit):
    case, draft = drafted(source)

    assert row_of(Seen(edit(draft), case))["failed"] == []


def test_a_true_number_that_the_verifier_doubts_is_counted_apart():
    case, draft = drafted("township")
    rounded = Seen(HARMLESS[0][1](draft), case)
    wrong = Seen(told("48260人次", "约5.83万人次", ("约5.83万人次", "metric", VISITS))(draft), case)

    assert [(MEASURE[m](rounded).score, MEASURE[m](wrong).failed) for m in ("doubted", "untraced")] == [
        (1, False),
        (0, True),
    ]


def test_two_roundings_of_one_value_are_one_value():
    case, draft = drafted("huli-summary-plan")
    near = told("专科护士159人", "专科护士近160人", ("近160人", "metric", "specialist_nurses.now"))

    assert MEASURE["two_values"](Seen(near(draft), case)).score == 0


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("han", "number"),
    [("十二", 12), ("二十", 20), ("三百零五", 305), ("二〇二五", 2025), ("两千", 2000), ("一万二千", 12000), ("三千万", 30_000_000)],
)  # fmt: skip
def test_chinese_numerals_are_read(han: str, number: int):
    assert number_of(han) == number


def test_amounts_are_the_same_in_either_numerals_and_years_are_none():
    found = quantities("2025年投入三千万元，新开12个病区、十二个门诊，共1名专家")

    assert [(int(q.value), q.unit) for q in found] == [(30_000_000, "元"), (12, "个"), (12, "个"), (1, "名")]
    assert found[1].says(found[2])


# --- files that our eyes do not read --------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ["指标,本年,上年,单位", "门诊人次,83000,89000,人次"],
        ["儿科2025年,,,", "指标名称,2025年,2024年,单位", "门诊人次,83000,89000,人次"],
        ["项目,2025,2024", "门诊人次（万人次）,8.3,8.9"],
    ],
)
def test_a_table_with_a_title_or_other_heads_is_read(tmp_path: Path, lines: list[str]):
    (tmp_path / "儿科.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    (truth,) = truths_of([tmp_path / "儿科.csv"], "2025", "儿科")

    assert (truth.value("门诊人次", "now"), truth.value("门诊人次", "prev")) == (83000, 89000)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("a.csv", ["单位：万元,,", "指标名称,2025年,2024年", "医疗收入,8300,8100"]),
        ("a.csv", ["指标名称,2025年,,2024年,", ",门诊,住院,门诊,住院", "收入,1,2,3,4"]),
        ("a.csv", ["指标名称,1月,2月,单位", "门诊人次,1,2,人次"]),
        ("儿科2024年.csv", ["指标名称,本年,单位", "门诊人次,1,人次"]),
        ("a.csv", ["科室情况如下", "门诊人次83000人次"]),
        ("a.docx", ["门诊人次83000人次"]),
    ],
)
def test_of_a_file_that_needs_understanding_nothing_is_said(tmp_path: Path, name: str, lines: list[str]):
    (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert [*truths_of([tmp_path / name], "2025", "儿科")] == []


def test_a_cell_that_can_be_read_in_two_ways_makes_its_row_unsure_and_no_other(tmp_path: Path):
    rows = [
        "候诊时间,16,≤上年,分钟",
        "及时率,0.953,,",
        "感染率,0.6,,%",
        "门诊人次,83000,90000,人次",
        "门急诊,1,,",
        "门急诊,2,,",
    ]
    (tmp_path / "a.csv").write_text("\n".join(["指标名称,本期值,目标值,单位", *rows]) + "\n", encoding="utf-8")

    (truth,) = truths_of([tmp_path / "a.csv"], "2025", "儿科")

    assert truth.unsure == {"候诊时间", "及时率", "门急诊"}
    assert set(truth.rows) == {"感染率", "门诊人次"}


def test_a_cell_of_percents_is_read_as_it_is_shown(tmp_path: Path):
    book = Workbook()
    book.active.append(["指标名称", "本期值", "单位"])
    book.active.append(["及时率", 0.953, "%"])
    book.active["B2"].number_format = "0.0%"
    book.save(tmp_path / "a.xlsx")

    (truth,) = truths_of([tmp_path / "a.xlsx"], "2025", "儿科")

    assert truth.value("及时率", "now") == Decimal("95.3")
