"""Which source counts for a metric when several say different things: 口径 and its 裁定.

In: observations of one figure that disagree, and the rulings of the office.  Out: the one that holds, or none.

Surprise: nobody may decide but a person.  Until somebody has ruled, none of the values is used: a number that a later
ruling might take back must not stand in a draft.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import NamedTuple

from chugao.metrics.observation import Observation, Role
from chugao.source import Frozen


class Ruling(Frozen):
    """A recorded 裁定: for this metric that source counts, says this person, for this reason."""

    metric: str
    chosen: str
    """来源 as the office writes it, or a file's name without its year."""
    by: str
    reason: str
    at: str
    """A moment of `database.utc_text`."""
    department: str = ""
    """"" for all."""
    period: str = ""
    """`Period.code`; "" for every period."""
    sources: tuple[str, ...] = ()
    """The sources it chose between; another year with no other sources follows it."""
    id: int = 0


class Settled(NamedTuple):
    """A contest decided."""

    observation: Observation
    ruling: Ruling
    reused: bool
    """Ruled for another period; said, so that somebody may object."""


def file_key(file: str) -> str:
    """A file's name as it returns every year: without year, month and version."""
    stem = PurePath(file).stem if "." in file else file
    return re.sub(r"20\d\d年?度?|\d{1,2}月份?|[-—_ （）()]+|第?\d+稿|终稿|最终版?|定稿|副本", "", stem) or stem


def source_name(observation: Observation) -> str:
    """Who says so: the 来源, else the file."""
    return observation.origin or file_key(observation.source.file)


def source_names(contest: Iterable[Observation]) -> tuple[str, ...]:
    """The sources of a contest, told apart by file where two give the same 来源."""
    seen = list(contest)
    names = [source_name(o) for o in seen]
    doubled = {n for n in names if names.count(n) > 1}
    return tuple(file_key(o.source.file) if n in doubled else n for o, n in zip(seen, names, strict=True))


def from_source(observation: Observation, chosen: str) -> bool:
    """Whether an observation comes from a source as a person names it: 来源, file name, or the name without its year."""
    names = {observation.origin, observation.source.file, file_key(observation.source.file)} - {""}
    return chosen in names or file_key(chosen) in names


def settle_contest(contest: Sequence[Observation], rulings: Sequence[Ruling]) -> Settled | None:
    """What holds among observations of one figure that disagree; None while nobody has ruled.

    The latest ruling for this very period counts, else a standing one, else one of another period that chose between
    the same sources.
    """
    first, names = contest[0], set(source_names(contest))
    mine = [r for r in rulings if r.metric == first.metric and r.department in ("", first.department)]
    same = [r for r in mine if r.period == first.period.code]
    standing = [r for r in mine if not r.period and (not r.sources or names <= set(r.sources))]
    other = [r for r in mine if r.period not in ("", first.period.code) and names <= set(r.sources)]
    for group, reused in ((same, False), (standing, False), (other, True)):
        for ruling in reversed(group):
            held = [o for o in contest if from_source(o, ruling.chosen)]
            if len({(o.quantity.value, o.quantity.high) for o in held}) == 1:
                return Settled(held[0], ruling, reused)
    return None


def in_words(contest: Sequence[Observation], name: str) -> str:
    """“门诊人次”2025年的数值：甲.xlsx “指标”表 C2单元格（HIS）写3.2万，…"""
    first = contest[0]
    what = f"{first.department}“{name}”{first.period.label}的{'目标' if first.role is Role.TARGET else '数值'}"
    said = "；".join(
        f"{o.source}（{source}）写{o.quantity.printed}"
        for o, source in zip(contest, source_names(contest), strict=True)
    )
    return f"{what}各处不一：{said}"


def how_to_rule(contest: Sequence[Observation], name: str) -> str:
    """The command that settles a contest."""
    first, names = contest[0], source_names(contest)
    department = f" --department {first.department}" if first.department else ""
    return f"chugao metrics rule {name} --period {first.period.code}{department} --choose {names[0]} --by 姓名 --reason 理由"
