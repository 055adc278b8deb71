"""Frames of own sentences, and policy documents with their dates."""

from datetime import date
from pathlib import Path

import pytest

from chugao.catalogue import load_catalogue
from chugao.corpus import passages_of
from chugao.corpus.bases import mark_basis, offered_bases
from chugao.corpus.frames import Frame, frames_of
from chugao.corpus.store import add_reports, load_passages, near_copies, remove_reports
from chugao.corpus.wholeframes import WholeFrame, whole_frames_of
from chugao.database import Database
from chugao.documents.reading import text_reading
from chugao.documents.structure import understand
from chugao.errors import InputError
from chugao.source import Scope

NOW = "2025-12-03T08:15:00Z"
EVERYBODY = Scope(owners=("*",))


def frames(*sentences: str, own: bool = True, owner: str = "", scope: Scope | None = EVERYBODY) -> list[Frame]:
    passages = []
    for year, sentence in enumerate(sentences, 2021):
        text = f"医务科{year}年工作总结\n一、工作\n{sentence}\n"
        passages += passages_of(understand(text_reading(text, f"{year}.txt")), own=own, owner=owner)
    return frames_of(passages, load_catalogue(), scope)


def test_a_sentence_becomes_a_frame_whose_slots_are_typed_and_the_most_used_comes_first():
    found = frames(
        "全年门诊31200人次，比上年增长5.2%，工作平稳。",
        "全年门诊32800人次，比上年增长5.1%，工作平稳。",
        "平均住院日由8.1天降到7.6天，周转更快了。",
    )

    first, second = found
    assert first.text == "全年门诊{outpatient_visits.now}，比上年{outpatient_visits.growth}，工作平稳"
    assert (first.metric, first.fields, first.used, first.style) == (
        "outpatient_visits",
        ("now", "growth"),
        2,
        "compared",
    )
    assert (second.fields, second.direction) == (("prev", "now"), -1)


def test_what_names_a_year_a_unit_or_two_metrics_is_no_frame():
    assert frames("2023年门诊31200人次，与石阜县人民医院持平。", "门诊31200人次，出院2100人次，都有增长。") == []


def test_frames_come_from_own_reports_and_within_the_scope_only():
    sentence = "全年门诊31200人次，比上年增长5.2%，工作平稳。"

    assert frames(sentence, own=False) == []
    assert frames(sentence, owner="护理部", scope=Scope(owners=("医务科",))) == []
    assert frames(sentence, scope=Scope()) == []
    assert len(frames(sentence, owner="护理部", scope=Scope(owners=("护理部",)))) == 1


def whole(*sentences: str, own: bool = True, owner: str = "", scope: Scope | None = EVERYBODY) -> list[WholeFrame]:
    passages = []
    for year, sentence in enumerate(sentences, 2021):
        text = f"医务科{year}年工作总结\n一、工作\n{sentence}\n"
        passages += passages_of(understand(text_reading(text, f"{year}.txt")), own=own, owner=owner)
    return whole_frames_of(passages, load_catalogue(), scope)


def test_every_sentence_is_a_frame_whatever_it_tells():
    found = whole(
        "门诊31200人次，出院2100人次，投诉由9起降到4起。",
        "3月李敏主任带队到石阜县人民医院义诊，荣获“最美志愿者”称号。",
        "病历书写还不及时，质控要跟上。",
    )

    assert {(f.text, f.metrics, f.matter) for f in found} == {
        (
            "门诊{outpatient_visits.now}，出院{discharges.now}，投诉由{complaints.prev}降到{complaints.now}",
            ("outpatient_visits", "discharges", "complaints"),
            "",
        ),
        ("{date.day}{name.person}主任带队到{name.unit}义诊，荣获{name.honour}称号", (), "荣誉"),
        ("病历书写还不及时，质控要跟上", (), "质量"),
    }
    assert not any(c.isdecimal() for f in found for c in f.text)


def test_frames_of_whole_sentences_come_from_own_reports_within_the_scope_and_the_most_used_first():
    said = "组织培训12场，参加800人次。", "组织培训15场，参加910人次。", "查房制度落实到位，值班有序。"

    first, *_ = whole(*said)

    assert (first.text.count("{"), first.used, first.units) == (2, 2, ("场", "人次"))
    assert whole(*said, own=False) == []
    assert whole(*said, scope=Scope()) == []
    assert whole(*said, owner="护理部", scope=Scope(owners=("医务科",))) == []


POLICY = "关于加强医疗质量管理的通知\n一、总体要求\n各单位要把术前讨论落到实处，没有讨论不得排台。\n"


def test_a_policy_document_is_offered_while_it_is_in_force_and_lends_no_wording(database: Database, tmp_path: Path):
    file = tmp_path / "通知.txt"
    file.write_text(POLICY, encoding="utf-8")
    add_reports(database, [file], organisation="", actor="张三", at=NOW)
    assert load_passages(database)

    mark_basis(
        database,
        "通知.txt",
        number="卫发〔2023〕3号",
        since=date(2023, 5, 1),
        until=date(2025, 4, 30),
        actor="张三",
        at=NOW,
    )

    assert load_passages(database) == ()
    assert [b.number for b in offered_bases(database, EVERYBODY, date(2025, 4, 30))] == ["卫发〔2023〕3号"]
    assert offered_bases(database, EVERYBODY, date(2025, 5, 1)) == ()
    assert offered_bases(database, EVERYBODY, date(2023, 4, 30)) == ()
    assert offered_bases(database, Scope(), date(2024, 1, 1)) == ()
    assert offered_bases(database, Scope(owners=("护理部",)), date(2024, 1, 1)) == ()
    with pytest.raises(InputError, match="早于生效日期"):
        mark_basis(database, "通知.txt", since=date(2024, 1, 1), until=date(2023, 1, 1), actor="张三", at=NOW)
    remove_reports(database, ["通知.txt"], actor="张三", at=NOW)
    assert offered_bases(database, EVERYBODY, date(2024, 1, 1)) == ()


def test_a_policy_document_says_its_number_and_days_itself_where_nobody_does(database: Database, tmp_path: Path):
    file = tmp_path / "办法.txt"
    lines = ("望澜市卫生健康委员会文件", "望卫发〔2025〕12号", "病案质量管理办法", "第一条 病案首页当日填写。")
    file.write_text("\n".join((*lines, "本办法自2025年5月1日起施行，有效期2年。")), encoding="utf-8")
    add_reports(database, [file], organisation="", actor="张三", at=NOW)

    mark_basis(database, "办法.txt", actor="张三", at=NOW)

    (told,) = offered_bases(database, EVERYBODY, date(2027, 4, 30))
    assert (told.number, told.since, told.until) == ("望卫发〔2025〕12号", date(2025, 5, 1), date(2027, 4, 30))
    assert offered_bases(database, EVERYBODY, date(2027, 5, 1)) == ()


def test_documents_of_one_owner_that_say_mostly_the_same_are_named(database: Database, tmp_path: Path):
    shared = (
        "术前讨论由催办改为把关，没有记录的退回病区，质控科每周抽看二十份病历。" * 1
        + "夜班交接改为床旁进行，跌倒事件明显减少。"
    )
    for name, tail in (("甲", "今年又添了一条新办法。"), ("乙", "明年要把授权管到排台。")):
        (tmp_path / f"{name}.txt").write_text(f"医务科工作总结\n一、工作\n{shared}{tail}\n", encoding="utf-8")
    (tmp_path / "丙.txt").write_text(
        "总务科工作总结\n一、维修\n锅炉换了水泵，电梯按月检，老楼的电还要靠限。\n", encoding="utf-8"
    )
    add_reports(database, [tmp_path], organisation="", actor="张三", at=NOW)

    (near,) = near_copies(database)

    assert {near.file, near.of} == {"甲.txt", "乙.txt"}
    assert near.share > 0.6
