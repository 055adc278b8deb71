"""How often each of the twelve tells stands in our drafts, and how often in proofread reports of provinces.

In: the drafts of the cases; `../shared/fulldocs/`.  Out: `Rate` by tell for each.

    python -m eval.tellrates

A heading is counted against headings, documents of equal sections against documents, everything else against sentences:
by characters a short paper would look worse than a long one with the same habit.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chugao.checks.reading import read
from chugao.checks.tells import TELLS, Part, parts_of, parts_of_reading
from eval.cases import all_cases
from eval.density import REPORTS

_BY_HEADING, _BY_DOCUMENT = 1, 2
_LEVEL_OF_A_PROVINCE = "省"


class Text(NamedTuple):
    """One document as the tells see it."""

    parts: tuple[Part, ...]
    given: str
    level: str


class Rate(NamedTuple):
    """How often: so many of so many."""

    found: int
    of: int

    @property
    def share(self) -> float:
        return self.found / self.of if self.of else 0.0


def rates(texts: Iterable[Text]) -> dict[int, Rate]:
    """Tell → its rate over all of the texts."""
    found: Counter[int] = Counter()
    held: Counter[str] = Counter()
    for text in texts:
        held["documents"] += 1
        held["headings"] += sum(p.level == 2 and bool(p.sentences) for p in text.parts)
        held["sentences"] += sum(len(p.sentences) for p in text.parts)
        for number, tell in enumerate(TELLS[:12], 1):
            found[number] += len(tell(text.parts, given=text.given, level=text.level))
    of = {_BY_HEADING: held["headings"], _BY_DOCUMENT: held["documents"]}
    return {number: Rate(found[number], of.get(number, held["sentences"])) for number in range(1, 13)}


def of_reports() -> dict[int, Rate]:
    """The rates in the provincial reports."""
    texts = [p.read_text(encoding="utf-8") for p in sorted(REPORTS.glob("2026-*.txt"))]
    return rates(Text(parts_of_reading(read(t)), "", _LEVEL_OF_A_PROVINCE) for t in texts)


def of_drafts(names: Sequence[str] = ()) -> dict[int, Rate]:
    """The rates in the drafts of the cases."""
    drafts = ((case, case.draft()) for case in all_cases(tuple(names)))
    return rates(Text(parts_of(draft), case.given_text, draft.level) for case, draft in drafts)


def main() -> None:
    theirs, ours = of_reports(), of_drafts()
    for number, tell in enumerate(TELLS[:12], 1):
        one, other = ours[number], theirs[number]
        mark = "" if one.share <= other.share else "  高于公报"
        print(
            f"{number:2} {tell.__name__}: {one.found}/{one.of} {one.share:.3f}，省报告{other.found}/{other.of} {other.share:.3f}{mark}"
        )


if __name__ == "__main__":
    main()
