"""Targets that are stated against last year: “较上年下降5%”, “增长8%以上”, “提高2个百分点”, “不高于上年”.

In: the words of a target cell; later the figure they start from.  Out: the signed step, then the target's value with
the formula it was computed by.

Surprise: “药占比下降5%” is two targets, 95 % of last year's or five points less.  Nobody but the office can tell which,
so it is asked and not computed.
"""

import re
from dataclasses import replace
from decimal import Decimal

from chugao.catalogue import MetricDefinition
from chugao.errors import InputError
from chugao.metrics.observation import Observation, RelativeTarget, Role
from chugao.metrics.printing import POINTS, Form
from chugao.quantity import Qualifier, Quantity, comparable, convert, fold, parse, plain

_BASE = r"(?:[较比在]?(?:上年度?|去年|本年度?|今年|20\d\d年度?)(?:同期|实际|水平|完成数|基础)?的?(?:基础)?上?)"
_RISE = "增长|增加|提高|提升|上升|增幅|延长|多|升"
_FALL = "下降|减少|降低|缩短|压减|压降|降幅|少|降"
_STEP = re.compile(
    rf"^(?:力争|确保|控制在|保持)*{_BASE}?再?(?:(?P<up>{_RISE})|(?P<down>{_FALL}))(?:率|幅度?)?(?:控制在)?"
    rf"(?P<size>[^到至]{{1,24}})$"
)
_LEVEL = re.compile(
    rf"^(?:力争|确保)?(?:(?P<most>不高于|不超过|不多于|[≤≦]|<=)|(?P<least>不低于|不少于|[≥≧]|>=)|(?P<over>高于|超过|多于|>)|"
    rf"(?P<under>低于|少于|<)|(?:与|同)?){_BASE}(?P<same>持平)?$"
)
_TO = re.compile(r"[至到]")


def read_step(text: str) -> Quantity | None:
    """The signed step of a relative target, None for a text that states none.  A text that names a level is none."""
    compact = re.sub(r"\s+", "", fold(text))
    if len(compact) > 60:
        return None
    if level := _LEVEL.match(compact):
        kinds = (
            ("most", Qualifier.AT_MOST),
            ("least", Qualifier.AT_LEAST),
            ("over", Qualifier.OVER),
            ("under", Qualifier.UNDER),
            ("same", Qualifier.EXACT),
        )
        qualifier = next((q for name, q in kinds if level[name]), None)
        if qualifier is None:
            return None
        return Quantity(value=Decimal(0), unit="", qualifier=qualifier, printed=text)
    match = _STEP.match(compact)
    if match is None or _TO.match(match["size"]):
        return None
    try:
        size = parse(match["size"])
    except InputError:
        return None
    relative = size.unit in ("%", *POINTS.values()) or re.search(r"[较比再]|基础", compact)
    if size.high is not None or not relative:
        return None  # “增加2名” may be the number of new posts itself
    down = match["down"] is not None
    # At least 5 % less is at most so much; within 5 % more is at most so much as well.
    flipped = {Qualifier.AT_LEAST: Qualifier.AT_MOST, Qualifier.AT_MOST: Qualifier.AT_LEAST} if down else {}
    return replace(
        size,
        value=-size.value if down else size.value,
        qualifier=flipped.get(size.qualifier, size.qualifier),
        printed=text,
    )


def target_from(
    aim: RelativeTarget, base: Observation | None, definition: MetricDefinition, form: Form
) -> tuple[Observation, str] | str:
    """(the target as an observation, its formula), or why it cannot be computed."""
    step, said = aim.step, f"{definition.name}的目标“{aim.step.printed}”"
    start = aim.period.shifted(-1).label
    if base is None:
        return f"{said}：没有{start}的实绩，算不出目标值。请补报{start}的数，或直接填目标值。"
    if base.quantity.qualifier is not Qualifier.EXACT:
        return f"{said}：{start}的数“{base.quantity.printed}”不是确数，算不出目标值。请填报确数。"
    value = convert(base.quantity.value, base.quantity.unit, form.unit)
    shown, size, sign = form.value(value), abs(step.value), "－" if step.value < 0 else "＋"
    if step.value == 0:
        aimed, formula = value, f"{start}{shown}"
    elif step.unit == "%" and form.unit == "%":
        return f"{said}：看不出是相差{plain(size)}个百分点，还是减增{plain(size)}%。请写成“个百分点”，或直接填目标值。"
    elif step.unit == "%":
        if value <= 0:
            return f"{said}：{start}为{shown}，不能按百分比推算。请直接填目标值。"
        aimed, formula = value * (1 + step.value / 100), f"{start}{shown}×（1{sign}{plain(size)}%）"
    else:
        points = {"个百分点": "%", "个千分点": "‰"}.get(step.unit, step.unit or form.unit)
        if not comparable(points, form.unit):
            return f"{said}：单位“{step.unit}”与“{form.unit}”不能换算。请改正单位，或直接填目标值。"
        aimed = value + convert(step.value, points, form.unit)
        formula = f"{start}{shown}{sign}{plain(size)}{step.unit}"
    quantity = Quantity(
        value=aimed, unit=form.unit, qualifier=step.qualifier, resolution=base.quantity.resolution, printed=step.printed
    )
    target = Observation(
        metric=aim.metric,
        department=aim.department,
        period=aim.period,
        role=Role.TARGET,
        quantity=quantity,
        source=aim.source,
        release=aim.release,
        owner=aim.owner,
        leader=aim.leader,
        deadline=aim.deadline,
        caliber=base.caliber,
    )
    return target, formula
