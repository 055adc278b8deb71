"""What batch commands show: a plan, a run while it goes on, how it stands, how it ended.

A terminal gets a board that renews itself; a pipe or a log gets a line for each thing that happens.
"""

import sys
import time
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from chugao.cli.output import say, show

if TYPE_CHECKING:
    from rich.console import RenderableType

    from chugao.batch.after import Finished
    from chugao.batch.planning import Plan, PlanRow
    from chugao.batch.records import JobRow
    from chugao.batch.telling import Standing
    from chugao.database import Database

_RENEW_S = 0.5
_SHOWN = 12
_MARKS = {"done": "✓", "failed": "✗", "drafting": "…", "drafted": "…", "queued": " ", "waiting": " "}


# --- plan -----------------------------------------------------------------------------------------


def plan_screen(made: "Plan") -> None:
    """A plan for a person: a line a document, then who is to be asked, then what it costs."""
    for row in made.rows:
        show(f"{row.department}　{row.kind_label}　{row.state_label}{_plan_notes(row)}")
        for told in (*row.contradictions[:3], *([row.reason] if row.reason else [])):
            show(f"    {told}")
        for place in row.would_change[:_SHOWN]:
            again = "（句子要重写）" if place["rewrite"] else ""
            show(f"    {place['section']}：{place['before']} → {place['after']}{again}")
    if made.not_sent:
        show(f"没有报的科室{len(made.not_sent)}个：{'、'.join(made.not_sent)}。")
    for state in ("part_sent", "unreadable"):
        rows = [r for r in made.rows if r.state == state]
        if rows:
            departments = dict.fromkeys(r.department for r in rows)
            show(f"{rows[0].state_label}的科室{len(departments)}个：{'、'.join(departments)}。")
    if made.without_past:
        show(f"没有往年文稿可借的科室：{'、'.join(made.without_past)}，只按指标和事项写。")
    if made.requests:
        show(f"写出催报表{len(made.requests)}份，在 {Path(made.requests[0]).parent}")
    if made.kept_requests:
        show(f"已有催报表没有覆盖：{'、'.join(made.kept_requests)}。")
    show(_estimate(made))
    for told in made.assumed:
        say(f"  估算依据：{told}")
    if made.over_budget:
        show(f"预计会超过费用上限{made.max_cost}{made.currency}，到时会停下，已写好的照常交付。")


def _plan_notes(row: "PlanRow") -> str:
    notes = []
    if row.figures or row.matters:
        notes.append(f"指标{row.figures}项，事项{row.matters}件，往年文稿{row.past_reports}份")
    if row.missing:
        notes.append(f"缺{len(row.missing)}项：{'、'.join(row.missing[:4])}{'等' if len(row.missing) > 4 else ''}")
    if row.calls:
        cost = "" if row.cost is None else f"，约{_money(row.cost)}"
        notes.append(f"约{row.calls}次调用{cost}")
    return f"　{'；'.join(notes)}" if notes else ""


def _estimate(made: "Plan") -> str:
    count = sum(1 for r in made.rows if r.can_be_made and r.state != "done")
    spent = "不调用模型"
    if made.calls:
        money = "费用算不出（没有价格）" if made.cost is None else f"约{_money(made.cost)}{made.currency}"
        spent = f"约{made.calls}次调用，输入{made.input_tokens}、输出{made.output_tokens}词元，{money}"
    return f"合计：要起草{count}份，{spent}，约{_minutes(made.minutes * 60)}。"


# --- while it runs --------------------------------------------------------------------------------


class Screen:
    """Shows a run while it goes on, and keeps its events in a file where one is wanted."""

    def __init__(self, database: "Database", job: str, events: Path | None, *, quiet: bool = False) -> None:
        self._database, self._job, self._events = database, job, events
        self._live: Any = None
        self._board = not quiet and sys.stderr.isatty()
        self._lines = not quiet and not self._board
        self._last, self._renewed = self._latest(), 0.0

    def __enter__(self) -> "Screen":
        if self._board:
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()
        self._take_events()

    def seen(self, job: "JobRow") -> None:
        """Called again and again while the run goes on."""
        if time.monotonic() - self._renewed < _RENEW_S:
            return
        self._renewed = time.monotonic()
        self._take_events()
        if self._live is not None:
            from chugao.batch.telling import standing

            self._live.update(board(standing(self._database, job.id)))

    def _latest(self) -> int:
        from chugao.batch.records import happenings

        with self._database.read() as connection:
            told = happenings(connection, self._job)
        return int(told[-1]["id"]) if told else 0

    def _take_events(self) -> None:
        from chugao.batch.records import event_line, happenings

        with self._database.read() as connection:
            new = happenings(connection, self._job, self._last)
        if not new:
            return
        self._last = int(new[-1]["id"])
        if self._events is not None:
            with self._events.open("a", encoding="utf-8") as file:
                file.writelines(event_line(e) + "\n" for e in new)
        if self._lines:
            for told in filter(None, map(_event_told, new)):
                say(told)


_TOLD = {
    "exported": "  写好",
    "failed": "  失败",
    "taken-over": "  接手",
    "paused": "已暂停",
    "cancelled": "已取消",
    "stopped": "已停下",
}


def _event_told(event: dict[str, Any]) -> str:
    if event["event"] not in _TOLD:
        return ""
    if "paper" not in event:
        return f"{_TOLD[event['event']]}：{event.get('reason', '')}"
    from chugao.kind import Kind

    _, department, kind = event["paper"].rsplit("/", 2)
    named = Kind(kind).label if kind in {k.value for k in Kind} else kind
    return f"{_TOLD[event['event']]}：{department}　{named}"


def board(told: "Standing") -> "RenderableType":
    """The board of a run, for a terminal."""
    from rich.console import Group
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Table
    from rich.text import Text

    bar = Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}份"))
    bar.add_task(told.name, total=told.total, completed=told.counts["done"])
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    for heading in ("", "科室", "文种", "状态", "节", "调用", "费用"):
        table.add_column(heading)
    active = [p for p in told.papers if p.state in ("drafting", "drafted", "failed")]
    for paper in active[:_SHOWN]:
        cost = "" if paper.cost is None else _money(paper.cost)
        cells = (_MARKS[paper.state], paper.department, paper.kind_label, paper.state_label)
        table.add_row(*cells, str(paper.sections), str(paper.calls), cost)
    if len(active) > _SHOWN:
        table.add_row("", f"…… 另有{len(active) - _SHOWN}份", "", "", "", "", "")
    return Group(bar, Text(_totals(told)), table)


def _totals(told: "Standing") -> str:
    counts = told.counts
    parts = [f"完成{counts['done']}", f"起草中{counts['drafting'] + counts['drafted']}"]
    parts += [f"等待{counts['waiting'] + counts['queued']}", f"失败{counts['failed']}", f"已写{told.sections}节"]
    if told.calls:
        limit = "" if told.max_cost is None else f"（上限{_money(told.max_cost)}）"
        cost = "没有价格" if told.cost is None else f"{_money(told.cost)}{limit}"
        parts.append(f"调用{told.calls}次，费用{cost}")
    if told.possibly_billed:
        parts.append(f"另有{told.possibly_billed}次可能已计费")
    parts.append(f"已用{_minutes(told.elapsed_s)}")
    if told.eta_s is not None and told.state == "running":
        parts.append(f"还要约{_minutes(told.eta_s)}")
    return "，".join(parts)


# --- how it stands and ended ----------------------------------------------------------------------


def status_screen(told: "Standing") -> None:
    """How a job stands, a line a document."""
    show(f"批次 {told.job}　{told.state_label}{'：' + told.reason if told.reason else ''}")
    show(_totals(told))
    for paper in told.papers:
        extra = [f"{paper.sections}节"] if paper.sections else []
        extra += [f"{paper.calls}次调用"] if paper.calls else []
        extra += [f"{paper.seconds:.0f}秒"] if paper.seconds is not None and paper.state == "done" else []
        extra += [paper.reason] if paper.reason else []
        show(f"  {_MARKS[paper.state]} {paper.department}　{paper.kind_label}　{paper.state_label}　{'，'.join(extra)}")
    if told.workers:
        say(f"工作进程：{'、'.join(told.workers)}")


def outcome_screen(told: "Standing", finished: "Finished") -> None:
    """How a run ended: what is done, what is not and why, what to look at first."""
    show(f"{told.state_label}{'：' + told.reason if told.reason else ''}")
    show(_totals(told))
    failed = [p for p in told.papers if p.state == "failed"]
    silent = dict.fromkeys(p.department for p in failed if p.report.get("sent") == "none")
    if silent:
        show(f"  ✗ 没有报的科室{len(silent)}个：{'、'.join(silent)}。清单里写的文件一个也没有收到。")
    for paper in failed:
        if paper.department not in silent:
            show(f"  ✗ {paper.department}　{paper.kind_label}：{paper.reason}")
    for paper in told.papers:
        if offline := paper.report.get("offline_sections"):
            show(f"  ! {paper.department}　{paper.kind_label}：{offline}节模型没有写成，由离线引擎写")
    for change in finished.changes:
        show(f"  ~ {change['department']}：{change['told']}")
        for place in change["places"][:_SHOWN]:
            show(f"      {place['section']}：{place['before'] or '（无）'} → {place['after'] or '（删去）'}")
    for told_between in finished.between[:_SHOWN]:
        show(f"  ≈ {told_between}")
    for reason in finished.blocked[:_SHOWN]:
        show(f"  ✗ {reason}")
    for name, path in finished.files.items():
        show(f"{name}：{path}")
    done = [p for p in told.papers if p.state == "done"]
    if done:
        show(f"文稿在 {told.out}，一个科室一个文件夹。")
    if told.counts["failed"]:
        say("失败的科室改好材料后，再运行一次就会重做；材料没动而想再试，加 --retry-failed。别的科室不受影响。")
    elif told.state in ("paused", "cancelled", "stopped"):
        say("用 chugao batch resume 接着做；写好的不重做，付过费的不重付。")


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount >= 1 else f"{amount:.4f}".rstrip("0").rstrip(".")


def _minutes(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f}秒"
    return f"{seconds / 60:.0f}分钟" if seconds < 3600 else f"{seconds / 3600:.1f}小时"
