"""Whose paper it says it is: another department at the head of our own draft is found, with its figures and without."""

import pytest

from chugao.checks import examine
from chugao.manuscript import Block, ClaimedText, Draft, Section, Sentence, Shell, content_hash
from chugao.material import Matter, Matters
from chugao.metrics.observation import Figures
from chugao.source import Finding, Source
from tests import drafts
from tests.facts import facts_of

STAY = facts_of("平均住院日,2025,7.3,天,上年 7.6")


def a_draft(
    opening: str, body: str = "平均住院日缩短。", *, title: str = "医务科2025年工作总结", department: str = "医务科"
) -> Draft:
    lead = Section(
        id="lead",
        number="",
        heading=ClaimedText(text=""),
        level=0,
        blocks=(Block(id="b0", type="paragraph", sentence_ids=("lead.1",)),),
        sentences=(Sentence(id="lead.1", text=opening),),
    )
    sections = (lead, drafts.section("results", "一、", "主要工作", 1, ("", body)))
    named = ClaimedText(text=title)
    return drafts.draft(sections).model_copy(
        update={
            "id": content_hash(named, sections, Shell()),
            "title": named,
            "department": department,
            "organisation": "望澜市第一人民医院",
        }
    )


def told(draft: Draft, figures: Figures | None = None, matters: Matters | None = None) -> list[Finding]:
    return [f for f in examine(draft, figures, matters).findings if "的稿子，这里写成了" in f.hint]


@pytest.mark.parametrize(
    "opening",
    [
        "现总结护理部2025年的工作。",
        "2025年，护理部重点做了这几件事。",
        "护理部2025年工作情况报告如下。",
        "为做好2026年工作，护理部制定本计划。",
    ],
)
def test_an_opening_that_tells_of_another_department_is_an_error(opening: str) -> None:
    [alone] = told(a_draft(opening))
    [held] = told(a_draft(opening), STAY, Matters())

    assert (alone.severity.value, alone.quote) == ("error", "护理部")
    assert (held.place.section, opening[held.place.start : held.place.end]) == ("lead", "护理部")


def test_a_title_of_another_department_is_an_error() -> None:
    [found] = told(a_draft("现总结医务科2025年的工作。", title="护理部2025年工作总结"))

    assert found.quote == "护理部"


@pytest.mark.parametrize(
    "draft",
    [
        a_draft("现总结医务科2025年的工作。"),
        a_draft("2025年，医务科联合护理部重点做了这几件事。"),
        a_draft("2025年，在护理部支持下各项工作有序开展。"),
        a_draft(
            "2025年，护理部重点做了这几件事。",
            department="望澜市第一人民医院",
            title="望澜市第一人民医院2025年工作总结",
        ),
        a_draft("现总结医务科2025年的工作。", title="望澜市第一人民医院医务科2025年工作总结"),
    ],
)
def test_its_own_name_another_as_partner_and_a_hospitals_paper_are_none(draft: Draft) -> None:
    assert told(draft) == []


def test_a_department_that_no_figure_and_no_matter_names_is_to_be_looked_at_and_a_given_one_is_not() -> None:
    deed = Matter(
        id="matter_a", text="与超声科开展联合查房", category="医疗质量", department="医务科", status="已完成",
        confirmed_by="王芳", source=Source(file="事项.xlsx"),
    )  # fmt: skip
    draft = a_draft("现总结医务科2025年的工作。", "与超声科开展联合查房，由口腔科牵头。")

    strange = [f for f in examine(draft, STAY, Matters(items=(deed,))).findings if f.hint.startswith("科室“")]

    assert [(f.severity.value, f.quote) for f in strange] == [("warning", "口腔科")]
