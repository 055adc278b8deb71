"""Compare beside its peers: how long, how many numbers cut in two, how much confetti, how much marked.

In: the version pairs of `versions/` and seeded edits of the same texts.  Out: one `Row` a method and set of pairs.

The pairs are drafts of this project by older and newer code, other seeds, lengths and figures, and drafts a person
edited.  diff-match-patch, in Python and in C++, lives in an environment of its own; without it its rows are missing.
"""

import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz.distance import Indel

from chugao import comparing
from chugao.comparing import Comparison, read_version
from chugao.comparing.tokens import tokens_of
from chugao.lexicon import words_of
from chugao.mentions import find_mentions
from eval.peers import NoPeer, ask_peer

HERE = Path(__file__).parent
VERSIONS = HERE / "versions"

Op = tuple[str, str]
"""(equal, delete or insert; text)."""


class Pair(NamedTuple):
    """Two states of one text."""

    name: str
    old: str
    new: str


class Row(NamedTuple):
    """What one method made of one set of pairs."""

    method: str
    pairs: str
    median_ms: float
    p95_ms: float
    hunks: int
    cuts: int
    """Changes whose border falls inside a number."""
    islands: float
    """Unchanged runs of one or two characters between two changes, for each 100 hunks."""
    marked: float
    """Characters marked ÷ the fewest possible by characters."""
    marked_whole: float
    """The same with every number counted as one character: what is left beside keeping numbers whole."""
    exact: bool
    """Whether both texts are rebuilt from what it says."""
    marked_words: float = 0.0
    """Characters marked ÷ the fewest that cut neither a number nor a word: what a text marked by words can come to."""


# --- pairs ----------------------------------------------------------------------------------------


def real_pairs(folder: Path = VERSIONS) -> list[Pair]:
    """Every kept pair, as the text that is compared."""
    return [
        Pair(old.name.partition(".")[0], read_version(old).text, read_version(_newer(old)).text)
        for old in sorted(folder.glob("*.old.md"))
    ]


def _newer(old: Path) -> Path:
    return old.with_name(old.name.replace(".old.", ".new."))


def edited_pair(length: int, seed: int, share: float) -> Pair:
    """A text of about so many characters and the same after seeded edits of this share of its sentences."""
    chance = random.Random(seed)
    documents = list(_documents())
    chance.shuffle(documents)
    lines: list[str] = []
    while sum(map(len, lines)) < length:
        lines += documents.pop() if documents else chance.choice(_documents())
        # Official papers repeat themselves: now and then a paragraph that has stood before.
        at = chance.randrange(len(lines))
        lines += lines[at : at + 2]
    old = "\n".join(lines)[:length]
    return Pair(f"{length}-{seed}-{share}", old, "\n".join(_edited(old.split("\n"), chance, share)))


@cache
def _documents() -> tuple[list[str], ...]:
    """The kept versions, one of each pair, by lines."""
    return tuple(pair.old.split("\n") for pair in real_pairs())


_WORDS = {
    "推进": "推动", "提高": "提升", "开展": "组织开展", "缩短": "压缩", "完成": "全部完成", "患者": "病人", "每月": "按月",
    "由": "从", "增加": "新增", "达到": "升至", "公布": "通报", "负责": "牵头", "全年": "一年来", "以及": "和",
}  # fmt: skip


def _edited(lines: list[str], chance: random.Random, share: float) -> Iterator[str]:
    waiting: list[str] = []
    everything = [s for line in lines for s in re.findall(r"[^。；]+[。；]", line)]
    for line in lines:
        out = []
        for sentence in re.findall(r"[^。；]*[。；]|[^。；]+$", line):
            if sentence[-1] not in "。；" or chance.random() >= share:
                out.append(_other_number(sentence, chance) if chance.random() < share / 3 else sentence)
                continue
            out += _edit(sentence, chance, everything, waiting)
        if waiting and out and out[-1].endswith("。") and chance.random() < 0.3:
            out.append(waiting.pop())
        if "".join(out):
            yield "".join(out)


def _edit(sentence: str, chance: random.Random, everything: list[str], waiting: list[str]) -> list[str]:
    match chance.choice(["number", "number", "words", "words", "words", "delete", "insert", "replace", "move", "part"]):
        case "number":
            return [_other_number(sentence, chance)]
        case "words":
            words = [w for w in _WORDS if w in sentence]
            return [sentence.replace(word := chance.choice(words), _WORDS[word], 1) if words else sentence]
        case "delete":
            return []
        case "insert":
            return [sentence, chance.choice(everything)]
        case "replace":
            return [chance.choice(everything)]
        case "move":
            waiting.append(sentence)
            return []
        case _:
            return [sentence.replace("，", "。", 1)]


def _other_number(text: str, chance: random.Random) -> str:
    numbers = list(re.finditer(r"\d+", text))
    if not numbers:
        return text
    at = chance.choice(numbers)
    return text[: at.start()] + str(int(at[0]) + chance.randint(1, 40)) + text[at.end() :]


# --- methods --------------------------------------------------------------------------------------


def _ours(pair: Pair) -> Comparison:
    comparing._cache.clear()
    tokens_of.cache_clear()
    return comparing.compare(pair.old, pair.new)


def _difflib(pair: Pair) -> list[Op]:
    from difflib import SequenceMatcher

    return list(_ops(pair, SequenceMatcher(None, pair.old, pair.new, autojunk=False).get_opcodes()))


def _rapidfuzz(pair: Pair) -> list[Op]:
    codes = Indel.opcodes(pair.old, pair.new)
    return list(_ops(pair, ((c.tag, c.src_start, c.src_end, c.dest_start, c.dest_end) for c in codes)))


def _ops(pair: Pair, codes: Iterable[tuple[Any, ...]]) -> Iterator[Op]:
    for tag, i, i_end, j, j_end in codes:
        if tag == "equal":
            yield "equal", pair.old[i:i_end]
            continue
        if i < i_end:
            yield "delete", pair.old[i:i_end]
        if j < j_end:
            yield "insert", pair.new[j:j_end]


_PEER = """
import json, sys, time
name, pairs, repeats = json.load(sys.stdin)
if name == "python":
    from diff_match_patch import diff_match_patch
    tool = diff_match_patch(); tool.Diff_Timeout = 0
    def run(old, new):
        diffs = tool.diff_main(old, new, False); tool.diff_cleanupSemantic(diffs)
        return [({0: "equal", -1: "delete", 1: "insert"}[op], text) for op, text in diffs]
else:
    import fast_diff_match_patch as tool
    def run(old, new):
        diffs = tool.diff(old, new, counts_only=False, cleanup="Semantic", timelimit=0, checklines=False)
        return [({"=": "equal", "-": "delete", "+": "insert"}[op], text) for op, text in diffs]
out = []
for old, new in pairs:
    times = []
    for _ in range(repeats):
        start = time.process_time(); ops = run(old, new); times.append(time.process_time() - start)
    out.append((times, ops))
json.dump(out, sys.stdout)
"""


def _peer(name: str, pairs: list[Pair], repeats: int) -> list[tuple[list[float], list[Op]]]:
    told = ask_peer("diff", _PEER, [name, [(p.old, p.new) for p in pairs], repeats])
    return [(times, [(op, text) for op, text in ops]) for times, ops in told]


# --- measures -------------------------------------------------------------------------------------


class Seen(NamedTuple):
    """What was counted of one result."""

    hunks: int
    cuts: int
    islands: int
    marked: int
    marked_whole: int
    exact: bool


def seen_in_ops(pair: Pair, ops: list[Op]) -> Seen:
    """Of a flat list of what stayed, went and came."""
    borders: tuple[set[int], set[int]] = (set(), set())
    at = [0, 0]
    hunks = islands = 0
    for k, (op, text) in enumerate(ops):
        if op == "equal":
            inner = 0 < k < len(ops) - 1
            islands += inner and len(text) <= 2 and "\t" not in text and "\n" not in text
            at = [at[0] + len(text), at[1] + len(text)]
            continue
        hunks += k == 0 or ops[k - 1][0] == "equal"
        side = 0 if op == "delete" else 1
        borders[0].add(at[0])
        borders[1].add(at[1])
        at[side] += len(text)
        borders[side].add(at[side])
    old = "".join(t for op, t in ops if op != "insert")
    new = "".join(t for op, t in ops if op != "delete")
    changed = [t for op, t in ops if op != "equal"]
    return Seen(
        hunks=hunks,
        cuts=_cuts(pair.old, borders[0]) + _cuts(pair.new, borders[1]),
        islands=islands,
        marked=sum(map(len, changed)),
        marked_whole=sum(len(_whole(t)) for t in changed),
        exact=(old, new) == (pair.old, pair.new),
    )


def seen_in(comparison: Comparison) -> Seen:
    """Of a comparison of ours; what moved counts at both places, as for everybody else."""
    old, new = comparison.old, comparison.new
    marked = [p.text for u in comparison.units if u.op == "changed" for p in u.pieces if p.op != "equal"]
    marked += [u.old if u.in_old else u.new for u in comparison.units if u.op not in ("equal", "changed")]
    return Seen(
        hunks=len(comparison.hunks),
        cuts=_cuts(old.text, {x for h in comparison.hunks for x in h.old_span})
        + _cuts(new.text, {x for h in comparison.hunks for x in h.new_span}),
        islands=islands_in(comparison),
        marked=sum(map(len, marked)),
        marked_whole=sum(len(_whole(t)) for t in marked),
        exact=(comparison.rejected(), comparison.accepted()) == (old.text, new.text),
    )


def islands_in(comparison: Comparison) -> int:
    """One or two unchanged characters between two changes of one sentence; the border of a cell is none."""
    return sum(
        piece.op == "equal" and len(piece.text) <= 2 and "\t" not in piece.text
        for unit in comparison.units
        if unit.op == "changed"
        for piece in unit.pieces[1:-1]
    )


def _cuts(text: str, borders: set[int]) -> int:
    return sum(any(m < b < m_end for b in borders) for m, m_end in _numbers(text))


@cache
def _numbers(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((m.start, m.end) for m in find_mentions(text))


def _whole(text: str) -> list[str]:
    """A text in characters, each number of it one."""
    out: list[str] = []
    at = 0
    for start, end in _numbers(text):
        if start >= at:
            out += [*text[at:start], text[start:end]]
            at = end
    return [*out, *text[at:]]


def fewest(pair: Pair) -> tuple[int, int]:
    """The least that can be marked: by characters, and with every number whole."""
    ids: dict[str, int] = {}
    old, new = ([ids.setdefault(c, len(ids)) for c in _whole(text)] for text in (pair.old, pair.new))
    return Indel.distance(pair.old, pair.new), Indel.distance(old, new)


def fewest_by_words(pair: Pair) -> int:
    """The least that can be marked where no number and no word is cut: the heaviest common subsequence of tokens."""
    import numpy as np

    old, new = (_tokens(comparing.version_of_text(text)) for text in (pair.old, pair.new))
    weight = np.zeros(len(new) + 1, np.int64)
    ids: dict[str, int] = {}
    after = np.array([ids.setdefault(t, len(ids)) for t in new])
    for token in old:
        reached = np.where(after == ids.get(token, -1), weight[:-1] + len(token), 0)
        weight[1:] = np.maximum(weight[1:], reached)
        weight = np.maximum.accumulate(weight)
    return sum(map(len, old)) + sum(map(len, new)) - 2 * int(weight[-1])


def _tokens(version: comparing.Version) -> list[str]:
    out: list[str] = []
    paragraph = 0
    for stretch in version.stretches:
        if stretch.paragraph != paragraph:
            out.append("\n")
        paragraph = stretch.paragraph
        out += tokens_of(stretch.text).texts
    return out


# --- rows -----------------------------------------------------------------------------------------


def sets_of_pairs() -> dict[str, list[Pair]]:
    """What is measured: kept versions, light and heavy edits of 10,000 characters, and 50,000."""
    return {
        "real": real_pairs(),
        "10k": [edited_pair(10_000, seed, share) for seed in range(10) for share in (0.2, 0.5)],
        "50k": [edited_pair(50_000, seed, 0.2) for seed in range(4)],
    }


def measure(repeats: int = 3, most: int | None = None) -> list[Row]:
    """Every method on every set, or on its first pairs; difflib not on 50,000, where one pair takes it half a minute."""
    words_of("一" * 5_000)  # more than is looked up: from then on the process has the dictionary
    rows = []
    for name, held in sets_of_pairs().items():
        pairs = held[:most]
        rows.append(_row("chugao", name, pairs, [_timed(lambda p=pair: _ours(p), repeats) for pair in pairs]))
        for peer, label in (("cpp", "fast-diff-match-patch (C++)"), ("python", "diff-match-patch (Python)")):
            try:
                rows.append(_row(label, name, pairs, _peer(peer, pairs, 1 if name == "50k" else repeats)))
            except NoPeer as error:
                print(error, file=sys.stderr)
        rows.append(_row("rapidfuzz", name, pairs, [_timed(lambda p=pair: _rapidfuzz(p), repeats) for pair in pairs]))
        if name != "50k":
            rows.append(_row("difflib", name, pairs, [_timed(lambda p=pair: _difflib(p), 1) for pair in pairs]))
    return rows


def _timed(work: Callable[[], Any], repeats: int) -> tuple[list[float], Any]:
    times = []
    result = None
    for _ in range(repeats):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return times, result


def _row(method: str, name: str, pairs: list[Pair], results: list[tuple[list[float], Any]]) -> Row:
    seen = [
        seen_in(result) if isinstance(result, Comparison) else seen_in_ops(pair, result)
        for pair, (_, result) in zip(pairs, results, strict=True)
    ]
    least = [fewest(pair) for pair in pairs]
    times = sorted(1000 * t for run, _ in results for t in run)
    hunks = sum(s.hunks for s in seen)
    return Row(
        method=method,
        pairs=name,
        median_ms=round(statistics.median(times), 1),
        p95_ms=round(times[min(len(times) - 1, int(0.95 * len(times)))], 1),
        hunks=hunks,
        cuts=sum(s.cuts for s in seen),
        islands=round(100 * sum(s.islands for s in seen) / max(1, hunks), 1),
        marked=round(sum(s.marked for s in seen) / max(1, sum(a for a, _ in least)), 2),
        marked_whole=round(sum(s.marked_whole for s in seen) / max(1, sum(b for _, b in least)), 2),
        exact=all(s.exact for s in seen),
        # On the longest texts the table of all tokens takes longer than everything else together.
        marked_words=0.0
        if name == "50k"
        else round(sum(s.marked for s in seen) / max(1, sum(_by_words(pair) for pair in pairs)), 2),
    )


@cache
def _by_words(pair: Pair) -> int:
    return fewest_by_words(pair)


def table(rows: Iterable[Row]) -> list[str]:
    """Lines of markdown."""
    lines = [
        "| pairs | method | median ms | p95 ms | hunks | numbers cut | islands / 100 hunks | marked ÷ fewest "
        "| the same, numbers whole | numbers and words whole | both texts rebuilt |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for r in rows:
        words = r.marked_words or "–"
        cells = (r.pairs, r.method, r.median_ms, r.p95_ms, r.hunks, r.cuts, r.islands, r.marked, r.marked_whole, words)
        lines.append("| " + " | ".join(map(str, cells)) + f" | {'yes' if r.exact else 'NO'} |")
    return lines


__all__ = [
    "Pair", "Row", "Seen", "edited_pair", "fewest", "fewest_by_words", "measure", "real_pairs", "seen_in", "table",
]  # fmt: skip

if __name__ == "__main__":
    print(json.dumps([r._asdict() for r in measure(most=1 if "--small" in sys.argv else None)], ensure_ascii=False))
