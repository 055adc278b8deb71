"""Submissions as people talk: this year's number beside last year's, in any order, and what is no number at all."""

from pathlib import Path
from time import process_time

import pytest

from chugao.errors import InputError
from chugao.material.clashing import clashes_of
from chugao.material.submission import Submission, understand_submission
from chugao.material.telling import read_as


def sent(folder: Path, text: str, name: str = "康复科.txt", department: str = "康复科") -> Submission:
    file = folder / name
    file.write_text(f"{department}2026年工作总结\n一、业务情况\n{text}", encoding="utf-8")
    return understand_submission(file, department=department, year=2026)


def facts(told: Submission) -> list[str]:
    return [read_as(i) for i in told.items if i.kind == "fact"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("门诊9120人次，去年是8470。", "2026年门诊人次9120人次（上年8470人次）"),
        ("门诊去年同期1.2万，今年1.5万。", "2026年门诊人次1.5万人次（上年1.2万人次）"),
        ("康复收入去年同期96万，今年118.5万。", "2026年康复收入118.5万元（上年96万元）"),
        ("耗材占比去年是22.4，今年19.8%。", "2026年耗占比19.8%（上年22.4%）"),
        ("出院患者从去年的612人次增加到688人次。", "2026年出院人次688人次（上年612人次）"),
        ("床位使用率91.3，去年88.6。", "2026年病床使用率91.3%（上年88.6%）"),
    ],
)
def test_last_years_number_stands_with_this_years_in_any_order_and_without_a_unit(
    tmp_path: Path, text: str, read: str
) -> None:
    told = sent(tmp_path, text)

    assert facts(told) == [read]
    assert [i for i in told.items if i.matter] == []


def test_a_number_said_vaguely_is_no_value_and_is_shown_unused(tmp_path: Path) -> None:
    told = sent(tmp_path, "住院比去年多了三百来人，一共收了745人。\n全年门诊量2.6万，同比多了两千多。")

    assert facts(told) == ["2026年住院人次745人次", "2026年门诊人次2.6万人次"]
    assert [(u.text, u.why) for u in told.unused] == [
        ("三百来人", "是个约数，没有当作数据"),
        ("两千多", "是个约数，没有当作数据"),
    ]


def test_a_number_without_a_name_and_one_of_the_year_before_last_are_shown_unused(tmp_path: Path) -> None:
    told = sent(tmp_path, "去年同期4.1万，今年4.4万。\n平均住院日9.8天，去年10.2，前年10.9。")

    assert facts(told) == ["2026年平均住院日9.8天（上年10.2天）"]
    assert [(u.text, u.why) for u in told.unused] == [
        ("10.9", "前年的数"),
        ("4.1万", "没有说是什么的数"),
        ("4.4万", "没有说是什么的数"),
    ]


def test_what_was_aimed_at_beside_a_value_is_its_target(tmp_path: Path) -> None:
    told = sent(tmp_path, "手卫生依从率90.4%，年初目标93%，没有达到目标。")

    assert facts(told) == ["2026年医务人员手卫生依从率90.4%", "2026年医务人员手卫生依从率目标93%"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("2027年准备改造水疗室，预算86万元。", "拟开展"),
        ("2027年完成三个病区的无障碍改造。", "拟开展"),
        ("水疗室已封顶，2027年4月投用。", "推进中"),
        ("争取市级专项资金120万元，用于购置设备。", "已完成"),
        ("2026年，成立儿童康复组，收治患儿86例。", "已完成"),
    ],
)
def test_what_lies_ahead_is_no_deed_of_this_year_and_what_was_got_is(tmp_path: Path, text: str, status: str) -> None:
    (item,) = [i for i in sent(tmp_path, text).items if i.matter]

    assert item.matter is not None
    assert item.matter.status.value == status
    assert not item.matter.text.startswith("2026年")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("作业治疗师仍缺3名，下午要排队。", True),
        ("缺点：水疗机坏了半年没修。", True),
        ("山区随访人手短缺，两个乡镇没有去成。", True),
        ("针对人手短缺，从内科调入护士2名。", False),
        ("还不断完善随访制度，随访316人。", False),
        ("老楼改造尚未完工，正在铺设管线。", False),
    ],
)
def test_a_shortcoming_among_deeds_waits_for_somebody_to_pick_it(tmp_path: Path, text: str, problem: bool) -> None:
    assert [i.is_problem for i in sent(tmp_path, text).items] == [problem]


def test_the_proof_of_a_first_stands_in_brackets_and_is_kept_as_evidence(tmp_path: Path) -> None:
    (item,) = sent(tmp_path, "9月开展全市首例脑机接口康复训练（市卫健委科教科证明）。").items

    assert item.matter is not None
    assert (item.matter.text, item.matter.evidence) == ("开展全市首例脑机接口康复训练", "市卫健委科教科证明")


def test_two_values_of_one_figure_of_the_house_are_shown_side_by_side(tmp_path: Path) -> None:
    theirs = sent(tmp_path, "全院出院人次21,480人次。", "信息科.txt", "信息科").items
    ours = sent(tmp_path, "全年出院人次21,840人次。\n平均住院日8.1天。", "医务科.txt", "医务科").items
    own = sent(tmp_path, "平均住院日9.8天。").items

    told = clashes_of((*theirs, *ours, *own))

    assert set(told) == {theirs[0].id, ours[0].id}
    assert told[theirs[0].id] == "数对不上：医务科报21,840人次（医务科.txt 第3段）"


def test_honours_of_one_sentence_are_each_one_with_who_granted_it_and_at_which_level(tmp_path: Path) -> None:
    told = sent(
        tmp_path,
        "获评全省康复质控先进单位（省质控中心，浙质控〔2026〕9号），12月获县卫健局“岗位能手团队”称号。",
    )

    honours = [i.matter.honour for i in told.items if i.matter and i.matter.honour]

    assert [(h.granted_by, h.level) for h in honours] == [("省质控中心", "省级"), ("县卫健局", "县级")]


def test_who_vouches_for_a_claim_in_brackets_is_no_remark(tmp_path: Path) -> None:
    told = sent(tmp_path, "在全市率先开展串联质谱筛查，筛查4126人（市卫健委妇幼科通报）。")

    assert [i.matter.evidence for i in told.items if i.matter] == ["市卫健委妇幼科通报"]
    assert told.remarks == ()


def test_a_hundred_thousand_digits_without_a_name_are_read_in_no_time(tmp_path: Path) -> None:
    began = process_time()

    with pytest.raises(InputError, match="没有读到可用的内容"):
        sent(tmp_path, "去年同期" + "1" * 100_000)

    assert process_time() - began < 5


def test_what_each_says_in_a_group_chat_is_of_the_department_in_his_name(tmp_path: Path) -> None:
    chat = tmp_path / "群.txt"
    pieces = (
        "清河医院业务群（86）",
        "检验科-孙  2026-12-20 09:12",
        "开展血培养双侧双瓶采集，送检合格率升到93%。",
        "输血科周主任  2026-12-20 09:15",
        "我们全年门诊2310人次，去年1980人次。",
        "老赵。  2026-12-20 09:18",
        "病区走廊装了扶手。",
    )
    chat.write_text("\n".join(pieces), encoding="utf-8")

    told = understand_submission(chat, department="康复科", year=2026)

    assert [(i.department, i.kind) for i in told.items] == [
        ("检验科", "matter"),
        ("输血科", "fact"),
        ("康复科", "matter"),
    ]
    assert [i.matter.department for i in told.items if i.matter] == ["检验科", "康复科"]


@pytest.mark.parametrize(
    ("said", "release"),
    [
        ("有个纠纷的事别往外写，赔了4.1万。", "不写"),
        ("器械丢了两件这事不要写，院里在查。", "不写"),
        ("耗材谈价内部掌握，降了6万元。", "内部"),
        ("处方点评结果不公开，只在科内讲评。", "公开"),
        ("新病历系统上线，医师不用写纸质病程。", "公开"),
    ],
)
def test_what_is_to_be_kept_in_is_kept_in_wherever_the_sentence_says_so(
    tmp_path: Path, said: str, release: str
) -> None:
    told = sent(tmp_path, said)

    assert {i.release.value for i in told.items} == {release}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("全年放射治疗8120人次，去年7455。", "2026年放射治疗8120人次（上年7455人次）"),
        ("带教进修14人，去年9人。", "2026年带教进修14人（上年9人）"),
    ],
)
def test_what_is_counted_and_compared_is_an_indicator_whatever_its_name(tmp_path: Path, text: str, read: str) -> None:
    assert facts(sent(tmp_path, text)) == [read]


@pytest.mark.parametrize(
    ("text", "act", "when"),
    [
        ("计划2027年6月前开设淋巴水肿门诊。", "开设淋巴水肿门诊", "2027年6月前"),
        ("明年4月15日前完成水疗池改造。", "完成水疗池改造", "2027年4月15日前"),
    ],
)
def test_a_deadline_in_front_of_a_task_is_its_time_to_the_last_character(
    tmp_path: Path, text: str, act: str, when: str
) -> None:
    (told,) = (i.matter for i in sent(tmp_path, text).items)

    assert told is not None
    assert (told.text, told.when) == (act, when)
