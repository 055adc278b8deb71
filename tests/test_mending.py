"""`drafting.mending`: what a model meant beyond doubt is put right and told; anything else is not guessed."""

import pytest

from chugao import Matters, draft, read_outline
from chugao.manuscript import Brief, Draft, Reply, ReplyBlock, ReplySentence
from chugao.material import Matter, MatterStatus
from chugao.source import Source
from tests.facts import facts_of

FIGURES = ("平均住院日,2025,7.3,天,7.6,7.4", "手术台次,2025,23186,台次,21864", "床位使用率,2025,88.1,%,90.4")


class Scripted:
    """Answers every brief with the same text."""

    name = "scripted"

    def __init__(self, text: str) -> None:
        self.text = text

    async def write(self, brief: Brief, on_text: object = None) -> Reply:
        return Reply(heading="测试", blocks=(ReplyBlock(sentences=(ReplySentence(text=self.text),)),))


def drafted(text: str, *figures: str) -> Draft:
    outline = read_outline("summary", department="外科", year=2025)
    return draft(outline, facts_of(*figures or FIGURES), None, None, Scripted(text))


@pytest.mark.parametrize(
    ("text", "printed", "done"),
    [
        ("平均住院日缩短到7.3天。", "平均住院日缩短到7.3天。", "“7.3天”改为{avg_length_of_stay.now}"),
        (
            "手术台次23186台次，平均住院日{avg_length_of_stay.now}。",
            "手术台次23186台次，平均住院日7.3天。",
            "“23186台次”改为{surgeries.now}",
        ),
        ("平均住院日缩短到{avg_length_of_stay.now}天。", "平均住院日缩短到7.3天。", "删去重复的“天”"),
        ("平均住院日缩短{avg_length_of_stay.change}。", "平均住院日缩短0.3天。", "删去重复的“缩短”"),
        ("本年度，我们手术{surgeries.now}。", "本年度，手术23186台次。", "删去“我们”"),
    ],
)
def test_a_fact_written_out_and_a_word_said_twice_are_put_right_and_told(text: str, printed: str, done: str) -> None:
    sentences = [s for _, s in drafted(text).sentences() if s.recipe["engine"] == "scripted"]

    assert {s.text for s in sentences} == {printed}
    assert {s.recipe["mended"] for s in sentences} == {done}
    assert {s.recipe["layer"] for s in sentences} == {"mended"}
    assert all(c.state in ("metric", "derived") for s in sentences for c in s.claims)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("平均住院日近7.3天。", "近7.3天"),
        ("平均住院日7.3天以内。", "7.3天以内"),
        ("平均住院日17.3天。", "17.3天"),
        ("床位使用率为7.3天。", "7.3天"),
        ("平均住院日7.3天，床位使用率7.3天。", "7.3天"),
    ],
)
def test_what_is_qualified_another_number_or_at_another_name_is_not_guessed(text: str, literal: str) -> None:
    made = drafted(text)

    assert {s.recipe["engine"] for _, s in made.sentences()} == {"offline"}
    assert any(f"“{literal}”是模型自己写的数" in f.hint for f in made.findings if f.rule == "engine-fallback")


def test_of_two_facts_that_print_alike_none_is_chosen() -> None:
    made = drafted("平均住院日缩短到7.3天。", "平均住院日,2025,7.3,天,7.6", "术前平均住院日,2025,7.3,天,7.9")

    assert {s.recipe["engine"] for _, s in made.sentences()} == {"offline"}
    assert any("“7.3天”是模型自己写的数" in f.hint for f in made.findings if f.rule == "engine-fallback")


def test_a_noun_that_only_begins_like_the_unit_is_left_to_people() -> None:
    made = drafted("新技术新项目数为{new_technologies.now}项目。", "新技术新项目数,2025,6,项,4")

    sentences = [s for _, s in made.sentences() if s.recipe["engine"] == "scripted"]
    assert {(s.text, s.recipe["layer"]) for s in sentences} == {("新技术新项目数为6项项目。", "slots")}


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("平均住院日{avg_length_of_stay.now}，比上年{avg_length_of_stay.prev}。", "平均住院日7.3天，上年7.6天。"),
        ("平均住院日降到{avg_length_of_stay.now}”。", "平均住院日降到7.3天。"),
    ],
)
def test_what_a_model_copies_of_how_its_prompt_shows_things_goes(text: str, mended: str) -> None:
    made = drafted(text)

    told = [s for _, s in made.sentences() if s.recipe["engine"] == "scripted"]
    assert {s.text for s in told} == {mended}
    assert all("删去" in s.recipe["mended"] for s in told)


def test_last_years_value_behind_than_last_year_stays_where_a_change_follows() -> None:
    made = drafted("平均住院日比上年{avg_length_of_stay.prev}缩短{avg_length_of_stay.change}。")

    assert not any("删去“比”" in s.recipe.get("mended", "") for _, s in made.sentences())


def test_the_bracket_that_shows_who_did_a_thing_is_not_copied() -> None:
    source = Source(file="事项.xlsx", sheet="事项", cell="B2")
    deed = Matter(id="m_a", text="开展床旁超声", owner="急诊科", status=MatterStatus.DONE, year=2025, source=source)
    outline = read_outline("summary", department="外科", year=2025)

    made = draft(outline, facts_of(*FIGURES), Matters(items=(deed,)), None, Scripted("开展床旁超声（急诊科）。"))

    told = {s.text for section, s in made.sentences() if s.recipe["engine"] == "scripted" and section.id == "results"}
    assert told == {"开展床旁超声。"}
