"""典型案例: 背景—做法—成效, as departments send them.

In: the lines of a submission.  Out: each case with its title, and which lines it took.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from chugao.material.matter import Case

FEW, MANY = 300, 500
"""A case has this many characters."""
_TITLE = re.compile(r"^(?:典型)?案例\s{0,4}[一二三四五六七八九十\d]{0,3}\s{0,4}[:：、.]?\s{0,4}(?P<title>.{0,40})$")
_PART = re.compile(
    r"^(?:（[一二三四五]）|[一二三四五]、|\d[.、])?\s{0,4}(?P<label>背景(?:情况)?|起因|主要做法|具体做法|做法|(?:主要)?成效|取得成效|效果|不足之处|启示|体会)\s{0,4}[:：。]\s{0,4}(?P<text>.*)$"
)


_INSIDE = re.compile(
    r"(?:(?<=[。；！：])|^)\s{0,4}(?P<label>背景(?:情况)?|起因|主要做法|具体做法|做法|(?:主要)?成效|取得成效|效果|不足之处|启示|体会)\s{0,4}[:：]\s{0,4}"
)


class FoundCase(NamedTuple):
    """A case in a submission."""

    title: str
    case: Case
    first: int
    """Index of its first line."""
    last: int


def find_cases(lines: Sequence[str]) -> list[FoundCase]:
    """The cases among lines; one needs at least 做法 and one other part."""
    found: list[FoundCase] = []
    i = 0
    while i < len(lines):
        if (told := _in_one_line(lines[i].strip())) is not None:
            found.append(FoundCase(told[0], told[1], i, i))
            i += 1
            continue
        part = _PART.match(lines[i].strip())
        if part is None or _field(part["label"]) == "rest":
            i += 1
            continue
        first = i - 1 if i and (_TITLE.match(lines[i - 1].strip()) or len(lines[i - 1].strip()) <= 30) else i
        texts, i = _parts(lines, i)
        if "practice" in texts and len(texts) > 1:
            title = _title(lines[first].strip()) if first < i and not _PART.match(lines[first].strip()) else ""
            found.append(FoundCase(title, Case(**texts), first, i - 1))
    return found


def _in_one_line(line: str) -> tuple[str, Case] | None:
    """Title and case of a paragraph that tells all its parts: “背景：…。做法：…。成效：…。”"""
    marks = list(_INSIDE.finditer(line))
    fields = [_field(m["label"]) for m in marks]
    if "practice" not in fields or len(set(fields)) < 2 or len(set(fields)) < len(fields):
        return None
    ends = [*(m.start() for m in marks[1:]), len(line)]
    texts = {f: line[m.end() : end].strip() for f, m, end in zip(fields, marks, ends, strict=True)}
    return _title(line[: marks[0].start()].strip()), Case(**texts)


def _parts(lines: Sequence[str], i: int) -> tuple[dict[str, str], int]:
    texts: dict[str, str] = {}
    field = ""
    while i < len(lines):
        line = lines[i].strip()
        match = _PART.match(line)
        if match is not None:
            if _field(match["label"]) in texts and _field(match["label"]) == "background":
                break
            field = _field(match["label"])
            texts[field] = (texts.get(field, "") + match["text"]).strip()
        elif _TITLE.match(line) or (i + 1 < len(lines) and _starts(lines[i + 1])) or len(texts.get(field, "")) > 2000:
            break
        else:
            texts[field] += line
        i += 1
    return texts, i


def _starts(line: str) -> bool:
    match = _PART.match(line.strip())
    return match is not None and _field(match["label"]) == "background"


def _field(label: str) -> str:
    if label.startswith(("背景", "起因")):
        return "background"
    if "做法" in label:
        return "practice"
    return "effect" if "成效" in label or label == "效果" else "rest"


def _title(line: str) -> str:
    match = _TITLE.match(line)
    return (match["title"] if match else line).strip(" ：:、。“”") or line


def length_of(case: Case) -> int:
    """Characters of a case as WPS counts them, title left out."""
    text = case.background + case.practice + case.effect + case.rest
    return len(re.findall(r"[A-Za-z0-9.%‰/]+|[^\sA-Za-z0-9]", text))
