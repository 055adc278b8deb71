"""Print a comparison in a terminal: facts first, then what changed by section, numbers before words.

In: a `Comparison`, its facts, how much to show.  Out: lines on the given console.

Chinese characters take two columns; rich counts them.  Where there is no colour, [-旧-]{+新+} stand for it, so that a
log and a redirected file still say what changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from chugao.comparing.candidates import SideBySide
from chugao.comparing.facts import FactChange, FactPlace, with_role
from chugao.comparing.paragraphs import turns_of
from chugao.comparing.summary import Summary, rewritten, summary_of_changes
from chugao.comparing.versions import Comparison, Hunk, Piece, Unit

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

Only = Literal["numbers", "changes", "all"]
_STYLES = {"changed": "yellow", "added": "green", "lost": "red", "moved": "cyan", "resourced": "magenta"}
_ORDER = ("数字", "增", "删", "移", "措辞", "标点")
_RESOURCED = 3
"""So many numbers from another place are listed one by one."""
_CONTEXT = 14
"""Characters kept on each side of a change; the rest of a long sentence is left out."""


def print_comparison(console: "Console", comparison: Comparison, facts: Sequence[FactChange], only: Only) -> None:
    """Title, summary line, facts, changes."""
    summary = summary_of_changes(comparison, facts)
    old, new = comparison.old, comparison.new
    title = new.title or old.title
    if title:
        console.print(f"《{title}》", style="bold", highlight=False)
    console.print(f"旧：{old.file or '旧稿'}　新：{new.file or '新稿'}", highlight=False)
    if summary.same:
        console.print("两份内容相同，没有改动。", highlight=False)
        return
    console.print(summary.line, style="bold", highlight=False)
    if touched := _touched(summary):
        console.print(touched, highlight=False)
    _print_facts(console, facts, only)
    if only == "all":
        _print_all(console, comparison)
    else:
        _print_changes(console, comparison, facts, only)
    if only != "numbers":
        _print_turns(console, comparison)


def _touched(summary: Summary) -> str:
    """“动了导语、不足”, "" when neither."""
    words = [w for w, moved in (("导语", summary.lead_changed), ("不足", summary.problems_changed)) if moved]
    return f"动了：{'、'.join(words)}" if words else ""


# --- facts ----------------------------------------------------------------------------------------


def _print_facts(console: "Console", facts: Sequence[FactChange], only: Only) -> None:
    from rich.table import Table
    from rich.text import Text

    if not facts:
        console.print("\n数字没有变化。", highlight=False)
        return
    facts, folded = _folded(facts, only)
    table = Table(title="数字变化", title_justify="left", title_style="bold", box=None, pad_edge=False, expand=False)
    for name, wide in (
        ("变化", False),
        ("名称", True),
        ("旧", False),
        ("新", False),
        ("在哪一节", True),
        ("说明", True),
    ):
        table.add_column(name, no_wrap=not wide, overflow="fold", header_style="bold")
    for fact in facts:
        table.add_row(
            Text(fact.label, style=_STYLES[fact.change]),
            Text(with_role(fact.metric, fact.role, fact.column)),
            Text(fact.old or "—", style="red" if fact.old and fact.change != "moved" else ""),
            Text(fact.new or "—", style="green" if fact.new and fact.change != "moved" else ""),
            Text(where_of(fact)),
            Text(told_beside(fact)),
        )
    console.print()
    if facts:
        console.print(table)
    if folded:
        console.print(folded, highlight=False)


def _folded(facts: Sequence[FactChange], only: Only) -> tuple[Sequence[FactChange], str]:
    """The facts to list, and a line for the numbers that only come from another place: they bury those that changed."""
    resourced = [f for f in facts if f.change == "resourced"]
    if only == "all" or len(resourced) <= _RESOURCED:
        return facts, ""
    old, new = ("、".join(_files(f.old_place for f in resourced)), "、".join(_files(f.new_place for f in resourced)))
    told = f"换源{len(resourced)}处，数没有变：原出处{old or '无'}，现出处{new or '无'}。逐处看加 --only all。"
    return [f for f in facts if f.change != "resourced"], told


def _files(places: Iterable[FactPlace | None]) -> list[str]:
    """The files that support numbers, each once."""
    found = (re.match(r"[^ “（]+", p.source) for p in places if p is not None)
    return list(dict.fromkeys(m[0] for m in found if m))[:3]


def where_of(fact: FactChange) -> str:
    """The section; of what moved, from where to where."""
    if fact.change == "moved" and fact.old_place and fact.new_place:
        return f"{_brief(fact.old_place.heading)} → {_brief(fact.new_place.heading)}"
    return _brief(fact.heading, 20)


def _brief(heading: str, longest: int = 12) -> str:
    return heading if len(heading) <= longest else f"{heading[: longest - 1]}…"


def told_beside(fact: FactChange) -> str:
    """The note, and where the old number still stands."""
    parts = [fact.note] if fact.note else []
    if fact.also:
        places = "、".join(f"“{_brief(name)}”" for name in fact.also[:3])
        word = {"changed": f"注意：{places}仍写{fact.old}", "lost": f"{places}还有", "added": f"原稿{places}已有"}
        parts.append(word.get(fact.change, places))
    return "；".join(parts)


def _print_turns(console: "Console", comparison: Comparison) -> None:
    """Paragraphs that were parted or joined, by section."""
    for heading, turns in groupby(turns_of(comparison), key=lambda turn: turn.heading):
        console.print()
        console.print(f"{heading}（分段）", style="bold", highlight=False)
        for turn in turns:
            console.print(f"  {'拆' if turn.kind == 'parted' else '合'}：{turn}", highlight=False)


# --- changes --------------------------------------------------------------------------------------


def _print_changes(console: "Console", comparison: Comparison, facts: Sequence[FactChange], only: Only) -> None:
    from rich.text import Text

    hunks = [h for h in comparison.hunks if not h.numbering and (only == "changes" or h.kind == "数字")]
    section = None
    same_value = rewritten(comparison, facts)
    for heading, kinds, text in _entries(comparison, hunks, same_value, plain=_is_plain(console)):
        if heading != section:
            console.print()
            console.print(Text(heading, style="bold"))
            section = heading
        # Without a blank between them, or rich would break the line there: Chinese is one word to it.
        console.print(Text.assemble((f"  {kinds}：", "dim"), text), overflow="fold")


def _entries(
    comparison: Comparison, hunks: Sequence[Hunk], same_value: frozenset[str], *, plain: bool
) -> Iterator[tuple[str, str, "Text"]]:
    """(section, kinds, marked sentence): by section in order, numbers first within one; a sentence stands once."""
    sections = list(dict.fromkeys(h.heading for h in hunks))
    for heading in sections:
        own = [h for h in hunks if h.heading == heading]
        units: dict[int, list[Hunk]] = {}
        for hunk in own:
            units.setdefault(hunk.unit, []).append(hunk)
        ranked = sorted(units.items(), key=lambda item: (min(_ORDER.index(h.kind) for h in item[1]), item[0]))
        for index, group in ranked:
            ordered = sorted(group, key=lambda h: _ORDER.index(h.kind))
            kinds = "、".join(dict.fromkeys("改写" if h.id in same_value else h.kind for h in ordered))
            yield heading, kinds, _sentence(comparison, comparison.units[index], group[0], plain=plain)


def _sentence(comparison: Comparison, unit: Unit, hunk: Hunk, *, plain: bool) -> "Text":
    """The changed sentence with its marks; of a whole paragraph its text, of a move where it went."""
    from rich.text import Text

    if hunk.kind == "移":
        if hunk.moved_to == hunk.section:
            return Text(f"“{_short(hunk.old)}”在本节里换了位置")
        target = next((p.name for p in comparison.new.parts if p.key == hunk.moved_to), hunk.moved_to or "")
        return Text(f"“{_short(hunk.old)}”移到“{target}”")
    if unit.op in ("insert", "delete"):
        return _marked((Piece(op=unit.op, text=" ".join((hunk.new or hunk.old).split("\n"))),), plain=plain)
    return _marked(_trimmed(unit.pieces), plain=plain)


def _short(text: str) -> str:
    flat = text.replace("\n", " ").replace("\t", "｜")
    return flat if len(flat) <= 36 else f"{flat[:30]}……"


def _trimmed(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Long equal runs cut down to what stands next to a change."""
    last = len(pieces) - 1
    for i, piece in enumerate(pieces):
        text = piece.text
        if piece.op == "equal":
            head = "" if i == 0 else text[:_CONTEXT]
            tail = "" if i == last else text[-_CONTEXT:]
            if len(text) > len(head) + len(tail) + 2:
                text = f"{head}……{tail}"
        yield Piece(op=piece.op, text=text)


def _marked(pieces: Sequence[Piece] | Iterator[Piece], *, plain: bool) -> "Text":
    from rich.text import Text

    text = Text()
    for piece in pieces:
        words = piece.text.replace("\t", "｜")
        if piece.op == "equal":
            text.append(words)
        elif piece.op == "delete":
            text.append(f"[-{words}-]" if plain else words, style="" if plain else "red strike")
        else:
            text.append(f"{{+{words}+}}" if plain else words, style="" if plain else "green underline")
    return text


def _is_plain(console: "Console") -> bool:
    return console.no_color or not console.is_terminal or console.color_system is None


def _print_all(console: "Console", comparison: Comparison) -> None:
    """The whole new text with every change marked in it."""
    from rich.text import Text

    plain = _is_plain(console)
    line = Text()
    paragraph: tuple[int | None, int | None] = (None, None)
    console.print()
    for unit in comparison.units:
        here = (unit.old_paragraph, unit.new_paragraph)
        if line and any(a is not None and b is not None and a != b for a, b in zip(paragraph, here, strict=True)):
            console.print(line)
            line = Text()
        paragraph = (here[0] if here[0] is not None else paragraph[0], here[1] if here[1] is not None else paragraph[1])
        line += _marked(pieces_to_show(unit), plain=plain)
    console.print(line)


def pieces_to_show(unit: Unit) -> tuple[Piece, ...]:
    """A unit as it stands in a text that shows both versions at once."""
    if unit.op == "equal":
        return (Piece(op="equal", text=unit.new),)
    if unit.op == "changed" and unit.pieces:
        return unit.pieces
    if unit.op in ("delete", "moved_from"):
        return (Piece(op="delete", text=unit.old),)
    return (Piece(op="insert", text=unit.new),)


# --- candidates -----------------------------------------------------------------------------------


def print_candidates(console: "Console", given: SideBySide, only: Only) -> None:
    """Which section each candidate has and how long, then which facts each uses or leaves out."""
    from rich.table import Table
    from rich.text import Text

    for number, column in enumerate(given.columns, 1):
        told = f"第{number}份　{column.name}　{column.characters}字，数字{column.numbers}个"
        console.print(told, highlight=False)
    console.print()
    sections = Table(title="各节字数", title_justify="left", title_style="bold", box=None, pad_edge=False)
    sections.add_column("节", overflow="fold", header_style="bold")
    sections.add_column("代号", overflow="fold", style="dim", header_style="bold")
    for number in range(1, len(given.columns) + 1):
        sections.add_column(f"第{number}份", justify="right", no_wrap=True, header_style="bold")
    for line in given.lines:
        sizes = [str(sum(map(len, c.paragraphs))) if c is not None else "无" for c in line.cells]
        code = line.key if line.key != line.heading else ""
        sections.add_row(Text(line.heading), Text(code), *(Text(s) for s in sizes))
    console.print(sections)
    uses = given.uses if only == "all" else tuple(u for u in given.uses if not u.everywhere)
    console.print()
    if not uses:
        console.print(f"各份用的数字相同，共{len(given.uses)}个。", highlight=False)
        return
    facts = Table(
        title="有的写了、有的没写的数字" if only != "all" else "数字",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
    )
    facts.add_column("名称", overflow="fold", header_style="bold")
    facts.add_column("数", no_wrap=True, header_style="bold")
    for number in range(1, len(given.columns) + 1):
        facts.add_column(f"第{number}份", no_wrap=True, justify="center", header_style="bold")
    for use in uses:
        marks = [Text("有", style="green") if s else Text("—", style="dim") for s in use.sections]
        facts.add_row(Text(use.metric), Text(use.printed), *marks)
    console.print(facts)
    if only != "all":
        shared = sum(1 for u in given.uses if u.everywhere)
        console.print(f"另有{shared}个数字各份都写了；加 --only all 全部列出。", highlight=False)
