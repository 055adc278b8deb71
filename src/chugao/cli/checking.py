"""check: a draft of ours or a foreign text held against the figures, what it says, and how it is set."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.options import Corpus, Json, Matters, Metrics
from chugao.cli.output import (
    count_by_severity,
    finding_json,
    headings_of,
    say,
    say_warnings,
    show,
    show_findings,
    show_json,
    traced,
)
from chugao.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chugao.checks import Report
    from chugao.checks.advisory import Adviser
    from chugao.checks.dismissals import Dismissal
    from chugao.index import Index
    from chugao.kind import Kind
    from chugao.manuscript import Draft
    from chugao.material import Matters as Things
    from chugao.metrics.observation import Figures
    from chugao.source import Finding


def register(app: typer.Typer) -> None:
    """Hang the command on the app."""
    app.command("check")(check_command)


def check_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="文稿",
            help="要核对的文稿：.docx .md .txt，或 draft 写出的 .json；同一年的几份一起写，还核对彼此是否对得上",
        ),
    ],
    metrics: Metrics = None,
    matters: Matters = None,
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
    advise: Annotated[
        bool,
        typer.Option("--advise", help="另请模型看四件软件看不出的事；每条都引原文，只供参考，不拦；同时写 --engine"),
    ] = False,
    engine: Annotated[
        str | None, typer.Option(metavar="引擎", help="由哪个模型来看：openai:模型，或 langchain:提供者:模型")
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
    from chugao.cli.advising import PatientAdviser, open_adviser
    from chugao.cli.check_reports import compare_siblings, papers_of

    alone = (dismiss, by, reason, confirm_by, basis, html, annotated, sheet)
    if len(files) > 1 and any(alone):
        raise InputError("几份一起核对时，不能同时略过、确认或写报告。请逐份核对。")
    index = past_reports(corpus)
    done = []
    with open_adviser(advise, engine) as adviser:
        for file in files:
            thing, kind, titled = _thing(file)
            figures, things = _known(file, metrics, matters)
            _must_know(figures, department)
            told: dict[str, Any] = {"kind": kind, "year": year or titled, "department": department, "adviser": adviser}
            examined = partial(_examined, thing, figures, things, index, **told)
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
    if isinstance(adviser, PatientAdviser) and adviser.failed:
        raise typer.Exit(3)


def _examined(
    thing: "Draft | str",
    figures: "Figures",
    things: "Things",
    index: "Index | None",
    *,
    adviser: "Adviser | None" = None,
    **options: Any,
) -> "Report":
    """A check as the workspace's office wants it, with a model's advice where that was asked for."""
    from chugao.checks import examine
    from chugao.config import find_workspace, load_settings

    options["office"] = load_settings(find_workspace()).office
    report = examine(thing, figures, things, index, **options)
    if adviser is None:
        return report
    from chugao.checks.advisory import with_advice

    options.pop("department", None)
    return with_advice(report, thing, adviser, **options)


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
    things: "Things",
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
    say_warnings((*figures.findings, *things.findings))
    blind = isinstance(thing, str) and not (figures.observations or things.items)
    numbers = f"数字{report.numbers['found']}个，没有核对" if blind else traced(report.numbers)
    show(f"{file.name}：{numbers}{confirmed_told(thing, report, known)}")
    show_findings(report.findings, headings=headings_of(thing))
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
        show(f"{name}：{traced(report.numbers)}；{count_by_severity(report.findings) or '没有发现问题'}")
        show_findings(report.findings, limit=4, headings=headings_of(thing), indent="  ")
    told = [(name, f) for name in names for f in between.get(name, ())]
    show(f"彼此对照：{f'{len(told)}处对不上或雷同' if told else '没有对不上的'}。")
    for name, finding in told:
        show(f"  {name}｜[{finding.severity.label}] {finding.hint}")


# --- inputs ---------------------------------------------------------------------------------------


def _known(file: Path, metrics: list[Path] | None, matters: list[Path] | None) -> "tuple[Figures, Things]":
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


def past_reports(folder: Path | None) -> "Index | None":
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
    from chugao.documents.paragraph import decode
    from chugao.documents.structure import understand

    document = understand(file)
    if file.suffix.lower() in (".txt", ".md"):
        return decode(file.read_bytes(), file.name), document.kind, document.year
    return document.text, document.kind, document.year
