"""Which figures the prose may not leave to the table: what a department must tell, and a section's main figure."""

import asyncio
import re
from pathlib import Path

import chugao
from chugao.drafting.offering import Paper, make_offer
from chugao.drafting.planning import plan_sections
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.tabling import Eased, _given_back, _Terms
from chugao.drafting.writing import Written, write
from chugao.engines.offline import OfflineEngine
from chugao.metrics.facts import Facts, derive
from chugao.outline import Outline, read_outline

HEAD = "事项,类别,时间,成效,责任科室,状态\n"
DEEDS = (
    "与三家卫生院联合验光,医联体,2025年5月,当地出报告,药学部,已完成\n膏方进乡镇,医联体,2025年6月,镇上就能取,药学部,已完成\n"
    "药库换除湿机,后勤,2025年3月,梅雨天不再返潮,药学部,已完成\n药车改道,后勤,2025年4月,不再穿过候诊区,药学部,已完成\n"
    "旧系统并入新系统,信息化,2025年8月,医嘱只录一遍,药学部,已完成\n库存手机可查,信息化,2025年9月,缺药提前一天知道,药学部,已完成\n"
)

INFUSION = "静脉输液改口服先行,药事,2025年,医师开输液要写理由,药学部,已完成\n住院患者输液逐床看,药事,2025年,药师下午进病房,药学部,已完成\n"


def made_of(folder: Path, deeds: str, figures: str) -> tuple[Outline, Facts, list[SectionPlan]]:
    (folder / "事项.csv").write_text(HEAD + deeds, encoding="utf-8")
    (folder / "指标.csv").write_text("指标名称,年度,本期值,单位,上年同期值\n" + figures, encoding="utf-8")
    outline = read_outline("summary", department="药学部", year=2025, organisation="桐埠县人民医院", level="科室")
    facts = derive(chugao.read_metrics(folder / "指标.csv"), outline.reported)
    return outline, facts, plan_sections(outline, facts, chugao.read_matters(folder / "事项.csv").items)


def text_of(written: Written) -> str:
    return "".join(b.text for _, held in written.blocks for _, b in held)


def test_what_a_department_must_tell_is_told_among_deeds_of_other_fields_and_a_lesser_figure_is_not(
    tmp_path: Path,
) -> None:
    _, facts, plans = made_of(
        tmp_path, DEEDS, "门诊处方合格率,2025,97.8,%,96.9\n住院患者静脉输液使用率,2025,71.2,%,72.0\n"
    )

    told = {facts.definitions[m].name for p in plans if p.part.role == "results" for m in p.metrics}

    assert told == {"门诊处方合格率"}


def test_a_section_that_lost_its_numbers_gets_its_main_figure_back_where_there_is_room(tmp_path: Path) -> None:
    engine = OfflineEngine()
    outline, facts, plans = made_of(tmp_path, INFUSION, "住院患者静脉输液使用率,2025,68.4,%,72.0\n")
    plan = next(p for p in plans if p.part.role == "results" and p.metrics)
    full = make_offer(plan, Paper(outline=outline, facts=facts), ())
    bare = full.model_copy(update={"brief": full.brief.model_copy(update={"sparer": 2})})

    async def back(bound: float) -> str:
        told = {plan.id: await write(bare, engine, engine, lambda _: None)}
        assert not re.search(r"\d", text_of(told[plan.id]))
        others = {f"other_{n}": await write(full, engine, engine, lambda _: None) for n in range(3)}
        terms = _Terms("data", bound, frozenset(), 0, frozenset())
        kept = await _given_back(Eased({plan.id: bare}, told | others), terms, engine)
        return text_of(kept.told[plan.id])

    assert "68.4%" in asyncio.run(back(1.0))
    assert not re.search(r"\d", asyncio.run(back(-1.0)))
