"""Numbers that carry no argument leave the prose for the tables, until a paper reads like a report and no bulletin.

In: offers and what was written from them.  Out: the same with its densest sections told in fewer numbers, and what the
tables take over.

First figures are told with one number instead of two, then what a matter only counts (“全年会诊1127份”) goes to a
table of its own, then figures are named without a number.  Nothing is lost: a figure stands in the table of figures
anyway, and what a matter counted gets a row beside its name.

Surprise: two numbers of three in a year's report come from its matters, not from its figures.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from chugao.drafting.binding import SlotValue, claimed
from chugao.drafting.heeding import numbers_wished
from chugao.drafting.offering import Offer
from chugao.drafting.wording import is_own
from chugao.drafting.writing import Written, write
from chugao.engines.acts import is_act
from chugao.engines.pen import LEANS
from chugao.kind import Kind, Style
from chugao.manuscript import SLOT, BriefMatter, ClaimedText, Engine, count_characters
from chugao.material.honours import is_honour
from chugao.metrics.facts import Facts
from chugao.outline import Outline

if TYPE_CHECKING:
    from chugao.index import Index

Step = Literal[1, 2, 3, "tally", "count", "any"]
_DENSEST: dict[Style, float] = {"data": 0.0249, "policy": 0.0045}
"""Numbers a character, dates aside."""
_OF_FIGURES_ALONE: dict[Style, float] = {"data": 0.036, "policy": 0.0045}
"""Where nobody sent a deed figures are all there is to tell, and the text is a page of them at most."""
_AS_DENSE_AS_EVER = {"data": 0.04, "policy": 0.012}
"""An office whose own reports hold more numbers gets as many as it is used to, up to here."""
_STEPS: dict[Style, tuple[Step, ...]] = {"data": (1, "tally", "count", 2, 3), "policy": ("any",)}
"""What is done one after the other while there are too many: figures in fewer numbers, counts to the table."""
_BARE_OF_FIGURES: Step = 2
_BARE_OF_OWN: Step = 3
"""An own sentence of two numbers goes last: it is how the office speaks."""
_LEAN_OF, _LEAN = 3, 0.75  # of three candidates one has fewer numbers than it might
_FEWER = 0.5
"""Of the usual numbers, where a leader wants few."""
_LEAST = {"data": 3, "policy": 1}
_BEARABLE = 2  # numbers too many, for which nothing loses its number: in a short paper they are its argument
_SHORT = 800  # characters
_ENOUGH_PAST = 600  # characters of own reports, from which on they say how an office writes
_DATE = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}(?:[—-]\d{1,2})?月(?:\d{1,2}日)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WEIGHTY = 85  # matters that a leader wants told, milestones: they keep their numbers
_TABLES = {"results": "table_deeds", "plan": "table_tasks", "items": "table_tasks"}
_SPARE_ROLES = ("results", "lead", "plan")
# What a matter merely counts: a few words and a number, no comparison, no share, no limit.
_TALLY = re.compile(r"^(?P<what>[一-鿿]{2,12})\{[a-z_]+\.[a-z_]+\}[一-鿿]{0,2}$")
# The same said more freely: “8类236台（套）建档”, “储备应急用油20吨、沙袋500个”.
_COUNT = re.compile(r"^[一-鿿]{0,12}\{[a-z_]+\.[a-z_]+\}(?:[一-鿿（）、]{0,8}\{[a-z_]+\.[a-z_]+\})?[一-鿿（）]{0,4}$")
_BARE = re.compile(r"^(?:全年|年内|上半年|半年|共|累计|本季|每[月季周年])$")
_ARGUES = re.compile(
    r"[由从比较降升减增缩提超]|不|没|未|无|零|首|再|[少多]了|其中|其余|余下|剩|还|仍|各|均|都|目标|占|达|每|近|名列|排|第|完成率|上限|以内|原|只"
)
_ALONE = 9  # characters of an act that says enough by itself
_ALONE_BARE = 6  # where a leader wants no numbers
_YEAR = re.compile(r"\{([a-z_]+\.[a-z_]+)\}年")
_TELLS = 5  # characters of a clause that says what came of a deed
_STANDS = re.compile(r"[，；]")
_ROWS = 2  # one alone makes no table where the text bears it
# A submission is written as one talks (“一年下来看了1326个病人”), a table is not.
_SPOKEN = re.compile(
    r"[了着过搞弄啦嘛呢吧咱俺]|[的来]$|^(?:一年|今年)?下来|我们|他们|大家|差不多|每个|[院科站所馆]长|^(?:缺点|问题|还有|另外|明年|去年|今年|跟|给|把|让|被)|个病人|张?片子"
)


class Tabled(NamedTuple):
    """What a matter counted and the prose leaves to a table, as its slots."""

    matter: str
    clause: str
    values: dict[str, SlotValue]


class Eased(NamedTuple):
    """A document in as many numbers as its readers bear."""

    offers: dict[str, Offer]
    told: dict[str, Written]
    tabled: tuple[Tabled, ...] = ()


def cells_of(tabled: Iterable[Tabled]) -> dict[str, ClaimedText]:
    """Matter → what it counted, as a table's cell says it."""
    said: dict[str, list[Tabled]] = {}
    for row in tabled:
        said.setdefault(row.matter, []).append(row)
    return {
        matter: claimed("，".join(r.clause for r in reversed(rows)), {n: v for r in rows for n, v in r.values.items()})
        for matter, rows in said.items()
    }


class _Terms(NamedTuple):
    """What holds for a whole document."""

    style: Style
    bound: float
    """Numbers a character."""
    tables: frozenset[str]
    """Roles of its annexes."""
    least: int
    """Numbers that even the shortest paper may hold."""
    values: frozenset[str]
    """Values of figures: where a matter says one no section says it again, so that the matter keeps it."""

    @property
    def bare(self) -> bool:
        """Whether a leader wants no numbers at all."""
        return self.bound == 0

    def tells_a_value(self, told: Mapping[str, Written]) -> bool:
        """Whether the prose tells any figure by its value."""
        return any(
            value in b.text
            for written in told.values()
            for _, held in written.blocks
            for _, b in held
            for value in self.values
        )

    def excess(self, told: Mapping[str, Written]) -> float:
        """How many numbers too many the prose holds."""
        characters = sum(map(_characters, told.values()))
        return sum(map(_numbers, told.values())) - max(self.least, self.bound * characters)


async def eased(
    outline: Outline,
    tables: Iterable[str],
    offers: Mapping[str, Offer],
    told: Mapping[str, Written],
    engine: Engine,
    facts: Facts,
    index: "Index | None",
) -> Eased:
    """The document with its numbers thinned where there are too many; `tables` are the roles of its annexes."""
    kept = Eased(dict(offers), dict(told))
    values = frozenset(f.printed for f in facts.by_slot.values() if f.field == "now")
    usual = _DENSEST[outline.style]
    if not any(o.brief.matters for o in offers.values()):
        usual = max(usual, _OF_FIGURES_ALONE[outline.style])
    terms = _Terms(outline.style, usual, frozenset(tables), _LEAST[outline.style], values)
    brief = next(iter(offers.values())).brief
    if wished := numbers_wished(brief.instructions):
        terms = terms._replace(bound=0 if wished == "none" else terms.bound * _FEWER, least=0)
    elif brief.seed % _LEAN_OF == _LEAN_OF - 1:
        terms = terms._replace(bound=terms.bound * _LEAN)
    elif terms.excess(kept.told) > 0:
        terms = terms._replace(bound=_usual(outline, index))
    thinned = await _thinned(kept, _STEPS[outline.style], terms, engine)
    if outline.style == "data" and 0 < len({t.matter for t in thinned.tabled}) < _ROWS:
        untabled = await _thinned(kept, [s for s in _STEPS["data"] if isinstance(s, int)], terms, engine)
        thinned = untabled if terms.excess(untabled.told) <= _BEARABLE else thinned
    return await _given_back(thinned, terms, engine)


async def _thinned(kept: Eased, steps: Iterable[Step], terms: _Terms, engine: Engine) -> Eased:
    """One step after the other, until there are no more numbers than readers bear."""
    for step in steps:
        spared = _is_short(kept.told) and step in ("count", _BARE_OF_FIGURES, _BARE_OF_OWN)
        if terms.excess(kept.told) <= (_BEARABLE if spared else 0):
            break
        thinned = _with_fewer_figures if isinstance(step, int) else _without_counts
        kept = await thinned(kept, step, terms, engine)
    return kept


def _numbers(written: Written) -> int:
    return sum(len(_NUMBER.findall(_DATE.sub("", b.text))) for _, held in written.blocks for _, b in held)


def _characters(written: Written) -> int:
    return sum(len(b.text) for _, held in written.blocks for _, b in held)


def _is_short(told: Mapping[str, Written]) -> bool:
    return sum(map(_characters, told.values())) < _SHORT


def _usual(outline: Outline, index: "Index | None") -> float:
    """Numbers a character as the office's own reports of this kind have them, where they have more than is usual."""
    usual = _DENSEST[outline.style]
    passages = index.passages if index is not None else ()
    mine = outline.department if outline.level == "科室" else ""
    text = "".join(
        p.text for p in passages if p.kind == outline.kind and mine in ("", p.department) and is_own(p, outline)
    )
    if len(text) < _ENOUGH_PAST:
        return usual
    return min(max(usual, len(_NUMBER.findall(_DATE.sub("", text))) / len(text)), _AS_DENSE_AS_EVER[outline.style])


# --- figures --------------------------------------------------------------------------------------


async def _with_fewer_figures(kept: Eased, step: Step, terms: _Terms, engine: Engine) -> Eased:
    """Section after section, the densest first, with its figures in fewer numbers."""
    offers, told = dict(kept.offers), dict(kept.told)
    dense = sorted(told, key=lambda s: -_numbers(told[s]) / max(1, _characters(told[s])))
    if step in (_BARE_OF_FIGURES, _BARE_OF_OWN):
        # The section with most of them gives up its main figure last: a year's report without any would be a diary.
        richest = max(told, key=lambda s: (offers[s].brief.role == "results", len(offers[s].facts)))
        dense = [*(s for s in dense if s != richest), richest]
    for section in dense:
        if terms.excess(told) <= 0:
            break
        offer = offers[section]
        if offer.brief.role not in _SPARE_ROLES or not offer.facts:
            continue
        offer = offer.model_copy(update={"brief": offer.brief.model_copy(update={"sparer": step})})
        written = await write(offer, engine, engine, quietly)
        # A short paper keeps the only figure it has, however full of numbers its matters are.
        bare = _is_short(told) and not terms.tells_a_value({**told, section: written})
        if _numbers(written) < _numbers(told[section]) and not bare:
            offers[section], told[section] = offer, written
    return kept._replace(offers=offers, told=told)


async def _given_back(kept: Eased, terms: _Terms, engine: Engine) -> Eased:
    """A section that lost all its numbers gets its main figure back where there is room for it now."""
    offers, told = dict(kept.offers), dict(kept.told)
    for section, offer in kept.offers.items():
        if offer.brief.sparer not in (_BARE_OF_FIGURES, _BARE_OF_OWN) or offer.brief.role != "results":
            continue
        fuller = offer.model_copy(update={"brief": offer.brief.model_copy(update={"sparer": 1})})
        written = await write(fuller, engine, engine, quietly)
        if terms.excess({**told, section: written}) <= 0:
            offers[section], told[section] = fuller, written
    return kept._replace(offers=offers, told=told)


def quietly(_: str) -> None:
    """Each section was told of when it was written first."""


# --- matters --------------------------------------------------------------------------------------


async def _without_counts(kept: Eased, step: Step, terms: _Terms, engine: Engine) -> Eased:
    """What the lightest matters only count goes to the table, one clause after the other."""
    offers, told, tabled = dict(kept.offers), dict(kept.told), list(kept.tabled)
    excess = terms.excess(told)
    touched: list[str] = []
    for section, matter, clause in _tallies(offers, step, terms):
        if excess <= 0:
            break
        offer = offers[section]
        if not _says_enough(next(m for m in offer.brief.matters if m.id == matter), clause, terms):
            continue
        matters = tuple(_without(m, clause) if m.id == matter else m for m in offer.brief.matters)
        offers[section] = offer.model_copy(update={"brief": offer.brief.model_copy(update={"matters": matters})})
        tabled.append(Tabled(matter, clause, {n: offer.values[n] for n in slots_of(clause)}))
        touched.append(section)
        excess -= len(_digits(clause, offer)) - terms.bound * count_characters(SLOT.sub("000", clause))
    for section in dict.fromkeys(touched):
        told[section] = await write(offers[section], engine, engine, quietly)
    return Eased(offers, told, tuple(tabled))


def _tallies(offers: Mapping[str, Offer], what: Step, terms: _Terms) -> Sequence[tuple[str, str, str]]:
    """(section, matter, clause) of all that may go to a table, lightest matters first, of one matter the last first."""
    found = []
    for section, offer in offers.items():
        # 思路 have no table: how much and how often is for the plan that follows them.
        if _TABLES.get(offer.brief.role) not in terms.tables and offer.brief.kind is not Kind.IDEAS:
            continue
        if offer.brief.role == "plan" and terms.style == "data":
            continue  # how many of what a task is to reach is how it will be checked
        for matter in offer.brief.matters:
            # How many others got an honour is no figure of the house.
            if (matter.weight >= _WEIGHTY and not terms.bare) or is_honour(matter.category, matter.text):
                continue
            clauses = [c.strip() for c in _STANDS.split(matter.result)]
            text = _in_words(matter.text, offer)
            for place, clause in reversed(list(enumerate(clauses))):
                following = clauses[place + 1] if place + 1 < len(clauses) else ""
                if LEANS.match(following) or not _counts(clause, text, what):
                    continue
                if offer.brief.role == "results" and not _makes_a_row(clause, text):
                    continue
                if not _digits(clause, offer):
                    continue
                if any(offer.values[n].printed in terms.values for n in slots_of(clause)):
                    continue
                found.append((matter.weight, -place, section, matter.id, clause))
    return [(section, matter, clause) for _, _, section, matter, clause in sorted(found, key=lambda f: f[:2])]


def _in_words(text: str, offer: Offer) -> str:
    """A text with its quantities in words filled in: “与三家卫生院联合验光” names a row as well as any."""
    printed = {m.group(): offer.values[m.group()[1:-1]].printed for m in SLOT.finditer(text)}
    return SLOT.sub(lambda m: m.group() if re.search(r"\d", printed[m.group()]) else printed[m.group()], text)


def _counts(clause: str, text: str, what: Step) -> bool:
    """Whether a clause only counts; a paper of policy leaves every number of a way to its table.

    A bare “全年12次” goes only where what was done, `text`, is the name of its row.
    """
    if what == "any":
        return SLOT.search(clause) is not None and len(SLOT.sub("", clause)) > 1
    told = _TALLY.match(clause) if what == "tally" else _COUNT.match(clause)
    words = SLOT.sub("", clause)
    if told is None or len(words) < 2 or _ARGUES.search(words):
        return False
    return not _BARE.match(words) or _makes_a_row(clause, text)


def _makes_a_row(clause: str, text: str) -> bool:
    """Whether it can stand in a table beside the name of the deed `text`: both in written words."""
    name = _STANDS.split(text)[0]
    return (
        SLOT.search(name) is None
        and not re.search(r"\d", name)
        and not any(_SPOKEN.search(said) for said in (name, clause))
    )


def _units(clause: str) -> set[str]:
    return {clause[m.end()] for m in SLOT.finditer(clause) if m.end() < len(clause)}


def slots_of(clause: str) -> list[str]:
    return [m.group()[1:-1] for m in SLOT.finditer(clause)]


def _digits(clause: str, offer: Offer) -> list[str]:
    """Its slots that print digits: 两名 is as quiet in the text as any word, and a year is no count."""
    years = {m[1] for m in _YEAR.finditer(clause)}
    return [n for n in slots_of(clause) if n not in years and any(c.isdigit() for c in offer.values[n].printed)]


def _says_enough(matter: BriefMatter, clause: str, terms: _Terms) -> bool:
    """Whether a matter says something without a clause of its result: “进幼儿园涂氟” alone is a title.

    A year's report keeps what came of a deed: the clause goes only where another says more than how many.  Of a row of
    counts (受理26件，办结25件，1件转上级) none goes alone.
    """
    left = _without(matter, clause).result
    if terms.style == "policy":
        # “老年医学科床位” with nothing behind it asks nobody for anything.
        characters = len(SLOT.sub("", matter.text))
        return bool(left) or (characters >= (_ALONE_BARE if terms.bare else _ALONE) and is_act(matter.text))
    others = [c.strip() for c in _STANDS.split(left) if c.strip()]
    if any(_COUNT.match(c) and not _ARGUES.search(SLOT.sub("", c)) for c in others):
        return False
    if _units(clause) & {u for c in others for u in _units(c)}:
        return False  # “21项完成19项，2项涉及历史用房”: one without the other is half the news
    words = [SLOT.sub("", c) for c in others]
    # “提前48小时完成” is short, and yet no mere count.
    return any(len(w) >= _TELLS or (len(w) > 1 and _ARGUES.search(w)) for w in words)


def _without(matter: BriefMatter, clause: str) -> BriefMatter:
    """The matter without one clause of its result."""
    pieces = re.split(r"([，；])", matter.result)
    left: list[str] = []
    for place in range(0, len(pieces), 2):
        if pieces[place].strip() == clause:
            continue
        left += [pieces[place - 1] if place else "", pieces[place]]
    return matter.model_copy(update={"result": "".join(left).strip("，；")})
