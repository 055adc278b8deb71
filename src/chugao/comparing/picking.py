"""A draft put together from the best section of each candidate.

In: drafts of one document, and which section to take from which.  Out: a `Draft` whose sentences keep their claims,
ids and recipes; headings and items are numbered anew, and its recipe says where each section came from.

A parent section (“results”) stands for all below it that are not chosen by themselves.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chugao.errors import InputError
from chugao.kind import Kind
from chugao.manuscript import Block, Draft, Evidence, Section, content_hash
from chugao.source import Claim, Finding, Place, Severity

_HAN = ("", *"一二三四五六七八九十", *(f"十{d}" for d in "一二三四五六七八九"), "二十")
_ITEM = re.compile(r"\d+\.")


# --- a merged draft -------------------------------------------------------------------------------


def pick(drafts: Sequence[Draft], choices: Mapping[str, int]) -> Draft:
    """The first draft with each section of `choices` taken from the draft of that index (0 is the first).

    Raises `InputError` when the drafts are not of one document, when a section is in none of them, or when two
    sections would rest on different values of one figure.
    """
    if len(drafts) < 2:
        raise InputError("挑选至少要两份草稿。")
    for number, other in enumerate(drafts[1:], 2):
        _must_match(drafts[0], other, number)
    chosen = tuple(_chosen(drafts, choices))
    sections = tuple(_renumbered([section for section, _ in chosen], runs_on=_runs_on(drafts[0])))
    base = drafts[0]
    evidence = _evidence(drafts, chosen)
    merged = base.model_copy(
        update={
            "id": content_hash(base.title, sections, base.shell),
            "parent": base.id,
            "sections": sections,
            "evidence": evidence,
            "requests": tuple({(r.metric, r.name, r.reason): r for d in drafts for r in d.requests}.values()),
            "engine": "、".join(dict.fromkeys(drafts[i].engine for _, i in chosen)) or base.engine,
            "recipe": _recipe(drafts, chosen),
            "findings": (),
        }
    )
    from chugao.checks import examine_alone

    return merged.model_copy(update={"findings": (*examine_alone(merged).findings, *_told_twice(merged))})


def _must_match(base: Draft, other: Draft, number: int) -> None:
    for what, mine, its in (
        ("文种", base.kind.label, other.kind.label),
        ("科室", base.department, other.department),
        ("期间", base.period, other.period),
    ):
        if mine != its:
            raise InputError(
                f"第1份和第{number}份不是同一份文稿的候选稿：{what}一个是“{mine}”，一个是“{its}”。请只给同一科室、同一文种、同一期间的草稿。"
            )


def _chosen(drafts: Sequence[Draft], choices: Mapping[str, int]) -> Iterator[tuple[Section, int]]:
    """(section, index of its draft) in order: the outline of the first draft, chosen subtrees laid over it."""
    known = {s.id for d in drafts for s in d.sections}
    for section_id, index in choices.items():
        if not 0 <= index < len(drafts):
            raise InputError(f"“{section_id}”要选第{index + 1}份，而草稿只有{len(drafts)}份。")
        if section_id not in known:
            raise InputError(f"没有“{section_id}”这一节。可选的有：{'、'.join(_list_of(drafts))}。")
    taken = {s.id: 0 for s in drafts[0].sections}
    order = [s.id for s in drafts[0].sections]
    # Parents first, so that a choice for a child stands over the one for its parent.
    for section_id in sorted(choices, key=lambda i: _level(drafts, i)):
        index = choices[section_id]
        _lay_over(drafts[index], index, section_id, order, taken)
    by_id = [{s.id: s for s in d.sections} for d in drafts]
    for section_id in order:
        yield by_id[taken[section_id]][section_id], taken[section_id]


def _lay_over(draft: Draft, index: int, section_id: str, order: list[str], taken: dict[str, int]) -> None:
    """Put a section of a draft, and all below it, where the same section stands, or behind its predecessor."""
    tree = _tree(draft, section_id)
    if not tree:
        raise InputError(f"第{index + 1}份没有“{section_id}”这一节，选不了。")
    if len(tree) == 1 and section_id in order:
        taken[section_id] = index
        return
    own = set(tree)
    first = next((i for i, known in enumerate(order) if known in own), None)
    place = first if first is not None else _behind(draft, section_id, order)
    below = _below(order, section_id, taken, own) if section_id in order else own
    kept = [i for i in order if i not in below]
    place -= sum(1 for i in order[:place] if i in below)
    order[:] = [*kept[:place], *tree, *kept[place:]]
    taken.update(dict.fromkeys(tree, index))


def _below(order: list[str], section_id: str, taken: Mapping[str, int], own: set[str]) -> set[str]:
    """What stands under a section now: by its id, which its children's ids begin with."""
    return own | {i for i in order if i == section_id or i.startswith(f"{section_id}_")}


def _tree(draft: Draft, section_id: str) -> list[str]:
    """A section and those under it; a section without a level stands alone."""
    found: list[str] = []
    level = 0
    for section in draft.sections:
        if section.id == section_id:
            found, level = [section.id], section.level
        elif found and level and section.level > level:
            found.append(section.id)
        elif found:
            break
    return found


def _behind(draft: Draft, section_id: str, order: list[str]) -> int:
    """Behind the nearest section before it that the merged draft has too."""
    ids = [s.id for s in draft.sections]
    for before in reversed(ids[: ids.index(section_id)]):
        if before in order:
            return order.index(before) + 1
    return 0


def _level(drafts: Sequence[Draft], section_id: str) -> int:
    return next(s.level for d in drafts for s in d.sections if s.id == section_id)


def _list_of(drafts: Sequence[Draft]) -> list[str]:
    """Every section that may be chosen, with its heading."""
    named = {s.id: s.number + s.heading.text for d in reversed(drafts) for s in reversed(d.sections)}
    return [f"{i} {'开头' if i == 'lead' else name[:16]}" for i, name in reversed(named.items())]


# --- numbering ------------------------------------------------------------------------------------


def _runs_on(draft: Draft) -> bool:
    """Whether items count on through all sections, as in 要点."""
    firsts = [next((b.number for b in s.blocks if _ITEM.fullmatch(b.number)), "") for s in draft.sections]
    numbered = [f for f in firsts if f]
    return draft.kind is Kind.KEY_POINTS or any(f != "1." for f in numbered)


def _renumbered(sections: Sequence[Section], *, runs_on: bool) -> Iterator[Section]:
    """The same with headings and items counted anew; what printed no number prints none."""
    counters = [0, 0, 0, 0]
    items = 0
    for section in sections:
        number = section.number
        if number and 1 <= section.level <= 3:
            counters[section.level] += 1
            counters[section.level + 1 :] = [0] * (3 - section.level)
            number = _printed(section.level, counters[section.level])
        items = items if runs_on else 0
        blocks: list[Block] = []
        for block in section.blocks:
            if _ITEM.fullmatch(block.number):
                items += 1
                block = block.model_copy(update={"number": f"{items}."})
            blocks.append(block)
        yield section.model_copy(update={"number": number, "blocks": tuple(blocks)})


def _printed(level: int, count: int) -> str:
    return {1: f"{_HAN[count]}、", 2: f"（{_HAN[count]}）"}.get(level, f"{count}.")


# --- provenance -----------------------------------------------------------------------------------


def _evidence(drafts: Sequence[Draft], chosen: Sequence[tuple[Section, int]]) -> tuple[Evidence, ...]:
    """What the claims of the chosen sections rest on; one figure may not have two values."""
    known = [{e.id: e for e in d.evidence} for d in drafts]
    found: dict[str, tuple[Evidence, int]] = {}
    for section, index in chosen:
        for claim in _claims(section):
            evidence = known[index].get(claim.id)
            if evidence is None:
                continue
            other, where = found.setdefault(claim.id, (evidence, index))
            if other.printed != evidence.printed:
                name = evidence.name or other.name or "事项里的数"
                values = sorted([(where, other.printed), (index, evidence.printed)])
                told = "，".join(f"在第{number + 1}份里是{printed}" for number, printed in values)
                raise InputError(f"“{name}”{told}，不能拼在一份稿里。请用同一份指标和事项重新起草后再挑选。")
    return tuple(evidence for evidence, _ in found.values())


def _claims(section: Section) -> Iterator[Claim]:
    yield from section.heading.claims
    for sentence in section.sentences:
        yield from sentence.claims
    for block in section.blocks:
        for row in block.table.rows if block.table else ():
            for cell in row:
                yield from cell.claims


def _recipe(drafts: Sequence[Draft], chosen: Sequence[tuple[Section, int]]) -> dict[str, Any]:
    """The first draft's recipe, and which section came from which draft."""
    inputs: dict[str, Any] = {}
    for draft in reversed(drafts):
        inputs |= draft.recipe.get("inputs") or {}
    return dict(drafts[0].recipe) | {
        "inputs": inputs,
        "picked": {
            "parents": [d.id for d in drafts],
            "seeds": [d.recipe.get("seed") for d in drafts],
            "sections": {section.id: drafts[index].id for section, index in chosen},
        },
    }


def _told_twice(draft: Draft) -> Iterator[Finding]:
    """A matter that two sections tell, because each came from a draft that had put it there."""
    first: dict[str, Section] = {}
    for section, sentence in draft.sentences():
        matter = sentence.recipe.get("matter")
        if section.id == "lead" or not isinstance(matter, str):
            continue
        other = first.setdefault(matter, section)
        if other.id != section.id:
            yield Finding(
                rule="matter-twice",
                severity=Severity.WARNING,
                place=Place(start=0, end=len(sentence.text), section=section.id, sentence=sentence.id),
                quote=sentence.text,
                hint=f"同一件事在“{other.number}{other.heading.text}”里已写过一遍，请删去一处。",
            )
