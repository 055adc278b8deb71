"""Compare any two versions: facts first, then the text; accept or refuse change by change.

A long paper is rendered as far as a screen or two; the other sections come when they are scrolled to, cut from the
same comparison, which `comparing` keeps by the hash of both texts.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from chugao import review
from chugao.comparing import Comparison, compare
from chugao.comparing.facts import compare_facts, with_role
from chugao.comparing.page import Row, rows_of
from chugao.comparing.summary import Summary, summary_of_changes
from chugao.comparing.terminal import told_beside, where_of
from chugao.errors import InputError
from chugao.manuscript import Draft
from chugao.review import Act, Person
from chugao.review.once import once_for_each
from chugao.web.desk.around import Here, frame, here, names_of
from chugao.web.desk.deciding import hunks_by_unit, sections_of, written_with
from chugao.web.house import house_of, one_look
from chugao.web.pages import macro, page
from chugao.web.people import needs

router = APIRouter()
Reader = Annotated[Person, needs(Act.SEE)]
View = Literal["split", "unified", "clean"]
Only = Literal["all", "changes", "numbers"]
_FIRST = 20
_FACTS = 40
NOW, SEEN = 0, -1
"""As version numbers: the text as it stands, and as I saw it last."""


class Block(NamedTuple):
    """The rows of one section."""

    key: str
    name: str
    rows: tuple["Line", ...]
    changes: int
    numbers: int


class Line(NamedTuple):
    """A paragraph in both versions with the changes in it."""

    row: Row
    hunks: tuple[str, ...]


def line_of(summary: Summary) -> str:
    """What changed in one line, without what did not: “数字：改1；措辞2处”."""
    return summary.short or "两份内容相同"


class Sides(NamedTuple):
    """Two versions and what to call them."""

    left: int
    right: int
    old: Draft
    new: Draft
    old_name: str
    new_name: str

    @property
    def now(self) -> Literal["old", "new", ""]:
        """Which side is the text of today."""
        return "new" if self.right == NOW else "old" if self.left == NOW else ""


@router.get("/documents/{document_id}/compare")
@one_look
def show_compare(
    request: Request,
    document_id: str,
    person: Reader,
    left: int | None = None,
    right: int = NOW,
    view: View = "split",
    only: Only = "changes",
) -> Response:
    """Two versions beside each other."""
    house = house_of(request)
    at = here(house, person, document_id)
    nodes = review.versions(house.database, person, document_id)
    sides = _sides(at, nodes, left, right)
    comparison, summary, blocks = compared(sides.old, sides.new)
    # A newer file gives most numbers another source; those that became others come first.
    facts = [_fact(f) for f in sorted(summary.facts, key=lambda f: f.change == "resourced")]
    decides = bool(sides.now) and at.may(Act.SUGGEST)
    return page(
        request,
        person,
        "desk/compare.html",
        **frame(at, "compare"),
        nodes=nodes,
        sides=sides,
        line=line_of(summary),
        touched=[w for w, moved in (("导语", summary.lead_changed), ("不足", summary.problems_changed)) if moved],
        facts=facts[:_FACTS],
        more_facts=facts[_FACTS:],
        blocks=blocks,
        first=_FIRST,
        drawn=lambda block: _drawn(block, sides.now, decides),
        hunks=[h for h in comparison.hunks if not h.numbering],
        view=view,
        only=only,
        decides=decides,
        at_once=at.may(Act.DECIDE_SUGGESTION),
        query=urlencode({"left": sides.left, "right": sides.right}),
    )


@router.get("/documents/{document_id}/compare/section")
@one_look
def show_section(request: Request, document_id: str, person: Reader, left: int, right: int, key: str) -> Response:
    """One section of a comparison, when somebody scrolls to it."""
    house = house_of(request)
    at = here(house, person, document_id)
    sides = _sides(at, review.versions(house.database, person, document_id), left, right)
    _, _, blocks = compared(sides.old, sides.new)
    block = next((b for b in blocks if b.key == key), None)
    return page(
        request,
        person,
        "desk/compare_section.html",
        drawn=_drawn(block, sides.now, bool(sides.now) and at.may(Act.SUGGEST)) if block is not None else "",
    )


@router.post("/documents/{document_id}/compare/decide")
def decide(
    request: Request,
    document_id: str,
    person: Annotated[Person, needs(Act.SUGGEST)],
    left: Annotated[int, Form()],
    right: Annotated[int, Form()],
    hunks: Annotated[list[str], Form()],
    at_once: Annotated[bool, Form()] = False,
) -> Response:
    """The other side's words at the chosen changes, as suggestions; at once for those who may decide them."""
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    sides = _sides(at, review.versions(db, person, document_id), left, right)
    if not sides.now:
        raise InputError("两边都不是现在的稿子，没有可改的。请把其中一边选成“现在的稿子”再接受或退回。")
    comparison, _, _ = compared(sides.old, sides.new)
    chosen = set(hunks) if "all" not in hunks else {h.id for h in comparison.hunks if not h.numbering}
    chosen |= {h.id for key in hunks if key.startswith("section:") for h in comparison.hunks if h.section == key[8:]}
    made: list[int] = []
    left_over: list[str] = []
    for section_id in sections_of(comparison, chosen):
        working = next((w for w in review.sections(db, person, document_id) if w.section_id == section_id), None)
        if working is None:
            left_over.append("整节的增删请在版本页恢复，或在编辑里处理")
            continue
        told = written_with(working.section, comparison, chosen, sides.now)
        left_over += told.left
        if told.changes:
            note = f"对比{sides.old_name}与{sides.new_name}"
            made += [
                s.id for s in review.suggest(db, person, document_id, section_id, working.rev, told.written, note=note)
            ]
    if at_once and at.may(Act.DECIDE_SUGGESTION):
        for number in made:
            review.accept_suggestion(db, person, document_id, number)
    if not made and left_over:
        raise InputError("；".join(dict.fromkeys(left_over)) + "。")
    query = urlencode({"left": left, "right": right})
    return RedirectResponse(f"/documents/{document_id}/compare?{query}", status_code=303)


@once_for_each(32)
def compared(old: Draft, new: Draft) -> tuple[Comparison, Summary, tuple[Block, ...]]:
    """A comparison, its facts and its rows by section."""
    comparison = compare(old, new)
    facts = compare_facts(comparison.old, comparison.new, comparison)
    return comparison, summary_of_changes(comparison, facts), tuple(_blocks(comparison))


@lru_cache(maxsize=2048)
def _drawn(block: Block, now: str, decides: bool) -> Markup:
    """The rows of a section as markup; reading a comparison again draws nothing anew."""
    return macro("desk/_rows.html", "rows")(block, now, decides)


def _blocks(comparison: Comparison) -> Iterator[Block]:
    by_unit = hunks_by_unit(comparison)
    numeric = {h.id for h in comparison.hunks if h.kind == "数字"}
    shown = {h.id for h in comparison.hunks if not h.numbering}
    called = names_of(comparison.old.draft) if comparison.old.draft else {}
    called |= names_of(comparison.new.draft) if comparison.new.draft else {}
    key, name, lines = "", "", list[Line]()
    for row in rows_of(comparison):
        old, new = row.parts
        part = comparison.new.parts[new] if new is not None else comparison.old.parts[old or 0]
        if part.key != key and lines:
            yield _block(key, name, lines, numeric)
            lines = []
        key, name = part.key, called.get(part.key, part.name)
        hunks = dict.fromkeys(h.id for u in row.units for h in by_unit.get(u, ()) if h.id in shown)
        lines.append(Line(row, tuple(hunks)))
    if lines:
        yield _block(key, name, lines, numeric)


def _block(key: str, name: str, lines: Sequence[Line], numeric: set[str]) -> Block:
    hunks = {h for line in lines for h in line.hunks}
    return Block(key, name, tuple(lines), len(hunks), len(hunks & numeric))


def _sides(at: Here, nodes: Sequence[review.VersionNode], left: int | None, right: int) -> Sides:
    """The two drafts; without a left one, the version before."""
    numbers = [n.no for n in nodes]
    if left is None:
        head = at.doc.version
        same = next((n for n in nodes if n.no == head and n.content == at.doc.content), None)
        left = (same.parent or head) if same else head
    for number in (left, right):
        if number not in (NOW, SEEN) and number not in numbers:
            raise InputError(f"没有第{number}版。现有：{'、'.join(f'第{n}版' for n in numbers)}。")
    return Sides(left, right, _draft(at, left), _draft(at, right), _called(left, nodes), _called(right, nodes))


def _draft(at: Here, number: int) -> Draft:
    if number == NOW:
        return review.current(at.house.database, at.person, at.doc.id)
    if number == SEEN:
        return seen_last(at)
    return review.version(at.house.database, at.person, at.doc.id, number)


def seen_last(at: Here) -> Draft:
    """The text as this person saw it last; the first version for somebody who never looked."""
    db, person, doc = at.house.database, at.person, at.doc.id
    return review.last_look(db, person, doc) or review.version(db, person, doc, 1)


KINDS = {"ai": "起草", "edit": "修改", "regenerate": "重写", "import": "改回", "merge": "合并", "restore": "恢复"}


def _called(number: int, nodes: Sequence[review.VersionNode]) -> str:
    if number in (NOW, SEEN):
        return "现在的稿子" if number == NOW else "您上次看的稿子"
    node = next(n for n in nodes if n.no == number)
    return f"第{number}版（{node.name or KINDS.get(node.kind, node.kind)}，{node.author_name}）"


def _fact(fact: Any) -> dict[str, Any]:
    return {
        "change": fact.change,
        "label": fact.label,
        "name": with_role(fact.metric, fact.role, fact.column),
        "old": fact.old,
        "new": fact.new,
        "where": where_of(fact),
        "section": fact.section,
        "note": told_beside(fact),
        "warn": bool(fact.also) and fact.change == "changed",
    }
