"""Before a cent is spent: who has not sent, what is missing or contradicts itself, what the run will cost.

In: a manifest.  Out: `Plan`, one row a document; workbooks for those who owe something.

The calls are counted by drafting everything offline once, with an engine that renders each prompt instead of sending
it: what a model will be asked is a pure function of the inputs.  Surprise: answers that cannot be used are asked for
again, and how often is known only from the ledger's own past; before the first bill it is an assumption, and says so.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from chugao.batch.making import Inputs, inputs_of, settings_of
from chugao.batch.manifest import Manifest, Task
from chugao.batch.rebuilding import would_change
from chugao.batch.records import JobRow, PaperRow, find_job, papers
from chugao.batch.sent import absent, sent, told_of_the_manifest
from chugao.catalogue import load_catalogue
from chugao.config import Settings
from chugao.database import Database
from chugao.database.tables import call
from chugao.desk import make, open_past, read_figures
from chugao.errors import ChugaoError, InputError
from chugao.export.files import file_name
from chugao.kind import Kind
from chugao.ledger import Answer, prices_of
from chugao.manuscript import Brief, Reply
from chugao.metrics.observation import Role
from chugao.metrics.owing import Owed, by_owner, owing, write_requests
from chugao.metrics.readiness import readiness
from chugao.metrics.template import write_template
from chugao.source import Finding, Frozen, Severity

if TYPE_CHECKING:
    from chugao.index import Index

_FACTOR = 0.8
_ANSWER_TOKENS = 400
_AGAIN = 0.15
_CALL_S = 15.0
_OFFLINE_S = 1.5


class PlanRow(Frozen):
    """One document before it is made."""

    department: str
    kind: str
    kind_label: str
    state: str
    """ready, gaps, contradictions, not_sent, part_sent, unreadable, done, renewed."""
    state_label: str
    reason: str = ""
    figures: int = 0
    """Values of the reported period."""
    matters: int = 0
    missing: tuple[str, ...] = ()
    """Names of figures that are owed."""
    contradictions: tuple[str, ...] = ()
    past_reports: int = 0
    """Of this department, in the past reports that will lend wording."""
    notes: tuple[str, ...] = ()
    would_change: tuple[dict[str, Any], ...] = ()
    """Of a document that is done and whose figures came later: which sentences and cells change, before and after."""
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None

    @property
    def can_be_made(self) -> bool:
        return self.state not in ("not_sent", "part_sent", "unreadable")


class Plan(Frozen):
    """A job before it is run."""

    job: str
    name: str
    rows: tuple[PlanRow, ...]
    not_sent: tuple[str, ...]
    without_past: tuple[str, ...]
    requests: tuple[str, ...] = ()
    """Workbooks written for those who owe something."""
    kept_requests: tuple[str, ...] = ()
    """Workbooks that were there already, perhaps filled in."""
    calls: int
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    """None when a model has no price."""
    currency: str
    minutes: float
    max_cost: Decimal | None
    assumed: tuple[str, ...]
    """What the estimate takes for granted."""

    @property
    def needs_a_person(self) -> bool:
        return any(not r.can_be_made or r.state == "contradictions" for r in self.rows)

    @property
    def over_budget(self) -> bool:
        return self.max_cost is not None and self.cost is not None and self.cost > self.max_cost


_LABELS = {
    "ready": "齐",
    "gaps": "有缺项",
    "contradictions": "数据矛盾",
    "not_sent": "没有报",
    "part_sent": "没有报齐",
    "unreadable": "读不了",
    "done": "已写好",
    "renewed": "材料变了",
}


class Form(NamedTuple):
    """The workbook a department is to fill in: the whole of it, or the half it has not sent."""

    department: str
    year: int
    figures: bool = True
    matters: bool = True


class _Past:
    """How a model has done so far, from the ledger; assumptions before the first bill."""

    def __init__(self, factor: float, answer: float, again: float, call_s: float, known: bool) -> None:
        self.factor, self.answer, self.again, self.call_s, self.known = factor, answer, again, call_s, known


def plan(
    manifest: Manifest,
    *,
    requests: Path | None = None,
    database: Database | None = None,
    max_cost: Decimal | None = None,
    seen: Callable[[str], None] | None = None,
) -> Plan:
    """Look at everything a manifest names.  Writes nothing but the workbooks, into `requests` where given."""
    settings = settings_of(_row_of(manifest))
    known = _known(database, manifest.job)
    opened: dict[str | None, Any] = {}
    rows: list[PlanRow] = []
    owed: list[Owed | Form] = []
    for task in manifest.tasks:
        if seen is not None:
            seen(task.name)
        row, items = _row(task, settings, database, known.get((task.department, task.kind)), opened)
        rows.append(row)
        owed += items
    written, kept = _requests(owed, requests, manifest.deadline) if requests is not None else ((), ())
    limit = max_cost if max_cost is not None else manifest.max_cost
    return _summed(manifest, rows, settings, database, limit, (written, kept))


def _row_of(manifest: Manifest) -> JobRow:
    """A job that is nowhere yet."""
    return JobRow(
        id=manifest.job,
        tenant=manifest.tenant,
        name=manifest.name,
        state="running",
        manifest=manifest,
        out="",
        created_at="",
        updated_at="",
    )


def _known(database: Database | None, job: str) -> dict[tuple[str, str], PaperRow]:
    if database is None:
        return {}
    with database.read() as connection:
        if find_job(connection, job) is None:
            return {}
        return {(r.department, r.kind): r for r in papers(connection, job)}


# --- one document ---------------------------------------------------------------------------------


def _row(
    task: Task, settings: Settings, database: Database | None, known: PaperRow | None, opened: dict[str | None, Any]
) -> tuple[PlanRow, Sequence[Owed | Form]]:
    base = {"department": task.department, "kind": task.kind, "kind_label": Kind(task.kind).label}
    how, gone = sent(task), absent(task)
    not_received = f"没有收到：{'、'.join(gone)}"
    if how == "none":
        return _labelled(base, "not_sent", reason=not_received), [Form(task.department, task.year)]
    try:
        past = _past(task, settings, opened)
        inputs = inputs_of(task, settings, past)
        return _looked_at(task, inputs, settings, database, known, base)
    except ChugaoError as error:
        reason = told_of_the_manifest(str(error))
        if how == "part":
            also = "" if any(f"{name}：找不到" in reason for name in gone) else f"；{reason}"
            return _labelled(base, "part_sent", reason=not_received + also), _rest_owed(task, settings)
        silent = "没有可写的材料" in reason or "没有“" in reason
        owed = [Form(task.department, task.year)] if silent else []
        return _labelled(base, "not_sent" if silent else "unreadable", reason=reason), owed


def _past(task: Task, settings: Settings, opened: dict[str | None, Any]) -> "tuple[Index | None, tuple[str, ...]]":
    if task.corpus not in opened:
        opened[task.corpus] = open_past(Path(task.corpus) if task.corpus else None, settings.workspace)
    found: tuple[Index | None, tuple[str, ...]] = opened[task.corpus]
    return found


def _looked_at(
    task: Task,
    inputs: Inputs,
    settings: Settings,
    database: Database | None,
    known: PaperRow | None,
    base: dict[str, str],
) -> tuple[PlanRow, list[Owed]]:
    figures, year = inputs.desk.figures, inputs.outline.reported.year
    findings: tuple[Finding, ...] = ()
    owed: list[Owed] = []
    if figures.observations:
        findings = readiness(figures, department=task.department, year=year).findings
        owed = list(owing(figures, department=task.department, year=year))
    counter = Counting(task.engine, settings)
    made, _ = make(inputs.desk, inputs.outline, counter, office=settings.office, seed=task.seed)
    contradictions = tuple(dict.fromkeys(f.hint for f in findings if f.severity.blocks or f.rule == "reported-change"))
    contradictions += tuple(_contested(inputs))
    missing = tuple(dict.fromkeys([o.name for o in owed] + [r.name for r in made.requests if r.name]))
    state = "contradictions" if contradictions else "gaps" if missing else "ready"
    if known is not None and known.state == "done":
        state = "done" if known.inputs == inputs.digest else "renewed"
    places: tuple[dict[str, Any], ...] = ()
    if state == "renewed" and known is not None and database is not None:
        places = would_change(database, known, figures)
    estimate = _estimate(task, counter, settings, database) if state != "done" else {}
    of_year = [
        o
        for o in figures.of_department(task.department).observations
        if o.role is Role.ACTUAL and o.period == inputs.outline.reported
    ]
    return _labelled(
        base,
        state,
        figures=len(of_year),
        matters=len(inputs.desk.matters.of_department(task.department).items),
        missing=missing,
        contradictions=contradictions,
        past_reports=_own_reports(inputs.desk.past, task.department),
        notes=tuple(f.hint for f in findings if f.severity is Severity.WARNING and f.rule != "reported-change"),
        would_change=places,
        **estimate,
    ), owed


def _labelled(base: dict[str, str], state: str, **values: Any) -> PlanRow:
    return PlanRow(**base, state=state, state_label=_LABELS[state], **values)


def _contested(inputs: Inputs) -> Iterable[str]:
    """Figures for which several sources give different values, until somebody rules."""
    figures = inputs.desk.figures.of_department(inputs.outline.department)
    for several in figures.contested:
        definition = figures.catalogue().get(several[0].metric)
        name = definition.name if definition else several[0].metric
        said = "；".join(f"{o.quantity.printed}（{o.source}）" for o in several)
        yield f"{name}有几种说法：{said}。请用 chugao metrics rule 定一个。"


def _own_reports(index: "Index | None", department: str) -> int:
    return len({p.document for p in index.passages if p.department == department}) if index is not None else 0


def _rest_owed(task: Task, settings: Settings) -> list[Owed | Form]:
    """What a department still owes that has sent some of its files: the half that is missing, and gaps in the other."""
    lacks_figures = any(not Path(n).is_file() for n in task.metrics)
    lacks_matters = any(not Path(n).is_file() for n in (*task.matters, *task.material))
    form = Form(task.department, task.year, figures=lacks_figures, matters=lacks_matters)
    if lacks_figures or not task.metrics:
        return [form]
    try:
        figures = read_figures([Path(n) for n in task.metrics], settings.workspace, task.department)
    except ChugaoError:
        return [form._replace(figures=True)]
    return [form, *owing(figures, department=task.department, year=task.year)]


# --- the estimate ---------------------------------------------------------------------------------


class Counting:
    """An engine that counts what a model would be told, and has the composer write."""

    name = "offline"

    def __init__(self, engine: str, settings: Settings) -> None:
        from chugao.engines import open_engine

        self._composer = open_engine("offline")
        self._asks = engine != "offline"
        self._prompts = settings.workspace / "prompts" if settings.workspace else None
        self.calls = self.characters = 0

    async def write(self, brief: Brief, on_text: Callable[[str], None] | None = None) -> Reply:
        """As an engine does."""
        if self._asks:
            from chugao.prompts import load, prompt_for, render

            own = self._prompts if self._prompts is not None and self._prompts.is_dir() else None
            told = render(load(prompt_for(brief), own), brief)
            self.calls += 1
            self.characters += len(told.system) + len(told.user)
        return await self._composer.write(brief, on_text)


def _estimate(task: Task, counted: Counting, settings: Settings, database: Database | None) -> dict[str, Any]:
    if task.engine == "offline":
        return {"cost": Decimal(0)}
    model = model_of(task.engine)
    past = _history(database, model)
    calls = counted.calls * (1 + past.again)
    tokens_in = round(counted.characters * past.factor * (1 + past.again))
    tokens_out = round(calls * past.answer)
    prices = prices_of(settings)
    micro = prices.cost_micro(model, Answer(input_tokens=tokens_in, output_tokens=tokens_out))
    return {
        "calls": math.ceil(calls),
        "input_tokens": tokens_in,
        "output_tokens": tokens_out,
        "cost": None if micro is None else Decimal(micro) / 1_000_000,
    }


def model_of(engine: str) -> str:
    """The model of an engine's name."""
    return engine.rpartition(":")[2] if engine.startswith("langchain:") else engine.removeprefix("openai:")


def _history(database: Database | None, model: str) -> _Past:
    unknown = _Past(_FACTOR, _ANSWER_TOKENS, _AGAIN, _CALL_S, known=False)
    if database is None:
        return unknown
    mine = (call.c.model == model) & (call.c.state == "done") & (call.c.purpose == "completion")
    with database.read() as connection:
        asked = func.count().filter(call.c.problem != "")
        query = select(func.count(), func.avg(call.c.output_tokens), asked).where(mine & (call.c.prompt != "probe"))
        count, answer, bad = connection.execute(query).one()
        rows = connection.execute(select(call.c.request, call.c.input_tokens).where(mine).limit(20)).all()
    if not count:
        return unknown
    said = sum(len(m["content"]) for r in rows for m in r.request["messages"])
    factor = sum(r.input_tokens for r in rows) / said if said else _FACTOR
    return _Past(factor, float(answer or _ANSWER_TOKENS), max(0.05, bad / count), _CALL_S, known=True)


def _summed(
    manifest: Manifest,
    rows: Sequence[PlanRow],
    settings: Settings,
    database: Database | None,
    limit: Decimal | None,
    requests: tuple[tuple[str, ...], tuple[str, ...]],
) -> Plan:
    tokens = sum(r.input_tokens + r.output_tokens for r in rows)
    calls = sum(r.calls for r in rows)
    to_do = [r for r in rows if r.can_be_made and r.state != "done"]
    return Plan(
        job=manifest.job,
        name=manifest.name,
        rows=tuple(rows),
        not_sent=tuple(dict.fromkeys(r.department for r in rows if r.state == "not_sent")),
        without_past=tuple(dict.fromkeys(r.department for r in rows if not r.past_reports and r.can_be_made)),
        requests=requests[0],
        kept_requests=requests[1],
        calls=calls,
        input_tokens=sum(r.input_tokens for r in rows),
        output_tokens=sum(r.output_tokens for r in rows),
        cost=None
        if any(r.cost is None and r.calls for r in rows)
        else sum((r.cost or Decimal(0) for r in rows), Decimal(0)),
        currency=prices_of(settings).currency,
        minutes=round(_minutes(manifest, settings, calls, tokens, len(to_do)), 1),
        max_cost=limit,
        assumed=_assumed(manifest, settings, database, calls),
    )


def _minutes(manifest: Manifest, settings: Settings, calls: int, tokens: int, documents: int) -> float:
    """The slowest of: calls side by side, requests a minute, tokens a minute, our own work."""
    asked = settings.model
    side_by_side = calls * _CALL_S / (manifest.concurrency or asked.concurrency) / 60
    by_requests = calls / asked.requests_per_minute if asked.requests_per_minute else 0.0
    by_tokens = tokens / asked.tokens_per_minute if asked.tokens_per_minute else 0.0
    return max(side_by_side, by_requests, by_tokens, documents * _OFFLINE_S / 60)


def _assumed(manifest: Manifest, settings: Settings, database: Database | None, calls: int) -> tuple[str, ...]:
    if not calls:
        return ()
    models = sorted({model_of(t.engine) for t in manifest.tasks if t.engine != "offline"})
    told = [f"每次调用按{_CALL_S:.0f}秒计"]
    for model in models:
        past = _history(database, model)
        basis = "按账上以往的调用" if past.known else "没有用过这个模型，按一般情况"
        told.append(f"{model}：{basis}，每字约{past.factor:.2f}词元，每次答{past.answer:.0f}词元，重问{past.again:.0%}")
        if prices_of(settings).of(model) is None:
            told.append(f'没有“{model}”的价格，费用算不出。请在 chugao.toml 里写 [prices.models."{model}"]')
    return tuple(told)


# --- what is asked of whom ------------------------------------------------------------------------


def _requests(owed: Sequence[Owed | Form], folder: Path, deadline: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A workbook for each who owes something; one that is there already may be filled in, and is kept."""
    written: list[str] = []
    kept: list[str] = []
    forms = {form.department: form for form in owed if isinstance(form, Form)}
    if owed:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise InputError(f"文件夹“{folder}”建不了。请用 -o 换一个能写的文件夹。") from None
    for form in forms.values():
        written += _template(folder, form, kept)
    for owner, items in by_owner([item for item in owed if isinstance(item, Owed)]).items():
        if owner in forms and forms[owner].figures:
            continue
        try:
            written += [str(p) for p in write_requests(folder, items, deadline=deadline)]
        except InputError as error:
            if "已经有了" not in str(error):
                raise
            kept.append(owner)
    return tuple(written), tuple(kept)


def _template(folder: Path, form: Form, kept: list[str]) -> list[str]:
    """The workbook for a department that has sent nothing, or not all."""
    path = folder / f"{file_name(form.department)}-{form.year}-填报表.xlsx"
    if path.exists():
        kept.append(form.department)
        return []
    sheets = (*(("指标",) if form.figures else ()), *(("事项",) if form.matters else ()))
    return [str(write_template(path, form.department, form.year, load_catalogue(), sheets=sheets))]
