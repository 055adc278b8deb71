"""Decide which source counts for a metric, and let through the figures that waited for it.

In: a person's decision.  Out: a row that is only ever added, the figure it lets through, and a line in the audit.

Surprise: a ruling is about sources, not about a value.  Next year's value from the same source then counts too, with a
notice that names the ruling.
"""

from collections.abc import Sequence

from chugao.catalogue import Catalogue, MetricDefinition
from chugao.database import Database, hold, record
from chugao.errors import InputError
from chugao.metrics.calibers import Ruling, file_key, from_source, source_names
from chugao.metrics.headers import nearest_names
from chugao.metrics.observation import Observation
from chugao.metrics.rulings import add_ruling, load_rulings_in
from chugao.metrics.store import load_figures, open_contests, settle_by_rulings


def metric_called(name: str, catalogue: Catalogue) -> MetricDefinition:
    """The metric a person names.  Raises `InputError` with the likeliest ones when there is none."""
    found = catalogue.by_name(name) or catalogue.get(name)
    if found is None:
        near = nearest_names(catalogue, name)
        raise InputError(f"没有“{name}”这个指标。" + (f"是不是“{'”“'.join(near)}”？" if near else "请核对指标名称。"))
    return found


def rule(
    db: Database,
    metric: MetricDefinition,
    chosen: str,
    *,
    by: str,
    reason: str,
    at: str,
    period: str = "",
    department: str = "",
    over: Sequence[str] = (),
) -> tuple[Ruling, tuple[Observation, ...]]:
    """Record a ruling and let through what it decides; the figures that count from now on because of it.

    Raises `InputError` when a name or a reason is missing, or when none of the contested values is of that source.
    """
    if not by.strip() or not reason.strip():
        raise InputError("裁定要写明谁定的（--by 姓名）和理由（--reason 理由），以便日后查得到。")
    with db.write() as connection:
        hold(connection, "observation")
        contests = [
            c
            for c in open_contests(connection).values()
            if c[0].metric == metric.id and period in ("", c[0].period.code) and department in ("", c[0].department)
        ]
        _has_source(contests, chosen, metric.name)
        sources = dict.fromkeys([_kept(chosen), *over, *(n for c in contests for n in source_names(c))])
        # Without a rival it is a standing choice, and has to stand against whoever comes.
        made = Ruling(
            metric=metric.id,
            department=department,
            period=period,
            chosen=_kept(chosen),
            sources=tuple(sources) if len(sources) > 1 else (),
            by=by.strip(),
            reason=reason.strip(),
            at=at,
        )
        made = add_ruling(connection, made)
        settled = settle_by_rulings(connection, load_rulings_in(connection), at=at)
        detail = made.model_dump(mode="json", exclude={"by", "at"}) | {"settled": len(settled)}
        record(connection, made.by, "metrics.rule", metric.id, detail, at=at)
    return made, settled


def _kept(chosen: str) -> str:
    """A file is kept under the name it returns with every year."""
    return file_key(chosen) if "." in chosen else chosen.strip()


def _has_source(contests: Sequence[Sequence[Observation]], chosen: str, name: str) -> None:
    if not contests or any(from_source(o, chosen) for c in contests for o in c):
        return
    sources = "、".join(dict.fromkeys(n for c in contests for n in source_names(c)))
    raise InputError(f"“{name}”各处不一的数里没有来自“{chosen}”的。来源有：{sources}。请用 --choose 写其中一个。")


def waiting(db: Database) -> tuple[tuple[Observation, ...], ...]:
    """Figures that wait for a ruling."""
    return load_figures(db).contested
