"""Write fuller where somebody asked for more characters than the usual text fills.

In: offers, what was written of them, a ceiling.  Out: the same, some sections with more of their figures told.

Surprise: a text grows only as long as there is something to say that an office would read.  Past 25 numbers in a
thousand characters it turns into a statistics bulletin, and then it stays short and says so.
"""

import re
from typing import TYPE_CHECKING

from chugao.drafting.writing import Progress, Written, write
from chugao.manuscript import Engine

if TYPE_CHECKING:
    from chugao.drafting.offering import Offer

_ENOUGH = 0.9
"""Of what was asked for; from there on nothing is added."""
_DENSEST = 0.025  # numbers a character, dates aside
_DATE = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}(?:[—-]\d{1,2})?月(?:\d{1,2}日)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ROLES = ("results",)  # what a plan aims at stands in its table
_WORTH_WRITING = 6  # facts: a section with fewer has told them


async def filled(
    offers: "dict[str, Offer]", written: dict[str, Written], engine: Engine, ceiling: int, say: Progress
) -> dict[str, Written]:
    """Section after section written anew with more of its figures, while there is room and the text bears it."""
    told = dict(written)
    characters = sum(w.characters for w in told.values())
    numbers = sum(map(_numbers, told.values()))
    for section, offer in offers.items():
        if characters >= _ENOUGH * ceiling:
            break
        if offer.brief.role not in _ROLES or not offer.brief.matters or len(offer.facts) < _WORTH_WRITING:
            continue
        asked = offer.model_copy(update={"brief": offer.brief.model_copy(update={"fuller": True})})
        fuller = await write(asked, engine, engine, say)
        more = fuller.characters - told[section].characters
        added = _numbers(fuller) - _numbers(told[section])
        fits = 0 < more <= ceiling - characters and numbers + added <= _DENSEST * (characters + more)
        if fits:
            told[section] = fuller
            characters += more
            numbers += added
    return told


def _numbers(written: Written) -> int:
    return sum(len(_NUMBER.findall(_DATE.sub("", b.text))) for _, held in written.blocks for _, b in held)
