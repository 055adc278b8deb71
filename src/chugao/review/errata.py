"""勘误: a slip of the pen put right in an approved text, which keeps its approval; logged with old and new.

In: a section, the same with a few characters changed.  Out: it saved, or `Refused` that says what it touches.

What counts as a slip is decided by what the change may not touch: no number in digits or characters, no date, no name, no
title in 《》 or “”, no word of direction or denial, no claim, no more than a few characters, and no check may find more than
it found before.  Whatever cannot be told for certain is no slip.
"""

import re
from collections.abc import Iterator

from chugao.comparing.versions import Unit
from chugao.database import Database
from chugao.errors import InputError
from chugao.manuscript import ClaimedText, Draft, Section, Sentence
from chugao.mentions import find_mentions
from chugao.review import keeping
from chugao.review.changing import bound, put_together, unlocked
from chugao.review.guarding import Hindrance, Refused
from chugao.review.people import Act, Person
from chugao.review.sections import Saved, write
from chugao.review.written import Written, compared, flat_of, flattened, text_of

_MOST = 8
"""Characters a slip takes away, and puts in, at one place."""
_MOST_IN_ALL = 30
_COUNTED = re.compile(r"[\d０-９零〇一二三四五六七八九十百千万亿两半双几数余多约近超倍成％%‰]")
_DATED = re.compile(r"[年月日号季旬周时点分秒届]")
_TURNS = re.compile(r"[增减升降涨跌高低多少快慢长短不未无非没否免禁停止达超欠缺全部均各仅只最首约余近先后前]")
_QUOTED = re.compile(r"《[^《》\n]*》|“[^“”\n]*”|[（(][^（）()\n]*号[^（）()\n]*[)）]")
_NAME_TAGS = ("nr", "ns", "nt", "nz")


def correct(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str,
    base_rev: int,
    written: Written,
    *,
    reason: str,
    at: str | None = None,
) -> Saved:
    """Put a slip right in an approved text; the approval holds for the text as corrected.

    Raises `NotAllowed`, `Refused` with everything the change touches that is no slip, `Conflict`, `InputError` without a
    reason.
    """
    if not reason.strip():
        raise InputError("勘误要写明改的是什么、为什么。")
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.CORRECT)
        held = keeping.known_section(connection, document, section_id)
        unlocked(document, held)
        base = keeping.revision(connection, document_id, section_id, base_rev) or held.section
        flat, _ = put_together(connection, document, held, base_rev, flattened(written, base))
        new = bound(connection, person, document, held, flat, at=moment)
        before = keeping.working(connection, document)
        if reasons := tuple(touches(before, held.section, new)):
            raise Refused("这处改动不是勘误，会使批准失效；确需改动请走退回修改。勘误不能动的", reasons)
        old_words = text_of(held.section)
        note = f"{reason.strip()}：{_told(old_words, text_of(new))}"
        return write(connection, person, document, held, flat, how="correct", at=moment, erratum=note, state=held.state)


def _told(old: str, new: str) -> str:
    """“推进→推动”: what was put right."""
    pairs = []
    for unit in compared(old, new).units:
        gone, come = ("".join(p.text for p in unit.pieces if p.op == op) for op in ("delete", "insert"))
        if gone or come:
            pairs.append(f"“{gone}”→“{come}”")
    return "、".join(pairs)


def touches(draft: Draft, old: Section, new: Section) -> Iterator[Hindrance]:
    """Everything in a change that is no slip of the pen."""
    before, after = text_of(old), text_of(new)
    if before == after:
        return

    def no(text: str, quote: str = "") -> Hindrance:
        return Hindrance(kind="finding", text=text, section=old.id, quote=quote)

    if flat_of(old).tables != flat_of(new).tables:
        yield no("动了表格")
    for name, read in (("数字", _numbers), ("日期、人名、单位名、文件名", _names), ("出处", None)):
        was, now = (_claims(old), _claims(new)) if read is None else (read(before), read(after))
        if was != now:
            gone = [x for x in was if x not in now] + [x for x in now if x not in was]
            shown = "、".join(dict.fromkeys(str(g[-1]) for g in gone)) or "次序"
            yield no(f"动了{name}：{shown}")
    yield from (no(text, quote) for text, quote in _changes(before, after))
    yield from (no(f"改后检查多出一条：{hint}") for hint in _new_findings(draft, old, new))


def _numbers(text: str) -> list[tuple[str, str]]:
    """Every number with what it does, in order; digits by themselves too."""
    mentions = [(m.role.value, m.text) for m in sorted(find_mentions(text), key=lambda m: (m.start, m.end))]
    return mentions + [("", m[0]) for m in re.finditer(r"[\d０-９]+", text)]


def _names(text: str) -> list[tuple[str, str]]:
    """Every name, congress, document and period of time, in order."""
    from chugao.corpus.masking import named_spans

    return [(kind, text[start:end]) for start, end, kind in named_spans(text)]


def _claims(section: Section) -> list[tuple[str, str, str]]:
    """What supports the section, in order, with the words it stands on."""
    texts: list[ClaimedText | Sentence] = [section.heading, *section.sentences]
    return [(c.state, c.id, t.text[c.start : c.end]) for t in texts for c in t.claims]


def _changes(before: str, after: str) -> Iterator[tuple[str, str]]:
    """(what is wrong with it, the words) of each change by itself."""
    total = 0
    for unit in compared(before, after).units:
        if unit.op in ("insert", "delete", "moved_from", "moved_to"):
            words = unit.new or unit.old
            yield f"增删或移动了整句：“{words[:20]}”", words
            continue
        if unit.old == unit.new:
            continue
        gone, come = ("".join(p.text for p in unit.pieces if p.op == op) for op in ("delete", "insert"))
        total += max(len(gone), len(come))
        yield from _one(unit, gone, come)
    if total > _MOST_IN_ALL:
        yield f"共改{total}字，超过{_MOST_IN_ALL}字", ""
    if before.count("\n") != after.count("\n"):
        yield "动了分段", ""


def _one(unit: Unit, gone: str, come: str) -> Iterator[tuple[str, str]]:
    if max(len(gone), len(come)) > _MOST:
        yield f"一句里改了{max(len(gone), len(come))}字，超过{_MOST}字", come or gone
    for pattern, what in ((_COUNTED, "数量"), (_DATED, "日期"), (_TURNS, "增减、肯定否定或范围的字")):
        if found := pattern.search(gone + come):
            yield f"动了{what}：“{found[0]}”", found[0]
    for text, op in ((unit.old, "delete"), (unit.new, "insert")):
        for start, end in _spots(unit, op):
            inside = next((m[0] for m in _QUOTED.finditer(text) if m.start() < end and start < m.end()), "")
            if inside:
                yield f"动了引文或文件名：{inside}", inside
            name = next((w for s, e, w in _named_words(text) if s < end and start < e), "")
            if name:
                yield f"动了名字：“{name}”", name


def _spots(unit: Unit, op: str) -> Iterator[tuple[int, int]]:
    """Where in its own text a unit was changed."""
    other = "insert" if op == "delete" else "delete"
    at = 0
    for piece in unit.pieces:
        if piece.op == other:
            continue
        if piece.op == op:
            yield at, at + len(piece.text)
        at += len(piece.text)


def _named_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Words that a dictionary or their shape says are names."""
    from chugao.corpus.words import Words

    for word in Words(text).all:
        if word.tag.startswith(_NAME_TAGS) and len(word.text) > 1:
            yield word.start, word.end, word.text


def _new_findings(draft: Draft, old: Section, new: Section) -> Iterator[str]:
    """What the checks find that they did not find before."""
    from chugao.checks import examine_alone

    def blocking(section: Section) -> list[tuple[str, str]]:
        sections = tuple(section if s.id == section.id else s for s in draft.sections)
        changed = draft.model_copy(update={"sections": sections, "findings": ()})
        return [(f.rule, f.quote) for f in examine_alone(changed).findings if f.severity.blocks]

    was = blocking(old)
    yield from (quote for rule, quote in blocking(new) if (rule, quote) not in was)
