"""What an office head would strike before signing: papers that say less, more or something else than what was sent."""

import json
from pathlib import Path

import pytest

import chugao
from chugao.catalogue import load_catalogue
from chugao.desk import Files, gather
from chugao.drafting.heeding import read_order, wishes_of
from chugao.engines import titling
from chugao.engines.acts import Teller, spoken
from chugao.manuscript import BriefMatter, Draft, flatten
from chugao.material.matter import MatterStatus
from chugao.material.submission import read_submission
from chugao.outline import read_outline

HEAD = "部门,事项,类别,时间,成效,状态\n"


def drafted(
    folder: Path, rows: str, *, kind: str, department: str, house: str, level: str, said: tuple[str, ...] = ()
) -> Draft:
    """A draft from one file of matters, as the desk gathers it."""
    (folder / "事项.csv").write_text(HEAD + rows, encoding="utf-8")
    year = 2025 if kind.startswith("summary") else 2026
    files = Files(matters=(folder / "事项.csv",))
    desk = gather(files, department=department, year=2025, organisation=house)
    outline = read_outline(kind, department=department, year=year, organisation=house, level=level)
    return chugao.draft(outline, desk.figures, desk.matters, None, chugao.open_engine(), instructions=said)


def prose(draft: Draft) -> str:
    """The draft without its tables."""
    return flatten(draft)[0]


def matter(text: str, result: str = "", *, category: str = "", status: str = "done", **more: object) -> BriefMatter:
    told = {"id": text, "text": text, "result": result, "category": category, "weight": 50, "status": status, **more}
    return BriefMatter.model_validate(told)


# --- the whole house --------------------------------------------------------------------------------


WHOLE_HOUSE = (
    "儿童保健科,开设生长发育门诊,服务,2025年3月,每周二、周四开诊，为家长逐个画生长曲线,已完成\n"
    "产科,建成导乐分娩区,服务,2025年6月,产妇可由家人陪伴，剖宫产的比例降下来了,已完成\n"
    "检验科,夜间血型报告要等,不足,,原因是夜里只有一名技师,已完成\n"
)


@pytest.mark.parametrize("department", ["苇川市妇幼保健院", "市妇幼保健院", "医院"])
def test_a_file_by_departments_serves_the_paper_of_the_house(tmp_path: Path, department: str) -> None:
    house = "苇川市妇幼保健院"
    draft = drafted(tmp_path, WHOLE_HOUSE, kind="summary", department=department, house=house, level="医院")
    text = prose(draft)
    assert "生长发育门诊" in text
    assert "导乐分娩区" in text
    assert "夜间血型报告要等" in text


def test_a_departments_paper_keeps_out_what_others_did(tmp_path: Path) -> None:
    text = prose(
        drafted(tmp_path, WHOLE_HOUSE, kind="summary", department="产科", house="苇川市妇幼保健院", level="科室")
    )
    assert "导乐分娩区" in text
    assert "生长发育门诊" not in text


# --- notes on the year to come ----------------------------------------------------------------------


@pytest.mark.parametrize("first", ["2026年设备科打算做的事：", "设备科2026年工作安排", "明年要办的几件事："])
def test_notes_on_the_year_to_come_are_plans(tmp_path: Path, first: str) -> None:
    file = tmp_path / "材料.txt"
    file.write_text(
        f"{first}\n1.更换两台老旧呼吸机，6月底前到货。\n2.给病区除颤仪逐台检测，3月底前。\n", encoding="utf-8"
    )
    found = [i.matter for i in read_submission(file, department="设备科", year=2025) if i.matter]
    assert [(m.status, m.year) for m in found] == [(MatterStatus.PLANNED, 2026)] * 2


@pytest.mark.parametrize(
    "first", ["2025年设备科做的事：", "设备科2025年总结和2026年打算", "设备科2025年工作安排完成情况"]
)
def test_notes_on_the_year_that_was_stay_done(tmp_path: Path, first: str) -> None:
    file = tmp_path / "材料.txt"
    file.write_text(f"{first}\n1.更换两台老旧呼吸机，6月到货。\n2.给病区除颤仪逐台检测，换下4台。\n", encoding="utf-8")
    found = [i.matter for i in read_submission(file, department="设备科", year=2025) if i.matter]
    assert found
    assert all(m.status is MatterStatus.DONE and m.year == 2025 for m in found)


@pytest.mark.parametrize(("label", "category"), [("问题：", "不足"), ("存在的困难:", "不足")])
def test_a_label_on_a_line_of_its_own_says_what_stands_below(tmp_path: Path, label: str, category: str) -> None:
    lines = (
        "2026年营养科打算",
        "1.给透析病人逐人开食谱，4月起。",
        label,
        "1.营养师只有3个，会诊要排两天。",
        "2.配餐间夏天没有冷库。",
    )
    (tmp_path / "材料.txt").write_text("\n".join(lines), encoding="utf-8")
    sent = read_submission(tmp_path / "材料.txt", department="营养科", year=2025)
    found = {i.matter.text: i.matter for i in sent if i.matter}
    assert found["营养师只有3个"].category == found["配餐间夏天没有冷库"].category == category
    assert found["给透析病人逐人开食谱"].status is MatterStatus.PLANNED


def test_a_label_of_plans_on_a_line_of_its_own(tmp_path: Path) -> None:
    lines = ("营养科材料", "1.给透析病人逐人开食谱，做了62人。", "明年打算：", "1.开设减重门诊，5月底前。")
    (tmp_path / "材料.txt").write_text("\n".join(lines), encoding="utf-8")
    sent = read_submission(tmp_path / "材料.txt", department="营养科", year=2025)
    assert [i.matter.status for i in sent if i.matter] == [MatterStatus.DONE, MatterStatus.PLANNED]


def test_two_months_named_together_are_both_said(tmp_path: Path) -> None:
    file = tmp_path / "材料.txt"
    file.write_text("设备科2025年度材料\n1、3月、9月两次计量检定，全部合格。\n", encoding="utf-8")
    (found,) = [i.matter for i in read_submission(file, department="设备科", year=2025) if i.matter]
    assert found.text == "3月、9月两次计量检定"


# --- headings assert nothing that is not there ---------------------------------------------------------


def headed(*matters: BriefMatter) -> str:
    return "".join(n.said for n in titling._nouns(matters))


@pytest.mark.parametrize(
    ("said", "category", "never"),
    [
        ("日间输液室搬到一楼", "诊疗服务", "手术"),
        ("更换住院楼两部电梯", "后勤保障", "住院楼建设"),
        ("检修门诊楼消防管网", "后勤保障", "门诊楼建设"),
        ("智能导诊屏换新", "信息化", "审核"),
        ("机房加装空调", "信息化", "迁移"),
        ("预警铃改到护士站", "公共卫生", "传染病"),
    ],
)
def test_a_noun_of_a_heading_says_no_more_than_its_matter(said: str, category: str, never: str) -> None:
    assert never not in headed(matter(said, category=category))


def test_a_noun_that_the_matter_bears_out_stays() -> None:
    assert "日间手术" in headed(matter("集中安排日间手术", category="诊疗服务"))
    assert "住院楼" in headed(matter("住院楼改造完工", category="后勤保障"))


def test_no_heading_is_a_change_in_numbers() -> None:
    changed = matter("康复师由{a.x}增加到{a.y}", "固定参加骨科查房")
    assert titling._act([changed]) is None
    assert titling._act([matter("通过ISO {a.x}复审")]) is not None


def test_what_is_to_be_set_up_is_not_improved() -> None:
    planned = titling._nouns([matter("开通线上缴费", category="诊疗服务", status="planned")])
    running = titling._nouns([matter("线上缴费改版", category="诊疗服务", status="planned")])
    assert planned[0].fresh
    assert not {"改进", "优化"} & set(titling._verbs_of(planned))
    assert not running[0].fresh


def test_no_verb_runs_into_its_noun() -> None:
    """抓紧 + 急救 reads 紧急."""
    nouns = [titling._Noun("急救工作", "emergency", 3)]
    assert "抓紧" not in titling._verbs_of(nouns)
    assert "抓紧" in titling._verbs_of([titling._Noun("卒中单元", "emergency", 3)])


# --- sentences that stay whole -------------------------------------------------------------------------


def test_what_was_done_keeps_its_last_word_behind_its_doer() -> None:
    held = matter("开展职工心理测评", "测评新入职职工{a.x}，找出要帮扶的{a.y}", actor="工会")
    assert "工会开展职工心理测评。" in Teller().told(held, mark="四是")[0].text


def test_a_doer_is_not_said_twice() -> None:
    """The second house of a paragraph is told otherwise than the first."""
    teller = Teller()
    houses = ("疼痛诊疗中心", "眩晕诊疗中心")
    told = [
        teller.told(matter(f"建成{h}", "设{a.x}", actor=h, weight=75, when="a.when", when_kind="month"), opens=True)
        for h in houses
    ]
    assert [s[0].text.count(h) for s, h in zip(told, houses, strict=True)] == [1, 1]


def test_a_clinic_is_opened_with_one_word() -> None:
    assert spoken(matter("开心肺康复门诊", status="planned")) == "开设心肺康复门诊"


LEANING = (
    "血透室,新收疑难患者,救治,2025年5月,带管透析46例，只转走3例,已完成\n"
    + "".join(
        f"血透室,{what},质量,2025年{month}月,{how},已完成\n"
        for month, (what, how) in enumerate(
            (
                ("逐机更换超滤膜", "更换38台，水质一次合格"),
                ("组织护士穿刺考核", "考核29人次，补考4人次，平均92分"),
                ("给家属讲饮食", "讲课18场，来了640人次，发册子1200本"),
                ("核对血管通路档案", "核对213份，补齐47份，作废11份"),
                ("对调两个透析区", "腾出机位6台，每班多收8人，候透缩短25分钟"),
            ),
            3,
        )
    )
)  # fmt: skip


def test_a_clause_goes_to_the_table_only_with_what_leans_on_it(tmp_path: Path) -> None:
    draft = drafted(tmp_path, LEANING, kind="summary", department="血透室", house="芦湾区人民医院", level="科室")
    text = prose(draft)
    assert ("只转走3例" in text) == ("带管透析46例" in text)


def test_ways_drop_what_leans_on_what_was_dropped() -> None:
    from chugao.engines.ahead import _way

    way = _way(matter("建立会诊裁定办法", "超过{a.x}没定的由医务科指定，被指定的科室不得推诿", status="planned"))
    assert way == ""


# --- which way is better ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("导管污染率", "down"),
        ("留观患者滞留比例", "down"),
        ("甲乙类传染病发病率", "down"),
        ("智慧服务应用水平等级", "up"),
        ("使用电子处方占处方比例", "up"),
        ("全院用电量", "down"),
    ],
)
def test_an_offices_own_figure_goes_the_way_its_name_says(name: str, better: str) -> None:
    assert load_catalogue().local(name, "%").better == better


# --- what leaders say ---------------------------------------------------------------------------------------


MISSED = (
    "指标名称,2025年,2024年,2025年目标,单位\n"
    "切口换药及时率,91.2,90.4,95,%\n门诊人次,3.2,3.0,,万人次\n"
)  # fmt: skip


def test_asking_for_one_shortcoming_hides_no_missed_target(tmp_path: Path) -> None:
    (tmp_path / "指标.csv").write_text(MISSED, encoding="utf-8")
    (tmp_path / "事项.csv").write_text(
        HEAD + "门诊部,周末只开一间诊室,不足,,原因是值班医师排不过来,已完成\n门诊部,开设伤口门诊,服务,2025年4月,每天一名专科护士坐诊,已完成\n",
        encoding="utf-8",
    )  # fmt: skip
    outline = read_outline("summary", department="门诊部", year=2025, organisation="芦湾区人民医院", level="科室")
    facts, matters = chugao.read_metrics(tmp_path / "指标.csv"), chugao.read_matters(tmp_path / "事项.csv")
    draft = chugao.draft(
        outline, facts, matters, None, chugao.open_engine(), instructions=("周末那条不足要写，写实一点",)
    )
    assert "切口换药及时率" in prose(draft)


@pytest.mark.parametrize(
    ("said", "wish", "about", "number"),
    [
        ("篇幅控制在三千五百字以内", "ceiling", "", 3500),
        ("换药及时率没达标，别藏着", "include", "换药及时率", 0),
        ("透析人次下降不用回避", "include", "透析人次", 0),
        ("伤口门诊单独讲一段", "apart", "伤口门诊", 0),
        ("不要写具体数字", "numbers", "", 0),
        ("数字别太多", "numbers", "", 0),
        ("赔款那个数字不要写", "omit", "赔款那个数字", 0),
    ],
)
def test_what_leaders_say_is_understood(said: str, wish: str, about: str, number: int) -> None:
    (order,) = map(read_order, wishes_of(said))
    assert (order.wish, order.about, order.number) == (wish, about, number)


def test_a_wish_about_style_is_not_ticked_off() -> None:
    assert [read_order(w).wish for w in wishes_of("别写成流水账")] == [""]


def test_half_a_wish_is_not_the_whole_of_it() -> None:
    told = [read_order(w).wish for w in wishes_of("透析人次下降不用回避，但要说清楚原因：医保政策变了")]
    assert told == ["include", ""]


TASKS = (
    "卫生健康局,推进中心卫生院扩建,基层,2026年9月底前,两家卫生院新增床位60张，手术室同步启用,拟开展\n"
    "卫生健康局,开展村医轮训,基层,2026年5月底前,分批轮训村医240人,拟开展\n"
    "卫生健康局,规范预防接种门诊,公共卫生,2026年6月底前,冷链逐点核查，温度记录每天上传,拟开展\n"
)  # fmt: skip


def told_of_numbers(draft: Draft) -> str:
    return next(f.hint for f in draft.findings if f.rule == "instruction")


def test_numbers_go_to_the_table_where_a_leader_wants_none(tmp_path: Path) -> None:
    house = "石陂县卫生健康局"
    draft = drafted(
        tmp_path, TASKS, kind="key-points", department=house, house=house, level="区县", said=("不要写具体数字",)
    )
    text = prose(draft)
    assert "60张" not in text
    assert "240人" not in text
    assert "手术室同步启用" in text
    assert "已落实" in told_of_numbers(draft)
    assert "240人" in json.dumps(draft.model_dump(mode="json"), ensure_ascii=False)


def test_numbers_that_stay_are_told(tmp_path: Path) -> None:
    rows = "卫生健康局,普惠托位,托育,2026年6月底前,新增300个,拟开展\n" + TASKS
    house = "石陂县卫生健康局"
    draft = drafted(
        tmp_path, rows, kind="key-points", department=house, house=house, level="区县", said=("不要写具体数字",)
    )
    assert "300个" in prose(draft)
    assert "部分落实" in told_of_numbers(draft)
    assert "1个数字" in told_of_numbers(draft)


def test_first_among_shortcomings_is_not_first(tmp_path: Path) -> None:
    rows = (
        "营养科,治疗饮食送得慢,不足,,原因是只有一部送餐电梯,已完成\n"
        "营养科,开设体重管理门诊,服务,2025年4月,每周三下午,已完成\n"
    )
    draft = drafted(
        tmp_path, rows, kind="summary", department="营养科", house="芦湾区人民医院", level="科室", said=("治疗饮食放在前面写",)
    )  # fmt: skip
    assert "部分落实" in told_of_numbers(draft)
