"""What a department sent this year, as Word or text: facts and matters that somebody still has to confirm.

In: a submission.  Out: `Item`s, each with the paragraph it stands in; nothing of it is drafted before a person
confirms it, and what is copied from an earlier report is shown and never used.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from chugao.catalogue import Catalogue, load_catalogue
from chugao.errors import InputError
from chugao.material import Matter, Matters, MatterStatus
from chugao.material.reading import matter_id, read_matters
from chugao.mentions import Mention, MentionRole, find_mentions
from chugao.metrics.observation import Figures, Observation, Role, Status
from chugao.period import Period
from chugao.source import Frozen, Release, Source

if TYPE_CHECKING:
    from chugao.documents.structure import Document, TextParagraph
    from chugao.index import Index

_HONOUR = re.compile(r"(?:荣获|获得?|获评|被评为|授予)[^，。]{0,30}(?:奖|称号|先进|示范|优秀|标兵|荣誉)")
_PLANNED = re.compile(r"(?:^|，)(?:将|拟|计划|力争|争取|下一步|明年|准备)|20\d\d年(?:将|拟|计划)")
_ONGOING = re.compile(r"正在|推进中|进行中|有序推进")
_PROBLEM_HEADING = re.compile(r"问题|不足|短板|困难")
_PLAN_HEADING = re.compile(r"计划|打算|下一步|思路|安排")
_WHEN = re.compile(
    r"^(?:(?:今年)?(?:20\d\d年)?\d{1,2}(?:[-—–~～至]\d{1,2})?月(?:\d{1,2}日|底前|底|份|初|中旬|上旬|下旬)?|全年|上半年|下半年)[，,]?"
)
_ENUMERATOR = re.compile(
    r"^(?:[一二三四五六七八九十]是|[（(]?\d{1,2}[)）.、．]|[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）)"
)
_COMPARISON = re.compile(r"^(?:比|较|同比|环比|增长|下降|提高|减少|增加|缩短)[^，。；]{0,16}$")
_SHORTEST = 8
_COPIED = 20


class Item(Frozen):
    """One thing a submission says, waiting for a person."""

    id: str
    kind: Literal["fact", "matter", "honour", "instruction"]
    text: str
    """The sentence as submitted."""
    department: str = ""
    year: int | None = None
    metric: str | None = None
    value: str | None = None
    unit: str | None = None
    status: Literal["provisional", "confirmed", "rejected"] = "provisional"
    release: Release = Release.PUBLIC
    source: Source
    copied_from: str | None = None
    """Title of the earlier report it was copied from."""
    confirmed_by: str | None = None
    matter: Matter | None = None
    observation: Observation | None = None


def read_submission(
    path: Path | str,
    *,
    department: str,
    year: int,
    index: "Index | None" = None,
    catalogue: Catalogue | None = None,
) -> tuple[Item, ...]:
    """Everything a submission says, in order; `year` is the year it reports on.

    Raises `InputError` for a file that cannot be read or says nothing.
    """
    file = Path(path)
    if file.suffix.lower() in (".xlsx", ".xls", ".et", ".csv"):
        return tuple(_from_matter(m, year) for m in read_matters(file).items)
    from chugao.documents.structure import understand

    document = understand(file)
    catalogue = catalogue or load_catalogue()
    earlier = _earlier_texts(index, department, year)
    items: dict[str, Item] = {}
    for number, paragraph in enumerate(document.paragraphs, 1):
        if paragraph.kind in ("body", "table"):
            for item in _paragraph(document, paragraph, number, department, year, catalogue, earlier):
                items.setdefault(item.id, item)
    if not items:
        raise InputError(f"{file.name}：没有读到可用的内容。请确认这是科室报送的材料，文字不要放在图片或文本框里。")
    return tuple(items.values())


def matters_of(items: Iterable[Item]) -> Matters:
    """The matters among confirmed items."""
    confirmed = [i for i in items if i.status == "confirmed" and i.matter is not None]
    things = tuple(
        i.matter.model_copy(update={"confirmed_by": i.confirmed_by or "", "release": i.release})
        for i in confirmed
        if i.matter is not None
    )
    return Matters(items=things, department_column=any(m.department for m in things))


def figures_of(items: Iterable[Item], catalogue: Catalogue | None = None) -> Figures:
    """The facts among confirmed items."""
    catalogue = catalogue or load_catalogue()
    observations = tuple(
        i.observation.model_copy(update={"status": Status.CONFIRMED})
        for i in items
        if i.status == "confirmed" and i.observation is not None
    )
    definitions = {o.metric: d for o in observations if (d := catalogue.get(o.metric)) is not None}
    return Figures(
        observations=observations,
        definitions=definitions,
        department_column=any(o.department for o in observations),
    )


def confirmed(items: Iterable[Item], by: str) -> tuple[Item, ...]:
    """All items confirmed by one person, but for what was copied from an earlier report."""
    return tuple(
        i if i.copied_from else i.model_copy(update={"status": "confirmed", "confirmed_by": by}) for i in items
    )


# --- reading --------------------------------------------------------------------------------------


def _from_matter(matter: Matter, year: int) -> Item:
    honour = _HONOUR.search(matter.text) is not None or "荣誉" in matter.category
    text = matter.text + (f"，{matter.result}" if matter.result else "")
    return Item(
        id=matter.id,
        kind="honour" if honour else "matter",
        text=text,
        department=matter.department,
        year=matter.year or year,
        release=matter.release,
        source=matter.source,
        matter=matter,
    )


def _paragraph(
    document: "Document",
    paragraph: "TextParagraph",
    number: int,
    department: str,
    year: int,
    catalogue: Catalogue,
    earlier: Sequence[tuple[str, str]],
) -> Iterable[Item]:
    from chugao.corpus import sentences_of

    heading = paragraph.heading_path[-1] if paragraph.heading_path else ""
    source = Source(file=document.file, paragraph=number, fingerprint=document.fingerprint)
    for sentence in sentences_of(paragraph.text):
        text = _ENUMERATOR.sub("", sentence.strip())
        if len(text) < _SHORTEST:
            continue
        copied = _copied_from(text, earlier)
        future = _PLANNED.search(text) is not None or _PLAN_HEADING.search(heading) is not None
        facts = list(_facts(text, department, year, catalogue, source, "future" if future else "past"))
        for item in facts:
            yield item.model_copy(update={"copied_from": copied})
        if not (facts and _only_figures(text, facts)):
            yield _matter_item(text, heading, department, year, source, future).model_copy(
                update={"copied_from": copied}
            )


def _facts(
    text: str, department: str, year: int, catalogue: Catalogue, source: Source, tense: Literal["past", "future"]
) -> Iterable[Item]:
    """A value at the name of a metric of the catalogue is a fact; everything else stays in its matter."""
    for mention in find_mentions(text, catalogue, year=year, tense=tense):
        observation = _observation(mention, department, year, source)
        if observation is not None and mention.quantity is not None:
            yield Item(
                id="fact_" + _letters(f"{department}|{observation.metric}|{observation.role}|{text}"),
                kind="fact",
                text=text,
                department=department,
                year=year,
                metric=observation.metric,
                value=f"{mention.quantity.value.normalize():f}",
                unit=mention.quantity.unit,
                source=source,
                observation=observation,
            )


def _observation(mention: Mention, department: str, year: int, source: Source) -> Observation | None:
    roles = {
        MentionRole.CURRENT: (Role.ACTUAL, year),
        MentionRole.COUNT: (Role.ACTUAL, year),
        MentionRole.BASELINE: (Role.ACTUAL, year - 1),
        MentionRole.TARGET: (Role.TARGET, year + 1 if mention.tense == "future" else year),
    }
    if mention.metric is None or mention.quantity is None or mention.role not in roles or mention.quantity.unit == "倍":
        return None
    role, of_year = roles[mention.role]
    return Observation(
        metric=mention.metric,
        department=department,
        period=Period(year=of_year),
        role=role,
        quantity=mention.quantity,
        source=source,
        status=Status.PROVISIONAL,
    )


def _only_figures(text: str, facts: Sequence[Item]) -> bool:
    """Whether every clause of a sentence is a figure: “全年手术23186台次，比上年增长6%。”"""
    told = 0
    for clause in re.split(r"[，；。]", text):
        words = clause.strip()
        figure = any(i.observation is not None and i.observation.quantity.printed in words for i in facts)
        if words and not figure and not _COMPARISON.match(words):
            told += 1
    return told == 0


def _matter_item(text: str, heading: str, department: str, year: int, source: Source, future: bool) -> Item:
    body = text.rstrip("。；！")
    when = match.group().rstrip("，,") if (match := _WHEN.match(body)) else ""
    body = body[match.end() :] if match else body
    act, _, result = body.partition("，")
    if len(act) < 4 or len(act) > 32:
        act, result = body, ""
    status = MatterStatus.DONE
    if future:
        status = MatterStatus.PLANNED
    elif _ONGOING.search(text):
        status = MatterStatus.ONGOING
    honour = _HONOUR.search(text) is not None
    category = "荣誉" if honour else "不足" if _PROBLEM_HEADING.search(heading) else heading
    month = re.search(r"(\d{1,2})(?:[-—–~～至]\d{1,2})?月", when)
    matter = Matter(
        id=matter_id(department, text),
        text=act,
        category=category,
        when=when,
        year=year + 1 if future else year,
        month=int(month[1]) if month and 1 <= int(month[1]) <= 12 else None,
        result=result,
        status=status,
        department=department,
        source=source,
    )
    kind: Literal["honour", "matter"] = "honour" if honour else "matter"
    return Item(id=matter.id, kind=kind, text=text, department=department, year=year, source=source, matter=matter)


# --- copied from an earlier year ------------------------------------------------------------------


def _earlier_texts(index: "Index | None", department: str, year: int) -> list[tuple[str, str]]:
    """(title, text without digits) of the department's own earlier reports."""
    if index is None:
        return []
    return [
        (p.title, _bare(p.text))
        for p in index.passages
        if p.department in ("", department) and p.year is not None and p.year < year
    ]


def _copied_from(text: str, earlier: Sequence[tuple[str, str]]) -> str | None:
    bare = _bare(text)
    if len(bare) < _COPIED:
        return None
    return next((title for title, passage in earlier if bare in passage), None)


def _bare(text: str) -> str:
    return re.sub(r"[\d.%\s，。；、]+", "", text)


def _letters(key: str) -> str:
    digest = hashlib.sha256(key.encode()).digest()
    return "".join(chr(ord("a") + b % 26) for b in digest[:10])
