"""提纲对照表: where a draft answers each heading that came from above, what is missing, and who owes it.

In: a draft made on an outline from above.  Out: `Coverage`; None for a draft that answers none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chugao.manuscript import Draft, Section, count_characters
from chugao.source import Frozen

_PENDING = "【待补"
_ALIKE = 0.5


class Answered(Frozen):
    """One heading or table from above, and what became of it."""

    heading: str
    level: int = 1
    """1 or 2; 0 for a table."""
    state: str
    """已写, 待补, 没有写, 已附, 要另填, or 总标题 for a heading whose parts follow."""
    place: str = ""
    """The heading as it is printed: “（二）医共体建设”."""
    characters: int = 0
    owner: str = ""
    """Who owes what is missing."""
    owes: str = ""
    tabled: tuple[str, ...] = ()
    """Figures submitted for the heading that only the table has."""


class Coverage(Frozen):
    """How far a draft answers what was asked."""

    file: str
    ceiling: int
    characters: int
    """Of the body as WPS counts it: title and headings, no tables."""
    deadline: str
    rows: tuple[Answered, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    """Matters that fit no heading and were not written, each with its department."""
    tabled: tuple[str, ...] = ()
    """Figures that fit no heading: only the table has them."""

    @property
    def answered(self) -> tuple[int, int]:
        """(headings and tables answered, asked for)."""
        asked = [r for r in self.rows if r.state != "总标题"]
        return sum(r.state in ("已写", "已附") for r in asked), len(asked)


def coverage_of(draft: Draft) -> Coverage | None:
    """The 提纲对照表 of a draft; None when no outline came from above."""
    above = draft.recipe.get("above")
    if not isinstance(above, dict):
        return None
    return Coverage(
        file=str(above.get("file", "")),
        ceiling=int(above.get("ceiling", 0)),
        characters=_characters(draft),
        deadline=str(above.get("deadline", "")),
        rows=(*_headings(draft, above), *_tables(draft, above)),
        left_out=tuple((str(m["text"]), str(m["owner"])) for m in above.get("left_out", ())),
        tabled=_only_in_tables(above.get("figures", ()), draft.sections),
    )


def _only_in_tables(figures: Iterable[Sequence[str]], sections: Iterable[Section]) -> tuple[str, ...]:
    """Of (metric, name and value) those that no sentence says."""
    told = {c.id.split(".")[0] for s in sections for sentence in s.sentences for c in sentence.claims if c.id}
    return tuple(said for metric, said in figures if metric not in told)


def _characters(draft: Draft) -> int:
    body = [s for s in draft.sections if not any(b.table for b in s.blocks)]
    texts = [draft.title.text, *(s.number + s.heading.text for s in body if s.level)]
    return sum(map(count_characters, (*texts, *(s.block_text(b) for s in body for b in s.blocks))))


def _headings(draft: Draft, above: dict[str, Any]) -> Iterator[Answered]:
    parts = above.get("parts", ())
    for i, part in enumerate(parts):
        opens = part["level"] == 1 and i + 1 < len(parts) and parts[i + 1]["level"] > 1
        # Sections that this year's material made below a heading bear its id and their field's: results_quality.
        own = [s for s in draft.sections if _of(s.id, [p["id"] for p in parts]) == part["id"]]
        yield _answered(draft, part, own, opens=opens)


def _of(section: str, parts: list[str]) -> str:
    """The part a section belongs to: of results and results_b, results_b_quality belongs to the second."""
    return max((p for p in parts if section == p or section.startswith(f"{p}_")), key=len, default="")


def _answered(draft: Draft, part: dict[str, Any], sections: list[Section], *, opens: bool) -> Answered:
    text = "".join(s.block_text(b) for s in sections for b in s.blocks)
    place = f"{sections[0].number}{sections[0].heading.text}" if sections else ""
    row = Answered(heading=part["heading"], level=part["level"], state="已写", place=place)
    if opens:
        return row.model_copy(update={"state": "总标题"})
    if not text.strip():
        return row.model_copy(update={"state": "没有写", "owner": draft.department, "owes": "这一标题下没有内容"})
    tabled = _only_in_tables(part.get("figures", ()), sections)
    row = row.model_copy(update={"characters": count_characters(text), "tabled": tabled})
    if _PENDING not in text:
        untold = [w for w in _wanted(str(part.get("note", ""))) if _alike(w, text) < _ALIKE]
        owes = f"来文要写的{'、'.join(f'“{w}”' for w in untold)}没有写到" if untold else ""
        return row.model_copy(update={"owner": draft.department if owes else "", "owes": owes})
    ids = {s.id for s in sections}
    owed = [r for r in draft.requests if r.metric in ids or (r.name and r.name in text)]
    return row.model_copy(
        update={
            "state": "待补",
            "owner": "、".join(dict.fromkeys(r.owner or r.department for r in owed)) or draft.department,
            "owes": "；".join(dict.fromkeys(r.name or r.reason for r in owed)) or "见正文【待补】",
        }
    )


def _wanted(note: str) -> list[str]:
    """The things a heading from above wants told: “突出三甲创建、紧密型县域医共体、医保基金监管”."""
    match = _WANTED.search(note)
    named = re.split(r"[、，,]|和|及|以及|与", match[1]) if match else []
    return [w for n in named if 4 <= len(w := re.sub(r"(?:等|方面|情况|工作|内容|建设|成效)+$", "", n.strip())) <= 14]


_WANTED = re.compile(r"(?:突出|重点(?:写|反映|总结|突出|包括|围绕)?|包括|围绕|反映|含)[:：]?([^。；;：:]{4,100})")


def _alike(thing: str, text: str) -> float:
    """How much of a thing a text speaks of: its own words, or all but one pair of them."""
    return 1.0 if thing in text else _share(thing, text)


def _tables(draft: Draft, above: dict[str, Any]) -> Iterator[Answered]:
    annexes = [s.heading.text for s, _, _ in draft.tables()]
    for name in above.get("tables", ()):
        alike = max(annexes, key=lambda heading: _share(name, heading), default="")
        if alike and _share(name, alike) >= _ALIKE:
            yield Answered(heading=name, level=0, state="已附", place=alike)
        else:
            told = "来文要的附表，请按来文的样式另填"
            yield Answered(heading=name, level=0, state="要另填", owner=draft.department, owes=told)


def _share(asked: str, heading: str) -> float:
    pairs = {asked[i : i + 2] for i in range(len(asked) - 1)}
    return sum(p in heading for p in pairs) / len(pairs) if pairs else 0.0
