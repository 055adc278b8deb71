"""The offline composer: enough ways to say each thing, and none of the habits by which a machine is known."""

import re
from itertools import combinations, product

import pytest

import chugao
from chugao.engines.phrasing import Frame, bank, document_frames
from chugao.manuscript import Draft, count_characters, flatten
from chugao.outline import read_outline

OFFICE = "望澜市第一人民医院"
DEPARTMENTS = ("医务科", "护理部")
LOOKING_BACK = (("summary", 2025), ("summary-plan", 2025))
KINDS = (*LOOKING_BACK, ("plan", 2026), ("key-points", 2026), ("ideas", 2026))
MONTH = re.compile(r"^(?:\d{1,2}(?:—\d{1,2})?月|\d{1,2}月\d{1,2}日)")


def drafted(kind: str, year: int, department: str, length: int | None = None, seed: int = 0) -> Draft:
    outline = read_outline(kind, department=department, year=year, organisation=OFFICE, length=length)
    figures = chugao.read_metrics(f"examples/figures/{department}-2025.xlsx")
    matters = chugao.read_matters(f"examples/matters/{department}-2025.xlsx")
    return chugao.draft(outline, figures, matters, chugao.open_index("corpus"), seed=seed)


# --- the bank -------------------------------------------------------------------------------------

CELLS = [
    *product(("results",), ("rate", "duration", "index", "count", "amount"), ("welcome",), (None, True), (False, True)),
    *product(("results",), ("rate", "count"), ("unwelcome", "neutral", "flat"), (None,), (False,)),
    *product(("results",), ("count",), ("zero",), (None,), (False,)),
    *product(("problems",), ("rate", "count", "duration"), ("unwelcome",), (None, False), (False,)),
    *product(("goals",), ("rate", "count", "duration", "index"), ("welcome", "flat"), (None,), (False,)),
]
"""role × metric kind × direction × whether the target was reached × only one number."""


def frames_of(role: str, kind: str, direction: str, reached: bool | None, sparse: bool) -> list[Frame]:
    fitting = [
        f
        for f in bank()
        if f.role == role
        and (not f.kinds or kind in f.kinds)
        and f.direction in ("any", direction)
        and (f.reached is None or f.reached is reached)
        and f.sparse is sparse
        and "multiple" not in f.fields
    ]
    best = max(f.weight for f in fitting)
    return [f for f in fitting if f.weight == best]


def grams(text: str) -> set[str]:
    """4-grams with each slot as one character of its own."""
    slots = sorted(set(re.findall(r"\{[a-z_]+\}", text)))
    for slot in slots:
        text = text.replace(slot, chr(0xE000 + sum(map(ord, slot)) % 4096))
    return {text[i : i + 4] for i in range(max(1, len(text) - 3))}


@pytest.mark.parametrize("cell", CELLS, ids=lambda c: "-".join(map(str, c)))
def test_each_cell_of_the_bank_has_enough_frames_that_are_not_alike(
    cell: tuple[str, str, str, bool | None, bool],
) -> None:
    frames = frames_of(*cell)

    enough = 3 if cell[-1] else 4
    assert len(frames) >= enough
    for a, b in combinations(frames, 2):
        alike = len(grams(a.text) & grams(b.text)) / len(grams(a.text) | grams(b.text))
        assert alike <= 0.5, f"{a.id} and {b.id} are too much alike"


@pytest.mark.parametrize(("group", "kind"), [*product(("lead",), [k for k, _ in KINDS]), ("close", "summary-plan")])
def test_a_document_can_open_and_close_in_four_ways(group: str, kind: str) -> None:
    rows = [r for r in document_frames()[group] if kind in r["kinds"] and r["text"]]  # type: ignore[operator]

    assert len(rows) >= 4


# --- habits ---------------------------------------------------------------------------------------


def test_a_month_opens_the_smaller_half_of_the_paragraphs() -> None:
    drafts = [drafted(k, y, d) for k, y in LOOKING_BACK for d in DEPARTMENTS]

    paragraphs = [
        s.block_text(b)
        for d in drafts
        for s in d.sections
        if s.id.startswith("results")
        for b in s.blocks
        if not b.table
    ]
    opened = [p for p in paragraphs if MONTH.match(p)]

    assert len(paragraphs) > 30
    assert len(opened) / len(paragraphs) <= 0.5


def test_an_honour_is_told_and_not_printed_cell_by_cell() -> None:
    made = drafted("summary", 2025, "医务科")

    honours = "".join(s.text for x in made.sections if "honours" in x.id for s in x.sentences)

    assert "全省急诊急救工作先进集体" in honours
    assert "省级，" not in honours
    assert "发文" not in honours


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_ideas_set_no_deadlines(department: str) -> None:
    made = drafted("ideas", 2026, department)

    assert not [s.text for _, s in made.sentences() if re.search(r"月底前|月\d+日前|季度前", s.text)]


@pytest.mark.parametrize(("kind", "year"), KINDS)
@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_heading_is_no_title_of_a_matter_told_under_it_word_for_word_twice(
    kind: str, year: int, department: str
) -> None:
    made = drafted(kind, year, department)

    for section in made.sections:
        for half in section.heading.text.split("，"):
            openings = [s.text.rstrip("。") for s in section.sentences]
            assert len(half) < 8 or openings.count(half) == 0, f"{section.id} says “{half}” twice"


def test_what_a_matter_says_already_no_figure_says_again() -> None:
    made = drafted("summary-plan", 2025, "护理部")

    text = next("".join(s.text for s in x.sentences) for x in made.sections if x.id == "results_service")

    assert text.count("9个") == 1


def test_a_seed_changes_headings_and_lead_too() -> None:
    drafts = [drafted("summary-plan", 2025, "医务科", seed=s) for s in range(4)]

    assert len({tuple(s.heading.text for s in d.sections) for d in drafts}) >= 2
    assert len({d.sections[0].sentences[0].text for d in drafts}) >= 2


def test_another_seed_orders_the_sections_anew_but_leaves_the_milestone_first_and_honours_last() -> None:
    orders = []
    for seed in range(5):
        made = drafted("summary-plan", 2025, "医务科", seed=seed)
        orders.append([s.id for s in made.sections if s.id.startswith("results_")])

    assert len({tuple(o) for o in orders}) >= 3
    assert {o[0] for o in orders} == {"results_quality"}
    assert {o[-1] for o in orders} == {"results_honours"}
    assert len({frozenset(o) for o in orders}) == 1


# --- length ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ceiling", [300, 500, 800, 1200, 1500, 2000])
@pytest.mark.parametrize("department", DEPARTMENTS)
def test_the_ceiling_is_kept_and_nearly_filled_where_there_is_enough_to_say(ceiling: int, department: str) -> None:
    made = drafted("summary-plan", 2025, department, length=ceiling)

    body = count_characters(flatten(made)[0])
    assert body <= ceiling
    whole = count_characters(flatten(drafted("summary-plan", 2025, department))[0])
    assert body >= 0.75 * min(ceiling, whole)


def test_what_does_not_fill_the_length_asked_for_is_said_and_not_padded() -> None:
    asked, usual = (drafted("summary-plan", 2025, "护理部", length=n) for n in (8000, None))

    assert flatten(asked)[0] == flatten(usual)[0]
    assert [f.hint for f in asked.findings if f.rule == "length" and "不凑字数" in f.hint]
