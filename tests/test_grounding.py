"""What a model says without numbers must stand on one thing it was given; plain words in another order may stand."""

from typing import Any

import pytest

from chugao.drafting.grounding import Grounds
from chugao.drafting.offering import Offer
from chugao.manuscript import BriefMatter, ReplySentence, Slot
from tests.recordings import brief

MATTERS = (
    BriefMatter(
        id="matter_a",
        text="上线围手术期质控系统",
        result="四级手术没有术前讨论记录的，排台时自动退回，补齐后才准入室",
        actor="质控科",
        status="done",
    ),
    BriefMatter(
        id="matter_b",
        text="重新考核手术医师授权",
        result="对照两年手术记录和并发症情况逐人过",
        actor="医务科",
        status="done",
    ),
)
PLANNED = (
    BriefMatter(
        id="matter_c",
        text="复盘非计划再次手术病例",
        result="质控科召集，主刀医师到场讲清首次手术指征，每季公布重复出现的原因",
        actor="质控科",
        status="planned",
    ),
)
SLOTS = (
    Slot(name="cmi.now", meaning="CMI本期值", metric="cmi", metric_name="病例组合指数", field="now"),
    Slot(name="cmi.change", meaning="CMI比上年增减", metric="cmi", metric_name="病例组合指数", field="change"),
)


def problems(text: str, **changed: Any) -> list[str]:
    """What is wrong with one sentence of a section about quality, or with one of a plan."""
    matters = PLANNED if changed.get("role") == "plan" else MATTERS
    told = brief().model_copy(update={"slots": SLOTS, "matters": matters, "heading": "手术管得更严"} | changed)
    given = (
        "\n".join(f"{m.text}，{m.result}，{m.actor}" for m in (*MATTERS, *PLANNED)) + "\n完成护士培训，开展器官捐献宣传"
    )
    offer = Offer(brief=told, values={}, facts={}, constants=())
    return list(Grounds(given).problems([ReplySentence(text=text)], offer))


@pytest.mark.parametrize(
    "invented",
    [
        "引进西门子核磁共振，检查能力更强。",
        "购置达芬奇手术机器人并投入使用。",
        "张伟主任获评全国优秀医师。",
        "成功举办全国重症医学学术年会。",
        "与北京协和医院签订合作协议。",
        "承办全市急诊急救技能大赛，取得圆满成功。",
        "完成器官移植手术，填补区域空白。",
        "围手术期质控系统覆盖全部手术科室，患者满意度大幅提升。",
        "平均候诊时间明显缩短，患者排队现象基本消除。",
        "手术质量位居全省前列。",
        "全年无医疗事故发生。",
        "上线围手术期质控系统，由东软集团承建。",
        "上线围手术期质控系统，受到专家高度评价。",
        "重新考核手术医师授权，暂停了李医生的手术资格。",
        "病案质量稳步提升，质控科连续多年被评为先进集体。",
        "每两周召开质量分析会。",
        "电视台对我院手术管理进行了报道。",
        "患者家属送来锦旗和感谢信。",
        "医务人员服务更加贴心，群众就医体验持续向好。",
        "病例组合指数{cmi.now}，省卫健委领导莅临调研。",
        "派出医疗队援助新疆。",
        "信息科完成电子病历升级。",
        "去年底上线围手术期质控系统，把术前讨论卡在排台这一关。",
        "围手术期质控系统上半年上线。",
    ],
)
def test_what_nobody_gave_is_found_though_its_words_stand_here_and_there(invented: str) -> None:
    assert problems(invented)


@pytest.mark.parametrize(
    "grounded",
    [
        "质控科上线围手术期质控系统，把术前讨论卡在排台这一关。",
        "四级手术缺术前讨论记录的，系统排台时直接退回，补齐才能入室。",
        "医务科重新考核手术医师授权，对照两年手术记录和并发症情况逐人过。",
        "围手术期质控系统上线后，没有术前讨论记录的四级手术自动退回。",
        "病例组合指数{cmi.now}，比上年{cmi.change}。",
        "上线围手术期质控系统和重新考核手术医师授权。",
    ],
)
def test_a_matter_in_other_words_may_stand(grounded: str) -> None:
    assert problems(grounded) == []


@pytest.mark.parametrize(
    ("planned", "may_stand"),
    [
        ("复盘非计划再次手术病例，主刀医师到场讲清首次手术指征，每季公布重复出现的原因。", True),
        ("继续加强手术质量管理，确保各项措施落到实处。", True),
        ("引进达芬奇手术机器人，年内投用。", False),
        ("申报国家临床重点专科。", False),
        ("建设国家医学中心。", False),
        ("由张伟主任牵头推进。", False),
        ("每周开展全员培训。", False),
        ("在庞德广同志亲自部署下推进各项工作。", False),
        ("复盘非计划再次手术病例，年底前公布重复出现的原因。", False),
        ("组织年轻同志轮岗学习，把手术安全核查落到人。", True),
        ("跻身全省手术质量领跑单位。", False),
        ("成功创建手术质量名院。", False),
        ("全年工作没有任何不足。", False),
    ],
)
def test_what_is_ahead_may_be_an_aim_but_no_project_nobody_named(planned: str, may_stand: bool) -> None:
    assert (problems(planned, role="plan") == []) is may_stand


def test_hostile_text_is_read_in_a_moment() -> None:
    for text in ("国家" * 20_000, "张" * 40_000, "每" * 40_000, "无" * 40_000, "受到" * 20_000):
        problems(f"{text}。")
