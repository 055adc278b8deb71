"""draft, check, export."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.output import count_by_severity, finding_json, say, show, show_findings, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.checks import Report
    from chugao.documents.kind import Kind
    from chugao.index import Index
    from chugao.manuscript import Draft, Request
    from chugao.material import Matters
    from chugao.material.submission import Item
    from chugao.metrics.observation import Figures


def register(app: typer.Typer) -> None:
    """Hang the commands on the app."""
    app.command("draft")(draft_command)
    app.command("check")(check_command)
    app.command("export")(export_command)


def draft_command(
    kind: Annotated[str, typer.Option(help="文种：summary|plan|summary-plan|key-points|ideas")],
    department: Annotated[str, typer.Option(help="科室或单位，如 医务科")],
    year: Annotated[int, typer.Option(help="题目中的年度：总结写上报年度，计划写计划年度")],
    period: Annotated[str | None, typer.Option(help="期间：2025H1|2025Q3|2025M1-10")] = None,
    level: Annotated[str | None, typer.Option(help="级别：科室|医院|乡镇|区县|市")] = None,
    organisation: Annotated[str | None, typer.Option(help="单位全称；与历年文稿的发文单位相同时，沿用其句式")] = None,
    metrics: Annotated[list[Path] | None, typer.Option(help="指标文件，可多次")] = None,
    matters: Annotated[list[Path] | None, typer.Option(help="事项文件，可多次")] = None,
    material: Annotated[list[Path] | None, typer.Option(help="今年的材料（Word、文本），可多次")] = None,
    confirmed_by: Annotated[str | None, typer.Option(help="确认材料的人；不写则材料只列入待确认")] = None,
    outline: Annotated[Path | None, typer.Option(help="上级下发的提纲")] = None,
    length: Annotated[int | None, typer.Option(help="字数上限，按 WPS 字数统计")] = None,
    seed: Annotated[int, typer.Option(help="换一种写法")] = 0,
    instructions: Annotated[Path | None, typer.Option(help="领导意见，一行一条")] = None,
    corpus: Annotated[Path | None, typer.Option(help="历年文稿所在文件夹")] = None,
    engine: Annotated[str, typer.Option(help="引擎：offline")] = "offline",
    out: Annotated[Path, typer.Option("-o", "--out", help="输出文件夹")] = Path("out"),
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 输出")] = False,
) -> None:
    """起草一份文稿：指标、事项、历年文稿进，Word、JSON、Markdown 出。"""
    from chugao.config import find_workspace, load_settings
    from chugao.drafting import draft
    from chugao.engines import open_engine
    from chugao.export import write_files
    from chugao.outline import read_outline

    started = time.monotonic()
    settings = load_settings(find_workspace())
    office = settings.office
    plan = read_outline(
        kind,
        department=department,
        year=year,
        period=period,
        level=level or (office.level if office.name else "科室"),
        organisation=organisation if organisation is not None else office.name,
        length=length,
        file=outline,
    )
    writer = open_engine(engine)
    figures = _figures(metrics, settings.workspace)
    items = _material(material or [], confirmed_by, department, plan.reported.year, settings.workspace)
    figures = _with_confirmed(figures, items)
    things = _matters(matters or [], items)
    spoken = _instructions(instructions)
    index = _index(corpus, settings.workspace)
    say(f"起草《{plan.title}》……")
    made = draft(
        plan,
        figures,
        things,
        index,
        writer,
        office=office,
        instructions=spoken,
        seed=seed,
        progress=lambda section: say(f"  写好：{section}"),
    )
    if pending := _pending(items, department):
        made = made.model_copy(update={"requests": (*made.requests, *pending)})
    report = _examined(made, figures, things)
    made = made.model_copy(update={"findings": (*made.findings, *report.findings)})
    paths = write_files(made, out)
    summary = _summary(made, report, paths, time.monotonic() - started)
    if as_json:
        show_json(summary)
        return
    for finding in figures.findings[:5]:
        if finding.severity.value != "info":
            say(f"[{finding.severity.label}] {finding.hint}")
    _print_summary(made, summary)


def check_command(
    file: Annotated[Path, typer.Argument(help="要核对的文稿：.json .docx .md .txt")],
    metrics: Annotated[list[Path] | None, typer.Option(help="指标文件，可多次")] = None,
    matters: Annotated[list[Path] | None, typer.Option(help="事项文件，可多次")] = None,
    corpus: Annotated[Path | None, typer.Option(help="历年文稿所在文件夹")] = None,
    year: Annotated[int | None, typer.Option(help="题目中的年度；不写则从题目读出")] = None,
    department: Annotated[str | None, typer.Option(help="只用这个科室的指标")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 输出")] = False,
) -> None:
    """核对一份稿件：数据、方向、年份、遮盖符号、结构。有错误时退出码为 1。"""
    from chugao.checks import examine
    from chugao.material import Matters, read_matters

    figures = _figures(metrics, None)
    things = read_matters(*matters) if matters else Matters()
    thing, kind, titled = _thing(file)
    report = examine(thing, figures, things, kind=kind, year=year or titled, department=department)
    if as_json:
        show_json({"findings": [finding_json(f) for f in report.findings], "numbers": report.numbers})
    else:
        numbers = report.numbers
        show(f"数字{numbers['found']}个，有出处{numbers['traced']}个，无出处{numbers['untraced']}个。")
        show_findings(report.findings)
        show(f"合计：{count_by_severity(report.findings) or '没有问题'}。")
    if report.blocked:
        raise typer.Exit(1)


def export_command(
    file: Annotated[Path, typer.Argument(help="draft 写出的 .json")],
    final: Annotated[bool, typer.Option("--final", help="定稿：去掉“草稿”标记，有错误则不出")] = False,
    override_by: Annotated[str | None, typer.Option(help="放行人姓名")] = None,
    reason: Annotated[str | None, typer.Option(help="放行理由")] = None,
    metrics: Annotated[list[Path] | None, typer.Option(help="指标文件，可多次")] = None,
    matters: Annotated[list[Path] | None, typer.Option(help="事项文件，可多次")] = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="输出文件夹")] = Path("out"),
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 输出")] = False,
) -> None:
    """导出 Word、JSON、Markdown；--final 出定稿，须先过核对。"""
    from chugao.export import read_draft, release, write_files

    draft = read_draft(file)
    if final:
        figures = _figures(metrics, None) if metrics else None
        things = _read_matters(matters) if matters else None
        draft = release(draft, figures, things, override_by=override_by, reason=reason)
    elif override_by or reason:
        raise InputError("--override-by 和 --reason 只用于 --final。")
    paths = write_files(draft, out, final=final)
    if as_json:
        show_json({"final": final, "files": {k: str(p) for k, p in paths.items()}})
        return
    for path in paths.values():
        show(str(path))


# --- inputs ---------------------------------------------------------------------------------------


def _figures(paths: list[Path] | None, workspace: Path | None) -> "Figures":
    from chugao.metrics.observation import Figures

    if paths:
        from chugao.metrics.reading import read_metrics

        return read_metrics(*paths)
    if workspace is not None:
        from chugao.cli.workspace import open_workspace
        from chugao.metrics.store import load_figures

        with open_workspace(workspace) as database:
            return load_figures(database)
    return Figures()


def _read_matters(paths: list[Path]) -> "Matters":
    from chugao.material import read_matters

    return read_matters(*paths)


def _material(
    submissions: list[Path], confirmed_by: str | None, department: str, year: int, workspace: Path | None
) -> "tuple[Item, ...]":
    """What the workspace keeps for this department and year, and what the submissions on the command line say."""
    from chugao.material.submission import confirmed, read_submission

    items: tuple[Item, ...] = ()
    if workspace is not None:
        from chugao.cli.workspace import open_workspace
        from chugao.material.store import list_items

        with open_workspace(workspace) as database:
            items = tuple(i for i in list_items(database, department) if i.year in (None, year, year + 1))
    for file in submissions:
        sent = read_submission(file, department=department, year=year)
        items += confirmed(sent, confirmed_by) if confirmed_by else sent
    return items


def _matters(files: list[Path], items: "tuple[Item, ...]") -> "Matters":
    from chugao.material import Matters, read_matters
    from chugao.material.submission import matters_of

    told, sent = read_matters(*files) if files else Matters(), matters_of(items)
    return told.model_copy(
        update={
            "items": (*told.items, *sent.items),
            "department_column": told.department_column or sent.department_column,
        }
    )


def _with_confirmed(figures: "Figures", items: "tuple[Item, ...]") -> "Figures":
    """Figures plus the confirmed facts of submissions; a figure given in a file stands over a submitted one."""
    from chugao.material.submission import figures_of
    from chugao.metrics.observation import merge

    sent = figures_of(items, figures.catalogue())
    return merge((figures, sent)) if sent.observations else figures


def _pending(items: "tuple[Item, ...]", department: str) -> "tuple[Request, ...]":
    """A request for each thing that was sent and that nobody has confirmed."""
    from chugao.manuscript import Request

    waiting = [i for i in items if i.status == "provisional"]
    return tuple(
        Request(
            metric=i.metric or i.id,
            name=i.text[:40],
            department=department,
            owner=i.department or department,
            reason=f"材料待确认（{i.source}）" + (f"，与《{i.copied_from}》相同" if i.copied_from else ""),
        )
        for i in waiting
    )


def _instructions(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    from chugao.documents.reading import read_text

    return tuple(p.text.strip() for p in read_text(file).paragraphs if p.text.strip())


def _index(folder: Path | None, workspace: Path | None) -> "Index":
    from chugao.index import open_index

    if folder is None and workspace is not None:
        from chugao.cli.corpus import workspace_index

        if (index := workspace_index(workspace)) is not None:
            return index
    if folder is not None and not folder.is_dir():
        raise InputError(f"历年文稿文件夹“{folder}”不存在。请改正 --corpus。")
    return open_index(folder)


def _thing(file: Path) -> tuple["Draft | str", "Kind | None", int | None]:
    """(a draft of ours, or the text whose offsets findings count in; its kind; the year of its title).

    Offsets are those of the file as decoded for .txt and .md, of what `corpus show` prints for everything else.
    """
    if file.suffix.lower() == ".json":
        from chugao.export import read_draft

        return read_draft(file), None, None
    from chugao.documents.reading import decode
    from chugao.documents.structure import understand

    document = understand(file)
    if file.suffix.lower() in (".txt", ".md"):
        return decode(file.read_bytes(), file.name), document.kind, document.year
    return document.text, document.kind, document.year


def _examined(draft: "Draft", figures: "Figures", things: "Matters") -> "Report":
    from chugao.checks import examine_draft

    return examine_draft(draft, figures, things)


# --- what is printed ------------------------------------------------------------------------------


def _summary(draft: "Draft", report: "Report", paths: dict[str, Path], seconds: float) -> dict[str, Any]:
    from chugao.manuscript import count_characters

    body = sum(count_characters(s.block_text(b)) for s in draft.sections for b in s.blocks if b.table is None)
    return {
        "title": draft.title.text,
        "engine": draft.engine,
        "sections": sum(1 for s in draft.sections if s.level),
        "characters": body,
        "numbers": report.numbers,
        "findings": [finding_json(f) for f in draft.findings],
        "requests": [r.model_dump() for r in draft.requests],
        "files": {kind: str(path) for kind, path in paths.items()},
        "seconds": round(seconds, 2),
    }


def _print_summary(draft: "Draft", summary: dict[str, Any]) -> None:
    numbers = summary["numbers"]
    show(f"《{summary['title']}》")
    show(
        f"  标题{summary['sections']}个，正文{summary['characters']}字，用时{summary['seconds']}秒，引擎 {summary['engine']}"
    )
    show(f"  数字{numbers['found']}个，有出处{numbers['traced']}个，无出处{numbers['untraced']}个")
    show_findings([f for f in draft.findings if f.severity.blocks], limit=8)
    if draft.requests:
        show(f"  待补{len(draft.requests)}项：")
        for request in draft.requests[:8]:
            show(f"    {request.name or request.metric}（{request.owner}）：{request.reason}")
    for path in summary["files"].values():
        show(f"  {path}")
