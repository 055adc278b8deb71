"""“Since I last looked”: what a reviewer wants to know of two versions before reading either.

In: a `Comparison` and its facts.  Out: `Summary`, made for a strip of one or two lines and for programs.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from chugao.comparing.facts import ChangeKind, FactChange
from chugao.comparing.pairing import heading_of
from chugao.comparing.paragraphs import turns_of
from chugao.comparing.versions import Comparison, Hunk, HunkKind, Part, Version
from chugao.source import Frozen

_PROBLEMS = re.compile(r"不足|问题|短板|困难|差距|薄弱")


class SectionChanges(Frozen):
    """What happened to one section."""

    section: str
    heading: str
    special: Literal["", "lead", "problems"] = ""
    """导语 or 不足, which a leader asks about first."""
    hunks: dict[HunkKind, int]
    facts: int


class Summary(Frozen):
    """The differences of two versions, counted."""

    same: bool
    """Not one character differs, nor the end of a paragraph."""
    numbers: dict[ChangeKind, int]
    hunks: dict[HunkKind, int]
    sections: tuple[SectionChanges, ...]
    """Those that changed, in document order."""
    parted: int
    """Paragraphs that were cut in two; each end counts."""
    joined: int
    lead_changed: bool
    problems_changed: bool
    facts: tuple[FactChange, ...]
    line: str
    """“数字：改3 增1 删0；措辞12处；移动1处；标点2处；分段：拆1处”."""

    @property
    def short(self) -> str:
        """The line without what did not change: “数字：改1；措辞2处”, "" for what is the same."""
        parts = [re.sub(r"[改增删]0 ?", "", part).strip() for part in self.line.split("；")]
        return "；".join(part for part in parts if not re.search(r"(?<!\d)0处$", part) and part != "数字：")

    def as_json(self) -> dict[str, Any]:
        """Keys in English, the facts short."""
        short = self.model_dump(mode="json", exclude={"facts"})
        return short | {
            "facts": [
                {"change": f.change, "metric": f.metric, "old": f.old, "new": f.new, "section": f.section}
                for f in self.facts
            ]
        }


def summary_of_changes(comparison: Comparison, facts: Sequence[FactChange]) -> Summary:
    """Counts, the numbers old → new, and whether 导语 or 不足 or which other section was touched."""
    reprinted = rewritten(comparison, facts)
    kinds = Counter(_kind(h, reprinted) for h in comparison.hunks if not h.numbering)
    numbers = Counter(f.change for f in facts)
    sections = _sections(comparison, facts, reprinted)
    turns = Counter(turn.kind for turn in turns_of(comparison))
    return Summary(
        same=not comparison.hunks and not facts and not turns,
        parted=turns["parted"],
        joined=turns["joined"],
        numbers={change: numbers[change] for change in ("changed", "added", "lost", "moved", "resourced")},
        hunks={kind: kinds[kind] for kind in ("数字", "措辞", "增", "删", "移", "标点")},
        sections=sections,
        lead_changed=any(s.special == "lead" for s in sections),
        problems_changed=any(s.special == "problems" for s in sections),
        facts=tuple(facts),
        line=_line(numbers, kinds) + _told_of(turns),
    )


def _line(numbers: Counter[ChangeKind], kinds: Counter[HunkKind]) -> str:
    told = f"数字：改{numbers['changed']} 增{numbers['added']} 删{numbers['lost']}"
    told += f" 移{numbers['moved']}" if numbers["moved"] else ""
    told += f" 换源{numbers['resourced']}" if numbers["resourced"] else ""
    parts = [told, f"措辞{kinds['措辞']}处"]
    parts += [f"增写{kinds['增']}处"] if kinds["增"] else []
    parts += [f"删去{kinds['删']}处"] if kinds["删"] else []
    return "；".join([*parts, f"移动{kinds['移']}处", f"标点{kinds['标点']}处"])


def _told_of(turns: Counter[Literal["parted", "joined"]]) -> str:
    words = [f"{word}{turns[kind]}处" for kind, word in _TURNS if turns[kind]]
    return f"；分段：{' '.join(words)}" if words else ""


_TURNS: tuple[tuple[Literal["parted", "joined"], str], ...] = (("parted", "拆"), ("joined", "合"))


def rewritten(comparison: Comparison, facts: Sequence[FactChange]) -> frozenset[str]:
    """Ids of the hunks in which a number is only printed otherwise (3.2万人次 → 32000人次): no fact changed there."""
    old = [(f.old_place.start, f.old_place.end) for f in facts if f.old_place]
    new = [(f.new_place.start, f.new_place.end) for f in facts if f.new_place]
    return frozenset(
        h.id
        for h in comparison.hunks
        if h.kind == "数字" and not _meets(h.old_span, old) and not _meets(h.new_span, new)
    )


def _kind(hunk: Hunk, reprinted: frozenset[str]) -> HunkKind:
    """A number that is only printed otherwise, or stands elsewhere in its sentence, is wording to a reader."""
    return "措辞" if hunk.id in reprinted else hunk.kind


def _meets(span: tuple[int, int], places: Sequence[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in places)


def _sections(
    comparison: Comparison, facts: Sequence[FactChange], reprinted: frozenset[str]
) -> tuple[SectionChanges, ...]:
    """By heading: of a draft and the Word file made of it only the headings agree, not the keys."""
    hunks: dict[str, Counter[HunkKind]] = {}
    keys: dict[str, str] = {}
    for hunk in comparison.hunks:
        if not hunk.numbering:
            heading = "开头" if hunk.section == "lead" else hunk.heading
            hunks.setdefault(heading, Counter())[_kind(hunk, reprinted)] += 1
            keys.setdefault(heading, hunk.section)
    for fact in facts:
        hunks.setdefault(fact.heading, Counter())
        keys.setdefault(fact.heading, fact.section)
    figures = Counter(f.heading for f in facts)
    both = [(version, part) for version in (comparison.old, comparison.new) for part in version.parts]
    order = {heading_of(part): part.span[0] for _, part in both}
    special = {heading_of(part): _special(version, part) for version, part in both}
    return tuple(
        SectionChanges(
            section=keys[heading],
            heading=heading,
            special=special.get(heading, ""),
            hunks=dict(hunks[heading]),
            facts=figures[heading],
        )
        for heading in sorted(hunks, key=lambda h: order.get(h, 0))
    )


def _special(version: Version, part: Part) -> Literal["", "lead", "problems"]:
    if part.id == "lead" or (not part.id and part.level == 0 and part is version.parts[0]):
        return "lead"
    return "problems" if part.id == "problems" or _PROBLEMS.search(part.heading) else ""
