"""One thing a submission says or a leader wants, waiting for a person or confirmed by one.

In: nothing.  Out: `Item`; the matters and the figures among those that are confirmed.
"""

import re
from collections.abc import Iterable
from typing import Literal

from chugao.catalogue import Catalogue, MetricDefinition, load_catalogue
from chugao.material.honours import with_honour
from chugao.material.matter import Matter, Matters, MatterStatus
from chugao.mentions import find_mentions
from chugao.metrics.observation import Figures, Observation, ReportedChange, Status
from chugao.source import Frozen, Release, Source

ItemKind = Literal["fact", "matter", "honour", "instruction"]


class Item(Frozen):
    """One thing a submission says, waiting for a person."""

    id: str
    kind: ItemKind
    text: str
    """The sentence as submitted, or the words of an instruction."""
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
    previous: Observation | None = None
    """Last year's value, where the same sentence or row gives it."""
    change: ReportedChange | None = None
    """The growth or change the same sentence gives."""
    definition: MetricDefinition | None = None
    """Of a metric that only this office uses."""
    submitter: str = ""
    """Who sent it, or who said it."""
    note: str = ""
    """What stands beside it: a remark of who sent it, why it was rejected, what was corrected."""
    asks: str = ""
    """What a person must see before it is printed: “首例”要有佐证."""
    picked_by: str = ""
    """Of a shortcoming: who wants it printed."""
    measure: str = ""
    """Of a shortcoming: what is to be done about it."""
    said_at: str = ""
    """Of an instruction: when it was said, as told."""
    about: str = ""
    """Of an instruction: the part or the matter it is about."""
    number: int = 0
    """Of an instruction: its number in the 意见台账 of its year."""
    attachment: str = ""
    """Of an instruction: the kept photo, a path in the workspace."""
    order: int = 0
    """Its place among the items of its submission, from 1: two of one paragraph stay as they were told."""

    @property
    def is_problem(self) -> bool:
        """Whether it tells of a shortcoming."""
        return self.matter is not None and self.matter.category == "不足"


def matters_of(items: Iterable[Item]) -> Matters:
    """The matters among confirmed items; of shortcomings only what somebody picked."""
    found = []
    for item in items:
        if item.status != "confirmed" or item.matter is None:
            continue
        if item.is_problem and not item.picked_by:
            continue
        told = {"confirmed_by": item.confirmed_by or "", "release": item.release, "picked_by": item.picked_by}
        matter = item.matter.model_copy(update=told)
        found.append(with_honour(matter))
    return Matters(items=tuple(found), department_column=any(m.department for m in found))


def figures_of(items: Iterable[Item], catalogue: Catalogue | None = None) -> Figures:
    """The facts among confirmed items, with the changes and last year's values told beside them."""
    catalogue = catalogue or load_catalogue()
    told = [i for i in items if i.status == "confirmed" and i.observation is not None]
    observations = tuple(
        o.model_copy(update={"status": Status.CONFIRMED, "release": i.release})
        for i in told
        for o in (i.observation, i.previous)
        if o is not None
    )
    own = {i.definition.id: i.definition for i in told if i.definition is not None}
    known = {o.metric: d for o in observations if (d := catalogue.get(o.metric)) is not None}
    return Figures(
        observations=tuple({(o.metric, o.department, o.period, o.role): o for o in observations}.values()),
        changes=tuple(i.change for i in told if i.change is not None),
        definitions=own | known,
        department_column=any(o.department for o in observations),
    )


def of_the_whole(items: Iterable[Item], whole: str) -> tuple[Item, ...]:
    """What the departments sent, as it goes into the report of the whole house: each deed with who did it.

    A department's figure is none of the house (its 门诊人次 is not the hospital's): such items are left out here and
    counted by whoever tells of it.  What a leader said of one department's report stays with that report.
    """
    told = []
    for item in items:
        if item.department in ("", whole):
            told.append(item)
        elif item.matter is not None:
            told.append(item.model_copy(update={"matter": as_the_whole_tells(item.matter, item.department, whole)}))
    return tuple(told)


def as_the_whole_tells(matter: Matter, department: str, whole: str) -> Matter:
    """A department's deed as the report of its house tells it: with who did it, and no 我科 in it."""
    owner = matter.owner or department
    if _GOVERNS.search(whole) and matter.status is not MatterStatus.PLANNED:
        owner = matter.owner  # what a commission did it did as one; who has a task stands in its table
    # “科室被授予……” of one department's report: the house has many.
    named = re.sub(r"我院(?=首|第一)", "全院", _OURS.sub(department, matter.text))
    honour = matter.honour
    if honour is not None and _OURS.fullmatch(honour.recipient):
        honour = honour.model_copy(update={"recipient": department})
    told = matter.model_copy(update={"department": whole, "owner": owner, "text": named, "honour": honour})
    own = not (_GOVERNS.search(whole) or _OF_ALL.match(told.text) or department in told.text)
    if own and _is_a_figure(told):
        # “床位使用率96.3%” of one department is not the house's: it says whose it is.
        return told.model_copy(update={"text": f"{department}{told.text}"})
    return told


def _is_a_figure(matter: Matter) -> bool:
    """Whether a matter says how much of something there was that the whole house has as well."""
    if not re.match(r"[\u4e00-\u9fff]{2,14}\d", matter.text):
        return False
    first = next((m for m in find_mentions(matter.text) if m.metric), None)
    if first is None:
        return False
    # “门诊达到2.2万人次”: what is aimed at is the department's as well.
    before = _AIMED.sub("", matter.text[: first.start])
    return before.endswith(first.metric_name or "\0")


_GOVERNS = re.compile(r"(?:委员会|卫健委|卫健局|卫生健康局|卫生局|疾控局|医保局)$")
_OF_ALL = re.compile(r"[全我本][市县区省院委局镇乡]|各[县地]")
"""“全市孕产妇死亡率4.8/10万” is nobody's own."""
_OURS = re.compile(r"^(?:我科室?|本科室?|科室|我部门?|本部门?|我中心)(?=[\u4e00-\u9fff]|$)")
_AIMED = re.compile(r"(?:力争|要|将)?(?:达到?|突破|增至|增加到|升至|提高到|降至|降到|控制在|完成|超过?)$")


def confirmed(items: Iterable[Item], by: str) -> tuple[Item, ...]:
    """All items confirmed, and all shortcomings picked, by one person, but for what was copied from an earlier report."""
    told = {"status": "confirmed", "confirmed_by": by}
    return tuple(
        i if i.copied_from else i.model_copy(update=told | ({"picked_by": by} if i.is_problem else {})) for i in items
    )
