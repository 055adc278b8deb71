"""Papers of a commission and of those below it, read aloud: acts with verbs, whole ways, the lead of an area, its sections."""

from pathlib import Path

import pytest

import chugao
from chugao import read_outline
from chugao.engines.acts import Teller, counted, is_routine, spoken, task
from chugao.engines.ahead import _way
from chugao.engines.retelling import in_other_words
from chugao.manuscript import BriefMatter, Draft
from chugao.outline import answers, topic_of_matter

HEAD = "部门,事项,类别,时间,成效,责任科室,牵头领导,状态\n"
OFFICE = "青石岭县卫生健康委员会"
HOUSE = "青石岭县第二人民医院"


def drafted(folder: Path, rows: list[str], kind: str, *, wishes: tuple[str, ...] = (), **more: object) -> Draft:
    done = kind in ("summary", "summary-plan")
    status = "已完成" if done else "拟开展"
    given = {"department": OFFICE, "level": "区县", "year": 2025 if done else 2026} | more
    given["organisation"] = given["department"]
    text = HEAD + "".join(f"{given['department']},{row},,{status}\n" for row in rows)
    (folder / "事项.csv").write_text(text, encoding="utf-8")
    outline = read_outline(kind, **given)  # type: ignore[arg-type]
    return chugao.draft(outline, chugao.read_metrics(), chugao.read_matters(folder / "事项.csv"), instructions=wishes)


def under(made: Draft) -> dict[str, str]:
    return {x.heading.text: "".join(s.text for s in x.sentences) for x in made.sections}


def planned(text: str, result: str = "", **more: object) -> BriefMatter:
    return BriefMatter(**{"id": "m_a", "text": text, "result": result, "status": "planned"} | more)


def done(text: str, result: str = "", **more: object) -> BriefMatter:
    return planned(text, result, **({"status": "done"} | more))


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("夜间产科急诊恢复", "恢复夜间产科急诊"),
        ("乡镇检验室力量整合", "整合乡镇检验室力量"),
        ("儿童早期发展专科申报", "申报儿童早期发展专科"),
        ("双向转诊单统一", "统一双向转诊单"),
        ("省级卫生县城复审", "做好省级卫生县城复审"),
        ("民营诊所备案管理", "加强民营诊所备案管理"),
        ("医疗废物处置治本攻坚", "开展医疗废物处置治本攻坚"),
        ("居民健康档案一次录入", "推行居民健康档案一次录入"),
        ("乡镇医师县管乡用", "推行乡镇医师县管乡用"),
        ("区域心电数据共享", "推进区域心电数据共享"),
        ("智慧急救调度系统", "建设智慧急救调度系统"),
        ("检查检验结果互认扩围", "推进检查检验结果互认扩围"),
        ("疫苗接种进敬老院", "疫苗接种进敬老院"),
        ("名医工作室设到镇里", "名医工作室设到镇里"),
        ("先试点再切换挂号系统", "先试点再切换挂号系统"),
        ("稳住已备案托育点", "稳住已备案托育点"),
        ("查实术前讨论", "查实术前讨论"),
    ],
)
def test_what_is_to_be_done_begins_with_a_verb_unless_its_words_say_it_already(name: str, said: str) -> None:
    assert spoken(planned(name)) == said


def test_what_has_happened_keeps_its_thing_first() -> None:
    assert spoken(done("夜间产科急诊恢复")) == "夜间产科急诊恢复"


def test_a_verb_taken_from_the_end_of_a_name_is_not_said_again_by_its_way() -> None:
    told = task(planned("短缺专业人才引进", "引进麻醉科、病理科医师{m_a.n_a}"))

    assert [s.text for s in told] == ["引进短缺专业人才（麻醉科、病理科医师{m_a.n_a}）。"]


def test_items_of_one_paper_are_of_one_make_whatever_rhythm_their_way_speaks_of() -> None:
    plain = task(planned("推进薪酬制度改革", "结果与院长收入挂钩"), dated=False, style=2)
    timed = task(planned("加强食堂卫生管理", "三家单位每季度互查"), dated=False, style=2)

    assert [len(plain), len(timed)] == [1, 1]


# --- ways -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("守规矩的少查，老出问题的多查", "守规矩的少查，老出问题的多查"),
        ("软件先判，医生再看", "软件先判，医生再看"),
        ("居民点单，护士上门，每月通报", "居民点单，护士上门"),
        ("街道先报，{m_a.n_a}，其中两家先试", "街道先报"),
    ],
)
def test_an_idea_is_told_with_its_whole_way_and_without_how_it_is_counted_and_checked(result: str, told: str) -> None:
    assert _way(planned("推行分级检查", result)) == told


def test_an_idea_that_a_leader_wants_told_keeps_its_numbers() -> None:
    assert _way(planned("推行分级检查", "先查{m_a.n_a}", weight=99)) == "先查{m_a.n_a}"


# --- what was done --------------------------------------------------------------------------------


def test_meetings_of_which_only_the_number_is_told_are_no_deed() -> None:
    assert is_routine(done("召开安全生产例会", "召开{m_a.n_a}，开展应急演练{m_a.n_b}"))
    assert is_routine(done("理论学习中心组学习", "集中学习{m_a.n_a}，专题研讨{m_a.n_b}"))
    assert not is_routine(done("召开安全生产例会", "查出隐患{m_a.n_a}，整改{m_a.n_b}"))
    assert counted(done("理论学习中心组学习", "集中学习{m_a.n_a}")) == "理论学习中心组集中学习{m_a.n_a}"


def test_the_first_of_its_kind_is_told_with_a_verb() -> None:
    told = Teller().told(done("县医院通过三级医院评审", "全县首家三级医院"))

    assert told[0].text == "县医院通过三级医院评审，是全县首家三级医院。"


def test_a_deed_keeps_the_word_that_its_result_begins_with_where_it_says_what_was_done() -> None:
    told = Teller().told(done("学校结核病筛查", "筛查新生{m_a.n_a}，阳性的全部转诊"), mark="三是")

    assert told[0].text.startswith("三是开展学校结核病筛查")


# --- whole papers ---------------------------------------------------------------------------------


def test_key_points_of_an_area_speak_of_the_work_of_the_area_and_name_all_that_a_leader_named(tmp_path: Path) -> None:
    rows = [
        f"{name},{field},2026年{month}月底前,{way},{owner}"
        for name, field, month, way, owner in [
            ("夜间门诊延时", "基层卫生", 3, "镇卫生院开到晚八点", "基层股"),
            ("全科医生驻村", "基层卫生", 4, "每人包两个村", "基层股"),
            ("乡镇药房补药", "基层卫生", 5, "缺药先记后补", "基层股"),
            ("村卫生室空调更换", "基层卫生", 11, "旧的拆走", "基层股"),
            ("省级卫生县城复审", "爱国卫生", 6, "背街小巷先自查", "爱卫办"),
            ("公立医院章程修订", "医改", 7, "职代会先议", "医改办"),
            ("托育机构备案检查", "一老一小", 8, "不合格的限期改", "人口股"),
            ("老年食堂义诊", "一老一小", 9, "量血压、看用药", "老龄股"),
            ("非法行医查处", "监督", 10, "集市、车站先查", "监督所"),
            ("病历质量点评", "医疗质量", 2, "当月反馈到人", "医政股"),
            ("传染病直报核对", "公共卫生", 6, "漏报的补报", "疾控股"),
            ("财务集中核算", "财务", 12, "乡镇账目并到县里", "规财股"),
        ]
    ]

    made = drafted(tmp_path, rows, "key-points", wishes=("省级卫生县城复审突出写", "基层放在前面"))

    lead = "".join(s.text for s in made.sections[0].sentences)
    assert "2026年，全县卫生健康工作" in lead
    assert OFFICE not in lead
    assert "省级卫生县城复审" in lead
    assert "夜间门诊延时" in lead


def test_what_is_done_for_those_in_the_villages_is_care_where_above_asks_for_care(tmp_path: Path) -> None:
    (tmp_path / "提纲.txt").write_text("一、提升医疗服务能力\n二、筑牢公共卫生防线\n", encoding="utf-8")
    rows = [
        "镇卫生院夜诊延时,基层卫生,2026年3月底前,开到晚八点,基层股",
        "传染病直报核对,公共卫生,2026年6月底前,漏报的补报,疾控股",
        "日间病房病种扩大,医疗质量,2026年5月底前,先收眼科,医政股",
    ]

    made = under(drafted(tmp_path, rows, "key-points", file=tmp_path / "提纲.txt"))

    assert "夜诊" in made["提升医疗服务能力"]
    assert "直报" in made["筑牢公共卫生防线"]


DEEDS = [
    "村卫生室改建,基层服务,2025年6月,配了心电图机和制氧机,基层股",
    "专家固定日下乡坐诊,基层服务,2025年3月起,带着徒弟看病、查房、讲课,基层股",
    "夜间急救站点延伸到山区四镇,急救,2025年5月,接警后不再从县城出车,医政股",
    "救护车心电图同步传到急诊,急救,2025年7月,病人没到、医生先看图,医政股",
    "医药领域不正之风整治,党建行风,2025年9月,红包当天登记、当天上交,机关党委",
    "支部书记上党课,党建行风,2025年10月,讲身边事、讲自己科,机关党委",
    "消防通道清理,安全生产,2025年8月,堵了三年的后门打开,办公室",
    "公办托育园开园,一老一小,2025年9月,接送时间随家长上下班,人口股",
    "老年医学科开科,一老一小,2025年4月,出院前先评跌倒风险,医政股",
    "长处方开到镇里,公共卫生,2025年2月,病人少跑县城,疾控股",
    "学校晨检当天报,公共卫生,2025年10月,缺课原因当天问清,疾控股",
]


def test_what_a_leader_wants_to_stand_alone_takes_along_what_was_sent_under_the_same_name(tmp_path: Path) -> None:
    made = under(drafted(tmp_path, DEEDS, "summary", wishes=("夜间急救单列",)))

    assert "救护车心电图" in made["夜间急救"]
    assert "山区四镇" in made["夜间急救"]


@pytest.mark.parametrize(
    ("category", "field"), [("党建行风", "party"), ("基层服务", "outreach"), ("设备管理", "logistics")]
)
def test_a_category_of_two_fields_is_of_the_one_it_names_first(category: str, field: str) -> None:
    assert topic_of_matter(category, "").id == field


def test_the_lead_of_a_commission_tells_how_much_was_done_and_not_how_many_there_are_to_a_head(tmp_path: Path) -> None:
    rows = [
        ("每千人口执业（助理）医师数", 3.08, "人", 2.9),
        ("每千人口注册护士数", 3.4, "人", 3.2),
        ("全县诊疗总量", 214, "万人次", 206),
        ("出院人次", 41260, "人次", 40110),
    ]
    (tmp_path / "事项.csv").write_text(HEAD + "".join(f"{OFFICE},{row},,已完成\n" for row in DEEDS), encoding="utf-8")
    (tmp_path / "指标.csv").write_text(
        "部门,年度,指标名称,本期值,单位,上年同期值\n"
        + "".join(f"{OFFICE},2025,{name},{now},{unit},{prev}\n" for name, now, unit, prev in rows),
        encoding="utf-8",
    )
    outline = read_outline("summary", department=OFFICE, organisation=OFFICE, level="区县", year=2025)
    given = chugao.read_metrics(tmp_path / "指标.csv"), chugao.read_matters(tmp_path / "事项.csv")

    lead = "".join(s.text for s in chugao.draft(outline, *given).sections[0].sentences)

    assert "诊疗总量214万人次" in lead
    assert "每千人口" not in lead


def test_a_task_answers_the_shortcoming_that_names_the_same_machine_in_letters() -> None:
    lack = "山区三镇卫生院没有CT，脑卒中病人要先转一道，原因是机房改造的钱没有着落"
    told = "为山区中心卫生院配一台CT，放在靠山镇，影像由县里远程出报告，操作的人先去县医院学三个月"

    assert answers(lack, told) >= 0.2
    assert answers(lack, told, {"CT"}) < 0.2
    assert answers(lack, told.replace("CT", "彩超")) < 0.2


def test_a_task_at_the_same_place_is_no_answer() -> None:
    lack = "影像互认卡在青浦县，原因是县里系统旧、厂家停服"
    told = "在青浦县西部设急救站，市急救中心配车"

    assert answers(lack, told, {"青浦", "浦县"}) < 0.1
    assert answers(lack, "推进影像互认，先接青浦县原始影像", {"青浦", "浦县"}) >= 0.1


def test_another_candidate_opens_its_items_with_another_verb_and_cuts_no_topic_from_what_is_said_of_it() -> None:
    items = [f"推进{name}建设。" for name in ("区域影像", "基层中医馆", "村卫生室", "医共体药房", "急救站点")]

    assert any(in_other_words(text, 1) != text or in_other_words(text, 2) != text for text in items)
    assert "；" not in in_other_words("镇里能看的病，居民还是往县里跑。", 1)
    assert in_other_words("周末在社区设点，医生坐班。", 1) == "周末在社区设点，医生坐班。"
