"""Words: what changed inside one sentence, and never a number, a date, a 《title》 or a word cut in two.

In: a sentence as it was and as it is.  Out: `Piece`s that rebuild both exactly.

Surprise: the shortest edit is the least readable.  “着力[-破-]解{+决+}” is one character shorter than
“着力[-破解-]{+解决+}”, and 15→12 by characters is “1[-5-]{+2+}”; so words are atoms, and what stays between two
changes and says nothing by itself is swallowed by them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Indel

from chugao.catalogue import load_catalogue
from chugao.comparing.aligning import equal_head
from chugao.comparing.versions import HunkKind, Piece
from chugao.mentions import metric_names
from chugao.mentions.fixed import fixed_spans
from chugao.quantity import UNITS, fold, number_spans

_ATOMS = re.compile(
    r"^(?:[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.是要]|\d{1,2}[.．、](?!\d))"  # printed numbers
    r"|《[^《》\n]{1,60}》"  # titles
    r"|\{[a-z_]{1,60}\.[a-z_]{1,30}\}"  # slots
    r"|【待补[^【】\n]{0,80}】"
    r"|[〔\[（(](?:19|20)\d\d[〕\]）)]第?\d{1,6}号"  # document numbers
    r"|[A-Za-z][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)*"
    r"|\t|\r?\n"
)
_MAY_COUNT = re.compile(r"[0-9０-９一二两三四五六七八九十百千万亿半〇番]")
_MAY_BE_FIXED = re.compile(r"[0-9二]")
_CLAUSE = "，；。"
_NIL = re.compile(r"发生|未出现|未发现|无|零")
_NUMERAL = re.compile(r"[0-9０-９二两三四五六七八九十百千万亿半番〇]")
_DIGIT = re.compile(r"[0-9０-９]")
_NAMES_WITH_DIGITS = re.compile(r"[A-Za-z《{【\[〔]")
_END = re.compile(r"[。！？!?\t\n]")
_NO_WORDS = re.compile(r"[\W_]+")
_ORDINAL = re.compile(
    r"^(?:第?[一二三四五六七八九十\d]{1,3}(?:[、.．章编]|部分)(?!\d)|[一二三四五六七八九十]{1,3}[是要]"
    r"|[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑩])"
)
_LARGEST = 50_000_000
"""Tokens times tokens of one sentence pair; beyond it only what stands around the change is looked for."""


_MANY = 8
"""More changes than this in one sentence, and closer to each other than so many characters, are read as one."""


class Token(NamedTuple):
    """A stretch that is kept or changed as a whole."""

    text: str
    number: bool = False


# --- tokens ---------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def tokens_of(sentence: str) -> tuple[Token, ...]:
    """A sentence as atoms: joined they are the sentence."""
    out: list[Token] = []
    at = 0
    for start, end, number in _atoms(sentence):
        out += _words(sentence[at:start])
        out.append(Token(sentence[start:end], number))
        at = end
    out += _words(sentence[at:])
    return tuple(out)


def _atoms(sentence: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it says a number), apart and in order: what overlaps is one."""
    spans = [(*m.span(), False) for m in _ATOMS.finditer(sentence)]
    spans += [(start, end, True) for start, end in _number_spans(sentence)]
    open_: tuple[int, int, bool] | None = None
    for start, end, number in sorted(spans):
        if open_ is not None and start < open_[1]:
            open_ = (open_[0], max(open_[1], end), open_[2] or number)
            continue
        if open_ is not None:
            yield open_
        open_ = (start, end, number)
    if open_ is not None:
        yield open_


def _number_spans(sentence: str) -> Iterator[tuple[int, int]]:
    """Whatever `find_mentions` may see as one number: quantities, dates, ranks, words of nil."""
    if _MAY_COUNT.search(sentence):
        folded = fold(sentence)
        for start, end in number_spans(sentence):
            yield (start - 1 if folded[start - 1 : start] == "第" else start), end
        if _MAY_BE_FIXED.search(folded):
            for start, end, _ in fixed_spans(folded):
                yield start, end
    if _NIL.search(sentence):
        for start, end, *_ in metric_names(load_catalogue()).find_zeros(sentence):
            yield start, end


def _words(text: str) -> list[Token]:
    if len(text) < 2:
        return [Token(text)] if text else []
    import rjieba

    words: list[str] = rjieba.cut(text)
    if sum(map(len, words)) != len(text):  # a dictionary must never lose a character
        words = list(text)
    return [Token(word) for word in _names_whole(words)]


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
    """Names of metrics and units, and all they may begin with."""
    said = {name for definition in load_catalogue() for name in (*definition.all_names(), *definition.used_by)}
    names = frozenset(n for n in said | set(UNITS) if len(n) > 1 and re.fullmatch(r"[\u4e00-\u9fff]+", n))
    return names, frozenset(n[:k] for n in names for k in range(1, len(n)))


# --- the difference -------------------------------------------------------------------------------


def pieces_of(old: str, new: str, *, cells: bool = False) -> tuple[Piece, ...]:
    """What stayed, went and came, old before new at every change; `cells`: two table rows.

    Rows of as many cells are compared cell by cell: a figure that moved to another column is a change.
    """
    if old == new:
        return (Piece(op="equal", text=old),) if old else ()
    old_cells, new_cells = old.split("\t"), new.split("\t")
    if cells and len(old_cells) == len(new_cells) > 1 and "\n" not in old + new:
        runs: list[_Run] = []
        for i, (before, after) in enumerate(zip(old_cells, new_cells, strict=True)):
            runs += [_Run(same=(Token("\t"),))] * bool(i) + _changes(before, after)
        return _pieces(runs)
    return _pieces(_changes(old, new))


class _Run(NamedTuple):
    """Tokens that stayed, or tokens that went and others that came in their place."""

    same: tuple[Token, ...] = ()
    went: tuple[Token, ...] = ()
    came: tuple[Token, ...] = ()

    @property
    def weight(self) -> int:
        """How much of a reader's eye a change takes: characters, but a number is one thing however long."""
        return max(_weight(self.went), _weight(self.came))


def _weight(tokens: Iterable[Token]) -> int:
    return sum(2 if token.number else len(token.text) for token in tokens)


def _changes(old: str, new: str) -> list[_Run]:
    if old == new:
        return [_Run(same=(Token(old),))] if old else []
    head, tail = _equal_clauses(old, new)
    middle = _changes_inside(old[head : len(old) - tail], new[head : len(new) - tail])
    before, after = [_Run(same=(Token(old[:head]),))], [_Run(same=(Token(old[len(old) - tail :]),))]
    return before[: head > 0] + middle + after[: tail > 0]


def _equal_clauses(old: str, new: str) -> tuple[int, int]:
    """How many characters both begin and end with, in whole clauses: no token reaches over a “，”, so none is read."""
    if "《" in old or "《" in new:
        return 0, 0
    shorter = min(len(old), len(new))
    head = equal_head(old, new)
    tail = equal_head(old[::-1], new[::-1])
    head = max(old.rfind(mark, 0, head) for mark in _CLAUSE) + 1
    tail = min(tail, shorter - head)
    # The clause that the tail begins in is not whole; its last mark ends what is read.
    marks = [at for mark in _CLAUSE if (at := old.find(mark, len(old) - tail)) >= 0]
    return head, len(old) - min(marks) - 1 if tail and marks else 0


def _changes_inside(old: str, new: str) -> list[_Run]:
    before, after = tokens_of(old), tokens_of(new)
    if before == after:
        return [_Run(same=before)] if before else []
    runs = [
        _Run(same=before[i:i_end]) if equal else _Run(went=before[i:i_end], came=after[j:j_end])
        for equal, i, i_end, j, j_end in _opcodes(before, after)
    ]
    return _swallowed(runs)


def _opcodes(before: Sequence[Token], after: Sequence[Token]) -> Iterator[tuple[bool, int, int, int, int]]:
    """(equal, old from, old to, new from, new to): a change between any two runs that stayed."""
    ids: dict[Token, int] = {}
    old = [ids.setdefault(t, len(ids)) for t in before]
    new = [ids.setdefault(t, len(ids)) for t in after]
    if len(old) * len(new) > _LARGEST:
        yield from _around(old, new)
        return
    pending: tuple[int, int, int, int] | None = None
    for code in Indel.opcodes(old, new):
        if code.tag == "equal":
            if pending is not None:
                yield False, *pending
                pending = None
            yield True, code.src_start, code.src_end, code.dest_start, code.dest_end
        else:
            i, j = pending[::2] if pending else (code.src_start, code.dest_start)
            pending = (i, code.src_end, j, code.dest_end)
    if pending is not None:
        yield False, *pending


def _around(old: list[int], new: list[int]) -> Iterator[tuple[bool, int, int, int, int]]:
    """What both begin and end with; the rest is one change."""
    shorter = min(len(old), len(new))
    head = equal_head(old, new)
    tail = min(equal_head(old[::-1], new[::-1]), shorter - head)
    if head:
        yield True, 0, head, 0, head
    yield False, head, len(old) - tail, head, len(new) - tail
    if tail:
        yield True, len(old) - tail, len(old), len(new) - tail, len(new)


def _swallowed(runs: list[_Run]) -> list[_Run]:
    """Runs that stayed but say nothing between two changes become part of them.

    From left to right, so that a change grown by one swallow weighs what it now weighs.
    """
    out: list[_Run] = []
    for run in runs:
        while not run.same and len(out) > 1 and _is_island(out[-1].same, out[-2], run):
            island, before = out.pop().same, out.pop()
            run = _Run(went=before.went + island + run.went, came=before.came + island + run.came)
        out.append(run)
    changes = sum(not run.same for run in out)
    length = sum(len(token.text) for run in out for token in (*run.same, *run.went))
    return _as_one(out) if changes > _MANY and changes > length // _MANY else out


def _as_one(runs: list[_Run]) -> list[_Run]:
    """A sentence changed all over is a changed sentence, but for what it begins and ends with."""
    head, tail = (1 if runs[0].same else 0), (1 if runs[-1].same else 0)
    middle = runs[head : len(runs) - tail]
    went = tuple(token for run in middle for token in (*run.same, *run.went))
    came = tuple(token for run in middle for token in (*run.same, *run.came))
    return [*runs[:head], _Run(went=went, came=came), *runs[len(runs) - tail :]]


def _is_island(same: Sequence[Token], left: _Run, right: _Run) -> bool:
    """Whether what stayed is better shown as changed: a mark, a particle, less than what changed around it.

    A number that stayed is shown as such; the end of a sentence and of a cell stay what they are.
    """
    length = sum(len(token.text) for token in same)
    if any(_END.search(token.text) for token in same):
        return False
    return length <= 2 or (length < min(left.weight, right.weight) and not any(token.number for token in same))


def _pieces(runs: Sequence[_Run]) -> tuple[Piece, ...]:
    out: list[Piece] = []
    same = ""
    for run in runs:
        same += _text(run.same)
        if run.same:
            continue
        if same:
            out.append(Piece(op="equal", text=same))
            same = ""
        if run.went:
            out.append(Piece(op="delete", text=_text(run.went)))
        if run.came:
            out.append(Piece(op="insert", text=_text(run.came)))
    return (*out, Piece(op="equal", text=same)) if same else tuple(out)


def _text(tokens: Iterable[Token]) -> str:
    return "".join(token.text for token in tokens)


# --- what kind of change --------------------------------------------------------------------------


def kind_of(old: str, new: str) -> HunkKind:
    """What a person calls a change inside a sentence; a changed number before all else."""
    said_before, said_after = _NO_WORDS.sub("", old), _NO_WORDS.sub("", new)
    if said_before and said_after and _digits_differ(old, new):
        return "数字"
    if _NUMERAL.search(old + new):
        (numbers_before, words_before), (numbers_after, words_after) = _numbers_and_words(old), _numbers_and_words(new)
        only_numbers = not words_before and not words_after
        if numbers_before != numbers_after and ((said_before and said_after) or only_numbers):
            return "数字"
    if said_before == said_after:
        return "标点"
    if not said_before:
        return "增"
    return "措辞" if said_after else "删"


def _digits_differ(old: str, new: str) -> bool:
    """Whether numbers surely differ: where no name (N95, 《…2025》) holds digits, every digit is one of a number."""
    return not _NAMES_WITH_DIGITS.search(old + new) and _DIGIT.findall(old) != _DIGIT.findall(new)


def _numbers_and_words(text: str) -> tuple[list[str], str]:
    """The numbers, dates and years of a few words, as printed, idioms (一批) left out; and the words beside them."""
    numbers, words, at = [], [], 0
    for start, end, number in _atoms(text):
        words.append(text[at : start if number else end])
        if number and _NUMERAL.search(text, start, end):
            numbers.append(text[start:end])
        at = end
    return numbers, _NO_WORDS.sub("", "".join([*words, text[at:]]))


def printed_numbers(old: str, new: str) -> tuple[int, int]:
    """How long the printed numbers (（三）) of two headings are; zeros where one of them has none."""
    before, after = _ORDINAL.match(old), _ORDINAL.match(new)
    return (before.end(), after.end()) if before and after else (0, 0)


def without_number(heading: str) -> str:
    """A heading without its printed number."""
    return _ORDINAL.sub("", heading)
