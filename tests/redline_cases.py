"""Pairs of drafts for the redline: one, and the same after the edits offices make, by seed.

The office and its figures are invented.
"""

import random
import re
from dataclasses import dataclass, field
from typing import Any

from chugao.manuscript import Draft, Section, Table
from tests import drafts

_SENTENCES = (
    "全年完成{a}台次手术，较上年增长{p}%，新增病例主要来自{d}。",
    "{d}病区平均住院日降至{x}天，床位周转次数提高到{y}次。",
    "牵头修订{n}项制度，逐条落实到班组，夜班交接由口头改为清单。",
    "开展“{t}”专项行动，抽查病历{a}份，退回整改{n}份。",
    "院领导带队到{d}调研{n}次，现场解决设备排队、人员不足等问题。",
    "新技术新项目立项{n}项，其中{d}完成首例。",
    "患者满意度{p}%，投诉{n}件，均在七个工作日内答复。",
    "举办培训{n}期，{a}人次参加，考核合格率{p}%。",
    "与{n}家基层机构建立双向转诊，全年上转{a}人次、下转{n}人次。",
    "着力破解检查预约等候时间长的难题，影像检查当日完成率达到{p}%。",
    "危急值{n}分钟内处置率{p}%，比年初提高{x}个百分点。",
    "一季度起推行日间化疗，{d}先行试点，年底覆盖{n}个病种。",
    "依托《急诊分级管理办法》，{d}首诊负责落到每一个班次。",
    "质控科每月通报一次结果，连续两次排名靠后的科室由分管领导约谈。",
)
_TITLES = ("病历质量提升", "合理用药", "手卫生", "护理安全", "急救时效")
_PLACES = ("骨科", "心内科", "急诊科", "普外科", "儿科", "检验科", "药学部", "影像科", "康复医学科")
_HEADINGS = ("把质量抓在平时", "把急救做快", "让患者少跑路", "带好一支队伍", "用好每一张床", "守住安全底线")
_WORDINGS = (
    ("着力", "下大力气"),
    ("开展", "组织开展"),
    ("落实", "压实"),
    ("提高", "提升"),
    ("完成", "实施"),
    ("均", "全部"),
    ("主要", "大多"),
    ("现场", "当场"),
    ("逐条", "逐项"),
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?=台次|%|天|次|项|份|件|期|人次|家|个)")


@dataclass
class Part:
    """A section in pieces that can be edited."""

    id: str
    number: str
    heading: str
    level: int
    paragraphs: list[Any] = field(default_factory=list)
    """Lists of sentences, and tables as lists of rows of cells."""


def pair(seed: int, edits: int, parts: int = 4) -> tuple[Draft, Draft]:
    """A draft and the same after so many edits."""
    rng = random.Random(seed)
    before = _document(rng, parts)
    after = [Part(p.id, p.number, p.heading, p.level, [_copied(x) for x in p.paragraphs]) for p in before]
    for _ in range(edits):
        rng.choice(_EDITS)(rng, after)
    return _draft(before), _draft(after)


def sentence(rng: random.Random) -> str:
    return rng.choice(_SENTENCES).format(
        a=rng.randint(101, 9876),
        n=rng.randint(2, 96),
        p=f"{rng.uniform(60, 99):.1f}",
        x=f"{rng.uniform(1, 9):.1f}",
        y=f"{rng.uniform(30, 50):.1f}",
        d=rng.choice(_PLACES),
        t=rng.choice(_TITLES),
    )


def _copied(paragraph: Any) -> Any:
    return [list(x) if isinstance(x, list) else x for x in paragraph]


def _document(rng: random.Random, parts: int) -> list[Part]:
    out = []
    for i in range(parts):
        part = Part(f"part{i}", f"（{'一二三四五六七八九十'[i % 10]}）", rng.choice(_HEADINGS), 2)
        for _ in range(rng.randint(1, 4)):
            part.paragraphs.append([sentence(rng) for _ in range(rng.randint(1, 5))])
        if rng.random() < 0.5:
            part.paragraphs.insert(rng.randint(0, len(part.paragraphs)), _rows(rng))
        out.append(part)
    return out


def _rows(rng: random.Random) -> list[list[str]]:
    names = rng.sample(("门诊人次", "出院人次", "手术台次", "平均住院日", "药占比", "床位使用率", "满意度"), 4)
    return [
        ["指标", "目标", "实绩"],
        *([n, f"{rng.randint(10, 99)}%", f"{rng.randint(10, 99)}.{i}%"] for i, n in enumerate(names)),
    ]


def _draft(parts: list[Part]) -> Draft:
    return drafts.draft(tuple(_section(part) for part in parts))


def _section(part: Part) -> Section:
    pieces: list[Any] = []
    for paragraph in part.paragraphs:
        if paragraph and isinstance(paragraph[0], list):
            header, *rows = paragraph
            pieces.append(Table(title="", header=tuple(header), rows=tuple(tuple(map(drafts.text, r)) for r in rows)))
        elif text := "".join(paragraph):
            pieces.append(("", text))
    return drafts.section(part.id, part.number, part.heading, part.level, *pieces)


# --- the edits of an office -----------------------------------------------------------------------


def _texts(part: Part) -> list[Any]:
    return [p for p in part.paragraphs if p and isinstance(p[0], str)]


def _tables(parts: list[Part]) -> list[Any]:
    return [p for part in parts for p in part.paragraphs if p and isinstance(p[0], list)]


def _some(rng: random.Random, parts: list[Part]) -> list[str] | None:
    found = [p for part in parts for p in _texts(part)]
    return rng.choice(found) if found else None


def _number(rng: random.Random, parts: list[Part]) -> None:
    if not (paragraph := _some(rng, parts)):
        return
    at = rng.randrange(len(paragraph))
    if found := list(_NUMBER.finditer(paragraph[at])):
        match = rng.choice(found)
        new = f"{float(match[0]) * 1.1 + 1:.1f}" if "." in match[0] else str(int(match[0]) + rng.randint(1, 30))
        paragraph[at] = paragraph[at][: match.start()] + new + paragraph[at][match.end() :]


def _wording(rng: random.Random, parts: list[Part]) -> None:
    if paragraph := _some(rng, parts):
        at = rng.randrange(len(paragraph))
        paragraph[at] = paragraph[at].replace(*rng.choice(_WORDINGS), 1)


def _insert(rng: random.Random, parts: list[Part]) -> None:
    if paragraph := _some(rng, parts):
        paragraph.insert(rng.randint(0, len(paragraph)), sentence(rng))


def _delete(rng: random.Random, parts: list[Part]) -> None:
    if (paragraph := _some(rng, parts)) and len(paragraph) > 1:
        del paragraph[rng.randrange(len(paragraph))]


def _move_sentence(rng: random.Random, parts: list[Part]) -> None:
    source, target = _some(rng, parts), _some(rng, parts)
    if source and target and len(source) > 1:
        taken = source.pop(rng.randrange(len(source)))
        target.insert(rng.randint(0, len(target)), taken)


def _move_paragraph(rng: random.Random, parts: list[Part]) -> None:
    source, target = rng.choice(parts), rng.choice(parts)
    if len(source.paragraphs) > 1:
        taken = source.paragraphs.pop(rng.randrange(len(source.paragraphs)))
        target.paragraphs.insert(rng.randint(0, len(target.paragraphs)), taken)


def _split(rng: random.Random, parts: list[Part]) -> None:
    part = rng.choice(parts)
    found = [i for i, p in enumerate(part.paragraphs) if isinstance(p[0], str) and len(p) > 1]
    if found:
        i = rng.choice(found)
        at = rng.randint(1, len(part.paragraphs[i]) - 1)
        part.paragraphs[i : i + 1] = [part.paragraphs[i][:at], part.paragraphs[i][at:]]


def _join(rng: random.Random, parts: list[Part]) -> None:
    part = rng.choice(parts)
    for i in range(len(part.paragraphs) - 1):
        first, second = part.paragraphs[i : i + 2]
        if isinstance(first[0], str) and isinstance(second[0], str):
            part.paragraphs[i : i + 2] = [first + second]
            return


def _insert_paragraph(rng: random.Random, parts: list[Part]) -> None:
    part = rng.choice(parts)
    new: Any = [sentence(rng) for _ in range(rng.randint(1, 3))] if rng.random() < 0.85 else _rows(rng)
    part.paragraphs.insert(rng.randint(0, len(part.paragraphs)), new)


def _delete_paragraph(rng: random.Random, parts: list[Part]) -> None:
    part = rng.choice(parts)
    if len(part.paragraphs) > 1:
        del part.paragraphs[rng.randrange(len(part.paragraphs))]


def _cell(rng: random.Random, parts: list[Part]) -> None:
    if tables := _tables(parts):
        row = rng.choice(rng.choice(tables)[1:])
        row[rng.randint(1, len(row) - 1)] = f"{rng.randint(10, 99)}.{rng.randint(0, 9)}%"


def _row(rng: random.Random, parts: list[Part]) -> None:
    if tables := _tables(parts):
        table = rng.choice(tables)
        table.insert(rng.randint(1, len(table)), [f"新增指标{rng.randint(1, 99)}", *["—"] * (len(table[0]) - 1)])


def _lose_row(rng: random.Random, parts: list[Part]) -> None:
    if tables := [t for t in _tables(parts) if len(t) > 2]:
        table = rng.choice(tables)
        del table[rng.randint(1, len(table) - 1)]


def _column(rng: random.Random, parts: list[Part]) -> None:
    if tables := _tables(parts):
        for i, row in enumerate(rng.choice(tables)):
            row.append("责任科室" if i == 0 else rng.choice(_PLACES))


def _heading(rng: random.Random, parts: list[Part]) -> None:
    rng.choice(parts).heading = rng.choice(_HEADINGS)


_EDITS: Any = (
    *[_number] * 5,
    *[_wording] * 4,
    *[_insert] * 2,
    *[_delete] * 2,
    *[_move_sentence] * 2,
    _move_paragraph,
    _split,
    _join,
    _insert_paragraph,
    _delete_paragraph,
    *[_cell] * 2,
    _row,
    _lose_row,
    _column,
    _heading,
)
