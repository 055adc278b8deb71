"""Kinds of document: their parts, headings, numbering, and which figures and matters go where.

In: a kind, or the outline that came from above.  Out: `Outline`.

A part's id is the section's id in every draft, so that versions, candidates and departments line up.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from chugao.config import LEVELS
from chugao.errors import InputError
from chugao.kind import Kind, Style
from chugao.period import Period, read_period
from chugao.shipped import shipped
from chugao.source import Frozen

PartRole = Literal[
    "lead",
    "results",
    "problems",
    "plan",
    "next",
    "goals",
    "items",
    "table_results",
    "table_deeds",
    "table_goals",
    "table_tasks",
]


class Part(Frozen):
    """One part of a document as its kind wants it."""

    id: str
    level: int
    """1 for 一、; 0 for text or a table without a heading of its own."""
    role: PartRole
    heading: str = ""
    otherwise: tuple[str, ...] = ()
    """Headings that say the same; another candidate has one of them."""
    required: bool = False
    topics: bool = False
    """Its sections one level below come from this year's material."""
    asked: bool = False
    """The heading came from above: it is printed as given and must be answered."""
    opens: bool = False
    """Its parts follow one level below; it has no text of its own."""
    note: str = ""
    """What above wants under the heading, in its words; guidance, never printed."""


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
    deadline: str = ""
    """By when above wants it, as written: “12月28日下午5点前”."""
    tables: tuple[str, ...] = ()
    """附表 that above asks for, by name."""
    asks: tuple[str, ...] = ()
    """What else the notice asks of the text (“问题写两条”); carried out like a leader's instruction."""


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

    `year` is the year in the title.  `file` is an outline that came from above, any readable document, or the .toml
    that `outline_toml` wrote of one: its headings replace those of the kind, its ceiling counts unless `length` is
    given.  Raises `InputError` for an unknown kind or level, or an outline without headings.
    """
    kind = _kind(kind)
    _check_asked(level, department, year, length)
    reported = _reported(kind, year, period)
    spec = _spec(kind)
    words = {
        "department": department,
        "year": str(reported.year),
        "plan_year": str(reported.year + 1 if kind.looks_back else year),
        "span": reported.span_label,
    }
    parts = tuple(_part(row, words) for row in spec["part"])
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
    if file is None:
        return outline
    from chugao.outline.above import read_above, with_above
    from chugao.outline.editing import read_edited, with_edited

    path = Path(file)
    if path.suffix.lower() == ".toml":
        return with_edited(outline, read_edited(path), path.name)
    return with_above(outline, read_above(path))


def _check_asked(level: str, department: str, year: int, length: int | None) -> None:
    if level not in LEVELS:
        raise InputError(f"级别“{level}”不认识。请填其中之一：{'、'.join(LEVELS)}。")
    if not department.strip():
        raise InputError("没有写科室。请用 --department 写明，如“医务科”。")
    if not 2000 <= year <= 2099:
        raise InputError(f"年度“{year}”不对。请写四位年份，如 2025。")
    if length is not None and not 300 <= length <= 20_000:
        raise InputError(f"字数上限“{length}”不在300到20000之间。请改正 --length。")


def _reported(kind: Kind, year: int, period: str | None) -> Period:
    """The span that is reported on; a plan stands on the year before its own."""
    whole = Period(year=year if kind.looks_back else year - 1)
    if not period:
        return whole
    reported = read_period(period, whole.year)
    if kind.looks_back and reported.year != year:
        raise InputError(f"--period {period} 与 --year {year} 不是同一年。总结的期间应在题目的年度之内。")
    return reported


def _part(row: dict[str, Any], words: dict[str, str]) -> Part:
    heading = row.get("heading", "").format(**words)
    otherwise = tuple(h.format(**words) for h in row.get("otherwise", ()))
    return Part(**{**row, "heading": heading, "otherwise": otherwise})


def _of_the_area(title: str, kind: Kind, level: str, department: str, plan_year: str) -> str:
    """A commission's 要点 and 思路 are those of its area: “2026年全市卫生健康工作要点”."""
    area = area_of(department, level)
    return f"{plan_year}年{area}卫生健康{kind.label}" if area and kind in (Kind.KEY_POINTS, Kind.IDEAS) else title


def area_of(department: str, level: str) -> str:
    """“全市” of 泊宁市卫生健康委员会; "" of who is no commission."""
    match = re.search(r"(市|区|县|旗)卫生(?:健康|和计划生育)?(?:委员会|委|局)$", department)
    return f"全{match[1]}" if match is not None and level in ("市", "区县") else ""


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
        rest = rest_of_year(reported)
        return part.model_copy(
            update={"heading": f"{rest}工作计划", "otherwise": (f"{rest}工作安排", f"{rest}工作打算")}
        )
    return part
