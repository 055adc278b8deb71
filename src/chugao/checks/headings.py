"""Sibling headings that do not go together, and sentences that say nothing: for information only.

In: a `Reading`.  Out: hits of severity info, one a rule and document.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from chugao.checks.reading import Finder, Hit, Line, Reading
from chugao.checks.tells import headings_alike

_SLOGAN = re.compile(r"进一步|不断|持续|切实|着力|大力|全面|深入|扎实|有力|有效|积极|努力|全力")
_SUBSTANCE = re.compile(
    r"\d|《|“|[一二三四五六七八九十两]{1,3}(?:个|项|名|家|次|人|例|台)|[一-鿿]{2}(?:科|院|部|中心|委|局|系统|平台|制度|流程|病区|门诊)"
)


def headings_parallel(reading: Reading) -> Iterator[Hit]:
    """C24: siblings of very different length, or with three clauses."""
    siblings: dict[tuple[int, tuple[str, ...]], list[Line]] = defaultdict(list)
    for line in reading.lines if not reading.ours else ():  # ours say what is in the section, however long
        if line.kind == "heading" and line.heading is not None and line.heading.level in (1, 2):
            siblings[(line.heading.level, line.path[:-1])].append(line)
    for (level, _), lines in siblings.items():
        names = [x.heading.heading for x in lines if x.heading]
        if level == 2 and len(names) >= 3 and not headings_alike(names):
            odd = max(lines, key=lambda x: len(x.text))
            hint = f"同级标题长短不一（{min(map(len, names))}—{max(map(len, names))}字）。请写成字数相近、句式相同的一组，不超过两个分句。"
            yield Hit(odd.start, odd.end, hint)
            return


def empty_words(reading: Reading) -> Iterator[Hit]:
    """C36: a document most of whose sentences carry adverbs and neither figure, object nor actor."""
    if reading.characters < 800 or len(reading.sentences) < 15:
        return
    empty = [s for s in reading.sentences if len(_SLOGAN.findall(s.text)) >= 2 and not _SUBSTANCE.search(s.text)]
    if len(empty) >= 4 and len(empty) > 0.12 * len(reading.sentences):
        first = empty[0]
        hint = f"有{len(empty)}句只有“进一步、不断、全面”，没有数据、对象和做法。请各补一件实事，或删去。"
        yield Hit(first.start, first.end, hint)


FINDERS: dict[str, Finder] = {"heading-parallel": headings_parallel, "empty-words": empty_words}
