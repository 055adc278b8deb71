"""corpus add, list, search, frames, show, remove, basis, reindex."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.help import App
from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.corpus.store import AddReport, KeptReport
    from chugao.index import Hit, Index

app = App()
By = Annotated[str, typer.Option(help="经办人")]
_CLERK = "经办人"
_FLAGS = {
    "truncated": "不完整",
    "anonymised": "已隐去名称",
    "noisy": "有网页杂质",
    "several_documents": "多篇合订",
    "spun": "被改写过（同义词替换）",
    "garbled": "有乱码或缺字",
    "traditional": "繁体",
    "hidden_text": "有隐藏文字，没有读入",
    "external_link": "引用了文件外的内容，没有读入",
    "ocr": "扫描件识别而来，请对照原件",
    "ocr_gaps": "扫描件可能漏行",
    "pages_without_text": "有几页没有文字，没有读入",
}


@app.command("add")
def add_command(
    paths: Annotated[list[Path], typer.Argument(help="文稿或文件夹：.docx .txt .md .html .pdf .doc .wps .rtf")],
    own: Annotated[bool, typer.Option("--own", help="是本单位写的：起草时可以沿用其句子")] = False,
    department: Annotated[str, typer.Option(help="科室：文稿没有写明科室时用它；没有发文单位的算本科室的")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """把历年文稿收进工作区；读不了的说明原因，不影响其余。"""
    from chugao.cli.vectors import fill_later
    from chugao.cli.workspace import require_workspace
    from chugao.config import load_settings
    from chugao.corpus.store import add_reports, near_copies
    from chugao.desk import open_workspace

    workspace = require_workspace()
    office = load_settings(workspace).office
    with open_workspace(workspace) as database:
        report = add_reports(
            database,
            paths,
            organisation=office.name,
            department=department,
            own=own or None,
            actor=by or _CLERK,
            at=_now(),
            progress=lambda done, files, what: say(f"  {done}/{files}　{what}"),
        )
        near = near_copies(database) if report.added else ()
    fill_later(workspace)
    if as_json:
        skipped = [s._asdict() for s in report.skipped]
        duplicates = [d._asdict() for d in report.duplicates]
        counts = report.model_dump(include={"added", "unchanged", "updated"})
        alike = [n._asdict() for n in near]
        show_json({**counts, "skipped": skipped, "duplicates": duplicates, "near": alike})
    else:
        _show_added(report)
        for file, of, share in near:
            show(f"  大部分相同（{share:.0%}）：{file}　≈　{of}")
    if not own and not office.name:
        say("chugao.toml 没有写单位全称，也没有加 --own：这些文稿都当外单位的，只借结构。")
    if report.skipped and not (report.added or report.unchanged or report.updated or report.duplicates):
        raise InputError("一份也没有收进来。请按上面的说明改正。")


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """列出工作区收了哪些文稿。"""
    from chugao.cli.workspace import require_workspace
    from chugao.corpus.store import list_reports
    from chugao.desk import open_workspace

    with open_workspace(require_workspace()) as database:
        reports = list_reports(database)
    if as_json:
        show_json({"reports": [r.model_dump(mode="json") for r in reports]})
        return
    for report in reports:
        show(_line(report))
    show(f"共{len(reports)}篇，本单位{sum(r.own for r in reports)}篇。")
    if reports and not all(r.own for r in reports):
        say(
            "不是本单位的只借结构和固定用语。本单位的没有认出来时：在 chugao.toml 写明单位全称，或重新 corpus add --own。"
        )


@app.command("search")
def search_command(
    query: Annotated[str, typer.Argument(help="要找的话")],
    kind: Annotated[str | None, typer.Option(help="文种：summary|plan|summary-plan|key-points|ideas")] = None,
    year: Annotated[int | None, typer.Option(help="文稿的年度")] = None,
    department: Annotated[str | None, typer.Option(help="科室或单位")] = None,
    k: Annotated[int, typer.Option("-k", help="最多几条", min=1, max=1000)] = 8,
    masked: Annotated[bool, typer.Option("--masked", help="显示模型看到的样子：数字、日期、名称已遮盖")] = False,
    as_json: Json = False,
) -> None:
    """在历年文稿里找段落；年度、级别、文种下没有时依次放宽，并说明。"""
    from chugao.config import find_workspace
    from chugao.source import Scope

    if not query.strip():
        raise InputError("没有写要找什么。请在命令后写一句话或几个词。")
    scope = Scope(owners=("*",), kind=_kind(kind), year=year, department=department)
    index = _index(find_workspace())
    hits = index.search(query, scope, k)
    if as_json:
        relaxed = list(hits[0].relaxed) if hits else []
        show_json({"hits": [_hit_json(h, masked) for h in hits], "relaxed": relaxed})
        return
    _show_hits(hits, masked)
    for notice in index.notices:
        say(notice)


@app.command("frames")
def frames_command(
    role: Annotated[str | None, typer.Option("--role", help="只看一类：成绩|问题|计划|要求")] = None,
    k: Annotated[int, typer.Option("-k", help="最多几条", min=1, max=10000)] = 30,
    as_json: Json = False,
) -> None:
    """本单位历年文稿里的句式：数字、日期、名称都成了带类型的槽位，用得多的在前。"""
    from chugao.catalogue import load_catalogue
    from chugao.config import find_workspace
    from chugao.corpus.wholeframes import whole_frames_of
    from chugao.source import Scope

    index = _index(find_workspace())
    frames = whole_frames_of(index.passages, load_catalogue(), Scope(owners=("*",)))
    chosen = [f for f in frames if role in (None, f.role)][:k]
    if as_json:
        show_json({"frames": [f.model_dump() for f in chosen], "found": len(frames)})
        return
    for frame in chosen:
        about = "、".join(frame.metrics) or frame.matter or "其他"
        show(f"{frame.used}次　{frame.role or '正文'}　{about}　{frame.text}")
    if not chosen:
        say("本单位没有收录文稿，或没有这一类句子。请先用 chugao corpus add --own 收录本单位的历年文稿。")


@app.command("show")
def show_command(
    file: Annotated[Path, typer.Argument(help="文稿：.docx .txt .md .html .pdf .doc .wps .rtf")],
    as_json: Json = False,
) -> None:
    """读一份文稿，显示清理后的正文；--json 另有题目、文种、年度、各级标题。不需要工作区。"""
    from chugao.documents.structure import show as document_json
    from chugao.documents.structure import understand

    document = understand(file)
    if as_json:
        show_json(document_json(document))
        return
    show(document.text)
    if document.parts:
        say(f"（文件里另有{len(document.parts)}篇，用 --json 查看。）")
    if document.flags:
        say("（注意：" + "，".join(_FLAGS.get(flag, flag) for flag in document.flags) + "。）")
    if lost := sum(1 for change in document.changes if change.after is None and change.rule != "line_break"):
        say(f"（去掉了{lost}行不是正文的内容，用 --json 逐行查看。）")


@app.command("remove")
def remove_command(
    files: Annotated[list[str], typer.Argument(help="文件名，或 corpus list 列出的编号")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """删除收录的文稿：正文和段落一并清除，只留题目备查。原文件不动。"""
    from chugao.cli.workspace import require_workspace
    from chugao.corpus.store import remove_reports
    from chugao.desk import open_workspace

    with open_workspace(require_workspace()) as database:
        reports = remove_reports(database, files, actor=by or _CLERK, at=_now())
    if as_json:
        show_json({"removed": [r.model_dump(mode="json") for r in reports]})
        return
    for report in reports:
        show(_line(report))
    show(f"已删除{len(reports)}篇。")


@app.command("basis")
def basis_command(
    file: Annotated[str, typer.Argument(help="已收文稿的文件名或编号；不写则列出今天有效的依据")] = "",
    number: Annotated[str, typer.Option(help="文号")] = "",
    since: Annotated[datetime | None, typer.Option(help="生效日期", formats=["%Y-%m-%d"])] = None,
    until: Annotated[datetime | None, typer.Option(help="失效日期：当天仍有效", formats=["%Y-%m-%d"])] = None,
    on: Annotated[datetime | None, typer.Option(help="按哪一天看有效，默认今天", formats=["%Y-%m-%d"])] = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """把收录的政策文件标为依据：文号和有效期不写的照文件自己写的；只供引用，不借句子，过期的不再提供。"""
    from chugao.cli.workspace import require_workspace
    from chugao.corpus.bases import mark_basis, offered_bases
    from chugao.desk import open_workspace
    from chugao.source import Scope

    with open_workspace(require_workspace()) as database:
        if file:
            dates = {"since": since and since.date(), "until": until and until.date()}
            mark_basis(database, file, number=number, actor=by or _CLERK, at=_now(), **dates)
        found = offered_bases(database, Scope(owners=("*",)), (on or datetime.now(UTC)).date())
    if as_json:
        show_json({"bases": [b.model_dump(mode="json") for b in found]})
        return
    for one in found:
        show(
            f"{one.id}　《{one.title}》　{one.number or '无文号'}　{one.since or '不限'}—{one.until or '不限'}　{one.file}"
        )
    show(f"有效的依据{len(found)}份。")


@app.command("reindex")
def reindex_command(
    verify: Annotated[bool, typer.Option("--verify", help="只核对向量库，坏了或不一致就按数据库重建")] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """把收录的文稿重新整理一遍，补齐向量：软件升级、单位名称改正之后用。"""
    from chugao.cli.vectors import fill_and_tell, verify_and_tell
    from chugao.cli.workspace import require_workspace
    from chugao.config import load_settings
    from chugao.corpus.store import reindex
    from chugao.desk import open_workspace

    if verify:
        verify_and_tell(require_workspace(), as_json)
        return
    workspace = require_workspace()
    office = load_settings(workspace).office
    with open_workspace(workspace) as database:
        report = reindex(
            database,
            actor=by or _CLERK,
            at=_now(),
            organisation=office.name,
            progress=lambda done, files, name: say(f"  {done}/{files}　{name}"),
        )
    if as_json:
        failed = [f._asdict() for f in report.failed]
        show_json({"documents": report.documents, "passages": report.passages, "failed": failed})
    else:
        show(f"文稿{report.documents}篇，段落{report.passages}段。")
        for name, reason in report.failed:
            show(f"  没有整理成，保持原样：{name}：{reason}")
    fill_and_tell(workspace)
    if report.failed:
        raise typer.Exit(1)


def _index(workspace: Path | None) -> "Index":
    from chugao.cli.vectors import hybrid_index
    from chugao.index import open_index

    if workspace is not None:
        if (index := hybrid_index(workspace)) is not None:
            return index
        say("工作区还没有收录文稿（chugao corpus add），下面查的是随软件附带的示例文稿。")
    else:
        say("这里不是工作区，下面查的是随软件附带的示例文稿。")
    return open_index()


def _kind(given: str | None) -> str | None:
    """The kind by its English word or its Chinese name."""
    from chugao.kind import Kind, kind_of_title

    if given is None:
        return None
    found = given if given in set(Kind) else kind_of_title(given)
    if found is None:
        raise InputError(f"没有“{given}”这个文种。请用 {'、'.join(f'{k.value}（{k.label}）' for k in Kind)}。")
    return str(found)


def _now() -> str:
    from chugao.database import utc_text

    return utc_text(datetime.now(UTC))


# --- what is printed ------------------------------------------------------------------------------


def _show_added(report: "AddReport") -> None:
    show(f"新收{report.added}篇，更新{report.updated}篇，未变{report.unchanged}篇。")
    if report.duplicates:
        show(f"与已收的内容相同，不重复使用（{len(report.duplicates)}）：")
    for file, of in report.duplicates:
        show(f"  {file}　＝　{of}")
    if report.skipped:
        show(f"没有收（{len(report.skipped)}）：")
    for file, reason in report.skipped:
        show(f"  {file}：{reason}")


def _line(report: "KeptReport") -> str:
    kind = report.kind.label if report.kind else "文种不明"
    about = [str(report.year or "年度不明"), kind, report.department or report.issuer or "科室不明"]
    about.append("本单位" if report.own else "外单位")
    about.append(f"与“{report.duplicate_of}”相同" if report.duplicate_of else f"{report.passages}段")
    about += [_FLAGS.get(flag, flag) for flag in report.flags]
    return f"{report.id}　《{report.title}》　{'，'.join(about)}　{report.file}"


def _hit_json(hit: "Hit", masked: bool) -> dict[str, Any]:
    from chugao.corpus import masked as without_facts

    passage = hit.passage
    heading = " > ".join(passage.heading_path)
    return {
        "file": passage.file,
        "title": passage.title,
        "year": passage.year,
        "kind": passage.kind.value if passage.kind else None,
        "heading": without_facts(heading) if masked else heading,
        "text": passage.masked if masked else passage.text,
        "score": hit.score,
        "start": passage.start,
        "end": passage.end,
    }


def _show_hits(hits: "list[Hit]", masked: bool) -> None:
    if not hits:
        say("没有找到。请换个说法，或去掉 --department 等条件。")
        return
    if hits[0].relaxed:
        names = {"year": "年度", "level": "级别", "kind": "文种"}
        say(f"按所给的{'、'.join(names[r] for r in hits[0].relaxed)}没有找到，以下是放宽后的。")
    for number, hit in enumerate(hits, 1):
        row = _hit_json(hit, masked)
        show(f"{number}. 《{row['title']}》　{row['heading']}　（{row['file']}，{row['score']:.2f}）")
        show(f"   {row['text']}")
