"""Who wrote a report, of what kind it is and for which years, and how sure that is.

In: `Evidence`: the title and where it stood, front matter, the notice, labels of the page, headings, lines.
Out: `Identity`.

Surprise: a 工作报告 bears the year it is given in; what it reports is the year before, and only its headings say so.
"""

import re
from typing import Literal, NamedTuple

from chugao.documents.naming import (
    department_in_body,
    department_of,
    issuer_of,
    level_of,
    parted_signature,
    years_in,
)
from chugao.documents.outlining import ORGANISATION, is_signature
from chugao.kind import Kind, kind_of_title, reported_and_planned

Origin = Literal["front", "title", "notice", "signature", "label", "outline", "body", "collection", "file", ""]

SURE: dict[str, float] = {
    "front": 1.0,
    "title": 0.95,
    "notice": 0.9,
    "signature": 0.85,
    "collection": 0.7,
    "outline": 0.7,
    "label": 0.6,
    "body": 0.5,
    "file": 0.4,
    "": 0.0,
}
"""How sure a thing is by where it was read: front matter, the title, the notice around it, the signature, the title of
the collection, headings, a label of the web page, how the text speaks of itself, the file's name, nowhere."""


class Evidence(NamedTuple):
    title: str
    title_from: Literal["text", "collection", "file"]
    front: dict[str, str]
    wrapper_title: str
    wrapper_issuer: str
    told: dict[str, str]
    headings: tuple[tuple[int, str], ...]
    """(level, words)."""
    lines: tuple[str, ...]
    """Without table rows."""
    text: str


class Identity(NamedTuple):
    kind: Kind | None
    year: int | None
    plan_year: int | None
    department: str
    issuer: str
    level: str
    confidence: dict[str, float]


def identify(evidence: Evidence) -> Identity:
    """Everything the words say, each with its confidence; "" and None with confidence 0 for what they do not."""
    titled: Origin = "title" if evidence.title_from == "text" else evidence.title_from
    kind, kind_from = _kind(evidence, titled)
    year, plan_year, year_from = _years(evidence, kind, titled)
    department, department_from = _department(evidence, titled)
    issuer, issuer_from = _issuer(evidence, titled)
    own_department = department_of(evidence.title) or (department if department_from == "signature" else "")
    level = evidence.front.get("层级") or level_of(evidence.title, own_department, issuer, evidence.text)
    level_from: Origin = (
        "front" if evidence.front.get("层级") else _level_origin(evidence, level, titled, own_department)
    )
    origins: dict[str, Origin] = {
        "title": titled,
        "kind": kind_from,
        "year": year_from if year is not None else "",
        "plan_year": year_from if plan_year is not None else "",
        "department": department_from,
        "issuer": issuer_from,
        "level": level_from,
    }
    confidence = {name: SURE[origin] for name, origin in origins.items()}
    if kind is Kind.SUMMARY_PLAN and plan_year is not None and plan_year not in years_in(evidence.title):
        confidence["plan_year"] = min(confidence["plan_year"], SURE["outline"])  # the year after, by custom
    return Identity(kind, year, plan_year, department, issuer, level, confidence)


# --- kind -----------------------------------------------------------------------------------------


def _kind(evidence: Evidence, titled: Origin) -> tuple[Kind | None, Origin]:
    for words, origin in (
        (evidence.front.get("文种", ""), "front"),
        (evidence.title, titled),
        (evidence.wrapper_title, "notice"),
    ):
        if kind := kind_of_title(words):
            return kind, origin  # type: ignore[return-value]
    kind = _kind_of_outline(evidence)
    return kind, "outline" if kind else ""


def _kind_of_outline(evidence: Evidence) -> Kind | None:
    """For a “工作报告”: looks back and ahead → summary-plan; only one of them → that."""
    if "政府工作报告" in evidence.title:
        return Kind.SUMMARY_PLAN
    words = evidence.headings
    tops = [h for level, h in words if level <= 1] or [h for level, h in words if level == 2]
    back = any(re.search(r"回顾|总结|成就|成效|完成情况|工作情况", h) for h in tops)
    ahead = any(re.search(r"任务|安排|部署|下一步|打算|重点工作|计划|\d年的?工作$|建议", h) for h in tops)
    if "报告" not in evidence.title and "汇报" not in evidence.title:
        return None
    return Kind.SUMMARY_PLAN if back and ahead else Kind.SUMMARY if back else Kind.PLAN if ahead else None


# --- years ----------------------------------------------------------------------------------------


def _years(evidence: Evidence, kind: Kind | None, titled: Origin) -> tuple[int | None, int | None, Origin]:
    named, origin = _named_years(evidence, kind, titled)
    reported, planned = reported_and_planned(kind, named)
    if planned is not None and len(named) == 1 and "下半年" in evidence.title:
        planned = reported  # “上半年工作总结及下半年工作计划” stays within its year
    if kind is not None and not kind.looks_back:
        return planned, planned, origin
    return reported if kind else (named[0] if named else None), planned, origin


def _named_years(evidence: Evidence, kind: Kind | None, titled: Origin) -> tuple[tuple[int, ...], Origin]:
    named, origin = years_in(evidence.title), titled
    if re.fullmatch(r"20\d\d年?", evidence.front.get("年度", "")):
        first = int(evidence.front["年度"][:4])
        named, origin = (first, *(y for y in named if y > first)), "front"
    if kind_of_title(evidence.title) is None and kind is Kind.SUMMARY_PLAN:
        return _years_of_outline(evidence, named), "outline"
    if not named and (named := years_in(evidence.wrapper_title)):
        origin = "notice"
    if not named:
        first_body = next((line for line in evidence.lines if len(line) > 20), "")
        named, origin = years_in(first_body[:60])[:1], "body"
    return named, origin


def _years_of_outline(evidence: Evidence, named: tuple[int, ...]) -> tuple[int, ...]:
    """A 工作报告 bears the year it is given in; what it reports is in its headings, else the year before."""
    for _, heading in evidence.headings:
        years = years_in(heading)
        if years and re.search(r"回顾|总结|成就|工作发展", heading):
            return (max(years), max(years) + 1)
    given = named[-1:] or years_in(evidence.text[:300])[:1]
    return (given[0] - 1, given[0]) if given else ()


# --- who ------------------------------------------------------------------------------------------


def _department(evidence: Evidence, titled: Origin) -> tuple[str, Origin]:
    if told := evidence.front.get("部门"):
        return told, "front"
    if found := department_of(evidence.title):
        return found, titled
    if found := parted_signature(_signature(evidence))[1]:
        return found, "signature"
    if kind_of_title(evidence.title) is not None and not issuer_of(evidence.title):
        opening = next((line for line in evidence.lines if len(line) > 40), "")
        if found := department_in_body(opening):
            return found, "body"
    return "", ""


def _issuer(evidence: Evidence, titled: Origin) -> tuple[str, Origin]:
    candidates: tuple[tuple[str, Origin], ...] = (
        (evidence.front.get("发文单位", ""), "front"),
        (evidence.wrapper_issuer, "notice"),
        (issuer_of(evidence.title), titled),
        (parted_signature(_signature(evidence))[0], "signature"),
        (
            next(
                (
                    v
                    for k, v in evidence.told.items()
                    if k in ("发文机关", "发布机构", "发文单位", "发布单位", "发布机关")
                ),
                "",
            ),
            "label",
        ),
    )
    return next(((name, origin) for name, origin in candidates if name), ("", ""))


def _signature(evidence: Evidence) -> str:
    """The organisation that stands over or before the date at the very end; "" when none does."""
    last = [line.strip() for line in evidence.lines[-4:]]
    dated = any(is_signature(line) and not ORGANISATION.match(line) for line in last[-2:])
    return next((line for line in reversed(last) if ORGANISATION.match(line)), "") if dated else ""


def _level_origin(evidence: Evidence, level: str, titled: Origin, department: str) -> Origin:
    if not level:
        return ""
    return titled if department or level_of(evidence.title, "", "", "") == level else "body"
