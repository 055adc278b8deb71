"""What an office head crosses out in a draft, and what the composer writes instead."""

from pathlib import Path

import pytest

import chugao
from chugao.engines import headwords, titling
from chugao.engines.titling import Heading
from chugao.manuscript import BriefMatter, Draft, flatten
from chugao.metrics.observation import Figures
from chugao.outline import read_outline

HEAD = "事项,类别,时间,成效,责任科室,状态\n"
DEEDS = (
    "高压氧舱更换,设备,2025年3月,全年治疗1320人次,设备科,已完成\n"
    "膏方门诊扩到三间,服务,2025年9月,候诊由两小时减到半小时,门诊部,已完成\n"
    "康复早期介入骨科,康复,2025年5月,术后三天内下床的多了,康复科,已完成\n"
    "牵头县域针灸联盟,医联体,2025年6月,九家乡镇卫生院加入,医务科,已完成\n"
    "药房上架自动分包机,药事,2025年8月,发药差错由11起减到2起,药学部,已完成\n"
    "整修老病房走廊,基建,2025年10月,扶手和地胶全部换新,总务科,已完成\n"
)


def drafted(
    folder: Path, rows: str, *, kind: str = "summary", figures: Figures | None = None, asked: str = "", seed: int = 0
) -> Draft:
    file = folder / "事项.csv"
    file.write_text(HEAD + rows, encoding="utf-8")
    year = 2025 if kind.startswith("summary") else 2026
    outline = read_outline(kind, department="泾口县中医院", year=year, organisation="泾口县中医院", level="医院")
    wishes = (asked,) if asked else ()
    figures = figures or chugao.read_metrics()
    return chugao.draft(outline, figures, chugao.read_matters(file), instructions=wishes, seed=seed)


def figures_of(folder: Path, rows: str) -> Figures:
    file = folder / "指标.csv"
    file.write_text("指标名称,年度,本期值,单位,上年同期值,目标值\n" + rows, encoding="utf-8")
    return chugao.read_metrics(file)


def part(made: Draft, section: str) -> str:
    return "".join(s.text for x in made.sections if x.id.startswith(section) for s in x.sentences)


def test_a_missed_target_is_named_among_the_shortcomings_and_not_among_what_was_done(tmp_path: Path) -> None:
    figures = figures_of(tmp_path, "手卫生依从率,2025,80.1,%,79.5,90\n母乳喂养率,2025,70.0,%,69.2,75\n")

    made = drafted(tmp_path, DEEDS + "停车难,不足,,老城区没有地方扩,总务科,\n", figures=figures)

    assert "母乳喂养率" in part(made, "problems")
    assert "年度目标" in part(made, "problems")
    assert "年度目标" not in part(made, "results")


@pytest.mark.parametrize(
    ("metric", "shortcoming", "named"),
    [
        ("糖尿病患者规范管理率,2025,61.0,%,60.2,65", "糖尿病眼底筛查做得少,不足,,相机只有一台,公卫科,", True),
        ("糖尿病患者规范管理率,2025,61.0,%,60.2,65", "糖尿病规范管理没有抓紧,不足,,随访人手少,公卫科,", False),
        ("呼吸机相关肺炎发病率,2025,6.1,‰,6.0,5", "呼吸机肺炎没有降下来,不足,,吸引管断供,院感科,", False),
    ],
)
def test_a_shortcoming_of_the_same_field_does_not_hide_a_missed_target(
    tmp_path: Path, metric: str, shortcoming: str, named: bool
) -> None:
    made = drafted(tmp_path, DEEDS + shortcoming + "\n", figures=figures_of(tmp_path, metric + "\n"))

    assert (metric.split(",", maxsplit=1)[0] in part(made, "problems")) is named


def test_of_many_missed_targets_the_prose_says_that_there_are_more(tmp_path: Path) -> None:
    names = ("母乳喂养率", "手卫生依从率", "病案甲级率", "处方合格率", "随访率", "健康档案建档率", "老年人体检率")
    figures = figures_of(tmp_path, "".join(f"{n},2025,{70 + i}.0,%,{69 + i}.0,95\n" for i, n in enumerate(names)))

    made = drafted(tmp_path, DEEDS + "停车难,不足,,老城区没有地方扩,总务科,\n", figures=figures)

    told = part(made, "problems")
    assert sum(n in told for n in names) == 5
    assert "等指标" in told


def test_a_heading_around_one_thing_has_nothing_else_below(tmp_path: Path) -> None:
    matters = [
        BriefMatter(id="a", text="中医馆提档升级", category="中医药服务", weight=50, status="done"),
        BriefMatter(id="b", text="开展全科医生转岗培训", category="人才与培训", weight=40, status="done"),
        BriefMatter(id="c", text="开展党员志愿服务", category="党建", weight=30, status="done"),
    ]
    around = Heading(f"围绕中医馆服务{headwords.field_words()['discipline'].end}")
    found = [("focus", around), ("aim", Heading("做优中医馆服务，抓好转岗培训"))]

    assert [name for name, _ in titling._fitting(found, matters, ahead=False)] == ["aim"]
    assert [name for name, _ in titling._fitting(found, matters[:1], ahead=False)] == ["focus", "aim"]


def test_what_is_done_is_not_hurried_on_in_a_heading() -> None:
    house = titling._Noun("新院区建设", "logistics", 3, over=True)

    assert not {"加快", "推进"} & set(titling._verbs_of([house]))
    assert {"加快", "推进"} & set(titling._verbs_of([house._replace(over=False)]))


def test_a_volume_that_the_lead_tells_is_told_nowhere_else_in_the_prose(tmp_path: Path) -> None:
    figures = figures_of(tmp_path, "门急诊人次,2025,182600,人次,171300,\n出院人次,2025,9340,人次,9010,\n")

    made = drafted(tmp_path, DEEDS, figures=figures)

    prose = "".join(s.text for _, s in made.sentences())
    assert prose.count("182600") == 1
    assert "182600" in part(made, "lead")
    assert not [f for f in made.findings if f.severity.blocks]


def test_meetings_of_which_only_the_number_is_told_are_no_items(tmp_path: Path) -> None:
    rows = DEEDS + "院长办公会,管理,2025年,31次,院办,已完成\n党委中心组学习,党建,2025年,12次,党办,已完成\n"

    text = "".join(s.text for _, s in drafted(tmp_path, rows).sentences())

    assert "院长办公会31次" in text
    assert "党委中心组学习12次" in text
    assert not any(f"{mark}是{name}" in text for mark in "一二三四五六七" for name in ("院长办公会", "党委中心组"))


def test_a_paper_of_two_facts_has_no_heading_and_says_them_once(tmp_path: Path) -> None:
    figures = figures_of(tmp_path, "门急诊人次,2025,2.0,万人次,1.8,\n")

    made = drafted(tmp_path, "开展膏方熬制体验,服务,2025年11月,来了260人,门诊部,已完成\n", figures=figures)

    assert not [s for s in made.sections if s.number]
    assert flatten(made)[0].count("2万人次") == 1
    assert "2.0万" not in flatten(made)[0]


def test_who_wants_the_canteen_left_out_keeps_the_new_building(tmp_path: Path) -> None:
    rows = "感染楼开诊,基建,2026年10月,床位80张,总务科,拟开展\n食堂明厨亮灶,后勤,2026年6月底前,,总务科,拟开展\n"

    made = drafted(tmp_path, rows, kind="plan", asked="食堂不写")

    assert "感染楼" in flatten(made)[0]
    assert "明厨亮灶" not in flatten(made)[0]


def test_candidates_over_the_same_matters_do_not_tell_them_in_the_same_sentences(tmp_path: Path) -> None:
    told = [{s.text for _, s in drafted(tmp_path, DEEDS, seed=seed).sentences()} for seed in (0, 1, 2)]

    shared = set.intersection(*told)

    assert len(shared) <= min(map(len, told)) // 2


def test_a_task_without_a_verb_gets_one_and_what_goes_on_all_year_no_day_of_completion(tmp_path: Path) -> None:
    rows = "县级医师轮训办法,人才,2026年5月底前,,人事科,拟开展\n病历点评,质量,每月,,质控科,拟开展\n"

    text = "".join(s.text for _, s in drafted(tmp_path, rows, kind="plan").sentences())

    assert "制定县级医师轮训办法，5月底前完成。" in text
    assert "每月完成" not in text


TASKS = "".join(
    f"{act},{field},2026年{month}月底前,{how},{who},拟开展\n"
    for act, field, month, how, who in (
        ("给高压氧舱配第二名技师", "人才与培训", 3, "进修三个月", "人事科"),
        ("把膏方门诊开到周末", "服务", 4, "两名医师轮值", "门诊部"),
        ("给骨科配下肢训练床", "康复", 5, "先配三张", "康复科"),
        ("给联盟乡镇培训针灸医师", "医联体", 6, "每院一名", "医务科"),
        ("药房夜间改双人发药", "药事", 7, "夜班加一名", "药学部"),
    )
)


def test_a_plan_that_runs_on_says_three_aims_and_where_the_others_stand(tmp_path: Path) -> None:
    file = tmp_path / "指标.csv"
    names = ("母乳喂养率", "病案甲级率", "手卫生依从率", "随访率", "处方合格率")
    rows = "".join(f"{n},2025,8{i}.0,%,7{i}.0,8{i}.0,9{i}.0\n" for i, n in enumerate(names))
    file.write_text("指标名称,年度,本期值,单位,上年同期值,目标值,明年目标\n" + rows, encoding="utf-8")

    made = drafted(tmp_path, DEEDS + TASKS, kind="summary-plan", figures=chugao.read_metrics(file))

    plan = next(s for s in made.sections if s.id == "plan")
    opening = "".join(s.text for s in plan.sentences if s.id in plan.blocks[0].sentence_ids)
    assert sum(n in opening for n in names) == 3
    assert "其余目标见附表" in opening
