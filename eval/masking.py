"""How well masking finds names: sentences of ours with every name marked.

In: `eval/data/masking*.txt`.  Out: `Scores` by kind.  A name counts as found when every character of it is masked, and a
character as masked in vain when it stands outside every mark and outside numbers and dates.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from chugao.corpus.masking import Names, named_spans

_DATA = Path(__file__).parent / "data"
LABELLED = _DATA / "masking.txt"
TUNED = _DATA / "masking-tuned.txt"
"""Sets that were fresh once, of every province; the rules were mended by them."""
RARE = _DATA / "masking-rare.txt"
"""Whole papers full of rare and two-character surnames; also fresh once, and the rules mended by them."""
HELD = _DATA / "masking-held.txt"
"""Written after the rules stood and not used to mend them."""
_MARK = re.compile(r"\[(单位|科室|地名|人名):([^\]]+)\]")


class Labelled(NamedTuple):
    """A sentence, and the names in it."""

    text: str
    names: tuple[tuple[int, int, str], ...]


class Scores(NamedTuple):
    """Counts over a labelled set."""

    found: Counter[str]
    labelled: Counter[str]
    vain: int
    """Characters masked as a name that belong to none."""
    characters: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]

    def recall(self, *kinds: str) -> float:
        """The share of the names of these kinds that are masked whole."""
        return sum(self.found[k] for k in kinds) / max(1, sum(self.labelled[k] for k in kinds))


def read_labelled(path: Path = LABELLED) -> list[Labelled]:
    """The sentences with their marks taken out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_unmarked(line) for line in lines if line and not line.startswith("#")]


def _unmarked(line: str) -> Labelled:
    text, names, position = "", [], 0
    for match in _MARK.finditer(line):
        text += line[position : match.start()]
        names.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        position = match.end()
    return Labelled(text + line[position:], tuple(names))


def score(sentences: Iterable[Labelled], names: Names | None = None) -> Scores:
    """Mask every sentence as if it stood in one document, and count."""
    found: Counter[str] = Counter()
    labelled: Counter[str] = Counter()
    missed, wrong = [], []
    vain = characters = 0
    for text, marks in sentences:
        spans = [s for s in named_spans(text, names) if s[2] in ("单位", "科室", "地名", "人名")]
        covered = {i for start, end, _ in spans for i in range(start, end)}
        wanted = {i for start, end, _ in marks for i in range(start, end)}
        for start, end, kind in marks:
            labelled[kind] += 1
            whole = covered.issuperset(range(start, end))
            found[kind] += whole
            if not whole:
                missed.append(f"{kind} {text[start:end]}　{text}")
        wrong += [f"{k} {text[a:b]}　{text}" for a, b, k in spans if not wanted.issuperset(range(a, b))]
        vain += len(covered - wanted)
        characters += len(text) - len(wanted)
    return Scores(found, labelled, vain, characters, tuple(missed), tuple(wrong))


def learned(sentences: Iterable[Labelled]) -> Names:
    """Names as a document holding all these sentences would teach them."""
    from chugao.documents.reading import text_reading
    from chugao.documents.structure import understand

    text = "\n".join(s.text for s in sentences)
    return Names.learned_from(understand(text_reading(f"医务科2024年工作总结\n一、工作\n{text}\n")))


def report(scores: Scores) -> Iterator[str]:
    """Lines for a person."""
    for kinds in (("单位", "地名"), ("单位",), ("地名",), ("人名",), ("科室",)):
        total = sum(scores.labelled[k] for k in kinds)
        yield f"{'、'.join(kinds)}　{scores.recall(*kinds):.3f}（{total}）"
    yield f"误遮字数　{scores.vain}/{scores.characters}"
