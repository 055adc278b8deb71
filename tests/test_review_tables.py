"""Tables typed in the browser keep their numbers bound; a text that came back meets the text of today by choice."""

from typing import Any

import pytest

from chugao.database import Database
from chugao.errors import InputError
from chugao.manuscript import Block, ClaimedText, Draft, Section, Table
from chugao.review import (
    CellMark,
    Conflict,
    Paragraph,
    Written,
    current,
    disputes,
    document,
    lay_over,
    red_numbers,
    save,
    section,
    sections,
    set_aside,
    version,
    versions,
)
from chugao.source import Claim
from chugao.web.desk.panes import panes_of
from tests.review_cases import HYGIENE, LI, PEAK, VISITS, VOLUME, WANG, WARD, part, rewritten, small_draft, started

HEADER = ("指标", "2025年", "2024年")


def cell(text: str, *claims: tuple[str, str]) -> ClaimedText:
    """A cell whose numbers rest on the evidence named."""
    return ClaimedText(
        text=text,
        claims=tuple(
            Claim(start=text.index(said), end=text.index(said) + len(said), state="metric", id=name, metric="m")
            for said, name in claims
        ),
    )


ROWS = (
    (cell("门诊人次"), cell("12.86", ("12.86", VISITS.id)), cell("12.12", ("12.12", "outpatient_visits.prev"))),
    (cell("住院人次"), cell("3.1", ("3.1", "inpatients.now")), cell("2.9", ("2.9", "inpatients.prev"))),
)


def tabled() -> Draft:
    table = Block(id="annex_1", type="table", table=Table(title="", header=HEADER, rows=ROWS))
    annex = Section(id="annex", number="", heading=ClaimedText(text="附表：主要指标"), level=1, blocks=(table,))
    draft = small_draft()
    return draft.model_copy(update={"sections": (*draft.sections, annex)})


def typed(changes: dict[tuple[int, int], str], *marks: CellMark) -> Written:
    """The table with other words in some cells; row 0 is the header."""
    rows: list[list[str]] = [list(HEADER), *([c.text for c in row] for row in ROWS)]
    for (r, c), text in changes.items():
        rows[r][c] = text
    paragraph = Paragraph(block="annex_1", rows=tuple(map(tuple, rows)), cells=marks)
    return Written(heading="附表：主要指标", paragraphs=(paragraph,))


def cells(database: Database, doc: str) -> list[list[str]]:
    table = section(database, WANG, doc, "annex").section.blocks[0].table
    assert table is not None
    return [[c.text for c in row] for row in table.rows]


# --- cells ----------------------------------------------------------------------------------------


def test_a_changed_cell_asks_for_its_own_number_and_is_silent_when_it_says_again_what_it_said(
    database: Database,
) -> None:
    made = started(database, tabled())

    wrong = save(database, WANG, made.id, "annex", 1, typed({(1, 2): "12.21"}))
    right = save(database, WANG, made.id, "annex", wrong.rev, typed({}))

    assert [(n.printed, n.id, "原为12.12" in n.source) for n in wrong.red] == [
        ("12.21", "outpatient_visits.prev", True)
    ]
    assert right.red == ()
    assert right.section == tabled().sections[-1]


def test_a_number_put_into_a_cell_holds_only_while_it_prints_what_its_evidence_prints(database: Database) -> None:
    made = started(database, tabled())
    printed = VISITS.printed
    mark = CellMark(start=0, end=len(printed), id=VISITS.id, row=2, column=1)

    held = save(database, WANG, made.id, "annex", 1, typed({(2, 1): printed}, mark))
    other = save(database, WANG, made.id, "annex", held.rev, typed({(2, 1): "13.86万人次"}, mark))
    astray = save(
        database, WANG, made.id, "annex", other.rev, typed({}, mark.model_copy(update={"row": 9, "column": 9}))
    )

    assert held.red == ()
    assert held.section.blocks[0].table.rows[1][1].claims[0].id == VISITS.id  # type: ignore[union-attr]
    assert [n.printed[:5] for n in other.red] == ["13.86"]
    assert astray.red == ()


def test_rows_come_and_go_and_the_others_keep_their_sources(database: Database) -> None:
    made = started(database, tabled())
    rows = typed({}).paragraphs[0].rows
    more = Paragraph(block="annex_1", rows=(*rows[:2], ("急诊人次", "", ""), *rows[2:]))
    less = Paragraph(block="annex_1", rows=(rows[0], rows[2]))

    longer = save(database, WANG, made.id, "annex", 1, Written(heading="附表：主要指标", paragraphs=(more,)))
    shorter = save(database, WANG, made.id, "annex", longer.rev, Written(heading="附表：主要指标", paragraphs=(less,)))

    assert (longer.red, shorter.red) == ((), ())
    assert cells(database, made.id) == [["住院人次", "3.1", "2.9"]]


def test_two_people_in_two_cells_of_one_table_are_put_together_and_in_one_cell_they_meet(database: Database) -> None:
    made = started(database, tabled())
    save(database, WANG, made.id, "annex", 1, typed({(1, 0): "门急诊人次"}))

    merged = save(database, WANG, made.id, "annex", 1, typed({(2, 0): "出院人次"}))
    save(database, WANG, made.id, "annex", merged.rev, typed({(1, 0): "门诊量", (2, 0): "出院人次"}))
    with pytest.raises(Conflict) as met:
        save(database, WANG, made.id, "annex", merged.rev, typed({(1, 0): "门诊总量", (2, 0): "出院人次"}))

    assert merged.merged
    assert red_numbers(current(database, WANG, made.id)) == ()
    (pane,) = [p for p in panes_of(met.value) if p.chosen == "conflict"]
    assert "门急诊人次 | 12.86 | 12.12" in pane.base
    assert "\ufffc" not in pane.base + "".join(p.text for p in (*pane.theirs, *pane.mine))
    assert cells(database, made.id)[0][0] == "门诊量"


def test_a_ragged_table_is_refused(database: Database) -> None:
    made = started(database, tabled())
    ragged = Paragraph(block="annex_1", rows=(HEADER, ("门诊人次", "12.86")))

    with pytest.raises(InputError, match="列数不同"):
        save(database, WANG, made.id, "annex", 1, Written(heading="附表：主要指标", paragraphs=(ragged,)))


# --- a text that came back ------------------------------------------------------------------------


def came_back() -> Draft:
    """As a section head changed it: the plan, and a sentence of the results that nobody here touched."""
    draft = small_draft()
    results = part("results", "一、", "门诊往前移", (VOLUME, PEAK), ("周末增开了骨科。",), (HYGIENE, WARD))
    plan = part("plan", "三、", "下一步打算", ("把夜间会诊到位时间盯紧。",))
    return draft.model_copy(update={"sections": (results, draft.sections[1], plan)})


def in_dispute(database: Database, words: str = "夜里") -> Any:
    made = started(database)
    rev, mine = rewritten(database, WANG, made, "plan", "夜间", words)
    save(database, WANG, made.id, "plan", rev, mine)
    return made


def test_a_text_set_aside_is_a_branch_and_changes_nothing(database: Database) -> None:
    made = in_dispute(database)
    before = current(database, WANG, made.id)

    node = set_aside(database, WANG, made.id, came_back(), base=1, note="科长改回.docx")

    assert (node.no, node.parent, node.kind, node.recipe["aside"]) == (2, 1, "import", True)
    assert current(database, WANG, made.id) == before
    assert document(database, WANG, made.id).version == 1
    assert version(database, WANG, made.id, 2).sections == came_back().sections


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("theirs", "把夜里会诊到位时间管起来。"),
        ("mine", "把夜间会诊到位时间盯紧。"),
        ("both", "把夜里会诊到位时间管起来。\n把夜间会诊到位时间盯紧。"),
    ],
)
def test_it_is_laid_over_with_what_was_chosen_and_what_nobody_disputes(
    database: Database, choice: Any, told: str
) -> None:
    made = in_dispute(database)
    node = set_aside(database, WANG, made.id, came_back(), base=1)
    (met,) = disputes(database, WANG, made.id, node.no)
    (row,) = [i for i, r in enumerate(met.merge.rows) if r.chosen == "conflict"]

    laid = lay_over(database, WANG, made.id, node.no, revs={met.section: met.rev}, choices={met.section: {row: choice}})

    assert (laid.kind, laid.recipe["merged"], laid.parent) == ("merge", node.no, 3)
    assert section(database, WANG, made.id, "plan").text == f"下一步打算\n{told}"
    assert "周末增开了骨科。" in section(database, WANG, made.id, "results").text
    assert [v.no for v in versions(database, WANG, made.id)] == [1, 2, 3, 4]


def test_what_was_chosen_over_an_older_revision_is_asked_again(database: Database) -> None:
    made = in_dispute(database)
    node = set_aside(database, WANG, made.id, came_back(), base=1)
    (met,) = disputes(database, WANG, made.id, node.no)
    rev, mine = rewritten(database, WANG, made, "plan", "夜里", "后半夜")
    save(database, WANG, made.id, "plan", rev, mine)

    with pytest.raises(Conflict) as again:
        lay_over(database, WANG, made.id, node.no, revs={"plan": met.rev}, choices={"plan": {1: "mine"}})
    with pytest.raises(InputError, match="还没有选"):
        lay_over(database, WANG, made.id, node.no, revs={"plan": again.value.rev}, choices={"plan": {}})

    assert "后半夜" in section(database, WANG, made.id, "plan").text


@pytest.mark.parametrize(("choice", "left"), [("theirs", True), ("mine", False)])
def test_a_section_struck_there_and_changed_here_stays_or_goes_whole(
    database: Database, choice: Any, left: bool
) -> None:
    made = in_dispute(database)
    struck = small_draft()
    struck = struck.model_copy(update={"sections": struck.sections[:2]})
    node = set_aside(database, WANG, made.id, struck, base=1)
    (met,) = disputes(database, WANG, made.id, node.no)

    lay_over(database, WANG, made.id, node.no, revs={"plan": met.rev}, choices={"plan": {0: choice}})

    assert ("plan" in [s.section_id for s in sections(database, WANG, made.id)]) is left
    if left:
        assert section(database, LI, made.id, "plan").text == "下一步打算\n把夜里会诊到位时间管起来。"
