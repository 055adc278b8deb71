"""Tokens: what is kept or changed as a whole, be it a number, a date, a 《title》 or a word.

In: clauses and sentences, as many as there are.  Out: `Tokens` of each; joined they are the text.

Surprise: nothing here is slow but the number of times it is begun.  Some ten patterns and a dictionary look at each
clause of a dozen characters; so all clauses of a comparison are read in one go, apart from each other by a character
that no pattern knows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from chugao.catalogue import load_catalogue
from chugao.lexicon import words_of
from chugao.mentions import metric_names
from chugao.mentions.fixed import whole_spans
from chugao.quantity import UNITS, fold, number_spans
from chugao.quantity.grammar import is_han

_BETWEEN, _STOP = "\x00\x01"
_ATOMS = re.compile(
    r"(?:^|(?<=\x00))(?:[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.是要]|\d{1,2}[.．、](?!\d))"  # printed numbers
    r"|《[^《》\n\x00]{1,60}》"  # titles
    r"|\{[a-z_]{1,60}\.[a-z_]{1,30}\}"  # slots
    r"|【待补[^【】\n\x00]{0,80}】"
    r"|[〔\[（(](?:19|20)\d\d[〕\]）)]第?\d{1,6}号"  # document numbers
    r"|[A-Za-z][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)*"
    r"|\t|\r?\n"
)
_MAY_COUNT = re.compile(r"[0-9０-９一二两三四五六七八九十百千万亿半〇番]")
_NIL = re.compile(r"发生|未出现|未发现|无|零")

Atom = tuple[int, int, bool]
"""(start, end, whether it says a number)"""


class Tokens(NamedTuple):
    """A text cut into what is kept or changed as a whole."""

    texts: list[str]
    numbers: list[bool]
    """Of each, whether it says a number."""


def read_tokens(texts: Iterable[str]) -> dict[str, Tokens]:
    """The tokens of every text."""
    apart = [t for t in dict.fromkeys(texts) if t]
    together = [t for t in apart if _BETWEEN not in t]
    found = dict(zip(together, _read(together), strict=True))
    # What holds the character that keeps texts apart is read by itself, without it.
    return found | {t: _joined(t) for t in apart if _BETWEEN in t}


@lru_cache(maxsize=2048)
def tokens_of(sentence: str) -> Tokens:
    """The tokens of one text."""
    return read_tokens([sentence])[sentence] if sentence else Tokens([], [])


def atoms_of(text: str) -> list[Atom]:
    """What is no mere word of a text, apart and in order."""
    return list(_apart(_spans(text)))


def may_count(text: str) -> bool:
    """Whether a text may hold a number at all."""
    return _MAY_COUNT.search(text) is not None


def _joined(text: str) -> Tokens:
    out = Tokens([], [])
    for i, piece in enumerate(text.split(_BETWEEN)):
        cut = _read([piece])[0] if piece else Tokens([], [])
        out.texts.extend([_BETWEEN] * bool(i) + cut.texts)
        out.numbers.extend([False] * bool(i) + cut.numbers)
    return out


def _read(texts: Sequence[str]) -> list[Tokens]:
    """All at once: atoms first, then the words of what lies between them."""
    whole = _BETWEEN.join(texts)
    atoms = [*_apart(_spans(whole)), (len(whole), len(whole), False)]
    ends = [0, *(end for _, end, _ in atoms)]
    gaps = [whole[end:start] for end, (start, _, _) in zip(ends, atoms, strict=False)]
    said: list[str] = []
    numbers: list[bool] = []
    for (start, end, number), words in zip(atoms, _words(gaps), strict=True):
        said += words
        numbers += [False] * len(words)
        if start < end:
            said.append(whole[start:end])
            numbers.append(number)
    borders = [-1, *(at for at, word in enumerate(said) if word == _BETWEEN), len(said)]
    return [Tokens(said[a + 1 : b], numbers[a + 1 : b]) for a, b in pairwise(borders)][: len(texts)]


def _apart(spans: list[Atom]) -> Iterator[Atom]:
    """In order, and of what overlaps one."""
    spans.sort()
    start, end, number = 0, 0, False
    for begins, ends, counts in spans:
        if begins < end:
            end, number = max(end, ends), number or counts
            continue
        if start < end:
            yield start, end, number
        start, end, number = begins, ends, counts
    if start < end:
        yield start, end, number


def _spans(text: str) -> list[Atom]:
    """Atoms as they are found, and whatever `find_mentions` may see as one number: quantities, dates, ranks, nil."""
    spans = [(*m.span(), False) for m in _ATOMS.finditer(text)]
    if may_count(text):
        folded = fold(text)
        spans += [(a - 1 if folded[a - 1 : a] == "第" else a, b, True) for a, b in number_spans(text)]
        spans += [(a, b, True) for a, b in whole_spans(folded)]
    if _NIL.search(text):
        spans += [(a, b, True) for a, b, *_ in metric_names(load_catalogue()).find_zeros(text)]
    return spans


# --- words ----------------------------------------------------------------------------------------


def _words(gaps: Sequence[str]) -> Iterator[list[str]]:
    """The words of every gap between two atoms."""
    words = iter(words_of(_STOP.join(gaps)))
    for gap in gaps:
        own = list(_until(words, len(gap)))
        # A dictionary must never lose a character.
        yield list(_names_whole(own)) if "".join(own) == gap else list(gap)
        next(words, None)


def _until(words: Iterator[str], length: int) -> Iterator[str]:
    while length > 0 and (word := next(words, "")):
        yield word
        length -= len(word)


def _names_whole(words: Sequence[str]) -> Iterator[str]:
    """Words, those that make up the name of a metric or a unit as one."""
    names, beginnings = _names()
    at = 0
    while at < len(words):
        name, end = words[at], at + 1
        longer, next_ = name, end
        while longer in beginnings and next_ < len(words):
            longer, next_ = longer + words[next_], next_ + 1
            if longer in names:
                name, end = longer, next_
        yield name
        at = end


@cache
def _names() -> tuple[frozenset[str], frozenset[str]]:
    """Names of metrics and units; and whatever one of them begins with and goes on after."""
    said = {name for definition in load_catalogue() for name in (*definition.all_names(), *definition.used_by)}
    names = frozenset(n for n in said | set(UNITS) if len(n) > 1 and is_han(n))
    return names, frozenset(name[:length] for name in names for length in range(1, len(name)))
