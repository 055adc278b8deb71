"""A section in other words: every number stays locked, and what is lost or added is shown before it is accepted."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from chugao import draft, open_engine, read_matters, read_outline
from chugao.config import ModelSettings, Settings
from chugao.drafting.reworded import Change, reworded
from chugao.drafting.rewriting import accept, rewrite
from chugao.errors import EngineError, InputError
from chugao.manuscript import Brief, BriefMatter, Draft, Engine
from tests.facts import facts_of
from tests.fault_server import Faults, reply

PREV, NOW = "{avg_length_of_stay.prev}", "{avg_length_of_stay.now}"


def made() -> Draft:
    """A draft whose results say one figure of this year and the last."""
    figures = facts_of("平均住院日,2025,7.3,天,7.6,7.4")
    with Faults(reply(f"平均住院日由{PREV}缩短到{NOW}。", heading="住得更短")) as server:
        return draft(read_outline("summary", department="外科", year=2025), figures, None, None, engine(server.url))


def engine(url: str, **model: Any) -> Engine:
    quick = {"output": "plain", "backoff_s": 0.01, "timeout_s": 60.0} | model
    return open_engine("openai:m", settings=Settings(base_url=url, model=ModelSettings(**quick)))


def proposed(said: str, instruction: str = "语气平实些", **options: Any) -> Any:
    with Faults(said) as server:
        return rewrite(made(), "results", instruction, engine(server.url), **options), server


def test_a_rewrite_keeps_every_number_with_its_claim_and_becomes_the_next_draft() -> None:
    before = made()
    with Faults(reply(f"平均住院日比上年短了，由{PREV}降到{NOW}。")) as server:
        proposal = rewrite(before, "results", "语气平实些", engine(server.url))

    after = accept(before, proposal)

    assert proposal.new == "平均住院日比上年短了，由7.6天降到7.3天。"
    sentence = next(s for section, s in after.sentences() if section.id == "results")
    assert [(sentence.text[c.start : c.end], c.id) for c in sentence.claims] == [
        ("7.6天", "avg_length_of_stay.prev"),
        ("7.3天", "avg_length_of_stay.now"),
    ]
    assert all(c.source for c in sentence.claims)
    assert after.parent == before.id
    assert after.id != before.id


def test_the_model_sees_slots_the_text_and_the_instruction_and_no_digit() -> None:
    _, server = proposed(reply(f"平均住院日由{PREV}缩短到{NOW}。"), "缩写到200字")

    told = server.requests[0]["messages"]
    user = told[1]["content"]
    assert f"由{PREV}缩短到{NOW}" in user
    assert "二百字" in user
    assert not any(c.isdigit() for m in told for c in m["content"])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (f"平均住院日缩短到{NOW}。", "没有写"),
        (f"平均住院日由{PREV}缩短到{NOW}，较{PREV}更短。", "只能用一次"),
        (f"平均住院日由{PREV}缩短到{NOW}，缩短三成。", "三成"),
        (f"平均住院日由{PREV}缩短到{NOW}，共12例。", "12"),
        (f"平均住院日由{PREV}缩短到{NOW}，{{other.now}}。", "不在可用范围"),
        (f"引进手术机器人，平均住院日由{PREV}缩短到{NOW}。", "引进手术机器人"),
        (f"平均住院日由{PREV}缩短到{NOW}，居全省前列。", "前列"),
        (f"在张伟主任带领下，平均住院日由{PREV}缩短到{NOW}。", "张伟主任"),
    ],
)
def test_a_rewrite_that_loses_doubles_or_makes_up_a_number_is_asked_again_and_then_not_shown(
    said: str, why: str
) -> None:
    proposal, server = proposed(reply(said))

    assert server.count == 3
    assert any(why in p for p in proposal.problems)
    assert not any("{avg_length_of_stay" in p for p in proposal.problems), "a person knows no slots"
    assert proposal.new == proposal.old
    assert not proposal.changed


def test_what_is_added_and_what_is_lost_is_said_before_it_is_accepted() -> None:
    proposal, _ = proposed(reply(f"床位腾得更快，住院由{PREV}到{NOW}。"))

    assert any("床位腾得更快" in a for a in proposal.added)
    assert accept(made(), proposal).id != made().id


def test_a_number_may_not_move_to_another_metric() -> None:
    figures = facts_of("平均住院日,2025,7.3,天,7.6,7.4", "床位使用率,2025,91.2,%,90.1,93")
    bed, days = "{bed_occupancy_rate.now}", "{avg_length_of_stay.now}"
    outline = read_outline("summary", department="外科", year=2025)
    with Faults(reply(f"平均住院日{days}，床位使用率{bed}。", heading="住得更短")) as server:
        before = draft(outline, figures, None, None, engine(server.url))

    with Faults(reply(f"平均住院日{bed}，床位使用率{days}。")) as server:
        proposal = rewrite(before, "results", "调个顺序", engine(server.url))

    assert "91.2%" in proposal.old
    assert not proposal.changed
    assert any("不能挪给别的指标" in p for p in proposal.problems)


def test_a_locked_sentence_is_neither_sent_nor_moved() -> None:
    before = made()
    section = next(s for s in before.sections if s.id == "results")
    only = section.sentences[0].id

    with Faults(reply("不该用到。")) as server:
        proposal = rewrite(before, "results", "润色", engine(server.url), locked=[only])

    assert server.count == 0
    assert proposal.new == proposal.old


@pytest.mark.parametrize(
    ("section", "options", "word"),
    [("nowhere", {}, "没有“nowhere”这一节"), ("results", {"only": ["x.1"]}, "没有这些句子：x.1")],
)
def test_what_is_not_there_cannot_be_rewritten(section: str, options: dict[str, Any], word: str) -> None:
    with Faults() as server, pytest.raises(InputError, match=word):
        rewrite(made(), section, "润色", engine(server.url), **options)


def test_a_server_that_is_down_costs_nothing_of_the_draft() -> None:
    before = made()

    with Faults() as server, pytest.raises(EngineError, match="接口出错"):
        rewrite(
            before,
            "results",
            "润色",
            open_engine(
                "openai:500",
                settings=Settings(base_url=server.url, model=ModelSettings(output="plain", attempts=2, backoff_s=0.01)),
            ),
        )


def test_without_a_model_the_text_stays_as_it_is() -> None:
    before = made()

    proposal = rewrite(before, "results", "润色", open_engine("offline"))

    assert proposal.new == proposal.old
    assert proposal.lost == proposal.added == proposal.problems == ()


def test_a_matter_in_a_rewritten_text_shows_in_the_prompt_only_as_text() -> None:
    brief = Brief(
        task="rewrite", section="x", role="results", kind="summary", style="data", level="科室", department="骨科",
        organisation="", original=("开设周末门诊。",), matters=(BriefMatter(id="matter_a", text="开设周末门诊"),),
    )  # fmt: skip

    with Faults(reply("周末开设门诊。")) as server:
        answered = asyncio.run(engine(server.url).write(brief))

    assert answered.blocks[0].sentences[0].text == "周末开设门诊。"
    assert "开设周末门诊。" in server.requests[0]["messages"][1]["content"]


# --- the meaning of what was written --------------------------------------------------------------

OLD = (
    "检验科报告多重耐药菌后一小时内，由责任护士悬挂床旁标识，解除隔离时由感控专员取下。",
    "门诊和住院部的自助机已开通，体检中心的待验收。",
    "门诊慢特病认定不再要求患者到院，材料不全的由专人电话告知。",
)


def changes(new: str, instruction: str = "语气平实些") -> list[Change]:
    return list(reworded(new, OLD, "感染管理科", instruction))


@pytest.mark.parametrize(
    "new",
    [
        "检验科报告多重耐药菌后，责任护士在一小时内悬挂床旁标识，解除隔离时再由感控专员取下。",
        "门诊、住院部的自助机已经开通，体检中心的尚待验收。",
        "患者办理门诊慢特病认定不必到院，材料不齐的有专人打电话通知。",
        "体检中心的自助机有待验收。",
    ],
)
def test_the_old_text_in_other_words_is_no_change_of_meaning(new: str) -> None:
    assert changes(new) == []


@pytest.mark.parametrize(
    "new",
    [
        "检验科报告多重耐药菌后一小时内，由感控专员悬挂床旁标识。",
        "门诊、住院部和体检中心的自助机已开通。",
        "门诊慢特病认定仍要求患者到院。",
        "材料不全的由专人上门告知。",
        "门诊慢特病认定走在全省同类医院前面，好于全省平均水平。",
        "医院还添置了两台崭新的核磁共振机。",
    ],
)
def test_a_meaning_turned_or_a_thing_made_up_is_told_and_nobody_asked_for_it(new: str) -> None:
    told = changes(new)

    assert told
    assert not any(c.asked for c in told)


def test_a_change_that_the_person_named_is_theirs_and_an_invention_never_is() -> None:
    turned = changes("材料不全的由专人上门告知。", "电话告知改成上门告知")
    made_up = changes("医院还添置了两台崭新的核磁共振机。", "加上添置了两台崭新的核磁共振机")

    assert turned
    assert all(c.asked for c in turned)
    assert made_up
    assert not any(c.asked for c in made_up)


def test_a_value_that_fell_may_not_be_told_as_risen() -> None:
    old, metrics = (f"平均住院日由{PREV}缩短到{NOW}。",), {NOW.strip("{}"): "平均住院日"}

    assert list(reworded(f"平均住院日由{PREV}提高到{NOW}。", old, "", "", metrics))
    assert list(reworded(f"平均住院日由{PREV}降到{NOW}。", old, "", "", metrics)) == []


def with_matters(said: str, instruction: str, folder: Path) -> tuple[Any, Any]:
    """A rewrite of two sentences about two matters, none of them with a number."""
    rows = "事项,状态,部门\n材料不全的由专人电话告知,已完成,医保办\n防滑地面改造已完工,已完成,医保办\n"
    (folder / "事项.csv").write_text(rows, encoding="utf-8")
    first = reply("材料不全的由专人电话告知。", "防滑地面改造已完工。", heading="办事少跑路")
    outline = read_outline("summary", department="医保办", year=2025)
    with Faults(first) as server:
        before = draft(
            outline, facts_of("门诊人次,2025,32000,人次"), read_matters(folder / "事项.csv"), None, engine(server.url)
        )
    with Faults(said) as server:
        return rewrite(before, "results", instruction, engine(server.url)), server


def test_of_a_rewrite_the_sentence_that_turns_its_meaning_keeps_its_old_words(tmp_path: Path) -> None:
    said = reply("材料不全的由专人上门告知。", "完成防滑地面改造。")

    proposal, server = with_matters(said, "语气平实些", tmp_path)

    assert server.count == 3, "asked again before"
    assert proposal.new == "材料不全的由专人电话告知。完成防滑地面改造。"
    assert any("仍用原文" in n and "上门告知" in n for n in proposal.notes)


def test_a_change_of_meaning_that_was_asked_for_is_shown_before_it_is_accepted(tmp_path: Path) -> None:
    said = reply("材料不全的由专人上门告知。", "防滑地面改造已完工。")

    proposal, server = with_matters(said, "把电话告知改成上门告知", tmp_path)

    assert server.count == 1
    assert "上门告知" in proposal.new
    assert any("是您要求的" in n and "上门告知" in n for n in proposal.notes)
