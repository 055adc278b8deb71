"""A clause laid over the matter it retells: which of its words stand where in the matter, and which stand nowhere.

In: a clause and a matter, both with slots.  Out: a `Laid`: the tiles that both share, what is left over on each side.

Words are compared after `alike` has put one word for each group; a slot counts as one word.  The clause is laid over
one clause of the matter first, the one it shares most with, for words that stand together belong together.
"""

import re
from collections.abc import Iterable, Iterator
from copy import copy
from functools import cache, cached_property, lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from chugao.corpus.words import Words, is_word
from chugao.drafting.alike import LET_IN, SAYS_NOTHING, WEIGHTY, canonical, canonical_words, is_grouped
from chugao.manuscript import SLOT

_MARK = re.compile("[，；。：、！？,;（）“”《》\\s]+")
_SLOT_SIGNS = 0xE000
"""Slots become single characters of the private use area, so that they can be laid like words."""
SIGN = re.compile("[\ue000-\uf8ff]")
_LONG_MATTER = 4000
_LONG_CLAUSE = 200
_NEARLY = 0.6
_NAME = 3
_REASON = ("因", "导致")
_GLUED = "先再才已仍暂后前未不的时也就都会只仅缺把将被"
STEPS = "先再才已仍暂"
DENYING = frozenset("不未没无非否勿免缺")


class Tile(NamedTuple):
    """A stretch that stands in both."""

    start: int
    end: int
    there: int
    """Where it begins in the matter's text."""
    clause: int
    """In which clause of the matter; -1 in the frame."""

    @property
    def there_end(self) -> int:
        return self.there + self.end - self.start


class Strip(NamedTuple):
    """A text cut into words, in canonical wording, with its slots as signs."""

    text: str
    words: tuple[tuple[int, int], ...]
    written: tuple[str, ...]
    """Each word as it was written."""

    def word_at(self, start: int) -> str:
        """The word that begins here."""
        return next((self.text[s:e] for s, e in self.words if s == start), "")


def strip_of(text: str, signs: dict[str, str], names: frozenset[str] = frozenset()) -> Strip:
    """A text without marks; `signs` grows by the slots seen; `names` are the ends of words that it is cut behind."""

    def sign(match: "re.Match[str]") -> str:
        return signs.setdefault(match.group(), chr(_SLOT_SIGNS + len(signs)))

    return _cut(canonical(SLOT.sub(sign, text)), names)


@lru_cache(maxsize=4096)
def _cut(text: str, names: frozenset[str]) -> Strip:
    words = [
        piece for part in _parts(_MARK.sub("", text), names) for w in Words(part).all for piece in _unglued(w.text)
    ]
    said = canonical_words(words)
    bounds = list(accumulate((len(w) for w, _ in said), initial=0))
    return Strip("".join(w for w, _ in said), tuple(pairwise(bounds)), tuple(written for _, written in said))


def _parts(text: str, names: frozenset[str]) -> list[str]:
    """A text in parts where the dictionary would cut a word of the matter in two: 疫苗|车装|上 for 疫苗车|装上."""
    if not names:
        return [text]
    bounds = {0, *accumulate(len(w.text) for w in Words(text).all)}
    cuts = [
        i for i in range(_NAME, len(text)) if i not in bounds and text[i - _NAME : i] in names and _begins(text[i:])
    ]
    return [text[a:b] for a, b in pairwise((0, *cuts, len(text)))]


def _begins(rest: str) -> bool:
    """Whether a word can begin here: not the 目 of 异常项目, where the matter has 异常项."""
    return rest[0] in SAYS_NOTHING or is_word(rest[:2]) or is_grouped(rest[:2])


def _ends_of(strip: Strip) -> Iterator[str]:
    """The last characters before every cut."""
    return (strip.text[e - _NAME : e] for _, e in strip.words if e >= _NAME)


def _unglued(word: str) -> list[str]:
    """先停, 后改 and 角先 are no words of the dictionary."""
    if len(word) == 1 or is_word(word):
        return [word]
    if word[0] in _GLUED:
        return [word[0], word[1:]]
    return [word[:-1], word[-1]] if word[-1] in _GLUED else [word]


def clauses_of(text: str) -> list[str]:
    """The clauses of a matter; of a text that is no matter any more, as much as a person would read."""
    return [c[:_LONG_CLAUSE] for c in re.split("[，；。：！？,;]", text[:_LONG_MATTER]) if c.strip()]


class Laid:
    """A clause over a matter."""

    def __init__(self, clause: str, matter: str, frame: str) -> None:
        self.main = 0
        """The clause of the matter that this one is laid over first."""
        signs: dict[str, str] = {}
        self.raw_here, self.raw_there = clause, clauses_of(matter)
        self.there = [strip_of(c, signs) for c in self.raw_there]
        self._frame = strip_of(frame, signs).text
        self._raw_frame = frame
        self._names = [n for n in dict.fromkeys(re.split("[，、]", frame)) if len(n) > 2 and n in self._frame]
        self.here = strip_of(clause, signs, frozenset(n for s in self.there for n in _ends_of(s)))
        self._starts = {s for s, _ in self.here.words}
        self._ends = {e for _, e in self.here.words}

    def ways(self) -> "Iterator[Laid]":
        """The same laid over each clause that it shares nearly the most with, the most first."""
        shares = sorted(
            ((sum((t.end - t.start) ** 2 for t in self._over(s.text, i)), -i) for i, s in enumerate(self.there)),
            reverse=True,
        )
        for share, place in shares:
            if share and share >= _NEARLY * shares[0][0]:
                laid = copy(self)
                laid.main = -place
                yield laid

    @cached_property
    def tiles(self) -> tuple[Tile, ...]:
        """In the order of the clause: over the main clause first, then over the rest, then over the frame."""
        taken = [*self._named()]
        if self.there:
            taken += self._over(self.there[self.main].text, self.main, taken)
        for number, strip in enumerate(self.there):
            if number != self.main:
                taken += self._over(strip.text, number, taken)
        taken += self._over(self._frame, -1, taken)
        return tuple(sorted(taken))

    def _named(self) -> Iterator[Tile]:
        """Whole names of the frame that the main clause has not: 急诊科, before 急诊 of another clause takes a part."""
        main = self.there[self.main].text if self.there else ""
        for name in self._names:
            at = self.here.text.find(name)
            if at >= 0 and name not in main:
                yield Tile(at, at + len(name), self._frame.find(name), -1)

    def _over(self, theirs: str, number: int, taken: list[Tile] | None = None) -> list[Tile]:
        """The longest stretches in common, longest first; none of them twice."""
        ours = list(self.here.text)
        for tile in taken or ():
            ours[tile.start : tile.end] = "\0" * (tile.end - tile.start)
        left, found = list(theirs), []
        while (best := _longest("".join(ours), "".join(left), self._may_stand)) is not None:
            at, there, length = best
            found.append(Tile(at, at + length, there, number))
            ours[at : at + length] = "\0" * length
            left[there : there + length] = "\1" * length
        return found

    def _may_stand(self, start: int, end: int) -> bool:
        """One character is in common only if it is a word that says something; two and more are."""
        word = self.here.text[start:end]
        whole = start in self._starts and end in self._ends
        if end - start > 1:
            return not (whole and word in SAYS_NOTHING)
        return whole and word not in SAYS_NOTHING and word not in DENYING

    # --- what is left over ---

    @cached_property
    def new(self) -> tuple[tuple[int, int], ...]:
        """Words of the clause that say something and stand nowhere; denials are not among them."""
        covered = {i for t in self.tiles for i in range(t.start, t.end)}
        told = {*"".join(s.text for s in self.there)}
        known = {*told, *self._frame, *SAYS_NOTHING}
        found = []
        for start, end in self.here.words:
            bare = "".join(self.here.text[i] for i in range(start, end) if i not in covered)
            word = self.here.text[start:end]
            # 上半年 beside 下半年 has 半年 in common and says another time; 病人们 beside 病人 says the same.
            if not bare or _empty(word) or _empty(word.strip(STEPS)):
                continue
            ahead = max((t.end for t in self.tiles if t.start < start < t.end), default=start)
            if start < ahead < end and says_nothing(self.here.text[ahead:end]):
                continue  # 体检|车开进: a cut in the middle of what the matter has
            if len(word) > 1 and (word in self._frame or any(word in s.text for s in self.there)):
                continue  # said a second time
            if len(word) > 1 and self.raw_word(start) in self._raw_frame:
                continue  # 检验, of 检验科
            if len(word) > 1 and set(bare) <= told and not WEIGHTY & set(bare):
                continue  # 用药, of 改用 and 药物
            if not is_word(word):  # a wrong cut: 员住, 品没降
                bare = "".join(c for c in bare if c not in SAYS_NOTHING and (c in WEIGHTY or c not in known))
            elif len(bare) == 1 and any(t.start < start < t.end or t.start < end < t.end for t in self.tiles):
                bare = "".join(WEIGHTY & set(bare))  # 分|开设|置 over 分开
            if WEIGHTY & set(bare) - DENYING or not _empty(bare):
                found.append((start, end))
        return tuple(found)

    def against(self, clause: int | None = None) -> str:
        """What is wrong, for the model: both as they were written."""
        theirs = self.raw_there[self.main if clause is None else clause]
        return f"“{self.raw_here}”与资料不符：资料里是“{theirs}”"

    def raw_word(self, start: int) -> str:
        """The word that begins here, as it was written."""
        return next(w for (s, _), w in zip(self.here.words, self.here.written, strict=True) if s == start)

    def before(self, tile: Tile) -> str:
        """What stands in the clause between the tile before and this one."""
        return self.here.text[max((t.end for t in self.tiles if t.end <= tile.start), default=0) : tile.start]

    def before_there(self, tile: Tile) -> str:
        """The same in the matter."""
        ends = (t.there_end for t in self.tiles if t.clause == tile.clause and t.there < tile.there)
        return self.there[tile.clause].text[max(ends, default=0) : tile.there]

    def is_whole(self, tile: Tile) -> bool:
        """Whether a tile is a word, or several, and more than one character."""
        return tile.end - tile.start > 1 and tile.start in self._starts and tile.end in self._ends

    def told_elsewhere(self, start: int, end: int) -> bool:
        """Whether other clauses of the matter have every word of a stretch that says something."""
        held = {i for t in self.tiles if t.clause not in (-1, self.main) for i in range(t.start, t.end)}
        words = [(s, e) for s, e in self.here.words if start <= s < end and not says_nothing(self.here.text[s:e])]
        return bool(words) and all(held >= {*range(s, e)} for s, e in words)

    def old(self, tile: Tile) -> bool:
        """Whether a tile lies in what the matter says was so before: 由…… of 由……改为……."""
        theirs = self.there[tile.clause].text if tile.clause >= 0 else ""
        changed = max(theirs.find("改为"), 0)
        since = max(theirs.rfind("由", 0, changed), theirs.rfind("从", 0, changed))
        return 0 <= since <= tile.there and tile.there_end <= changed and tile.end - tile.start > 1


class Over:
    """What a clause has and lacks of one clause of the matter."""

    def __init__(self, laid: Laid, number: int) -> None:
        self.laid, self.number, self.strip = laid, number, laid.there[number]
        self.tiles = tuple(t for t in laid.tiles if t.clause == number)
        self.longest = max((t.end - t.start for t in self.tiles), default=0)

    @cached_property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """Stretches of the matter's clause that the other does not have."""
        length = len(self.strip.text)
        bounds = [(0, 0), *sorted((t.there, t.there_end) for t in self.tiles), (length, length)]
        return tuple((a[1], b[0]) for a, b in pairwise(bounds) if b[0] > a[1])


def whole_words(strip: Strip, start: int, end: int) -> list[str]:
    """The words of a stretch, those at its edges as far as they lie in it."""
    return [strip.text[max(s, start) : min(e, end)] for s, e in strip.words if s < end and e > start]


def words_in(strip: Strip, start: int, end: int) -> str:
    """What a stretch says: its words without those that say nothing, deny or give a reason."""
    return said_by(whole_words(strip, start, end))


def said_by(words: Iterable[str]) -> str:
    """The same of words."""
    words = (w.strip(STEPS) if len(w) > 1 else w for w in words)
    return "".join(c for w in words if w not in SAYS_NOTHING and w not in _REASON for c in w if c not in DENYING)


@cache
def is_doing(word: str) -> bool:
    """Whether a word says what is done, and how: no person, place or thing."""
    words = Words(word).all
    put = len(word) == 2 and word[-1] in "在到给"  # 卡在
    return put or (len(words) == 1 and words[0].tag in ("v", "d", "p", "c", "ad", "vd"))


def says_nothing(word: str) -> bool:
    """Whether a word, or the one it may be put for, says nothing by itself."""
    return _empty(canonical_words([word])[0][0])


def _empty(word: str) -> bool:
    return word in SAYS_NOTHING or word in LET_IN or not word.strip("不未没无非否勿免再的了着")


def _longest(ours: str, theirs: str, may_stand: "object") -> tuple[int, int, int] | None:
    """(start, start there, length) of the longest stretch in common that may stand."""
    best: tuple[int, int, int] | None = None
    before: dict[int, int] = {}
    places: dict[str, list[int]] = {}
    for j, char in enumerate(theirs):
        places.setdefault(char, []).append(j)
    for i, char in enumerate(ours):
        now: dict[int, int] = {}
        for j in places.get(char, ()):
            now[j] = length = before.get(j - 1, 0) + 1
            # Of two places the later: what is so now stands after what was so before.
            longer = best is None or length > best[2] or (length == best[2] and i - length + 1 == best[0])
            if longer and may_stand(i - length + 1, i + 1):  # type: ignore[operator]
                best = i - length + 1, j - length + 1, length
        before = now
    return best
