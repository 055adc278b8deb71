"""Drafts made by hand for the tests of `word` and `export`: a medical affairs department's 总结暨计划.

The office, its figures and its events are invented.
"""

import re
from typing import Any

from chugao.kind import Kind
from chugao.manuscript import Block, ClaimedText, Draft, Section, Sentence, Shell, Table, content_hash
from chugao.source import Claim

_NUMBER = re.compile(r"\d[\d.]*(?:万人次|台次|万|人次|天|项|例|起|个|%|年|月|日)?")

LEAD = (
    "2025年，医务科在院党委领导下，以“把住质量、守牢安全、方便患者”为主线，手术往难处做，急救往快处做，病历往实处管。"
    "全年门急诊128.6万人次，出院5.42万人次，手术23105台次，三项指标均好于年初预期。"
)
RESULTS = (
    "全年完成手术23105台次，较上年增长5.7%，其中三四级手术占66.8%，提高2.3个百分点。新增台次主要来自胃肠外科、脊柱外科和心血管内科介入，"
    "体表小手术明显向日间病房转移。"
)
REVIEW = (
    "术前讨论由催办改为把关。四级手术术前多学科讨论完成率由上年的88.4%升到96.1%，没有讨论记录的手术，麻醉访视时一律退回病区，"
    "主刀医师补齐以后再排。质控科每月抽查100份手术病历，结果在院周会上公布，连续两次不合格的治疗组暂停择期手术排台。"
)
EMERGENCY = (
    "卒中患者进门到溶栓的中位时间缩短到38分钟，比上年快6分钟；急性心肌梗死患者进门到血管开通的中位时间为64分钟，年初目标已经达到。"
    "急诊重症综合楼启用以后，影像、检验与抢救在同一层完成，转运环节减少了两道。"
)


def text(value: str, state: Any = "metric") -> ClaimedText:
    """Text whose every number is claimed."""
    return ClaimedText(text=value, claims=claims(value, state))


def claims(value: str, state: Any = "metric") -> tuple[Claim, ...]:
    return tuple(
        Claim(start=m.start(), end=m.end(), state=state, id="figure.now", source="医务科-2025.xlsx “指标”表 E7单元格")
        for m in _NUMBER.finditer(value)
    )


def section(
    section_id: str, number: str, heading: str, level: int, *parts: tuple[str, str] | Table, blocks_id: str = ""
) -> Section:
    """A section of (printed number, text) paragraphs and tables; a number makes an item."""
    blocks, sentences = [], []
    for i, part in enumerate(parts, 1):
        block_id = f"{blocks_id or section_id}_{i}"
        if isinstance(part, Table):
            blocks.append(Block(id=block_id, type="table", table=part))
            continue
        own = [
            Sentence(id=f"{block_id}_{j}", text=t, claims=claims(t), recipe={"engine": "offline", "frame": f"f{j}"})
            for j, t in enumerate(re.findall(r"[^。]+。|[^。]+$", part[1]), 1)
        ]
        sentences += own
        kind: Any = "item" if part[0] else "paragraph"
        blocks.append(Block(id=block_id, type=kind, number=part[0], sentence_ids=tuple(s.id for s in own)))
    return Section(
        id=section_id,
        number=number,
        heading=text(heading, "constant"),
        level=level,
        blocks=tuple(blocks),
        sentences=tuple(sentences),
    )


def table(title: str, header: str, *rows: str) -> Table:
    """A table from lines of cells separated by “|”."""
    return Table(
        title=title, header=tuple(header.split("|")), rows=tuple(tuple(map(text, row.split("|"))) for row in rows)
    )


ATTAINMENT = table(
    "2025年主要指标完成情况表",
    "指标|单位|2024年|2025年|年度目标|完成情况",
    "门急诊人次|万人次|121.7|128.6|125.0|完成",
    "出院人次|万人次|5.18|5.42|5.30|完成",
    "平均住院日|天|7.6|7.3|≤7.4|完成",
    "四级手术术前多学科讨论完成率|%|88.4|96.1|≥93.0|完成",
    "病案2日归档率|%|89.2|91.7|≥94.0|未完成",
)
TASKS = table(
    "2026年重点任务分解表",
    "序号|重点任务|具体措施|牵头领导|责任科室|配合科室|完成时限|目标值",
    *(
        f"{i}|围手术期质量提升第{i}项|排台系统与电子病历打通，没有讨论记录的四级手术不予排台，每月通报一次执行情况|"
        f"分管副院长|医务科|信息科、麻醉科|2026年{i % 12 + 1}月底前|≥{90 + i % 9}.5%"
        for i in range(1, 19)
    ),
)


def sections() -> tuple[Section, ...]:
    """Levels 0 to 3, run-on items, numbered items, a table in the body, two annexes."""
    return (
        section("lead", "", "", 0, ("", LEAD)),
        section("results", "一、", "2025年主要工作", 1),
        section("surgery", "（一）", "手术难度和数量同步上升", 2, ("", RESULTS), ("", REVIEW)),
        section("emergency", "（二）", "急救关口前移到急诊一楼", 2, ("", EMERGENCY)),
        section("stroke", "1.", "卒中救治一刻不等", 3, ("", EMERGENCY)),
        section("chest", "2.", "胸痛中心全程提速", 3, ("", EMERGENCY + "年内接诊胸痛患者【待补：胸痛中心接诊人次】。")),
        section("shown", "（三）", "指标完成情况", 2, ("", "主要指标完成情况见下表。"), ATTAINMENT, ("", REVIEW)),
        section(
            "problems",
            "二、",
            "存在的主要问题",
            1,
            ("", "对照等级评审标准和群众期盼，工作中还有三个短板。"),
            ("一是", "病案归档仍然偏慢。骨科、肿瘤科打印滞后，2日归档率没有达到目标。"),
            ("二是", "麻醉力量不足。下午四点以后的连台手术要等倒班。"),
            ("三是", "急诊会诊到位时间不稳定。夜间内科各专业尤其明显。"),
        ),
        section(
            "plan",
            "三、",
            "2026年工作计划",
            1,
            ("", "2026年，医务科以迎接等级评审为主线，把上述问题作为当年必须办成的事。"),
            ("1.", "手术环节由系统把关。3月底前上线围手术期质控系统，四级手术讨论完成率达到98.0%。"),
            ("2.", "缩短急诊会诊到位时间。每天派主治医师驻急诊，医务科每周抽查。"),
        ),
        section("annex_tasks", "", "附表：2026年重点任务分解表", 1, TASKS),
        section(
            "annex_honours",
            "",
            "2025年获得的荣誉",
            1,
            table("", "荣誉|授予单位|时间", "平安科室|望澜市第一人民医院|2025年12月"),
        ),
    )


def draft(parts: tuple[Section, ...] | None = None, shell: Shell | None = None, **changed: Any) -> Draft:
    """A whole draft; plain unless a shell is given."""
    parts = parts if parts is not None else sections()
    shell = shell or Shell()
    title = text(changed.pop("title", "医务科2025年工作总结暨2026年工作计划"), "constant")
    values: dict[str, Any] = {
        "id": content_hash(title, parts, shell),
        "title": title,
        "kind": Kind.SUMMARY_PLAN,
        "department": "医务科",
        "organisation": "望澜市第一人民医院",
        "year": 2025,
        "period": "2025",
        "engine": "offline",
        "shell": shell,
        "sections": parts,
        "recipe": {"seed": 0, "engine": "offline"},
    }
    return Draft(**values | changed)


NOTICE = Shell(
    type="notice",
    title="望澜市第一人民医院关于印发《2026年医务工作要点》的通知",
    addressee="各科室、各部门",
    opening="《2026年医务工作要点》已经院长办公会议审议通过，现印发给你们，请结合实际，认真抓好贯彻落实。",
    closing="特此通知。",
    issuer="望澜市第一人民医院",
    date="2026年1月8日",
)
REPORT = Shell(
    type="report",
    title="望澜市第一人民医院关于2025年医务工作情况的报告",
    addressee="望澜市卫生健康委员会：",
    opening="现将我院2025年医务工作情况报告如下。",
    closing="特此报告。",
    issuer="望澜市第一人民医院",
)


def notice() -> Draft:
    """A 通知 that issues the 要点."""
    return draft(shell=NOTICE, title="2026年医务工作要点")


def long_draft(times: int = 6) -> Draft:
    """Prose of about 2.2 pages for each time."""
    parts = []
    for i in range(1, times + 1):
        for s in sections()[1:6]:
            parts.append(
                s.model_copy(
                    update={
                        "id": f"{s.id}_{i}",
                        "blocks": tuple(b.model_copy(update={"id": f"{b.id}_{i}"}) for b in s.blocks),
                    }
                )
            )
    return draft((sections()[0], *parts, sections()[6]))
