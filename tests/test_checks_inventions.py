"""Things without numbers that nobody gave, in a draft of ours: each kind of them, and what is no invention."""

import pytest

from chugao.catalogue import load_catalogue
from chugao.checks import examine
from chugao.checks.inventions import find_inventions
from chugao.manuscript import Draft, Request
from chugao.material import Matter, Matters
from chugao.material.matter import MatterStatus
from chugao.metrics.facts import derive
from chugao.period import Period
from chugao.source import Severity, Source
from tests.drafts import draft, section
from tests.facts import facts_of

FACTS = derive(facts_of("平均住院日,2025,7.3,天,上年 7.6"), Period(year=2025))


def matter(text: str, result: str = "") -> Matter:
    return Matter(id="m1", text=text, result=result, status=MatterStatus.DONE, source=Source(file="事项.xlsx"))


def invented(sentence: str, *matters: Matter, made: Draft | None = None) -> list[str]:
    found = list(find_inventions(sentence, made or draft(), FACTS, matters))
    assert all(f.severity is Severity.ERROR and f.quote == sentence[f.place.start : f.place.end] for f in found)
    return [f.quote for f in found]


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("购置64排螺旋CT一台。", "CT"),
        ("引进达芬奇手术系统。", "达芬奇"),
        ("上线智慧导诊系统。", "智慧导诊系统"),
        ("启动健康守护工程。", "健康守护工程"),
        ("实施心脑血管疾病防治项目。", "心脑血管疾病防治项目"),
        ("完成国家自然科学基金课题。", "国家自然科学基金"),
        ("与华为公司共建智慧病房。", "与华为公司"),
        ("与省里几家医院建立专科联盟。", "专科联盟"),
        ("获评全国先进集体。", "获评全国先进集体"),
        ("荣获全省优质护理竞赛一等奖。", "荣获全省优质护理竞赛一等奖"),
        ("印发《病历书写规范》。", "《病历书写规范》"),
        ("举办全省急诊医学论坛。", "全省急诊医学论坛"),
        ("开展安全生产月活动。", "安全生产月活动"),
        ("王建国主任带队下乡。", "王建国"),
        ("邀请张伟教授讲学。", "张伟"),
        ("服务惠及所有人群。", "所有人群"),
        ("随访实现全覆盖。", "全覆盖"),
        ("投诉处理做到零差错。", "零差错"),
        ("率先在全省开设夜间门诊。", "率先在全省"),
    ],
)
def test_a_thing_that_nobody_gave_is_an_error_at_its_very_characters(sentence: str, quote: str) -> None:
    assert quote in invented(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "全年力争医院感染发病率降到1.0%以内。",
        "年内力争医院获得性肺炎不再增加。",
        "建立科主任负责、质控员盯办的病历管理流程。",
        "完成急诊门诊工作量核算。",
        "平均住院日缩短到7.3天。",
        "每月开展一次病历抽查。",
        "护士长每天下午巡查一遍。",
    ],
)
def test_everyday_words_are_no_invention(sentence: str) -> None:
    assert invented(sentence) == []


def test_what_a_matter_gives_may_be_said_in_its_words_or_nearly() -> None:
    given = (matter("9月在院内举办全省急诊医学论坛，邀请张伟教授作报告", "覆盖所有人群"), matter("购置64排螺旋CT"))

    assert invented("举办全省急诊医学论坛，张伟教授到会作报告。", *given) == []
    assert invented("承办急诊医学论坛。", *given) == []
    assert invented("购置64排螺旋CT一台，检查覆盖所有人群。", *given) == []
    assert invented("举办全省骨科论坛。", *given) == ["全省骨科论坛"]


def test_wording_lent_by_a_past_report_has_its_source() -> None:
    told = "举办围手术期安全核查竞赛。"
    made = section("results_a", "（一）", "抓手术安全", 2, ("", told))
    lent = made.model_copy(
        update={"sentences": tuple(s.model_copy(update={"passages": ("p1",)}) for s in made.sentences)}
    )

    assert invented(told, made=draft((made,))) == ["围手术期安全核查竞赛"]
    assert invented(told, made=draft((lent,))) == []


def test_a_hostile_sentence_is_read_in_a_moment() -> None:
    assert isinstance(invented("开展" * 20_000), list)
    assert isinstance(invented("引进甲" * 15_000 + "系统"), list)


def test_the_numbering_before_a_name_is_no_part_of_it():
    given = matter("县医院专家每周坐诊")

    assert invented("一是新建中医馆。二是县医院专家每周坐诊。", matter("新建中医馆"), given) == []
    assert invented("二是市医院专家每周坐诊。", given) == ["二是市医院"]


# --- where nothing is at hand to hold it against --------------------------------------------------


def asked_of(made: Draft) -> list[str]:
    """What a check of a draft without figures and matters asks about names, and nothing else."""
    found = [f for f in examine(made).findings if f.rule in ("invention", "invention-asked")]
    assert all(f.severity is Severity.INFO for f in found)
    return [f.quote for f in found]


def written(text: str, **recipe: str) -> Draft:
    made = section("results_a", "（一）", "抓急诊", 2, ("", text))
    told = tuple(s.model_copy(update={"claims": (), "recipe": recipe}) for s in made.sentences)
    return draft((made.model_copy(update={"sentences": told}),))


def test_of_a_draft_without_its_material_one_question_is_asked_about_what_a_model_or_a_person_wrote() -> None:
    text = "引进达芬奇手术系统，获评全国先进集体。"

    assert asked_of(written(text, made_by="model")) == ["达芬奇"]
    assert asked_of(written(text, engine="person")) == ["达芬奇"]
    assert asked_of(written(text, made_by="matter", matter="matter_a")) == []
    assert asked_of(written("急诊流程分三级处置。", made_by="model")) == []


def test_a_draft_whose_text_was_changed_by_hand_is_asked_after_whoever_wrote_it() -> None:
    made = written("启用急诊重症楼。", made_by="matter", matter="matter_a")
    first = made.sections[0]
    other = first.sentences[0].model_copy(update={"text": "引进达芬奇手术系统。"})
    changed = made.model_copy(update={"sections": (first.model_copy(update={"sentences": (other,)}),)})

    assert asked_of(made) == []
    assert asked_of(changed) == ["达芬奇"]


def test_a_foreign_text_is_asked_once_where_only_figures_are_given() -> None:
    text = "急诊科2025年工作总结\n一、主要工作\n平均住院日7.3天。荣获全省先进集体，引进达芬奇手术系统。"

    asked = [f for f in examine(text, FACTS.figures).findings if f.rule == "invention-asked"]

    assert [f.severity for f in asked] == [Severity.INFO]
    assert "达芬奇" in asked[0].hint
    assert "指标" in asked[0].hint


FOREIGN = (
    "急诊科2025年工作总结\n一、主要工作\n平均住院日7.3天。随着医院发展，我科与省人民医院签订协议，邀请北京协和医院张建国教授授课，"
    "承办了第六届江北急诊论坛。按照《望澜市急救管理办法》，危重患者随访实现全覆盖。各乡镇卫生院、上级医院均参加，培训实现全覆盖，覆盖率100%。\n"
)


def test_a_foreign_text_is_asked_after_organisations_people_documents_and_claims_but_no_everyday_hospital() -> None:
    (asked,) = (f for f in examine(FOREIGN, FACTS.figures).findings if f.rule == "invention-asked")

    for name in ("省人民医院", "北京协和医院", "张建国", "《望澜市急救管理办法》", "全覆盖"):
        assert name in asked.hint
    for name in ("随着医院", "乡镇卫生院", "上级医院", "论坛"):
        assert name not in asked.hint
    assert "共5处" in asked.hint


def test_events_are_asked_after_where_matters_were_given() -> None:
    given = Matters(items=(matter("组织急诊培训"),))

    (asked,) = (f for f in examine(FOREIGN, FACTS.figures, given).findings if f.rule == "invention-asked")

    assert "第六届江北急诊论坛" in asked.hint


def test_the_name_of_a_figure_that_the_paper_asked_for_is_no_invention_and_unconfirmed_material_still_is() -> None:
    asked = next(d for d in load_catalogue() if "DNT" in d.name)
    figure = Request(metric=asked.id, name=asked.name, department="急诊科", reason="没有2025年的数")
    waiting = Request(metric="matter_abc", name="上线DSA系统", department="急诊科", reason="等人确认")
    made = draft().model_copy(update={"requests": (figure, waiting)})

    assert invented("溶栓DNT中位数46分钟。") == ["DNT"]
    assert invented("溶栓DNT中位数46分钟。", made=made) == []
    assert "DSA" in "".join(invented("上线DSA系统。", made=made))
