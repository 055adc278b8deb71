"""A model may put a matter in its own words and may not turn its meaning."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chugao.drafting.binding import mask_numbers
from chugao.drafting.grounding import Grounds
from chugao.drafting.offering import Offer
from chugao.drafting.twisting import claimed, done_too_soon, turned
from chugao.manuscript import SLOT, BriefMatter, ReplySentence
from tests.recordings import brief

MATTER = (
    "开设夜间透析班，透析机增至{matter_a.n_a}，多数患者不再请假，城关镇卫生院尚未接入，转入{matter_a.n_b}改造，"
    "由省肾脏病质控中心指导，肾内科"
)
FRAME = "血液净化，望澜市第三人民医院"
GIVEN = f"{MATTER}\n柳桥镇卫生院完成搬迁，呼吸内科牵头，全国试点"


def problems(clause: str) -> list[str]:
    return turned(clause, MATTER, FRAME)


@pytest.mark.parametrize(
    "clause",
    [
        "肾内科开设了夜间透析班",
        "透析机增加到{matter_a.n_a}",
        "多数患者不用再请假",
        "大多数病人不再请假看病",
        "城关镇卫生院还没有接入",
        "城关镇卫生院未接入",
        "其余转入{matter_a.n_b}的改造",
        "省肾脏病质控中心给予指导",
    ],
)
def test_the_same_in_other_words_stands(clause: str) -> None:
    assert problems(clause) == []


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ("患者仍需请假", "仍"),
        ("全部患者不再请假", "全部"),
        ("患者不再请假", "多数"),
        ("城关镇卫生院接入", "尚未"),
        ("城关镇卫生院停止接入", "停止"),
        ("即将开设夜间透析班", "即将"),
        ("由国家肾脏病质控中心指导", "国家"),
        ("全省推广夜间透析班", "全省"),
        ("柳桥镇卫生院尚未接入", "柳桥镇"),
        ("呼吸内科开设夜间透析班", "吸内科"),
        ("开设夜间透析班和腹膜透析门诊", "和腹膜"),
        ("完成了{matter_a.n_b}改造", "完成"),
    ],
)
def test_another_meaning_in_nearly_the_same_words_is_told(clause: str, told: str) -> None:
    found = problems(clause)

    assert any(told in p for p in found), found


@pytest.mark.parametrize(
    "text",
    [
        "感染率低于全省平均水平。",
        "实现三大突破。",
        "超额完成年度目标。",
        "床位使用率比上年不{bed_occupancy_rate.change}。",
    ],
)
def test_others_outdone_things_counted_and_values_denied_need_somebody_who_said_so(text: str) -> None:
    assert list(claimed(text, GIVEN))


def test_what_is_planned_or_under_way_is_not_told_as_done() -> None:
    matter = "招聘血透护士，人力资源科已发布公告"

    assert list(done_too_soon("血透护士已到岗", matter))
    assert list(done_too_soon("完成了血透护士招聘", matter))
    assert list(done_too_soon("排出了血透护士的班次", matter))
    assert list(done_too_soon("为了解决血透护士不足", matter)) == []
    assert list(done_too_soon("人力资源科已发布公告", matter)) == []


# --- measured on answers of departments nobody tuned by -------------------------------------------

DATA = Path(__file__).parent / "data"
LABELLED = json.loads((DATA / "twisted.json").read_text(encoding="utf-8"))
"""Invented matters, each with answers that turn them and answers that put them otherwise; {1} and {2} are numbers."""
RETOLD = json.loads((DATA / "retold.json").read_text(encoding="utf-8"))
"""The same of other departments, as a large model writes: joined, turned round, with the words that bind sentences."""
SMOOTHED = json.loads((DATA / "smoothed.json").read_text(encoding="utf-8"))
"""Of yet others: honest ones smoothed as an office likes it, turned ones in a few words, of every kind."""
NUMBERS = ({"1": "2037", "2": "1846"}, {"1": "2049", "2": "1857"})


def matter_of(told: dict[str, str], number: int) -> tuple[BriefMatter, dict[str, str]]:
    """A matter as a brief has it, and what its slots stand for."""
    name = f"matter_{'ab'[number]}"
    text, slots = mask_numbers(printed(told["text"], number), name)
    result, behind = mask_numbers(printed(told["result"], number), f"{name}_r")
    matter = BriefMatter(id=name, text=text, result=result, actor=told["actor"], status=told["status"])
    return matter, slots | behind


def printed(text: str, number: int) -> str:
    return text.replace("{1}年", "2009年").replace("{1}", NUMBERS[number]["1"]).replace("{2}", NUMBERS[number]["2"])


def with_slots(answer: str, matters: Sequence[BriefMatter], slots: dict[str, str]) -> str:
    """An answer as an obedient model writes it: every number of a matter as its slot."""
    words = [SLOT.sub("", m.text + m.result) for m in matters]
    shares = [sum(answer[i : i + 2] in w for i in range(len(answer) - 1)) for w in words]
    answer = printed(answer, int(shares[1] > shares[0]))
    for name, value in sorted(slots.items(), key=lambda s: -len(s[1])):
        number = re.match(r"\d+", value)
        pattern = re.escape(value) + (f"|{number.group()}[名人个台家例起]?" if number else "")
        answer = re.sub(pattern, f"{{{name}}}", answer, count=1)
    return answer


def refused(kind: str, cases: Sequence[Any] = LABELLED) -> list[bool]:
    """For each labelled answer of a kind, whether something is wrong with it."""
    found = []
    for case in cases:
        made = [matter_of(m, n) for n, m in enumerate(case["matters"])]
        matters, slots = tuple(m for m, _ in made), {k: v for _, s in made for k, v in s.items()}
        told = brief().model_copy(
            update={"slots": (), "matters": matters, "heading": case["department"], "department": case["department"]}
            | {"organisation": "", "role": case["role"]}
        )
        given = "\n".join(f"{m['text']}，{m['result']}，{m['actor']}" for m in case["matters"]) + case["given"]
        grounds, offer = Grounds(given), Offer(brief=told, values={}, facts={}, constants=(case["department"],))
        for answer in case[kind]:
            text = with_slots(answer.rpartition(": ")[2], matters, slots)
            found.append(any(grounds.problems([ReplySentence(text=text)], offer)))
    return found


def test_of_answers_that_turn_a_matter_hardly_any_passes() -> None:
    judged = refused("twisted")

    assert len(judged) >= 200
    assert judged.count(False) <= 0.03 * len(judged)


def test_of_honest_answers_in_other_words_four_of_five_pass_at_first_sight() -> None:
    judged = refused("honest")

    assert len(judged) >= 180
    assert judged.count(True) <= 0.2 * len(judged)


def test_of_answers_as_a_large_model_writes_hardly_any_turned_one_passes() -> None:
    judged = refused("twisted", RETOLD)

    assert len(judged) >= 100
    assert judged.count(False) <= 0.03 * len(judged)


def test_of_honest_answers_as_a_large_model_writes_seven_in_ten_pass_at_first_sight() -> None:
    judged = refused("honest", RETOLD)

    assert len(judged) >= 120
    assert judged.count(True) <= 0.3 * len(judged)


def test_of_answers_turned_in_a_few_words_hardly_any_passes() -> None:
    judged = refused("twisted", SMOOTHED)

    assert len(judged) >= 130
    assert judged.count(False) <= 0.03 * len(judged)


def test_of_honest_answers_smoothed_freely_two_in_five_pass_at_first_sight() -> None:
    judged = refused("honest", SMOOTHED)

    assert len(judged) >= 130
    assert judged.count(True) <= 0.6 * len(judged)


# --- kinds of wording, and kinds of turning -------------------------------------------------------

SHARED = (
    BriefMatter(
        id="matter_a",
        text="自助机增加发票打印",
        result="门诊大厅的已开通，体检中心的待验收，耗材科按月补纸，超时由系统提醒值班员，设备科购买、信息科安装，骨折的不上自助机，"
        "全年少排队{matter_a_r.n_a}",
        actor="信息科",
        status="done",
    ),
    BriefMatter(
        id="matter_b",
        text="建设假日门诊",
        result="先在内科试行，护士可自选班次，由科主任排班",
        when="matter_b.when",
        when_kind="deadline",
        actor="门诊部",
        status="planned",
    ),
)


def said_wrong(text: str, role: str = "results") -> list[str]:
    """What is wrong with one sentence over two matters of two offices."""
    told = brief().model_copy(
        update={
            "slots": (),
            "matters": SHARED,
            "heading": "便民",
            "department": "信息科",
            "organisation": "",
            "role": role,
        }
    )
    given = "\n".join(f"{m.text}，{m.result}，{m.actor}" for m in SHARED)
    offer = Offer(brief=told, values={}, facts={}, constants=("信息科",))
    return list(Grounds(given).problems([ReplySentence(text=text)], offer))


@pytest.mark.parametrize(
    "text",
    [
        "{matter_b.when}建设假日门诊。",  # its own time is a matter's to use
        "拟建设假日门诊，力争先在内科试行。",  # what is planned may be told as planned
        "门诊大厅的自助机现可打印发票。",  # the thing itself for “已开通”
        "先后开展自助机发票打印、假日门诊建设等工作。",  # two matters in one breath
        "耗材科按月补纸、系统超时提醒值班员。",
        "护士自主选择班次。",
        "信息科在自助机上增设发票打印功能。",
        "对体检中心的自助机，目前待验收。",  # of whom it is said, with a comma behind it
        "超时由系统提醒值班员（信息科）。",  # the office behind it, as a brief has it
        "设备科购买、信息科安装自助机。",
        "骨折的不上自助机。",
    ],
)
def test_the_wordings_of_office_prose_stand(text: str) -> None:
    assert said_wrong(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "门诊大厅和体检中心的自助机已开通。",  # into a row whose word is not said of it
        "信息科建设假日门诊。",  # another office's
        "班次由护士排定，由科主任自选。",
        "门诊部派人，信息科补纸。",
        "耗材科按周补纸。",
        "自助机增加发票打印，从而减少投诉。",
        "各项任务均按期完成。",
        "体检中心的仍在开通。",
        "信息科购买自助机。",  # the beginning of one statement and the end of another
        "全年补纸{matter_a_r.n_a}。",  # a value told of another thing
        "骨折的也上自助机。",  # all but the denial
        "超时由系统提醒值班员（门诊部）。",
        "全部自助机增加发票打印。",
        "在全院建设假日门诊。",
    ],
)
def test_a_doer_put_for_another_a_row_that_grows_or_a_fruit_nobody_told_is_refused(text: str) -> None:
    assert said_wrong(text)


def test_a_day_nobody_gave_is_refused_however_loosely_it_is_said() -> None:
    assert [
        list(claimed(f"我们计划在{when}增加两种术式", GIVEN)) != [] for when in ("本月内", "近期", "下周", "即日")
    ] == [True] * 4
    assert list(claimed("以上月份的床位按实际开放数计", GIVEN)) == []
    assert list(claimed("近年来收治人数逐年增加", GIVEN)) == []
