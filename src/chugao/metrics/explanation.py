"""Say where every figure comes from: the 数据说明 that goes with a report.

In: `Figures`, the rulings, and which metrics a document uses.  Out: `Explanation`, as JSON or as a page to print.

Surprise: two periods of one metric may count differently, so what is said of a metric is said of its figures, not of
its definition; the catalogue speaks only where the office kept silent.
"""

from collections.abc import Iterable, Sequence

from chugao.catalogue import MetricDefinition
from chugao.metrics.calibers import Ruling, source_name, source_names
from chugao.metrics.observation import Figures, Observation, Role
from chugao.period import read_period
from chugao.quantity import plain
from chugao.source import Frozen


class Explained(Frozen):
    """One metric as this document uses it."""

    metric: str
    name: str
    unit: str
    caliber: str
    """口径: the office's, else the catalogue's."""
    own_caliber: bool
    sources: tuple[str, ...]
    """来源, else the file's name."""
    places: tuple[str, ...]
    """File, sheet and cell of each value of the period."""
    cutoff: str
    periods: tuple[str, ...]
    comparable: tuple[str, ...]
    """Values on a comparable basis: “2024年29万”."""
    rulings: tuple[Ruling, ...]
    contested: tuple[str, ...]
    """Sources that still disagree."""
    authority: str


class Explanation(Frozen):
    """The 数据说明 of one document."""

    department: str
    cutoff: str
    rows: tuple[Explained, ...]


def explain(
    figures: Figures,
    rulings: Sequence[Ruling] = (),
    *,
    department: str | None = None,
    metrics: Iterable[str] | None = None,
    year: int | None = None,
) -> Explanation:
    """What each metric means and where its figures come from; `metrics` limits it to those a document uses."""
    own = figures.of_department(department)
    catalogue, used = figures.catalogue(), set(metrics) if metrics is not None else None
    said = [*own.observations, *own.comparable, *(o for c in own.contested for o in c)]
    ids = dict.fromkeys(o.metric for o in said if used is None or o.metric in used)
    definitions = [d for i in ids if (d := catalogue.get(i)) is not None]
    ours = [r for r in rulings if not department or r.department in ("", department)]
    return Explanation(
        department=department or "",
        cutoff=str(own.cutoff() or ""),
        rows=tuple(_explained(own, d, ours, year) for d in definitions),
    )


def _explained(
    figures: Figures, definition: MetricDefinition, rulings: Sequence[Ruling], year: int | None
) -> Explained:
    actual = [o for o in figures.observations if o.metric == definition.id and o.role is Role.ACTUAL]
    # A year is explained together with the one it is compared with.
    own = [o for o in actual if year is None or o.period.year in (year, year - 1)]
    calibers = tuple(dict.fromkeys(o.caliber for o in own if o.caliber))
    contests = [c for c in figures.contested if c[0].metric == definition.id]
    latest = max((o.source.cutoff for o in own if o.source.cutoff), default=None)
    return Explained(
        metric=definition.id,
        name=definition.name,
        unit=definition.printed_unit or definition.unit,
        caliber="；".join(calibers) or definition.formula,
        own_caliber=bool(calibers),
        sources=tuple(dict.fromkeys(source_name(o) for o in own)),
        places=tuple(dict.fromkeys(f"{o.period.label}：{o.source}" for o in own)),
        cutoff=str(latest or ""),
        periods=tuple(dict.fromkeys(o.period.label for o in own)),
        comparable=tuple(_told(o) for o in figures.comparable if o.metric == definition.id),
        rulings=tuple(r for r in rulings if r.metric == definition.id),
        contested=tuple(dict.fromkeys(n for c in contests for n in source_names(c))),
        authority=definition.authority,
    )


def _told(observation: Observation) -> str:
    quantity = observation.quantity
    return f"{observation.period.label}{plain(quantity.value)}{quantity.unit}（{observation.source}）"


def as_markdown(explanation: Explanation, title: str = "数据说明") -> str:
    """The page to print, or to paste behind a report."""
    lines = [f"# {title}", ""]
    if explanation.department:
        lines += [f"部门：{explanation.department}", ""]
    if explanation.cutoff:
        lines += [f"数据截止：{explanation.cutoff}（个别指标另有注明的除外）", ""]
    for number, row in enumerate(explanation.rows, 1):
        lines += [f"## {number}. {_plain(row.name)}" + (f"（{_plain(row.unit)}）" if row.unit else ""), ""]
        lines += [f"- {_plain(text)}" for text in _about(row, explanation.cutoff)]
        lines.append("")
    return "\n".join(lines)


def _about(row: Explained, cutoff: str) -> Iterable[str]:
    yield f"口径：{row.caliber or '未填'}" + ("" if row.own_caliber or not row.caliber else "（按指标目录）")
    if row.authority:
        yield f"依据：{row.authority}"
    yield f"来源：{'、'.join(row.sources) or '未填'}"
    if row.cutoff and row.cutoff != cutoff:
        yield f"数据截止：{row.cutoff}"
    if row.places:
        yield f"出处：{'；'.join(row.places)}"
    yield from notes_of(row)


def notes_of(row: Explained) -> Iterable[str]:
    """What a reader of the figures must know beside where they come from: comparable years, rulings, disputes."""
    if row.comparable:
        yield f"可比口径：{'；'.join(row.comparable)}"
    for ruling in row.rulings:
        where = "、".join(p for p in (ruling.department, _label(ruling.period)) if p) or "各期"
        yield f"裁定：{where}以“{ruling.chosen}”为准，{ruling.by}于{ruling.at[:10]}裁定。理由：{ruling.reason}"
    if row.contested:
        yield f"口径未裁：{'、'.join(row.contested)}的数不一致，裁定以前不采用。"


def _label(period: str) -> str:
    return read_period(period).label if period else ""


def _plain(text: str) -> str:
    """Nothing that came from a cell becomes mark-up or a line of its own."""
    flat = " ".join(text.split())
    return "".join("\\" + c if c in "\\`*_[]<>#|" else c for c in flat)
