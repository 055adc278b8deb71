"""要点, 思路, parts of a year and short papers, at a commission and in a township: what their readers count on."""

from pathlib import Path

import pytest

import chugao
from chugao import read_outline
from chugao.manuscript import Draft

HEAD = "部门,事项,类别,时间,成效,责任科室,牵头领导,状态\n"
OFFICE = "临湖区卫生健康局"
TASKS = (
    "检查结果互认,医改,2026年4月底前,影像检验先行，病历里当场能调阅,医政科",
    "医疗美容机构专项整治,监督,2026年3月底前,查超范围执业，结果向社会公布,监督科",
    "家庭医生签约与门诊统筹衔接,基层卫生,2026年5月底前,签约居民转诊优先挂号,基层科",
    "乡镇中医馆医师轮训,中医药,2026年10月底前,每人跟师六周,中医科",
    "普惠托育补助发放到户,妇幼,2026年6月底前,线上申领，材料不超过两件,人口家庭科",
    "高级职称评审向基层倾斜,人才队伍,2026年9月底前,基层服务满五年单独划线,人事科",
    "公立医院债务化解,财务,2026年12月底前,一院一策，新增债务须报区政府批准,财务科",
)
ASKED = "一、深化医药卫生体制改革\n二、加强疾病预防控制和基本公共卫生服务\n三、推进中医药传承创新\n四、做好妇幼健康和人口家庭工作\n五、强化支撑保障\n"


def drafted(folder: Path, rows: str, kind: str, *, figures: str = "", seed: int = 0, **more: object) -> Draft:
    (folder / "事项.csv").write_text(HEAD + rows, encoding="utf-8")
    (folder / "指标.csv").write_text(figures or "部门,年度,指标名称,本期值,单位\n", encoding="utf-8")
    given = {"department": OFFICE, "organisation": OFFICE, "level": "区县", "year": 2026} | more
    outline = read_outline(kind, **given)  # type: ignore[arg-type]
    facts = chugao.read_metrics(folder / "指标.csv") if figures else chugao.read_metrics()
    return chugao.draft(outline, facts, chugao.read_matters(folder / "事项.csv"), seed=seed)


def planned() -> str:
    return "".join(f"{OFFICE},{','.join(t.split(',')[:-1])},{t.split(',')[-1]},副局长秦岭,拟开展\n" for t in TASKS)


def printed(made: Draft) -> str:
    return "\n".join(
        x.number + x.heading.text + "\n" + "\n".join(b.number + x.block_text(b) for b in x.blocks if not b.table)
        for x in made.sections
    )


def test_each_task_stands_under_the_heading_from_above_that_is_its_field_and_none_is_lost(tmp_path: Path) -> None:
    (tmp_path / "提纲.txt").write_text(ASKED, encoding="utf-8")

    made = drafted(tmp_path, planned(), "key-points", file=tmp_path / "提纲.txt")

    under = {x.heading.text: printed(made.model_copy(update={"sections": (x,)})) for x in made.sections}
    assert "互认" in under["深化医药卫生体制改革"]
    assert "家庭医生" in under["加强疾病预防控制和基本公共卫生服务"]
    assert "中医馆" in under["推进中医药传承创新"]
    assert "托育" in under["做好妇幼健康和人口家庭工作"]
    assert all(w in under["强化支撑保障"] for w in ("职称", "债务", "美容"))


def test_items_are_numbered_through_and_the_rows_of_the_annex_have_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "提纲.txt").write_text(ASKED, encoding="utf-8")

    made = drafted(tmp_path, planned(), "key-points", file=tmp_path / "提纲.txt")

    items = [(b.number, x.block_text(b)) for x in made.sections for b in x.blocks if b.type == "item"]
    rows = [[c.text for c in row] for _, _, table in made.tables() for row in table.rows]
    assert [n for n, _ in items] == [f"{i}." for i in range(1, len(TASKS) + 1)]
    assert [r[0] for r in rows] == [str(i) for i in range(1, len(TASKS) + 1)]
    assert all(row[1][-4:] in text for (_, text), row in zip(items, rows, strict=True))


def test_of_three_candidates_one_names_who_it_falls_to_and_each_orders_its_items_anew(tmp_path: Path) -> None:
    made = [drafted(tmp_path, planned(), "key-points", seed=seed) for seed in (0, 1, 2)]

    told = [[x.block_text(b) for x in m.sections for b in x.blocks if b.type == "item"] for m in made]
    assert [any("（医政科）" in t for t in texts) for texts in told] == [False, True, False]
    orders = [
        [next(i for i, t in enumerate(TASKS) if t.split(",")[0][-4:] in text) for text in texts] for texts in told
    ]
    assert len({tuple(o) for o in orders}) == 3
    assert all(sorted(o) == list(range(len(TASKS))) for o in orders)


IDEAS = (
    f"{OFFICE},社区儿科医师少,不足,2025年,五家中心只有两家有儿科医师,基层科,副局长秦岭,推进中\n"
    f"{OFFICE},总会计师派驻到位,医改,2026年4月底前,五家中心一本账,财务科,副局长秦岭,拟开展\n"
    f"{OFFICE},社区中心夜间儿科门诊,医疗服务,2026年6月底前,区妇幼派儿科医师，开到晚上九点,基层科,副局长秦岭,拟开展\n"
    f"{OFFICE},消防安全大检查,安全,2026年3月底前,委托第三方查，问题张榜,办公室,副局长秦岭,拟开展\n"
)


@pytest.mark.parametrize("seed", range(4))
def test_a_shortcoming_is_answered_by_what_speaks_of_it_and_not_by_the_same_count_of_centres(
    tmp_path: Path, seed: int
) -> None:
    made = drafted(tmp_path, IDEAS, "ideas", seed=seed)

    paragraph = next(line for line in printed(made).split("\n") if "社区儿科医师少" in line)
    assert "夜间儿科门诊" in paragraph
    assert "总会计师" not in paragraph


def test_a_way_out_is_never_left_without_the_shortcoming_it_answers(tmp_path: Path) -> None:
    long = "".join(
        f"{OFFICE},{what}窗口搬进社区服务大厅并延长开放时间,便民,2026年8月底前,居民在家门口办理{what}，材料不超过两件,办公室,副局长秦岭,拟开展\n"
        for what in ("生育登记", "奖扶申领", "托育备案", "签约服务", "转诊预约", "医师注册", "放射许可", "护士延续")
    )

    made = drafted(tmp_path, IDEAS + long, "ideas", length=300)

    text = printed(made)
    assert ("社区儿科医师少" in text) is any(
        w in text for w in ("办法是", "打算这样", "初步考虑", "从这里入手", "思路是", "对此", "可行的办法")
    )
    assert [f for f in made.findings if f.rule == "length"]


FIGURES = (
    "部门,年度,期间,指标名称,本期值,单位,上年同期值,目标值\n"
    "{o},2026,{p},家庭医生签约人数,112300,人,98400,210000\n{o},2026,{p},基层诊疗人次,684000,人次,641000,1350000\n"
)
DONE = "".join(
    f"{OFFICE},{t},{c},2026年{m}月,{r},基层科,副局长秦岭,已完成\n"
    for t, c, m, r in (
        ("医防融合门诊推广到全部中心", "公共卫生", 5, "同室随访8400人次"),
        ("流动患者随访转接", "公共卫生", 4, "线上移交1260人"),
        ("救护车驾驶员改为镇上排班", "急救", 3, "夜间出车快了六分钟"),
        ("两家总医院共用药品目录", "医改", 2, "新增慢病用药86种"),
        ("村医每月回院例会", "基层卫生", 1, "当场考一项操作"),
        ("托育点消防改造", "妇幼", 6, "逐家验收"),
    )
)


@pytest.mark.parametrize(("period", "told"), [("2026H1", True), ("2026M1-9", True), ("2026Q3", False)])
def test_part_of_a_year_says_how_much_of_the_years_target_is_done_but_a_later_quarter_does_not(
    tmp_path: Path, period: str, *, told: bool
) -> None:
    made = drafted(
        tmp_path, DONE.replace("2026年6月", "2026年9月") if not told else DONE, "summary", period=period,
        figures=FIGURES.format(o=OFFICE, p=period),
    )  # fmt: skip

    cells = [c.text for _, _, table in made.tables() for row in table.rows for c in row]
    assert ("53.5%" in cells) is told
    assert ("全年目标的53.5%" in printed(made).replace("，", "")) is told
    assert "{" not in printed(made)


def test_a_target_without_its_result_is_owed_in_the_text_by_whom_the_row_names(tmp_path: Path) -> None:
    figures = (
        "部门,年度,指标名称,本期值,单位,上年同期值,目标值,责任科室\n"
        f"{OFFICE},2026,健康档案建档率,,%,93.1,94,公卫科\n{OFFICE},2026,家庭医生签约率,53.6,%,50.1,53,基层科\n"
    )

    made = drafted(tmp_path, DONE, "summary", figures=figures)

    assert "【待补：健康档案建档率（公卫科）】" in printed(made)
    assert [(r.name, r.owner) for r in made.requests] == [("健康档案建档率", "公卫科")]


def test_the_parts_are_called_otherwise_in_each_candidate_but_as_above_asked_for_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "提纲.txt").write_text("一、重点任务\n二、保障措施\n", encoding="utf-8")

    free = [{x.heading.text for x in drafted(tmp_path, planned(), "plan", seed=s).sections} for s in (0, 1, 2)]
    asked = [
        {x.heading.text for x in drafted(tmp_path, planned(), "plan", seed=s, file=tmp_path / "提纲.txt").sections}
        for s in (0, 1, 2)
    ]

    assert all("重点任务" in held for held in asked)
    assert [h & {"重点任务", "主要任务", "重点工作"} for h in free] == [{"重点任务"}, {"主要任务"}, {"重点工作"}]
