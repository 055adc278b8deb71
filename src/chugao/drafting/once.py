"""A way of doing things that is one for several tasks is told with the first of them; the table has it for each.

In: offers as they were, and what is told of them.  Out: the same, where a paper of policy had left the numbers of a way
to its table and what was left is what an item above says already (“每周公布排班”).
"""

import re
from collections.abc import Mapping

from chugao.drafting.offering import Offer
from chugao.drafting.tabling import Eased, Tabled, quietly, slots_of
from chugao.drafting.writing import write
from chugao.engines.acts import is_problem
from chugao.manuscript import BriefMatter, Engine

_CLAUSE = re.compile(r"[，；]")


async def said_once(before: Mapping[str, Offer], kept: Eased, engine: Engine) -> Eased:
    """The document with each way once in its items; what is not said again goes to the table whole."""
    cut = {row.matter for row in kept.tabled}
    offers, told, tabled = dict(kept.offers), dict(kept.told), list(kept.tabled)
    ways: set[str] = set()
    for section, offer in kept.offers.items():
        if offer.brief.role != "items":
            continue
        again = [m for m in offer.brief.matters if _is_again(m, ways) and m.id in cut]
        if not again:
            continue
        whole = {m.id: m.result for m in before[section].brief.matters}
        for matter in again:
            tabled = [row for row in tabled if row.matter != matter.id]
            tabled += [
                Tabled(matter.id, clause, {n: offer.values[n] for n in slots_of(clause)})
                for clause in reversed(_clauses(whole[matter.id]))  # as rows come, the last clause first
            ]
        named = {m.id for m in again}
        matters = tuple(m.model_copy(update={"result": ""}) if m.id in named else m for m in offer.brief.matters)
        offers[section] = offer.model_copy(update={"brief": offer.brief.model_copy(update={"matters": matters})})
        told[section] = await write(offers[section], engine, engine, quietly)
    return Eased(offers, told, tuple(tabled))


def _is_again(matter: BriefMatter, ways: set[str]) -> bool:
    """Whether an item above has told its way; notes the way."""
    if not matter.result or is_problem(matter):
        return False
    known = matter.result in ways
    ways.add(matter.result)
    return known


def _clauses(text: str) -> list[str]:
    return [c for c in map(str.strip, _CLAUSE.split(text)) if c]
