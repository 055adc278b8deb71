"""Which policy documents (依据) a paper about the coming year opens with.

In: the documents in force, as they are to be cited.  Out: the two that speak of what the paper plans.

Surprise: most that an office keeps are in force and say nothing of this department.  One is cited where its title shares
words with the tasks, or where it is the year's programme for everybody.
"""

import re
from collections.abc import Sequence

from chugao.material import Matter, MatterStatus
from chugao.outline import Outline

_MOST = 2
_ISSUING = re.compile(r"^《[^《》]{0,60}关于印发(?P<what>《[^《》]{2,80}》)的(?:通知|决定)》")
_FOR_ALL = re.compile(r"工作要点|重点工作任务|年度(?:目标|任务|工作)")
# What every title of a policy says.
_EMPTY = re.compile(
    r"关于|印发|进一步|加强|推进|做好|开展|全面|深化|促进|完善|提升|实施|工作|行动|计划|方案|意见|办法|通知|规定|指导|规划|纲要|"
    r"卫生|健康|医疗|医院|机构|管理|建设|发展|服务|质量|年|全[国省市县院]|[的和与及、—\-（）()《》〔〕\d号]"
)


def fitting_bases(outline: Outline, matters: Sequence[Matter], bases: Sequence[str]) -> tuple[str, ...]:
    """At most two, in the order given; none for a paper that only looks back."""
    if outline.kind.looks_back or not bases:
        return ()
    planned = [m for m in matters if m.status is MatterStatus.PLANNED]
    told = "".join(f"{m.category}{m.text}{m.result}" for m in planned) + outline.department
    year = f"{outline.plan_year}年"
    # The notice that issues a document is not what is carried out; the document is.
    bases = [_ISSUING.sub(lambda m: m["what"], b) for b in bases]
    fitting = [b for b in bases if _shared(b, told) or (_FOR_ALL.search(b) and year in b)]
    return tuple(sorted(fitting, key=lambda b: -_shared(b, told))[:_MOST])


def _shared(basis: str, told: str) -> int:
    """Character pairs of a title that mean something and that the tasks say too."""
    title = _EMPTY.sub(" ", basis.partition("》")[0])
    return sum(title[i : i + 2] in told for i in range(len(title) - 1) if " " not in title[i : i + 2])
