"""Words: what changed inside one sentence, and never a number, a date, a 《title》 or a word cut in two.

In: sentences as they were and as they are, all pairs of a comparison at once.  Out: `Piece`s that rebuild both exactly.

Surprise: the shortest edit is the least readable.  “着力[-破-]解{+决+}” is one character shorter than
“着力[-破解-]{+解决+}”, and 15→12 by characters is “1[-5-]{+2+}”; so words are atoms, and what stays between two
changes and says nothing by itself is swallowed by them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

from chugao.comparing.aligning import equal_head
from chugao.comparing.tokens import Tokens, atoms_of, may_count, read_tokens
from chugao.comparing.versions import HunkKind, Piece

_CLAUSES = re.compile(r"(?:[^，；。《【]++|《[^《》\n]{1,60}》|【待补[^【】\n]{0,80}】|[《【])++[，；。]?|[，；。]")
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


# --- the difference -------------------------------------------------------------------------------

Pair = tuple[str, str, bool]
"""Old, new, and whether both are table rows."""
_Clauses = list[tuple[str, str]]
"""Runs of clauses side by side: the same text twice, or what differs."""


def pieces_of(old: str, new: str, *, cells: bool = False) -> tuple[Piece, ...]:
    """What stayed, went and came, old before new at every change; `cells`: two table rows."""
    return pieces_of_all([(old, new, cells)])[0]


def pieces_of_all(pairs: Sequence[Pair]) -> list[tuple[Piece, ...]]:
    """The same for many pairs, whose words are read at once."""
    cut = [[_clauses(old, new) for old, new in _cells(*pair)] for pair in pairs]
    differ = [texts for cells in cut for clauses in cells for texts in clauses if texts[0] != texts[1]]
    tokens = read_tokens(text for texts in differ for text in texts)
    return [_pieces(list(_runs(cells, tokens))) for cells in cut]


def _cells(old: str, new: str, rows: bool) -> list[tuple[str, str]]:
    """Rows of as many cells are compared cell by cell: a figure that moved to another column is a change."""
    if rows and "\n" not in old and "\n" not in new:
        old_cells, new_cells = old.split("\t"), new.split("\t")
        if len(old_cells) == len(new_cells):
            return list(zip(old_cells, new_cells, strict=True))
    return [(old, new)]


def _clauses(old: str, new: str) -> _Clauses:
    """No token reaches over a “，”, so of equal clauses no word is read."""
    if old == new:
        return [(old, new)] if old else []
    before, after = _CLAUSES.findall(old), _CLAUSES.findall(new)
    return [("".join(before[i:i_end]), "".join(after[j:j_end])) for _, i, i_end, j, j_end in _opcodes(before, after)]


class _Run(NamedTuple):
    """What stayed, or what went and what came in its place."""

    same: str = ""
    went: str = ""
    came: str = ""
    number: bool = False
    """What stayed holds a number."""
    weight_went: int = 0
    """How much of a reader's eye it takes: characters, but a number is one thing however long."""
    weight_came: int = 0

    @property
    def weight(self) -> int:
        return max(self.weight_went, self.weight_came)


def _runs(cells: Sequence[_Clauses], tokens: Mapping[str, Tokens]) -> Iterator[_Run]:
    for i, clauses in enumerate(cells):
        if i:
            yield _Run(same="\t")
        runs: list[_Run] = []
        for old, new in clauses:
            if old == new:
                _append(runs, _Run(old, "", "", may_count(old)))
            else:
                for run in _changes(tokens.get(old, _NOTHING), tokens.get(new, _NOTHING)):
                    _append(runs, run)
        yield from _swallowed(runs)


_NOTHING = Tokens([], [])


def _append(runs: list[_Run], run: _Run) -> None:
    """Two runs that stayed, or two that changed, side by side are one."""
    if runs and bool(runs[-1].same) == bool(run.same):
        run = _with(runs.pop(), run)
    runs.append(run)


def _with(one: _Run, other: _Run) -> _Run:
    return _Run(
        one.same + other.same,
        one.went + other.went,
        one.came + other.came,
        one.number or other.number,
        one.weight_went + other.weight_went,
        one.weight_came + other.weight_came,
    )


def _changes(old: Tokens, new: Tokens) -> Iterator[_Run]:
    for equal, i, i_end, j, j_end in _opcodes(old.texts, new.texts):
        went, counts = old.texts[i:i_end], old.numbers[i:i_end]
        if equal:
            yield _Run("".join(went), "", "", True in counts)
            continue
        came = new.texts[j:j_end]
        weights = _weight(went, counts), _weight(came, new.numbers[j:j_end])
        yield _Run("", "".join(went), "".join(came), False, *weights)


def _weight(texts: Sequence[str], numbers: Sequence[bool]) -> int:
    return sum(2 if number else len(text) for text, number in zip(texts, numbers, strict=True))


def _opcodes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """(equal, old from, old to, new from, new to): a change between any two runs that stayed."""
    shorter = min(len(before), len(after))
    head = equal_head(before, after)
    tail = min(equal_head(before[::-1], after[::-1]), shorter - head)
    end, new_end = len(before) - tail, len(after) - tail
    if head:
        yield True, 0, head, 0, head
    # Mostly one change is all there is between what both begin and end with.
    if len(before) * len(after) > _LARGEST or set(before[head:end]).isdisjoint(after[head:new_end]):
        if head < max(end, new_end):
            yield False, head, end, head, new_end
    else:
        yield from _between(before, after, head, end, new_end)
    if tail:
        yield True, end, len(before), new_end, len(after)


def _between(
    before: Sequence[str], after: Sequence[str], head: int, end: int, new_end: int
) -> Iterator[tuple[bool, int, int, int, int]]:
    """The same of what lies between a head and the ends, which begins and ends with a change."""
    ids: dict[str, int] = {}
    old = [ids.setdefault(t, len(ids)) for t in before[head:end]]
    new = [ids.setdefault(t, len(ids)) for t in after[head:new_end]]
    went = came = head
    # The last block is empty and stands at the ends.
    for i, j, length in Indel.opcodes(old, new).as_matching_blocks():
        yield False, went, head + i, came, head + j
        went, came = head + i + length, head + j + length
        if length:
            yield True, head + i, went, head + j, came


def _swallowed(runs: list[_Run]) -> list[_Run]:
    """Runs that stayed but say nothing between two changes become part of them.

    From left to right, so that a change grown by one swallow weighs what it now weighs.
    """
    out: list[_Run] = []
    for run in runs:
        while not run.same and len(out) > 1 and _is_island(out[-1], out[-2], run):
            island, before = out.pop(), out.pop()
            run = _with(_with(before, _changed(island)), run)
        out.append(run)
    changes = sum(not run.same for run in out)
    return _as_one(out) if changes > _MANY and changes > sum(len(r.same) + len(r.went) for r in out) // _MANY else out


def _changed(island: _Run) -> _Run:
    weight = 2 if island.number else len(island.same)
    return _Run("", island.same, island.same, False, weight, weight)


def _as_one(runs: list[_Run]) -> list[_Run]:
    """A sentence changed all over is a changed sentence, but for what it begins and ends with."""
    head, tail = (1 if runs[0].same else 0), (1 if runs[-1].same else 0)
    middle = runs[head : len(runs) - tail]
    one = _Run(went="".join(r.same + r.went for r in middle), came="".join(r.same + r.came for r in middle))
    return [*runs[:head], one, *runs[len(runs) - tail :]]


def _is_island(same: _Run, left: _Run, right: _Run) -> bool:
    """Whether what stayed is better shown as changed: a mark, a particle, less than what changed around it.

    A number that stayed is shown as such; the end of a sentence and of a cell stay what they are.
    """
    length = len(same.same)
    if length > 2 and (same.number or length >= min(left.weight, right.weight)):
        return False
    return _END.search(same.same) is None


def _pieces(runs: Sequence[_Run]) -> tuple[Piece, ...]:
    out: list[Piece] = []
    same = ""
    for run in runs:
        if run.same:
            same += run.same
            continue
        if same:
            out.append(Piece("equal", same))
            same = ""
        if run.went:
            out.append(Piece("delete", run.went))
        if run.came:
            out.append(Piece("insert", run.came))
    return (*out, Piece("equal", same)) if same else tuple(out)


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
    for start, end, number in atoms_of(text):
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
    number = _ORDINAL.match(heading)
    return heading[number.end() :] if number else heading
