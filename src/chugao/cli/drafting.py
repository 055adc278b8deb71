"""draft, check."""

import time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.exporting import office_look, say_kept
from chugao.cli.output import count_by_severity, finding_json, say, show, show_findings, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chugao.checks import Report
    from chugao.checks.dismissals import Dismissal
    from chugao.index import Index
    from chugao.kind import Kind
    from chugao.manuscript import Draft, Request
    from chugao.material import Matters
    from chugao.metrics.observation import Figures
    from chugao.source import Finding

Metrics = Annotated[list[Path] | None, typer.Option(metavar="文件", help="指标文件，可以写多次")]
Matter = Annotated[list[Path] | None, typer.Option(metavar="文件", help="事项文件，可以写多次")]
Corpus = Annotated[Path | None, typer.Option(metavar="文件夹", help="历年文稿所在的文件夹")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="文件夹", help="写到哪个文件夹")]
Json = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出，供程序读取")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the app."""
    app.command("draft")(draft_command)
    app.command("check")(check_command)


def draft_command(
    kind: Annotated[
        str,
        typer.Option(
            metavar="文种",
            help="summary 工作总结、plan 工作计划、summary-plan 总结暨计划、key-points 工作要点、ideas 工作思路",
        ),
    ],
    department: Annotated[str, typer.Option(metavar="科室", help="科室或单位，如“医务科”")],
    year: Annotated[int, typer.Option(metavar="年份", help="题目中的年度：总结写总结的那一年，计划写计划的那一年")],
    period: Annotated[
        str | None,
        typer.Option(metavar="期间", help="不满一年时写：2025H1 上半年、2025Q3 三季度、2025M1-10 一至十月"),
    ] = None,
    level: Annotated[str | None, typer.Option(metavar="级别", help="科室、医院、乡镇、区县、市，取其一")] = None,
    organisation: Annotated[
        str | None, typer.Option(metavar="单位", help="单位全称；与历年文稿的发文单位相同时，沿用其句式")
    ] = None,
    metrics: Metrics = None,
    matters: Matter = None,
    material: Annotated[
        list[Path] | None, typer.Option(metavar="文件", help="科室今年报来的材料（Word、文本、事项表），可以写多次")
    ] = None,
    confirmed_by: Annotated[
        str | None, typer.Option(metavar="姓名", help="谁核实了 --material 里的内容；不写就不写进正文，只列为待核实")
    ] = None,
    outline: Annotated[Path | None, typer.Option(metavar="文件", help="上级下发的提纲")] = None,
    length: Annotated[int | None, typer.Option(metavar="字数", help="字数上限，按 WPS 的字数统计")] = None,
    candidates: Annotated[
        int, typer.Option(metavar="份数", min=1, max=9, help="同样的材料写几份不同的稿子，供挑选")
    ] = 1,
    seed: Annotated[int, typer.Option(metavar="数字", help="换一个数字就换一种写法")] = 0,
    instructions: Annotated[Path | None, typer.Option(metavar="文件", help="领导意见，一行一条")] = None,
    corpus: Corpus = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            metavar="引擎",
            help="由谁来写：offline 是离线写，不用模型（默认）；openai:模型 用兼容 OpenAI 的接口；langchain:提供者:模型。"
            "写多次就各写一份候选；模型后可加 ?temperature=0.9&prompts=模板文件夹",
        ),
    ] = None,
    previous: Annotated[
        list[Path] | None,
        typer.Option(metavar="草稿", help="以前写出的 .json 或放着它们的文件夹：列出换数后各稿哪一句、哪一格要改"),
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(metavar="金额", min=0, help="调用模型的费用上限；到了就不再调用，其余离线写")
    ] = None,
    out: Out = Path("out"),
    as_json: Json = False,
) -> None:
    """起草一份文稿：给出指标、事项和历年文稿，写出 Word 等三个文件。Word 上标“草稿”。"""
    from chugao.cli.touching import draft_files, papers_touched, show_touched, touched_json
    from chugao.config import find_workspace, load_settings
    from chugao.desk import Files, gather, make, open_writer
    from chugao.export import check_folder, write_files
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
    check_folder(out)
    look = office_look()
    # Read before the new draft is written over them.
    earlier = draft_files(previous or ())
    files = Files(tuple(metrics or ()), tuple(matters or ()), tuple(material or ()), instructions, corpus)
    desk = gather(
        files,
        department=department,
        organisation=plan.organisation,
        year=plan.reported.year,
        workspace=settings.workspace,
        confirmed_by=confirmed_by,
    )
    for notice in desk.notices:
        say(notice)
    papers = papers_touched(earlier, desk.figures)
    say(f"起草《{plan.title}》……")
    limit = None if max_cost is None else Decimal(str(max_cost))
    made = []
    for name in dict.fromkeys(engine or ["offline"]):
        with open_writer(name, settings, out, job=plan.title, max_cost=limit) as writer:
            made += [
                make(desk, plan, writer, office=office, seed=s, progress=lambda heading: say(f"  写好：{heading}"))
                for s in range(seed, seed + candidates)
            ]
    for draft, _ in made:
        _say_layers(draft)
    summaries = []
    for number, (draft, report) in enumerate(made, 1):
        paths = write_files(draft, out, mark=f"（候选{number}）" if len(made) > 1 else "", look=look)
        say_kept(paths)
        summaries.append(_summary(draft, report, paths, time.monotonic() - started))
    if as_json:
        told: dict[str, Any] = {"candidates": summaries} if len(made) > 1 else {}
        show_json(summaries[0] | told | ({"touched": touched_json(papers)} if previous else {}))
        return
    _say_warnings(desk.figures.findings)
    for (draft, _), summary in zip(made, summaries, strict=True):
        _print_summary(draft, summary)
    if papers:
        show("换数以后，以前的稿子：")
        show_touched(papers)


def check_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="文稿",
            help="要核对的文稿：.docx .md .txt，或 draft 写出的 .json；同一年的几份一起写，还核对彼此是否对得上",
        ),
    ],
    metrics: Metrics = None,
    matters: Matter = None,
    corpus: Corpus = None,
    year: Annotated[
        int | None, typer.Option(metavar="年份", min=2000, max=2099, help="题目中的年度；不写则从题目读出")
    ] = None,
    department: Annotated[str | None, typer.Option(metavar="科室", help="只用这个科室的指标")] = None,
    dismiss: Annotated[
        list[str] | None, typer.Option(metavar="原文", help="这处没有错，以后不再提醒；同时写 --by 和 --reason")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="姓名", help="谁说这处没有错")] = None,
    reason: Annotated[str | None, typer.Option(metavar="理由", help="为什么没有错")] = None,
    confirm_by: Annotated[str | None, typer.Option(metavar="姓名", help="没有出处的数由谁一并确认")] = None,
    basis: Annotated[
        str | None, typer.Option(metavar="依据", help="确认的依据：微信、电话、纸质材料，是谁给的")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="文件", help="另写一个网页：正文旁边是意见，点数字看出处")
    ] = None,
    annotated: Annotated[
        Path | None, typer.Option("--annotate", metavar="文件", help="另写一份 Word：原稿不动，意见批在副本上")
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="文件", help="另写一份核稿单（Word）：逐个数列出处、上年数，留出签名处"),
    ] = None,
    layout: Annotated[bool, typer.Option("--layout", help="只查 .docx 的版式：页边距、字体、字号、行距、页码")] = False,
    profile: Annotated[
        str | None, typer.Option(metavar="版式", help="查版式时按什么：国标（默认），或本单位的 .toml")
    ] = None,
    as_json: Json = False,
) -> None:
    """核对稿件：数字、年份、提法、序号、标点、隐私、应有的部分。有错误时退出码为 1。"""
    if layout or profile is not None:
        from chugao.cli.layout import check_layout

        check_layout(files, layout, profile, as_json)
        return
    from chugao.cli.check_reports import compare_siblings, papers_of

    alone = (dismiss, by, reason, confirm_by, basis, html, annotated, sheet)
    if len(files) > 1 and any(alone):
        raise InputError("几份一起核对时，不能同时略过、确认或写报告。请逐份核对。")
    index = _past(corpus)
    done = []
    for file in files:
        thing, kind, titled = _thing(file)
        figures, things = _known(file, metrics, matters)
        _must_know(figures, department)
        examined = partial(
            _examined, thing, figures, things, index, kind=kind, year=year or titled, department=department
        )
        report, known = _with_passed(examined, thing, (dismiss or (), by, reason, confirm_by, basis))
        if len(files) == 1:
            _check_told(file, thing, report, known, figures, things, (html, annotated, sheet), as_json=as_json)
        done.append((file, thing, report))
    if len(files) > 1:
        names, papers = papers_of([(f, t) for f, t, _ in done])
        between = compare_siblings(papers, names)
        _several_told(done, names, between, as_json=as_json)
    if any(report.blocked for _, _, report in done):
        raise typer.Exit(1)


def _examined(
    thing: "Draft | str", figures: "Figures", things: "Matters", index: "Index | None", **options: Any
) -> "Report":
    """A check as the workspace's office wants it."""
    from chugao.checks import examine
    from chugao.config import find_workspace, load_settings

    return examine(thing, figures, things, index, office=load_settings(find_workspace()).office, **options)


def _with_passed(
    examined: "Callable[..., Report]",
    thing: "Draft | str",
    asked: "tuple[Sequence[str], str | None, str | None, str | None, str | None]",
) -> "tuple[Report, tuple[Dismissal, ...]]":
    """The report without what people have passed over, and all of that."""
    from chugao.checks.dismissals import read_dismissals
    from chugao.cli.dismissing import keep, passed_over
    from chugao.config import find_workspace

    workspace = find_workspace()
    known = read_dismissals(workspace) if workspace else ()
    report = examined(dismissals=known)
    if new := passed_over(report, thing, *asked):
        say(keep(workspace, new))
        known = (*known, *new)
        report = examined(dismissals=known)
    return report, known


def _check_told(
    file: Path,
    thing: "Draft | str",
    report: "Report",
    known: "Sequence[Dismissal]",
    figures: "Figures",
    things: "Matters",
    wanted: tuple[Path | None, Path | None, Path | None],
    *,
    as_json: bool,
) -> None:
    from chugao.cli.check_reports import confirmed_told, show_written, write_reports

    html, annotated, sheet = wanted
    written = {}
    if any(wanted):
        written = write_reports(file, thing, report, known, html=html, annotated=annotated, sheet=sheet)
    if as_json:
        told: dict[str, Any] = {"findings": [finding_json(f) for f in report.findings], "numbers": report.numbers}
        show_json(told | ({"files": written} if written else {}))
        return
    _say_warnings(figures.findings)
    blind = isinstance(thing, str) and not (figures.observations or things.items)
    numbers = f"数字{report.numbers['found']}个，没有核对" if blind else _traced(report.numbers)
    show(f"{file.name}：{numbers}{confirmed_told(thing, report, known)}")
    show_findings(report.findings, headings=_headings(thing))
    show(f"合计：{count_by_severity(report.findings) or '没有发现问题'}。")
    show_written(written)
    if blind:
        say("没有给指标和事项，数字无从核对。请加 --metrics 指标文件、--matters 事项文件再核对一次。")


def _several_told(
    done: "Sequence[tuple[Path, Draft | str, Report]]",
    names: "Sequence[str]",
    between: "dict[str, tuple[Finding, ...]]",
    *,
    as_json: bool,
) -> None:
    """Several papers: each with its own findings, then where they disagree."""
    if as_json:
        papers = [
            {
                "file": str(file),
                "findings": [finding_json(f) for f in (*report.findings, *between.get(name, ()))],
                "numbers": report.numbers,
            }
            for (file, _, report), name in zip(done, names, strict=True)
        ]
        show_json({"files": papers})
        return
    for (_, thing, report), name in zip(done, names, strict=True):
        show(f"{name}：{_traced(report.numbers)}；{count_by_severity(report.findings) or '没有发现问题'}")
        show_findings(report.findings, limit=4, headings=_headings(thing), indent="  ")
    told = [(name, f) for name in names for f in between.get(name, ())]
    show(f"彼此对照：{f'{len(told)}处对不上或雷同' if told else '没有对不上的'}。")
    for name, finding in told:
        show(f"  {name}｜[{finding.severity.label}] {finding.hint}")


# --- inputs ---------------------------------------------------------------------------------------


def _known(file: Path, metrics: list[Path] | None, matters: list[Path] | None) -> "tuple[Figures, Matters]":
    """What a file is checked against: what was given, else, for a foreign text, what the workspace knows.

    A draft of ours carries its own evidence, and may rest on files that never came into the workspace.
    """
    from chugao.config import find_workspace
    from chugao.desk import open_workspace, read_figures, read_things, with_confirmed

    workspace = find_workspace()
    if metrics or matters or workspace is None or file.suffix.lower() == ".json":
        return read_figures(metrics or ()), read_things(matters or ())
    from chugao.material.store import list_items

    with open_workspace(workspace) as database:
        items = list_items(database)
    say("按工作区里的指标和已确认的材料核对。")
    return with_confirmed(read_figures((), workspace), items), read_things((), items)


def _must_know(figures: "Figures", department: str | None) -> None:
    """Refuse a department that figures which name departments do not name."""
    if not figures.knows(department):
        known = "、".join(figures.departments)
        raise InputError(f"指标文件里没有“{department}”的数据（文件里的部门：{known}）。请核对 --department。")


def _past(folder: Path | None) -> "Index | None":
    """Past reports a text may have copied from: the folder's, else the workspace's; None when there are none."""
    from chugao.config import find_workspace
    from chugao.desk import open_past, workspace_index

    if folder is None:
        workspace = find_workspace()
        return workspace_index(workspace) if workspace else None
    index, notices = open_past(folder, None)
    for notice in notices:
        say(notice)
    return index


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
    fell_back = sum(1 for f in draft.findings if f.rule == "engine-fallback")
    writer = "离线写成" if draft.engine == "offline" else f"由 {draft.engine} 写成"
    if fell_back:
        writer += f"（其中{fell_back}处离线写成）"
    show(f"《{summary['title']}》")
    show(f"  正文{summary['characters']}字，标题{summary['sections']}个，{writer}，用时{summary['seconds']}秒")
    show(f"  {_traced(summary['numbers'])}")
    # What is 待补 is listed below with who owes it.
    blocking = [f for f in draft.findings if f.severity.blocks and f.rule != "pending"]
    show_findings(blocking, limit=8, headings=_headings(draft), indent="  ")
    _print_requests(draft.requests)
    show("  写出的文件：")
    for path in summary["files"].values():
        show(f"    {path}")
    word, data = summary["files"]["docx"], summary["files"]["json"]
    if blocking:
        after = "按上面的[错误]改好指标或事项，再起草一次。"
    elif draft.requests:
        after = "把还缺的补进指标或事项，再起草一次。"
    else:
        after = f"没有问题就出定稿：chugao export {_quoted(data)} --final"
    say(f"下一步：用 Word 或 WPS 打开 {word} 看稿。{after}")


def _say_layers(draft: "Draft") -> None:
    """Which sections a model did not bring off, and why: nobody should take them for the model's."""
    fell_back = [f for f in draft.findings if f.rule == "engine-fallback"]
    if not fell_back:
        return
    headings = _headings(draft) or {}
    names = "、".join(headings.get(f.place.section, f.place.section) for f in fell_back)
    written = [s for s in draft.sections if s.sentences]
    if len(fell_back) >= len(written):
        say(f"注意：模型一处也没有写成，这份稿子全部由离线引擎写成，不是 {draft.engine} 写的。")
    else:
        say(f"下列{len(fell_back)}处模型没有写成，由离线引擎写：{names}。")
    for reason in list(dict.fromkeys(f.hint.partition("：")[2] for f in fell_back))[:3]:
        say(f"  原因：{reason[:120]}")


def _quoted(path: str) -> str:
    """A path as one word of a command."""
    return f'"{path}"' if " " in path else path


def _print_requests(requests: "Sequence[Request]", limit: int = 8) -> None:
    """Who owes what, the first few."""
    if not requests:
        return
    show(f"  还缺{len(requests)}项：")
    for request in requests[:limit]:
        show(f"    {request.name}（找{request.owner}）：{request.reason}" if request.name else f"    {request.reason}")
    if len(requests) > limit:
        show(f"    …… 另有{len(requests) - limit}项，加 --json 查看全部")


def _traced(numbers: dict[str, int]) -> str:
    """“数字318个，都有出处”, or how many have none."""
    if not numbers["untraced"]:
        return f"数字{numbers['found']}个，都有出处"
    return f"数字{numbers['found']}个，有出处{numbers['traced']}个，没有出处{numbers['untraced']}个"


def _headings(thing: "Draft | str") -> dict[str, str] | None:
    """What a person calls each section of a draft of ours; None for a foreign text, whose places hold headings."""
    if isinstance(thing, str):
        return None
    return {s.id: f"{s.number}{s.heading.text}" or "开头" for s in thing.sections}


def _say_warnings(findings: "Sequence[Finding]", limit: int = 5) -> None:
    """The first warnings about what was read, to stderr."""
    warnings = [f for f in findings if f.severity.value != "info"]
    for finding in warnings[:limit]:
        say(f"[{finding.severity.label}] {finding.hint}")
    if len(warnings) > limit:
        say(f"…… 另有{len(warnings) - limit}条，用 chugao metrics check 查看指标的全部提醒。")
