"""Another candidate tells what was sent in other words: the same facts, numbers and names.

In: a `Reply` and the seed.  Out: the reply with words of like meaning changed in what rests on matters.

The words stand in `templates/frames/retelling.toml`.  A word changes in one of two neighbouring candidates, so that each
differs from the text as sent and from the other.

Surprise: changing the ten commonest words of a year's matters changes half of all runs of thirteen characters.
"""

import hashlib
import re
import tomllib
from functools import cache
from typing import NamedTuple

from chugao.engines.acts import is_act
from chugao.manuscript import SLOT, Reply, ReplyBlock, ReplySentence
from chugao.shipped import shipped

_HOLD = "\x00"
"""Stands for a slot, so that no word reaches into one."""
_FROM_MATTERS = "matter"
_SEVERAL = 3  # clauses


_LEANS = re.compile(
    r"^(?:[由从经于共被为并后再其与和是在按比较可能做均都也各占含以用到至的则即]|同比|环比|完成|其中|包括|主要|全部|因此|目前|已|原因|每|当|改|不|没|未|有|能|转|仍|还|又|最|多|少|先|后|近|约|每|另|同)"
)
# “中心能看的病，居民还是去大医院”, “抓好中心建设，先租房开诊”: what only opens a sentence is not cut off from the rest.
_OPENS_ONLY = re.compile(
    r"的[一-鿿]{1,4}$|(?:^|是：?|虑|算|备|要|手：)(?:推进|抓好|推行|开展|组织|加强|做好|建设|建立|设立|开设|增设|申报|统一|整合|恢复|引进|改造)"
)
_CLAUSES = re.compile(r"(?<=[，；：。])")
_NUMBERS = re.compile(f"{_HOLD}|[一二两三四五六七八九十百千半]+[个例家名台次间位件项人所张辆天月年周岁份只条成倍]")
_BESIDE = 3
"""Characters from a number that stay: by the words around it the verifier knows which number of which matter it is."""
_A_CLAUSE = 5  # characters: what is shorter hangs on its neighbour


class _Way(NamedTuple):
    find: re.Pattern[str]
    told: tuple[str, ...]
    done: bool
    """Only of what was done."""


@cache
def _ways() -> tuple[_Way, ...]:
    rows = tomllib.loads((shipped("templates") / "frames" / "retelling.toml").read_text(encoding="utf-8"))["way"]
    return tuple(_Way(re.compile(r["find"]), tuple(r["with"]), r.get("done", False)) for r in rows)


def retold(reply: Reply, seed: int, *, done: bool) -> Reply:
    """The reply as another candidate tells it; seed 0 leaves everything as it was sent.

    `done` says that the part tells what was done, and not what is to be.
    """
    if not seed:
        return reply
    blocks = tuple(
        ReplyBlock(type=b.type, sentences=tuple(_retold(s, seed, done=done) for s in b.sentences)) for b in reply.blocks
    )
    return reply.model_copy(update={"blocks": blocks})


def _retold(sentence: ReplySentence, seed: int, *, done: bool) -> ReplySentence:
    if sentence.recipe.get("made_by") != _FROM_MATTERS:
        return sentence
    return sentence.model_copy(update={"text": in_other_words(sentence.text, seed, done=done)})


def in_other_words(text: str, seed: int, *, done: bool = False) -> str:
    """A text with slots in the words of another candidate."""
    slots = [m.group() for m in SLOT.finditer(text)]
    held = SLOT.sub(_HOLD, text)
    for number, way in enumerate(_ways()):
        if (way.done and not done) or (len(way.told) == 1 and (_turn(text, number) + seed) % 2):
            continue
        held = "".join(_changed(clause, way, seed) for clause in _CLAUSES.split(held))
    held = _paused(held, seed)
    parts = held.split(_HOLD)
    return "".join(part + slot for part, slot in zip(parts, [*slots, ""], strict=True))


def _changed(clause: str, way: _Way, seed: int) -> str:
    """A clause with a way's words put otherwise, but not the words beside a number."""
    told = way.told[seed % len(way.told)]
    numbers = [m.span() for m in _NUMBERS.finditer(clause)]

    def changed(match: re.Match[str]) -> str:
        beside = any(match.start() < end + _BESIDE and start - _BESIDE < match.end() for start, end in numbers)
        return match[0] if beside else told

    return way.find.sub(changed, clause)


def _paused(held: str, seed: int) -> str:
    """The same with a longer pause at one of its commas, in each candidate at another."""
    stop = "。" if held.endswith("。") else ""
    clauses = held.removesuffix("。").split("，")
    places = [
        i
        for i in range(1, len(clauses))
        if len(clauses[i - 1]) >= _A_CLAUSE
        and len(clauses[i]) >= _A_CLAUSE
        and not _LEANS.match(clauses[i])
        and not is_act(clauses[i])
        and not (i == 1 and _OPENS_ONLY.search(clauses[0]))
    ]
    if len(clauses) < _SEVERAL or not places or "；" in held or "：" in held:
        return held
    place = places[seed % len(places)]
    return "，".join(clauses[:place]) + "；" + "，".join(clauses[place:]) + stop


def _turn(text: str, number: int) -> int:
    return hashlib.sha256(f"{number}|{text}".encode()).digest()[0]
