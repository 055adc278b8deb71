"""Kinds of document: their parts, headings, numbering, and which figures and matters go where.

In: a kind, or the outline that came from above.  Out: `Outline`.

A part's id is the section's id in every draft, so that versions, candidates and departments line up.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from chugao.catalogue import MetricDefinition
from chugao.config import LEVELS, shipped
from chugao.errors import InputError
from chugao.kind import Kind, Style
from chugao.period import Period, read_period
from chugao.source import Frozen

PartRole = Literal[
    "lead", "results", "problems", "plan", "next", "goals", "items", "table_results", "table_goals", "table_tasks"
]


class Part(Frozen):
    """One part of a document as its kind wants it."""

    id: str
    level: int
    """1 for 一、; 0 for text or a table without a heading of its own."""
    role: PartRole
    heading: str = ""
    required: bool = False
    topics: bool = False
    """Its sections one level below come from this year's material."""
    asked: bool = False
    """The heading came from above: it is printed as given and must be answered."""


class Topic(Frozen):
    """A field of work: where a matter's 类别 and a metric's area meet."""

    id: str
    family: str
    """Topics of one family may share a section."""
    joins: tuple[str, ...] = ()
    """Topics beside which a reader expects it, when it is too thin for a section of its own; nearest first."""
    name: str
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    order: int = 500


class Outline(Frozen):
    """What a document of one kind, for one department and year, is made of."""

    kind: Kind
    style: Style
    title: str
    department: str
    organisation: str = ""
    level: str = "科室"
    year: int
    """The year in the title."""
    reported: Period
    """The period whose figures count as this year's."""
    plan_year: int
    length: int
    """Ceiling in characters as WPS counts them, title and headings included, tables not."""
    asked_length: bool = False
    """Whether somebody set it; else it is the kind's."""
    continuous_items: bool = False
    shell: Literal["plain", "notice", "report"] = "plain"
    parts: tuple[Part, ...]
    source: str = ""
    """File name of the outline that came from above."""


def read_outline(
    kind: Kind | str,
    *,
    department: str,
    year: int,
    period: str | None = None,
    level: str = "科室",
    organisation: str = "",
    length: int | None = None,
    file: Path | str | None = None,
) -> Outline:
    """The outline of a kind, made for one department and year.

    `year` is the year in the title.  `file` is an outline that came from above (any readable document): its headings
    replace those of the kind.  Raises `InputError` for an unknown kind or level, or an outline without headings.
    """
    kind = _kind(kind)
    if level not in LEVELS:
        raise InputError(f"级别“{level}”不认识。请填其中之一：{'、'.join(LEVELS)}。")
    if not department.strip():
        raise InputError("没有写科室。请用 --department 写明，如“医务科”。")
    if not 2000 <= year <= 2099:
        raise InputError(f"年度“{year}”不对。请写四位年份，如 2025。")
    if length is not None and not 300 <= length <= 20_000:
        raise InputError(f"字数上限“{length}”不在300到20000之间。请改正 --length。")
    reported = Period(year=year if kind.looks_back else year - 1)
    if period:
        reported = read_period(period, reported.year)
        if kind.looks_back and reported.year != year:
            raise InputError(f"--period {period} 与 --year {year} 不是同一年。总结的期间应在题目的年度之内。")
    spec = _spec(kind)
    words = {
        "department": department,
        "year": str(reported.year),
        "plan_year": str(reported.year + 1 if kind.looks_back else year),
        "span": reported.span_label,
    }
    parts = tuple(Part(**{**p, "heading": p.get("heading", "").format(**words)}) for p in spec["part"])
    if kind is Kind.SUMMARY_PLAN and not reported.is_year:
        parts = tuple(_rest_of_year(p, reported) for p in parts)
    title = spec["title"].format(**words)
    if kind is Kind.SUMMARY_PLAN and not reported.is_year and reported.last_month < 12:
        title = f"{department}{reported.label}工作总结暨{rest_of_year(reported)}工作计划"
    title = _of_the_area(title, kind, level, department, words["plan_year"])
    outline = Outline(
        kind=kind,
        style=spec["style"],
        title=title,
        department=department,
        organisation=organisation,
        level=level,
        year=year,
        reported=reported,
        plan_year=int(words["plan_year"]),
        length=length or spec["length"],
        asked_length=length is not None,
        continuous_items=spec.get("continuous_items", False),
        shell=spec.get("shell", "plain"),
        parts=parts,
    )
    return _from_above(outline, Path(file)) if file else outline


def _of_the_area(title: str, kind: Kind, level: str, department: str, plan_year: str) -> str:
    """A commission's 要点 and 思路 are those of its area: “2026年全市卫生健康工作要点”."""
    match = re.search(r"(市|区|县|旗)卫生(?:健康|和计划生育)?(?:委员会|委|局)$", department)
    if match is None or level not in ("市", "区县") or kind not in (Kind.KEY_POINTS, Kind.IDEAS):
        return title
    return f"{plan_year}年全{match[1]}卫生健康{kind.label}"


def _kind(kind: Kind | str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        known = "、".join(f"{k.value}（{k.label}）" for k in Kind)
        raise InputError(f"文种“{kind}”不认识。请填其中之一：{known}。") from None


@cache
def _spec(kind: Kind) -> dict[str, Any]:
    path = shipped("templates") / "outlines" / f"{kind.value}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def rest_of_year(reported: Period) -> str:
    """What a report that ends before December plans for: the rest of the same year."""
    return "下半年" if reported.last_month == 6 else "下一阶段"


def _rest_of_year(part: Part, reported: Period) -> Part:
    if part.id == "plan" and reported.last_month < 12:
        return part.model_copy(update={"heading": f"{rest_of_year(reported)}工作计划"})
    return part


# --- the outline that came from above -------------------------------------------------------------


def _from_above(outline: Outline, path: Path) -> Outline:
    """Replace the parts by the headings of a document; the lead stays first, tables last."""
    from chugao.documents.structure import understand

    document = understand(path)
    headings = [h for h in document.outline if h.level <= 2 and len(h.heading) <= 40]
    top = min((h.level for h in headings), default=0)
    asked = [h for h in headings if h.level == top]
    if not asked:
        raise InputError(f"{path.name}：没有找到标题（一、…或（一）…）。提纲请每个标题单独成行，前面写序号。")
    parts = [p for p in outline.parts if p.role == "lead"]
    used: set[str] = set()
    roles = [_role_of_heading(h.heading, outline.kind) for h in asked]
    for number, heading in enumerate(asked, 1):
        role = _role_of_heading(heading.heading, outline.kind)
        name = role if role not in used else f"{role}_{_letters(number)}"
        used.add(name)
        parts.append(
            Part(
                id=name if name != "next" else "plan",
                level=1,
                role=role,
                heading=heading.heading,
                required=True,
                topics=role in ("results", "plan") and role == name and roles.count(role) == 1,
                asked=True,
            )
        )
    parts += [p for p in outline.parts if p.role.startswith("table")]
    return outline.model_copy(update={"parts": tuple(parts), "source": path.name})


def _role_of_heading(heading: str, kind: Kind) -> PartRole:
    ahead = re.search(r"计划|打算|安排|思路|下一步|明年|举措|建议", heading)
    if kind.looks_back and not ahead and re.search(r"完成|成效|总结|情况|回顾|做法|进展", heading):
        return "results"
    if re.search(r"问题|不足|短板|困难", heading):
        return "problems"
    if re.search(r"目标", heading) and not re.search(r"任务|措施", heading):
        return "goals"
    if ahead or "任务" in heading:
        return "plan"
    return "results" if kind.looks_back else "plan"


def _letters(number: int) -> str:
    return chr(ord("a") + number % 26)


# --- topics ---------------------------------------------------------------------------------------


@cache
def topics() -> tuple[Topic, ...]:
    """All fields of work, in their default order."""
    rows = tomllib.loads((shipped("templates") / "outlines" / "topics.toml").read_text(encoding="utf-8"))["topic"]
    return tuple(sorted((Topic(**row) for row in rows), key=lambda t: t.order))


def topic_of_matter(category: str, text: str) -> Topic:
    """Where a matter belongs: by its 类别, else by the words of its text."""
    for topic in topics():
        if any(word in category for word in topic.categories):
            return topic
    return _by_words(text) or _other()


def topic_of_metric(definition: MetricDefinition) -> Topic:
    """Where a metric belongs: by the words of its name, else by its area."""
    if found := _by_words(definition.name):
        return found
    for topic in topics():
        if definition.area in topic.areas:
            return topic
    return _other()


@cache
def _other() -> Topic:
    return next(t for t in topics() if t.id == "other")


def _by_words(text: str) -> Topic | None:
    scored = [(max((len(w) for w in topic.words if w in text), default=0), -topic.order, topic) for topic in topics()]
    best = max(scored, key=lambda s: s[:2])
    return best[2] if best[0] else None


# --- which figure belongs to which matter ---------------------------------------------------------

_GENERIC = frozenset(
    "患者 医院 平均 人次 台次 例次 病例 占比 比例 发生 生率 成率 完成 时间 中位 位数 使用 用率 住院 院患 出院 "
    "医疗 疗质 质量 数量 人数 次数 例数 率的 情况 工作 开展 管理 护理 科室 服务 全年 治疗 合格 格率 手术 门诊 床位 规范".split()
)


def affinity(metric_name: str, text: str) -> float:
    """How plainly a matter speaks of what a metric measures, 0 to 1: shared character pairs that mean something."""
    name = re.sub(r"[（(][^）)]*[)）]", "", metric_name)
    pairs = {name[i : i + 2] for i in range(len(name) - 1)}
    telling = pairs - _GENERIC
    if not telling:
        return 0.0
    shared = sum(1 for pair in telling if pair in text)
    if shared < min(2, len(pairs) - 1):
        return 0.0
    generic = sum(1 for pair in pairs & _GENERIC if pair in text)
    return (shared + 0.3 * generic) / (len(telling) + 0.3 * len(pairs & _GENERIC))


_COMMON = frozenset(
    "原因 因是 医院 人民 民医 患者 工作 没有 不足 每月 每季 月底 底前 科室 护士 医师 我院 负责 上报".split()
)


def answers(problem: str, told: str) -> float:
    """How plainly a task speaks of what a shortcoming is about, 0 to 1: shared character pairs that mean something."""
    pairs = [{t[i : i + 2] for i in range(len(t) - 1)} - _COMMON for t in (problem, told)]
    smaller = min(map(len, pairs))
    return len(pairs[0] & pairs[1]) / smaller if smaller else 0.0
