"""The outline that came from above: a 提纲, or a 通知 with an outline somewhere in its prose.

In: any readable document, or pasted text.  Out: `Above`: headings, ceiling, deadline, required tables, and what else it
asks of the text; from that the parts of an `Outline`.

Surprise: in a 通知 the numbered lines are mostly not the outline but the rules for sending it in (“一、正文不超过1500字”).
What is a rule and what a heading is decided line by line, and an attached 提纲 stands over everything before it.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from chugao.documents.headings import number_of
from chugao.errors import InputError
from chugao.kind import Kind
from chugao.outline.asking import ceiling_in, deadline_of, rules_of, tables_of
from chugao.outline.kinds import Outline, Part, PartRole
from chugao.source import Frozen

_LONGEST = 40
_START = re.compile(r"提纲|大纲|参考框架|撰写框架|写作框架|框架要求")
_ANNEX = re.compile(r"^附(?:件|表)\s{0,4}\d*\s{0,4}[:：]?\s{0,4}")
_ANNEX_LIST = re.compile(
    r"^附(?:件|表)\s{0,4}\d*\s{0,4}[:：]\s{0,4}\S|^\d\s{0,4}[.．、]\s{0,4}\S{2,40}(?:表|提纲|模板|名单)$"
)
_RULE = re.compile(
    r"不超过|字以内|字左右|控制在\d|报送(?:至|到|我|方式|时间|要求|范围|时限|渠道)|日前|点前|时前|截至|截止|联系人|联系电话|电话[:：]|邮箱|加盖|签字|盖章|签章"
    r"|逾期|字体|字号|一式|电子版|纸质版|附表|口径|注明|时间要求|工作要求|有关要求|相关要求|撰写要求|格式要求|其他要求|任务分工|报送单位|务必"
)
_RULE_SENTENCE = re.compile(r"请|须|应当|要求|高度重视|认真|严禁|不得|确保|如实|不写|写两条|突出|按照")
_CONTENTS = re.compile(
    r"内容|[几两二三四五六七八]个?大?(?:块|部分)|提纲|包括|重点(?:总结|反映|写|汇报)|主要(?:写|反映|总结)|以下(?:几个)?方面|如下"
)
_INLINE = re.compile(
    r"(?:（[一二三四五六七八九十]{1,2}）|(?<![\d.])\d{1,2}[.．、](?!\d(?!0\d\d年))|[①-⑩]|[一二三四五六七八九十]是)"
)
_LISTED = re.compile(
    r"(?:包括|包含|分为|应有|分|按照?|围绕)[:：]?([^。；]{6,160}?)(?:[一二三四五六七八九十两\d]个?(?:部分|方面)|等(?:部分|方面|内容)?(?=[。；，]|$)|(?=[。；]|$))"
)
_PILES = re.compile(
    r"(?:这|以下|下面|如下)?(?:几|[两二三四五六七八\d])个?大?(?:块|部分|方面|点|条)(?:内容)?(?:来)?(?:写|讲|总结|汇报|是|就是|即)?[:：]([^。；]{4,120}?)(?=[，,](?:一共|总共|共|总字数|字数|全文|不超过|控制|大概|每|周|\d{1,2}月)|[。；]|$)"
)
"""“按这几块写：业务量、重点专科、问题和明年打算，一共1200字”, as it is said in a chat."""
_PARENTHESES = re.compile(r"[（(]([^（）()]{2,120})[）)]\s{0,4}$")
_GUIDANCE = re.compile(r"字|突出|侧重|注意|体现|不超过|不少于|包括|重点|主要|写|含|如|附|例|必|可|从|结合|对照|列出|条")
_NO_HEADING = re.compile(r"提纲|报送|通知|事项|要求|如下|附件|请|单位|科室$")
_PLAIN_HEADING = re.compile(r"工作|问题|不足|打算|计划|安排|成效|情况|建议|思路|做法|亮点|短板")


class AskedHeading(Frozen):
    """A heading that above wants answered."""

    level: int
    """1 or 2."""
    heading: str
    note: str = ""


class Above(Frozen):
    """What came from above, understood."""

    file: str
    title: str = ""
    headings: tuple[AskedHeading, ...]
    ceiling: int = 0
    """Characters as WPS counts them; 0 when none was set."""
    deadline: str = ""
    tables: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


class _Line(NamedTuple):
    text: str
    style: int | None
    """Outline level of a Word heading style; None for plain text."""


def read_above(*paths: Path) -> Above:
    """What a 通知 or a 提纲 asks for, or both together: the 提纲 has the headings, the 通知 the rules.

    Raises `InputError` when none of them has headings.
    """
    from chugao.documents.cleaning import clean
    from chugao.documents.reading import read_text

    told = []
    for path in paths:
        reading = read_text(path)
        lines = [_Line(p.text.strip(), p.style_level) for p in clean(reading).paragraphs if p.text.strip()]
        told.append(_understood(lines, reading.file))
    first = next((t for t in told if t.headings), None)
    if first is None:
        raise InputError(_without_headings(told))
    return first.model_copy(
        update={
            "file": "、".join(t.file for t in told),
            "ceiling": min((t.ceiling for t in told if t.ceiling), default=0),
            "deadline": next((t.deadline for t in told if t.deadline), ""),
            "tables": tuple(dict.fromkeys(table for t in told for table in t.tables)),
            "asks": tuple(dict.fromkeys(ask for t in told for ask in t.asks)),
        }
    )


def _without_headings(told: Sequence[Above]) -> str:
    """What was understood all the same, and what to do."""
    file = told[0].file
    known = [f"字数上限{t.ceiling}字" for t in told if t.ceiling] + [f"期限{t.deadline}" for t in told if t.deadline]
    seen = f"（读到了{'、'.join(known)}）" if known else ""
    return (
        f"{file}：没有找到标题（一、…或（一）…）{seen}。提纲请每个标题单独成行，前面写序号；"
        f"提纲是另一个附件的，把两个文件一起给：chugao outline write {file} 提纲文件 -o 提纲.toml，起草时用 --outline 提纲.toml。"
    )


def _understood(lines: Sequence[_Line], file: str) -> Above:
    start, segment = _outline_lines(lines)
    headings = _headings(segment)
    text = [line.text for line in lines]
    # Headings told in one sentence (“1.…；2.…；3.…”) are several, and one line of the notice all the same.
    of_one_line = {id(line) for line in lines}.isdisjoint(map(id, segment))
    taken = 1 if of_one_line else len(segment)
    rest = [t for i, t in enumerate(text) if not (start <= i < start + taken) or _is_rule(t)]
    notes = [h.note for h in headings if h.note]
    tables = tables_of(text, notes)
    return Above(
        file=file,
        title=next((t for t in text[:3] if len(t) <= 60), ""),
        headings=tuple(h.model_copy(update={"note": _without_tables(h.note, tables)}) for h in headings),
        ceiling=ceiling_in(rest) or ceiling_in([text[start - 1]] if start else []) or ceiling_in(text[:3]),
        deadline=deadline_of(text),
        tables=tables,
        asks=rules_of(rest),
    )


# --- which lines are the outline ------------------------------------------------------------------


def _outline_lines(lines: Sequence[_Line]) -> tuple[int, list[_Line]]:
    """(index of the first line, the lines) in which the headings stand."""
    attached = _attached(lines)
    if attached is not None:
        return attached
    if (told := _under_contents(lines)) is not None:
        return told
    listed = [(i, parts) for i, line in enumerate(lines) if (parts := _within(line.text))]
    plain = [(i, line) for i, line in enumerate(lines) if _numbered(line) and not _is_rule(line.text)]
    if len(plain) >= 2 or (plain and not listed):
        first = plain[0][0]
        return first, [line for line in lines[first:] if not _is_rule(line.text)]
    if listed:
        at, parts = max(listed, key=lambda found: len(found[1]))
        return at, parts
    return _bare(lines)


def _attached(lines: Sequence[_Line]) -> tuple[int, list[_Line]] | None:
    """The lines behind the title of an attached 提纲, up to the next attachment."""
    for i in range(len(lines) - 1, -1, -1):
        text = lines[i].text
        named = len(text) <= 60 and _START.search(text) and not text.endswith(("。", "：", ":", "，"))
        alone = _ANNEX.fullmatch(text) is not None
        if not (named or alone):
            continue
        end = next((j for j in range(i + 1, len(lines)) if _ANNEX.fullmatch(lines[j].text)), len(lines))
        segment = [line for line in lines[i + 1 : end] if not _ANNEX_LIST.match(line.text) or number_of(line.text)]
        if sum(1 for line in segment if _numbered(line) and not _is_rule(line.text)) >= 2:
            return i + 1, segment
        if len(short := _short_lines(segment)) >= 2 and named:
            return i + 1, short
    return None


def _under_contents(lines: Sequence[_Line]) -> tuple[int, list[_Line]] | None:
    """The numbered lines under “一、报送内容”."""
    for i, line in enumerate(lines):
        number = number_of(line.text)
        if number is None or not _CONTENTS.search(line.text[:60]) or _RULE.search(line.text[:14]):
            continue
        end = next(
            (j for j in range(i + 1, len(lines)) if (n := number_of(lines[j].text)) and n[0] <= number[0]), len(lines)
        )
        children = [child for child in lines[i + 1 : end] if not _is_rule(child.text)]
        if sum(map(_numbered, children)) >= 2:
            return i + 1, children
        if len(parts := _within(line.text)) >= 2:
            return i, parts
    return None


def _within(text: str) -> list[_Line]:
    """Headings told inside one paragraph: “主要内容包括：（一）…；（二）…”, “包括工作成效、存在问题和下步打算三部分”."""
    if not _CONTENTS.search(text):
        return []
    marks = list(_INLINE.finditer(text))
    if len(marks) >= 2 and marks[0].start() > 0:
        ends = [*(m.start() for m in marks[1:]), len(text)]
        told = (text[m.end() : end] for m, end in zip(marks, ends, strict=True))
        parts = [re.split(r"[。；;]", part, maxsplit=1)[0].strip(" ，,、") for part in told]
        return [_Line(f"{number}、{p}", 1) for number, p in zip("一二三四五六七八九十", parts, strict=False) if p]
    for match in filter(None, (_PILES.search(text), _LISTED.search(text))):
        parts = [p.strip(" “”") for p in re.split(r"、|，|以及|和|及|与", match[1])]
        fits = len(parts) >= 2 and all(2 <= len(p) <= 24 and not _NO_HEADING.search(p) for p in parts)
        if fits and any(_PLAIN_HEADING.search(p) for p in parts):
            return [_Line(f"{n}、{p}", 1) for n, p in zip("一二三四五六七八九十", parts, strict=False)]
    return []


def _bare(lines: Sequence[_Line]) -> tuple[int, list[_Line]]:
    """Short lines without numbers, each on its own: an outline pasted from a chat."""
    short = _short_lines(lines[1:])
    if len(short) >= 2 and len(short) >= (len(lines) - 1) * 0.6:
        return 1, short
    return 0, []


def _short_lines(lines: Sequence[_Line]) -> list[_Line]:
    found = [
        _Line(line.text, 1)
        for line in lines
        if 3 <= len(line.text) <= 24
        and not re.search(r"[，。；：？！:]|20\d\d年\d", line.text)
        and not _is_rule(line.text)
    ]
    return found if any(_PLAIN_HEADING.search(line.text) for line in found) else []


def _numbered(line: _Line) -> bool:
    return number_of(line.text) is not None or (line.style is not None and 1 <= line.style <= 3)


def _is_rule(text: str) -> bool:
    """Whether a line tells how to write or send the paper and is no heading of it."""
    number = number_of(text)
    words = text[number[2] :] if number else text
    head = re.split(r"[。；：（(]", words, maxsplit=1)[0]
    if _RULE.search(head) or _FOR_THE_WHOLE.search(words):
        return True
    sentence = words.endswith("。") and len(words) > 16 and "，" in head
    return sentence and _RULE_SENTENCE.search(head) is not None


_FOR_THE_WHOLE = re.compile(
    r"^(?:填报|报送|撰写|写作|编写|其他|有关|格式)?(?:要求|说明|须知)[:：]|(?:全文|总字数)[^，。；（）]{0,10}[\d一二两三四五六七八九千百]字"
)
"""“填报要求：全文不得超过一千五百字；12月22日前发局邮箱。” behind the last heading is no guidance for it."""


# --- headings -------------------------------------------------------------------------------------


def _headings(lines: Sequence[_Line]) -> list[AskedHeading]:
    """Two levels of headings; what stands deeper or between is guidance for the one above."""
    levels = sorted({level for line in lines if (level := _level(line)) is not None and not _is_rule(line.text)})
    found: list[AskedHeading] = []
    for line in lines:
        level = _level(line)
        if level is None or _is_rule(line.text) or levels.index(level) > 1:
            if (
                found
                and not _is_rule(line.text)
                and "\t" not in line.text
                and len(found[-1].note) < 300
                and not _is_closing(line.text)
            ):
                note = f"{found[-1].note}；{line.text}".strip("；")
                found[-1] = found[-1].model_copy(update={"note": note})
            continue
        heading, note = _split_guidance(line.text)
        if heading:
            found.append(AskedHeading(level=levels.index(level) + 1, heading=heading, note=note))
    return found


def _without_tables(note: str, tables: Sequence[str]) -> str:
    """Guidance without the tables of “附表：1.……” that stand in lines of their own behind the last heading."""
    kept = [n for n in note.split("；") if re.sub(r"^\d{1,2}[.、．]\s?", "", n).strip("。 ") not in tables]
    return "；".join(kept)


def _level(line: _Line) -> float | None:
    """Depth of a heading; 第一部分 stands over 一、."""
    if (number := number_of(line.text)) is not None:
        return 0.5 if number[1].startswith("第") else float(number[0])
    return float(line.style) if line.style is not None and 1 <= line.style <= 3 else None


def _is_closing(text: str) -> bool:
    return re.search(r"20\d\d年\d|联系|电话|^附|办公室$|委员会$|^\d+$", text) is not None


def _split_guidance(text: str) -> tuple[str, str]:
    """(heading as it is printed, what stands beside it)."""
    number = number_of(text)
    words = text[number[2] :].strip() if number else text.strip()
    notes = []
    stop = re.search(r"[。：；:;]", words)
    if stop is not None:
        notes.append(words[stop.end() :].strip())
        words = words[: stop.start()]
    while (match := _PARENTHESES.search(words)) and (_GUIDANCE.search(match[1]) or len(match[1]) > 12):
        notes.insert(0, match[1])
        words = words[: match.start()].rstrip()
    if len(words) > _LONGEST:
        cut = max(words.rfind(m, 0, _LONGEST) for m in "，、；")
        cut = cut if cut > 3 else _LONGEST
        notes.insert(0, words[cut:].strip("，、；"))
        words = words[:cut]
    return words.strip(" ，、；。"), "；".join(n for n in notes if n)


# --- the outline ----------------------------------------------------------------------------------


def with_above(outline: Outline, above: Above) -> Outline:
    """An outline whose parts are the headings from above; the lead stays first, tables last."""
    if above.ceiling and not 300 <= above.ceiling <= 20_000:
        above = above.model_copy(update={"ceiling": 0})
    parts = [p for p in outline.parts if p.role == "lead"]
    parts += parts_of(above.headings, outline.kind)
    parts += [p for p in outline.parts if p.role.startswith("table")]
    ceiling = {} if outline.asked_length or not above.ceiling else {"length": above.ceiling, "asked_length": True}
    return outline.model_copy(
        update={
            "parts": tuple(parts),
            "source": above.file,
            "deadline": above.deadline,
            "tables": above.tables,
            "asks": above.asks,
            **ceiling,
        }
    )


def parts_of(headings: Sequence[AskedHeading], kind: Kind, roles: Sequence[PartRole | None] = ()) -> Iterator[Part]:
    """A part for each heading; ids follow the role, so that they stay the same when a heading is reworded."""
    known = list(roles) or [None] * len(headings)
    above: PartRole | None = None
    decided: list[PartRole] = []
    for heading, given in zip(headings, known, strict=True):
        role = given or role_of_heading(heading.heading, kind, above if heading.level > 1 else None)
        above = role if heading.level == 1 else above
        decided.append(role)
    opens = [h.level == 1 and i + 1 < len(headings) and headings[i + 1].level > 1 for i, h in enumerate(headings)]
    used: set[str] = set()
    for number, (heading, role) in enumerate(zip(headings, decided, strict=True), 1):
        name = role if role not in used else f"{role}_{_letters(number)}"
        used.add(name)
        alone = sum(r == role and not o for r, o in zip(decided, opens, strict=True)) == 1
        yield Part(
            id=name if name != "next" else "plan",
            level=heading.level,
            role=role,
            heading=heading.heading,
            required=not opens[number - 1],
            topics=role in ("results", "plan") and alone and heading.level == 1 and not opens[number - 1],
            asked=True,
            opens=opens[number - 1],
            note=heading.note,
        )


def role_of_heading(heading: str, kind: Kind, parent: PartRole | None = None) -> PartRole:
    """What a heading wants: results, problems, aims or plans; under another heading it follows that one."""
    ahead = re.search(r"计划(?!生育|免疫)|打算|安排|思路|下一?步|明年|举措|努力方向", heading)
    if kind.looks_back and not ahead and re.search(r"完成|成效|总结|情况|回顾|做法|进展|亮点", heading):
        return parent or "results"
    if re.search(r"问题|不足|短板|困难", heading) and parent in (None, "results", "problems"):
        return "problems"
    if parent is not None and not (ahead and parent == "results"):
        return parent
    if re.search(r"目标", heading) and not re.search(r"任务|措施", heading):
        return "goals"
    if ahead or "任务" in heading:
        return "plan"
    return "results" if kind.looks_back else "plan"


def _letters(number: int) -> str:
    return chr(ord("a") + number % 26)
