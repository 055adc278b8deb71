"""Lay the readiness of a department out as one page that needs nothing else: to be looked at, printed and put on a table.

In: `Figures`.  Out: an HTML text; style inside, no script, no picture from anywhere.

Surprise: every word on the page came from somebody's workbook, so every one is escaped, and the page forbids its reader
to load or run anything even if one were not.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from string import Template

from chugao.catalogue import load_catalogue
from chugao.metrics.charts import Point, chart
from chugao.metrics.facts import Fact, Facts, derive
from chugao.metrics.observation import Figures, Observation, Role
from chugao.metrics.printing import Form, form_of
from chugao.metrics.readiness import Board, BoardRow, readiness
from chugao.period import Period, read_period
from chugao.quantity import comparable, convert, show
from chugao.shipped import shipped
from chugao.source import Finding, Severity

_YEARS = 4
_SHOWN = 60
"""Findings on one page; more would not be read."""
_STATES = {"完成": "done", "未完成": "short", "缺本期数": "lacking"}
_MARKS = {"完成": "✓ 完成", "未完成": "✗ 未完成", "缺本期数": "缺本期数"}


def board_html(
    figures: Figures, *, department: str | None = None, year: int | None = None, level: str | None = None
) -> str:
    """The page of one department, or of each department of the figures, for one year.

    Raises `InputError` when the figures have nothing of the department.
    """
    departments: tuple[str | None, ...] = (department,) if department else figures.departments or (None,)
    boards = [readiness(figures, department=d, year=year, level=level) for d in departments]
    # What was odd in reading the files belongs to all of them.
    several = len(boards) > 1
    sections = [_section(figures, b, set(figures.findings) if several else set()) for b in boards]
    if several and figures.findings:
        sections.append(f"<section><h1>文件读取情况</h1>{_findings(figures.findings)}</section>")
    folder = shipped("templates") / "figures"
    style = (folder / "board.css").read_text(encoding="utf-8")
    page = Template((folder / "board.html").read_text(encoding="utf-8"))
    files = "、".join(f"{name}（指纹{fingerprint}）" for name, fingerprint in figures.fingerprints.items())
    return page.substitute(
        title=escape(_title(boards[0]) if not several else f"各科室{boards[0].period}指标核对表"),
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        boards="\n".join(sections),
        footer=escape(f"数据来自：{files or '工作区'}。本表由初稿按指标文件生成，数值与文件一致，核对后再起草。"),
    )


def _title(board: Board) -> str:
    return f"{board.department or '全部科室'}{board.period}指标核对表"


def _section(figures: Figures, board: Board, elsewhere: set[Finding]) -> str:
    own = figures.of_department(board.department or None)
    facts = derive(own, _period_of(own, board))
    findings = [f for f in board.findings if f not in elsewhere]
    cutoff = own.cutoff()
    told = [f"数据截止：{cutoff.year}年{cutoff.month}月{cutoff.day}日" if cutoff else "数据截止：未填"]
    told.append(f"来源：{_sources(own)}")
    rows = "\n".join(_row(facts, row) for row in board.rows)
    return f"""<section>
<header><h1>{escape(_title(board))}</h1><p>{escape("　".join(told))}</p></header>
{_strip(board, findings, own)}{_first(board)}
<table><thead><tr><th>指标</th><th>近年数值</th><th class="number">上年同期</th><th class="number">本期</th>
<th>与上年相比</th><th class="number">本年目标</th><th>完成情况</th><th class="number">明年目标</th><th>责任科室</th></tr></thead>
<tbody>
{rows}
</tbody></table>
<p class="legend">实心点为本期，空心点为往年；虚线为本年目标。绿色为向好，红色为变差。</p>
{_absent(own, board)}<h2>要核对的</h2>
{_findings(findings)}
</section>"""


def _period_of(figures: Figures, board: Board) -> Period:
    """The period of a board: it keeps only the label."""
    periods = {o.period.label: o.period for o in figures.observations}
    return periods.get(board.period) or read_period(board.period)


def _sources(figures: Figures) -> str:
    origins = dict.fromkeys(o.origin for o in figures.observations if o.origin)
    files = dict.fromkeys(o.source.file for o in figures.observations)
    return "、".join([*origins][:6] or [*files][:3])


def _strip(board: Board, findings: Sequence[Finding], figures: Figures) -> str:
    """What a head of office wants to know in ten seconds."""
    missing = sum(not r.now for r in board.rows)
    blocking = sum(f.severity.blocks for f in findings)
    warnings = sum(f.severity is Severity.WARNING for f in findings)
    aimed = [r for r in board.rows if r.now and r.state in ("完成", "未完成")]
    done = sum(r.state == "完成" for r in aimed)
    cards = [
        (f"{len(board.rows) - missing}/{len(board.rows)}", "已报本期数", "bad" if missing else "good"),
        (f"{done}/{len(aimed)}", "完成目标", "good" if done == len(aimed) else "bad")
        if aimed
        else ("—", "没有填目标", ""),
        (str(missing), "缺本期数", "bad" if missing else ""),
        (str(len(figures.contested)), "口径未裁", "bad" if figures.contested else ""),
        (str(blocking), "错误", "bad" if blocking else ""),
        (str(warnings), "提醒", ""),
    ]
    items = "".join(f'<li class="{kind}"><b>{escape(number)}</b>{escape(word)}</li>' for number, word, kind in cards)
    return f'<ul class="strip">{items}</ul>'


def _first(board: Board) -> str:
    """The metrics to speak about: what was not reached and what nobody sent, with whom to ask."""
    lines = []
    for state, word in (("缺本期数", "缺本期数"), ("未完成", "未完成目标")):
        named = [f"{r.name}{f'（{r.owner}）' if r.owner else ''}" for r in board.rows if r.state == state]
        if named:
            lines.append(f"<p><strong>{word}{len(named)}项：</strong>{escape('、'.join(named))}</p>")
    return f'<div class="first">{"".join(lines)}</div>' if lines else ""


def _row(facts: Facts, row: BoardRow) -> str:
    definition = facts.definitions[row.metric]
    prev, state = facts.get(row.metric, "prev"), _STATES.get(row.state, "")
    comparison = facts.comparison(row.metric)
    said = f'<span class="state {state}">{escape(_MARKS[row.state])}</span>' if state else ""
    rank = next((f for f in [facts.get(row.metric, "rank")] if f), None)
    under = [definition.formula if len(definition.formula) <= 40 else "", rank.printed if rank else ""]
    small = "".join(f"<small>{escape(text)}</small>" for text in under if text)
    cells = [
        f"<td>{escape(row.name)}{small}</td>",
        f'<td class="chart">{trend(facts, row.metric)}</td>',
        f'<td class="number">{escape(prev.printed if prev else "")}</td>',
        f'<td class="number now">{escape(row.now) or "—"}</td>',
        f'<td class="{_mood(comparison)}">{escape(row.comparison)}</td>',
        f'<td class="number">{escape(row.target)}</td>',
        f"<td>{said}</td>",
        f'<td class="number">{escape(row.goal)}</td>',
        f'<td class="owner">{escape(row.owner)}</td>',
    ]
    return f'<tr class="{"missing" if not row.now else ""}">{"".join(cells)}</tr>'


def _form(facts: Facts, metric: str) -> Form:
    """The form in which the facts print the metric, so that the chart says what the table says."""
    definition = facts.definitions[metric]
    seen = [o.quantity for o in facts.figures.observations if o.metric == metric]
    unit = seen[0].unit if seen else definition.unit
    return form_of(definition, unit, [q for q in seen if q.unit == unit])


def _mood(fact: Fact | None) -> str:
    return "" if fact is None or fact.good is None else "better" if fact.good else "worse"


def trend(facts: Facts, metric: str) -> str:
    """Up to four years of the same months, and this year's target, as a picture."""
    definition, form = facts.definitions[metric], _form(facts, metric)
    points, target = [], None
    for back in range(_YEARS - 1, -1, -1):
        period = facts.period.shifted(-back)
        if (seen := _seen(facts, metric, period, Role.ACTUAL)) is not None:
            value = convert(seen.quantity.value, seen.quantity.unit, form.unit)
            printed = show(value, "", form.decimals, scale=form.scale)
            points.append(Point(str(period.year), value, printed, current=back == 0))
    if (aimed := _seen(facts, metric, facts.period, Role.TARGET)) is not None:
        target = convert(aimed.quantity.value, aimed.quantity.unit, form.unit)
    return chart(points, target, definition.name)


def _seen(facts: Facts, metric: str, period: Period, role: Role) -> Observation | None:
    unit = _form(facts, metric).unit
    matching = (o for o in facts.figures.observations if (o.metric, o.period, o.role) == (metric, period, role))
    return next((o for o in matching if comparable(o.quantity.unit, unit)), None)


def _absent(figures: Figures, board: Board) -> str:
    """What the department's summary cannot do without and the figures do not mention at all."""
    told = {o.metric for o in figures.observations} | {c[0].metric for c in figures.contested}
    wanted = [d.name for d in load_catalogue() if board.department in d.required_by and d.id not in told]
    if not wanted:
        return ""
    return f"<h2>文件里没有的</h2><p>{escape('、'.join(wanted))}。{escape(board.department)}年度总结通常要写这些指标，请补报。</p>"


def _findings(findings: Iterable[Finding]) -> str:
    """The blocking ones first; what is only worth knowing is one line a rule."""
    order = {Severity.FATAL: 0, Severity.ERROR: 1, Severity.WARNING: 2}
    listed = list(dict.fromkeys(findings))
    told = sorted((f for f in listed if f.severity in order), key=lambda f: order[f.severity])
    items = [_finding(f.severity, f.hint) for f in told[:_SHOWN]]
    aside = [f for f in listed if f.severity not in order]
    local = list(dict.fromkeys(f.quote for f in aside if f.rule == "figures.local"))
    if local:
        named = "、".join(local[:40]) + (f"等{len(local)}项" if len(local) > 40 else "")
        items.append(_finding(Severity.INFO, f"本单位自有指标{len(local)}项（指标目录里没有）：{named}。"))
    items += [_finding(f.severity, f.hint) for f in aside if f.rule != "figures.local"][:_SHOWN]
    more = len(told) - _SHOWN
    left = f"<p>另有{more}条，用 chugao metrics check --json 查看。</p>" if more > 0 else ""
    return f'<ol class="findings">{"".join(items)}</ol>{left}' if items else "<p>没有发现问题。</p>"


def _finding(severity: Severity, hint: str) -> str:
    kind = "error" if severity.blocks else severity.value
    return f'<li><span class="tag {kind}">{escape(severity.label)}</span>{escape(hint)}</li>'
