"""What kind of document a title announces, and for which year.

总结暨计划 names two years or one; the year in the title is the reported year there and the planned year in a 计划.
"""

import re
from enum import StrEnum
from typing import Literal

Style = Literal["data", "policy"]
"""data: a figure every few lines; policy: almost none (要点, 思路).  The two are never mixed."""


class Kind(StrEnum):
    """The five kinds that are drafted."""

    SUMMARY = "summary"
    PLAN = "plan"
    SUMMARY_PLAN = "summary-plan"
    KEY_POINTS = "key-points"
    IDEAS = "ideas"

    @property
    def label(self) -> str:
        return {
            "summary": "工作总结",
            "plan": "工作计划",
            "summary-plan": "工作总结暨工作计划",
            "key-points": "工作要点",
            "ideas": "工作思路",
        }[self.value]

    @property
    def looks_back(self) -> bool:
        """Whether the year in the title is a reported year."""
        return self in (Kind.SUMMARY, Kind.SUMMARY_PLAN)


_PLAN = r"计划|打算|安排|下一步|规划"
_YEAR = re.compile(r"(20\d\d)年")
_HAN_YEAR = re.compile(r"二〇([〇零一二三四五六七八九])([〇零一二三四五六七八九])年")


def kind_of_title(title: str) -> Kind | None:
    """The kind a title announces, None when it announces none.

    “总结和2017年工作要点” is a summary-plan: what looks ahead there is the second half.
    """
    looks_back = re.search(r"总结|完成情况|工作汇报|工作成效", title) is not None
    points = "要点" in title
    ideas = re.search(r"思路|设想", title) is not None
    plan = re.search(_PLAN, title) is not None
    if looks_back and (plan or points or ideas):
        return Kind.SUMMARY_PLAN
    if looks_back:
        return Kind.SUMMARY
    if points:
        return Kind.KEY_POINTS
    if ideas:
        return Kind.IDEAS
    return Kind.PLAN if plan else None


def years_of_title(title: str) -> tuple[int, ...]:
    """Every year named in a title, in order, each once."""
    digits = "〇一二三四五六七八九"
    han = _HAN_YEAR.sub(
        lambda m: f"20{digits.index(m[1].replace('零', '〇'))}{digits.index(m[2].replace('零', '〇'))}年", title
    )
    return tuple(dict.fromkeys(int(y) for y in _YEAR.findall(han)))


def reported_and_planned(kind: Kind | None, years: tuple[int, ...]) -> tuple[int | None, int | None]:
    """(reported year, planned year) that a title of this kind and these years means."""
    if not years or kind is None:
        return None, None
    if kind is Kind.SUMMARY:
        return years[0], None
    if kind is Kind.SUMMARY_PLAN:
        return years[0], years[1] if len(years) > 1 else years[0] + 1
    return None, years[-1]
