"""batch plan, run, status, pause, resume, cancel; worker."""

import contextlib
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.help import App
from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.batch.manifest import Manifest
    from chugao.batch.telling import Standing
    from chugao.config import Settings
    from chugao.database import Database

app = App()
ManifestFile = Annotated[Path, typer.Argument(metavar="清单", help="批次清单（.toml）")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="文件夹", help="写到哪个文件夹，一个科室一个子文件夹")]
Place = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="文件夹", help="运行批次时 -o 写的文件夹；在工作区里不用写")
]
Url = Annotated[
    str | None, typer.Option("--database", metavar="地址", help="数据库地址；多台机器一起做时写 postgresql://…")
]
Job = Annotated[
    str | None, typer.Argument(metavar="批次", help="批次清单的文件名，或运行时打印的批次编号；不写则取最近一个")
]
MaxCost = Annotated[
    float | None, typer.Option("--max-cost", metavar="金额", min=0, help="费用上限；到了就停，已写好的照常交付")
]
AtOnce = Annotated[int, typer.Option("--at-once", metavar="份数", min=1, max=64, help="一个进程同时起草几份")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="上次失败的科室再做一遍")]
Processes = Annotated[
    int,
    typer.Option(
        "--processes", metavar="个数", min=0, max=64, help="本机开几个进程一起做；0 为自动：离线起草很多份时用上各个核"
    ),
]
QueueOnly = Annotated[bool, typer.Option("--queue-only", help="只排队，由 chugao worker 去做，不等")]
Events = Annotated[Path | None, typer.Option("--events", metavar="文件", help="把经过逐行追加到这个文件（JSONL）")]


def register(parent: typer.Typer) -> None:
    """Hang the commands on the app."""
    parent.add_typer(app, name="batch", help="批量：一份清单，起草全部科室。")
    parent.command("worker")(worker_command)


# --- before ---------------------------------------------------------------------------------------


@app.command("plan")
def plan_command(
    file: ManifestFile, out: Out = Path("out"), max_cost: MaxCost = None, url: Url = None, as_json: Json = False
) -> None:
    """花钱之前先看：谁没报、缺哪些数、哪里矛盾、要调用多少次、花多少钱；并写出催报表。不起草，不调用模型。"""
    from chugao.batch.planning import plan
    from chugao.batch.running import is_there, open_place, place_url
    from chugao.cli.batch_screens import plan_screen
    from chugao.export import check_folder

    settings = _settings(url)
    manifest = _manifest(file, settings)
    (say if as_json else show)(f"批次：{manifest.job}")
    check_folder(out)
    where = place_url(settings, out)
    with contextlib.ExitStack() as held:
        database = held.enter_context(open_place(where)) if is_there(where) else None
        limit = None if max_cost is None else Decimal(str(max_cost))
        made = plan(manifest, requests=out / "催报", database=database, max_cost=limit)
    if as_json:
        show_json(made.model_dump(mode="json"))
    else:
        plan_screen(made)
    if made.needs_a_person or made.over_budget:
        raise typer.Exit(1)


# --- run ------------------------------------------------------------------------------------------


@app.command("run")
def run_command(
    file: ManifestFile,
    out: Out = Path("out"),
    max_cost: MaxCost = None,
    retry_failed: RetryFailed = False,
    at_once: AtOnce = 4,
    processes: Processes = 0,
    queue_only: QueueOnly = False,
    url: Url = None,
    events: Events = None,
    as_json: Json = False,
) -> None:
    """按清单起草全部科室。中断了，原样再运行一次就接着做：写好的不重做，付过费的不重付；材料变了的科室重做。"""
    from chugao.export import check_folder

    settings = _settings(url)
    manifest = _manifest(file, settings)
    (say if as_json else show)(f"批次：{manifest.job}")
    check_folder(out)
    limit = None if max_cost is None else Decimal(str(max_cost))
    chosen = (retry_failed, at_once, processes, queue_only)
    _run(manifest, settings, out, limit, chosen, events, as_json=as_json)


@app.command("resume")
def resume_command(
    job: Job = None,
    out: Place = None,
    max_cost: MaxCost = None,
    retry_failed: RetryFailed = False,
    at_once: AtOnce = 4,
    processes: Processes = 0,
    queue_only: QueueOnly = False,
    url: Url = None,
    events: Events = None,
    as_json: Json = False,
) -> None:
    """暂停、取消或停下的批次接着做，用它上一次的清单；--max-cost 可以提高上限，--retry-failed 连失败的一起重做。"""
    settings = _settings(url)
    with _opened(settings, out) as database:
        known = _found(database, job, settings)
    (say if as_json else show)(f"批次：{known.id}")
    limit = None if max_cost is None else Decimal(str(max_cost))
    chosen = (retry_failed, at_once, processes, queue_only)
    _run(known.manifest, settings, Path(known.out), limit, chosen, events, as_json=as_json)


def _run(
    manifest: "Manifest",
    settings: "Settings",
    out: Path,
    limit: Decimal | None,
    chosen: tuple[bool, int, int, bool],
    events: Path | None,
    *,
    as_json: bool,
) -> None:
    from chugao.batch.running import open_place, place_url, require_engines, run
    from chugao.batch.telling import standing
    from chugao.cli.batch_screens import Screen, outcome_screen

    retry_failed, at_once, processes, queue_only = chosen
    where = place_url(settings, out)
    if not queue_only:
        require_engines(manifest, settings, limit)
    with (
        open_place(where) as database,
        _ended_politely(),
        Screen(database, manifest.job, events, quiet=as_json) as screen,
    ):
        finished = run(
            database,
            where,
            manifest,
            out,
            max_cost=limit,
            retry_failed=retry_failed,
            at_once=at_once,
            processes=processes,
            queue_only=queue_only,
            seen=screen.seen,
            say=say,
        )
        told = standing(database, manifest.job)
    if as_json:
        show_json(told.model_dump(mode="json") | finished._asdict())
    else:
        outcome_screen(told, finished)
    if not queue_only and (code := _code(told) or int(bool(finished.blocked))):
        raise typer.Exit(code)


def _code(told: "Standing") -> int:
    """0 all done; 1 a person is to look; 3 it was stopped."""
    if told.state in ("paused", "cancelled", "stopped"):
        return 1 if told.state == "stopped" and "上限" in told.reason else 3
    lacking = told.counts["failed"] or any(p.report.get("offline_sections") for p in told.papers)
    return 1 if lacking else 0


@contextlib.contextmanager
def _ended_politely() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does: answers under way are heard out, what is done is kept."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# --- while it runs --------------------------------------------------------------------------------


@app.command("status")
def status_command(
    job: Job = None,
    out: Place = None,
    url: Url = None,
    events: Annotated[bool, typer.Option("--events", help="列出经过，一行一条 JSON")] = False,
    as_json: Json = False,
) -> None:
    """批次做到哪里了：各科室的状态、失败的原因、花了多少、还要多久。"""
    from chugao.batch.records import event_line, happenings
    from chugao.batch.telling import standing
    from chugao.cli.batch_screens import status_screen

    settings = _settings(url)
    with _opened(settings, out) as database:
        known = _found(database, job, settings)
        if events:
            with database.read() as connection:
                lines = [event_line(e) for e in happenings(connection, known.id)]
            for line in lines:
                show(line)
            return
        told = standing(database, known.id)
    if as_json:
        show_json(told.model_dump(mode="json"))
    else:
        status_screen(told)


@app.command("pause")
def pause_command(job: Job = None, out: Place = None, url: Url = None, as_json: Json = False) -> None:
    """暂停：不再开始新的调用，正在进行的等它答完；用 batch resume 接着做。"""
    from chugao.batch.running import pause

    _tell_job(job, out, url, pause, "已暂停", "没有在运行", as_json)


@app.command("cancel")
def cancel_command(job: Job = None, out: Place = None, url: Url = None, as_json: Json = False) -> None:
    """取消：马上停下，正在进行的调用断开（可能已计费，记在账上）；写好的留着，以后仍可 batch resume。"""
    from chugao.batch.running import cancel

    _tell_job(job, out, url, cancel, "已取消", "已经结束", as_json)


def _tell_job(
    job: str | None, out: Path | None, url: str | None, verb: Any, done: str, already: str, as_json: bool
) -> None:
    from chugao.batch.telling import standing

    settings = _settings(url)
    with _opened(settings, out) as database:
        known = _found(database, job, settings)
        changed = verb(database, known.id)
        told = standing(database, known.id)
    if as_json:
        show_json({"job": known.id, "changed": changed, "state": told.state, "counts": told.counts})
    else:
        show(f"批次 {known.id} {done if changed else already}。写好{told.counts['done']}份，共{told.total}份。")


# --- workers --------------------------------------------------------------------------------------


def worker_command(
    url: Url = None,
    name: Annotated[
        str, typer.Option("--name", metavar="名字", help="固定的名字，重启后接着做自己没做完的；不写则按机器名取")
    ] = "",
    at_once: AtOnce = 8,
    share: Annotated[
        int | None, typer.Option("--share", metavar="份数", min=1, help="一个单位最多占几份，默认一半，免得大单位占满")
    ] = None,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="没有活了就退出")] = False,
    as_json: Json = False,
) -> None:
    """工作进程：从队列里取科室来做。可以在多台机器上各开几个，一个倒了别的接手。"""
    from chugao.batch.running import open_place, place_url, work

    settings = _settings(url)
    where = place_url(settings, None)
    with open_place(where) as database, _ended_politely():
        told = work(
            database,
            where,
            name=name,
            at_once=at_once,
            share=share or max(1, at_once // 2),
            until_idle=until_idle,
            ready=lambda called: show_json({"worker": called}) if as_json else show(f"工作进程 {called} 已就绪"),
        )
    if not told:
        say("这个工作进程被别的接手了（可能停顿太久），已退出。")
        raise typer.Exit(3)


# --- which job, and where -------------------------------------------------------------------------


def _settings(url: str | None) -> "Settings":
    from chugao.config import find_workspace, load_settings

    settings = load_settings(find_workspace())
    return settings.model_copy(update={"database_url": url}) if url else settings


def _manifest(file: Path, settings: "Settings") -> "Manifest":
    from chugao.batch.manifest import read_manifest

    manifest = read_manifest(file).with_tenant(settings.office.name)
    return manifest.model_copy(update={"workspace": str(settings.workspace) if settings.workspace else None})


@contextlib.contextmanager
def _opened(settings: "Settings", out: Path | None) -> "Iterator[Database]":
    from chugao.batch.running import open_place, place_url

    with open_place(place_url(settings, out or _usual()), must_exist=True) as database:
        yield database


def _usual() -> Path | None:
    """The folder `batch run` writes to when nothing is said, if it has."""
    return Path("out") if (Path("out") / ".chugao" / "ledger.db").is_file() else None


def _found(database: "Database", job: str | None, settings: "Settings") -> Any:
    """The job of an id, of a name or of a manifest; the latest when none is given."""
    from chugao.batch.records import jobs, require_job

    if job is not None and job.endswith(".toml"):
        job = _manifest(Path(job), settings).job
    with database.read() as connection:
        known = jobs(connection)
        if job is None:
            if not known:
                raise InputError("这里还没有批次。请先用 chugao batch run 清单.toml 运行一个。")
            return max(known, key=lambda j: j.updated_at)
        named = [j for j in known if j.name == job]
        return named[0] if len(named) == 1 else require_job(connection, job)
