"""draft: figures, material and past reports in, a draft in three files out."""

import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.exporting import office_look, say_kept
from chugao.cli.options import Corpus, Json, Matters, Metrics, Out
from chugao.cli.output import finding_json, headings_of, say, say_warnings, show, show_findings, show_json, traced
from chugao.errors import InputError, NothingToWrite

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chugao.checks import Report
    from chugao.cli.touching import Paper
    from chugao.config import Settings
    from chugao.desk import Desk
    from chugao.manuscript import Draft, Request
    from chugao.material.items import Item
    from chugao.outline import Outline


def register(app: typer.Typer) -> None:
    """Hang the command on the app."""
    app.command("draft")(draft_command)


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
    matters: Matters = None,
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
    from chugao.cli.touching import draft_files, papers_touched
    from chugao.config import find_workspace, load_settings
    from chugao.desk import Files, gather
    from chugao.export import check_folder
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
    try:
        made = _made(desk, plan, settings, engine or ["offline"], range(seed, seed + candidates), out, limit)
    except NothingToWrite as error:
        raise InputError(f"{error}{_what_there_is(desk, plan, settings.workspace)}") from None
    summaries = _written(made, out, started)
    for notice in desk.past.notices if desk.past else ():  # of the vectors, which drafting can do without
        if notice not in desk.notices:
            say(notice)
    if as_json:
        _show_json(summaries, papers if previous else None)
    else:
        say_warnings((*desk.figures.findings, *desk.matters.findings))
        _show(made, summaries, papers)
        _say_unpicked(desk.items, plan)


def _what_there_is(desk: "Desk", plan: "Outline", workspace: Path | None) -> str:
    """Of a department that nothing can be written of: what waits to be confirmed, and which departments are known."""
    from chugao.desk import departments_kept

    waiting = sum(i.status == "provisional" and i.kind != "instruction" for i in desk.items)
    told = ""
    if waiting:
        told += f"\n收到的材料里有{waiting}条还没有人核实：写在 --material 后面的，核实后加 --confirmed-by 姓名；收进工作区的，用 chugao material confirm 确认。"
    others = [d for d in departments_kept(workspace) if d != plan.department] if workspace is not None else []
    if others:
        some = "、".join(others[:12]) + (f"等{len(others)}个" if len(others) > 12 else "")
        told += f"\n工作区里有材料的科室：{some}。请核对 --department 的写法。"
    return told


def _made(
    desk: "Desk",
    plan: "Outline",
    settings: "Settings",
    engines: "Sequence[str]",
    seeds: "Iterable[int]",
    out: Path,
    max_cost: Decimal | None,
) -> "list[tuple[Draft, Report]]":
    """One draft for each engine and seed, with what was found in it."""
    from chugao.desk import make, open_writer

    made: list[tuple[Draft, Report]] = []
    for name in dict.fromkeys(engines):
        with open_writer(name, settings, out, job=plan.title, max_cost=max_cost) as writer:
            made += [
                make(desk, plan, writer, office=settings.office, seed=s, progress=lambda h: say(f"  写好：{h}"))
                for s in seeds
            ]
    return made


def _show_json(summaries: "Sequence[dict[str, Any]]", papers: "Sequence[Paper] | None") -> None:
    from chugao.cli.touching import touched_json

    candidates = {"candidates": summaries} if len(summaries) > 1 else {}
    touched = {} if papers is None else {"touched": touched_json(papers)}
    show_json(summaries[0] | candidates | touched)


def _show(
    made: "Sequence[tuple[Draft, Report]]", summaries: "Sequence[dict[str, Any]]", papers: "Sequence[Paper]"
) -> None:
    from chugao.cli.touching import show_touched

    for (draft, _), summary in zip(made, summaries, strict=True):
        _print_summary(draft, summary)
    if papers:
        show("换数以后，以前的稿子：")
        show_touched(papers)


def _say_unpicked(items: "Iterable[Item]", plan: "Outline") -> None:
    """Confirmed shortcomings that nobody picked stand in no draft; who confirmed everything should hear of it."""
    told = [i for i in items if i.is_problem and i.status == "confirmed" and not i.picked_by]
    told = [i for i in told if i.department == plan.department]
    if told and plan.kind.looks_back:
        say(f"科室说的不足有{len(told)}条没有人挑，没有写。看：chugao material problems --department {plan.department}")


def _written(made: "Sequence[tuple[Draft, Report]]", out: Path, started: float) -> list[dict[str, Any]]:
    """Write every candidate's three files; what is told of each."""
    from chugao.export import write_files

    look = office_look()
    for draft, _ in made:
        _say_layers(draft)
    summaries = []
    for number, (draft, report) in enumerate(made, 1):
        paths = write_files(draft, out, mark=f"（候选{number}）" if len(made) > 1 else "", look=look)
        say_kept(paths)
        summaries.append(_summary(draft, report, paths, time.monotonic() - started))
    return summaries


def _summary(draft: "Draft", report: "Report", paths: dict[str, Path], seconds: float) -> dict[str, Any]:
    from chugao.export.cutting import length_of

    body = length_of(draft)
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
    if draft.engine == "offline" or fell_back >= _parts_with_text(draft):
        writer = "离线写成"
    else:
        writer = f"由 {draft.engine} 写成" + (f"（其中{fell_back}处离线写成）" if fell_back else "")
    show(f"《{summary['title']}》")
    show(f"  正文{summary['characters']}字，标题{summary['sections']}个，{writer}，用时{summary['seconds']}秒")
    show(f"  {traced(summary['numbers'])}")
    # What is 待补 is listed below with who owes it.
    blocking = [f for f in draft.findings if f.severity.blocks and f.rule != "pending"]
    show_findings(blocking, limit=8, headings=headings_of(draft), indent="  ")
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
    headings = headings_of(draft) or {}
    names = "、".join(headings.get(f.place.section, f.place.section) for f in fell_back)
    if len(fell_back) >= _parts_with_text(draft):
        say(f"注意：模型一处也没有写成，这份稿子全部由离线引擎写成，不是 {draft.engine} 写的。")
    else:
        say(f"下列{len(fell_back)}处模型没有写成，由离线引擎写：{names}。")
    for reason in list(dict.fromkeys(f.hint.partition("：")[2] for f in fell_back))[:3]:
        say(f"  原因：{_first_of(reason)}")


def _parts_with_text(draft: "Draft") -> int:
    """How many parts have text of their own."""
    return sum(1 for s in draft.sections if s.sentences)


def _first_of(reason: str, most: int = 3) -> str:
    """The first few of the things that are wrong with an answer, and how many more there are."""
    things = reason.rstrip("。").split("；")
    more = len(things) - most
    return "；".join(things[:most]) + (f"；另有{more}条。" if more > 0 else "。")


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
