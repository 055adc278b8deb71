"""paper brief, upward, congress, duty, slides, assessment, tasks: shorter papers cut from one finished draft."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chugao.cli.help import App
from chugao.cli.options import Json, Out
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chugao.manuscript import Draft
    from chugao.source import Release

app = App()
File = Annotated[Path, typer.Argument(metavar="草稿", help="draft 写出的 .json")]
Final = Annotated[bool, typer.Option("--final", help="出定稿：底稿须先过核对，Word 上不标“草稿”")]
Upward = Annotated[str, typer.Option("--release", metavar="范围", help="写到哪一级公开范围：公开，或 上报")]
_OUT = Path("out")


@app.command("brief")
def brief_command(
    file: File,
    length: Annotated[int, typer.Option(metavar="字数", help="字数上限，按 WPS 统计，如 300、500、1500")] = 500,
    release: Upward = "上报",
    out: Out = _OUT,
    final: Final = False,
    as_json: Json = False,
) -> None:
    """简版：压到几百字，数字与底稿一样。"""
    from chugao.export.brief import brief

    draft = _base(file, final)
    _write(draft, brief(draft, length, _release(release)), out, final, f"（{length}字）", as_json)


@app.command("upward")
def upward_command(
    file: File,
    length: Annotated[int, typer.Option(metavar="字数", help="字数上限，按 WPS 统计")] = 1500,
    release: Upward = "上报",
    out: Out = _OUT,
    final: Final = False,
    as_json: Json = False,
) -> None:
    """上报材料：报上级用的情况汇报。"""
    from chugao.export.brief import upward

    draft = _base(file, final)
    _write(draft, upward(draft, length, _release(release)), out, final, "", as_json)


@app.command("congress")
def congress_command(
    file: File,
    name: Annotated[str, typer.Option(metavar="姓名", help="谁作报告；不写就不写")] = "",
    post: Annotated[str, typer.Option(metavar="职务", help="作报告人的职务")] = "",
    speech: Annotated[bool, typer.Option("--speech", help="写成讲话，不分标题")] = False,
    release: Upward = "公开",
    out: Out = _OUT,
    final: Final = False,
    as_json: Json = False,
) -> None:
    """职代会报告；加 --speech 写成讲话。"""
    from chugao.export.spoken import congress

    draft = _base(file, final)
    paper = congress(draft, name=name, post=post, speech=speech, release=_release(release))
    _write(draft, paper, out, final, "", as_json)


@app.command("duty")
def duty_command(
    file: File,
    name: Annotated[str, typer.Option(metavar="姓名", help="述职的人")],
    post: Annotated[str, typer.Option(metavar="职务", help="什么职务，如 急诊科主任")],
    release: Upward = "公开",
    out: Out = _OUT,
    final: Final = False,
    as_json: Json = False,
) -> None:
    """述职报告：用第一人称，廉洁自律一节留给本人写。"""
    from chugao.export.spoken import duty

    draft = _base(file, final)
    _write(draft, duty(draft, name=name, post=post, release=_release(release)), out, final, f"（{name}）", as_json)


@app.command("slides")
def slides_command(
    file: File, release: Upward = "公开", out: Out = _OUT, final: Final = False, as_json: Json = False
) -> None:
    """汇报提纲：一页一个标题，三五行短句，照着做幻灯片。"""
    from chugao.export.slides import slides

    draft = _base(file, final)
    _write(draft, slides(draft, _release(release)), out, final, "", as_json)


@app.command("assessment")
def assessment_command(
    file: File,
    items: Annotated[
        Path | None,
        typer.Option(metavar="文件", help="考核细则：有“考核项目”“分值”“评分标准”的表格或 Word；不写则按年度目标"),
    ] = None,
    release: Upward = "上报",
    out: Out = _OUT,
    final: Final = False,
    as_json: Json = False,
) -> None:
    """考核自评表：项目、分值、自评得分、完成情况、佐证。"""
    from chugao.export.tabled import assessment, read_items

    draft = _base(file, final)
    asked = read_items(items) if items else ()
    _write(draft, assessment(draft, asked, _release(release)), out, final, "", as_json)


@app.command("tasks")
def tasks_command(
    file: File, release: Upward = "上报", out: Out = _OUT, final: Final = False, as_json: Json = False
) -> None:
    """附件《重点任务分解表》：任务、措施和检查、牵头领导、责任科室、完成时限。"""
    from chugao.export.tabled import tasks

    draft = _base(file, final)
    _write(draft, tasks(draft, _release(release)), out, final, "", as_json)


# --- what they share ------------------------------------------------------------------------------


def _base(file: Path, final: bool) -> "Draft":
    """The draft to cut from; for a final paper it passes the gate first."""
    from chugao.export import read_draft

    draft = read_draft(file)
    if draft.recipe.get("cut_from"):
        raise InputError(f"{file.name} 本身就是节选的。请用《{draft.recipe.get('base', '')}》的 .json。")
    return _finished(draft) if final else draft


def _finished(draft: "Draft") -> "Draft":
    """The base through the gate, with what the office has confirmed; what somebody let pass when it left stands."""
    from chugao.checks.dismissals import read_dismissals
    from chugao.config import find_workspace, load_settings
    from chugao.export import release
    from chugao.export.gate import read_again

    workspace = find_workspace()
    office = load_settings(workspace).office
    dismissals = read_dismissals(workspace) if workspace else ()
    override = draft.recipe.get("override")
    passed = override if isinstance(override, dict) else {}
    quotes = {str(f.get("quote", "")) for f in passed.get("findings", ()) if isinstance(f, dict)}
    found, _ = read_again(draft, None, None, None, office, dismissals)
    only = sorted({f.quote for f in found if f.severity.blocks} & quotes)
    if not only:
        return release(draft, office=office, dismissals=dismissals)
    by, reason, at = (str(passed.get(k) or "") for k in ("by", "reason", "at"))
    return release(draft, office=office, dismissals=dismissals, override_by=by, reason=reason, only=only, at=at or None)


def _release(written: str) -> "Release":
    from chugao.source import Release

    if written not in ("公开", "上报"):
        raise InputError(f"公开范围“{written}”不认识。请写 公开 或 上报；内部和不写的不出稿。")
    return Release(written)


def _write(draft: "Draft", paper: "Draft", out: Path, final: bool, mark: str, as_json: bool) -> None:
    """Write a paper, verified once more, and say what was done.  Exit code 1 for a number without a source."""
    from chugao.checks import examine_alone
    from chugao.export.cutting import length_of

    report = examine_alone(paper)
    untraced = [f for f in report.findings if f.rule in ("number-untraced", "number-changed")]
    files = write_paper(paper, out, final=final, mark=mark)
    if as_json:
        numbers = report.numbers
        told = {"title": paper.title.text, "base": draft.title.text, "characters": length_of(paper), "numbers": numbers}
        show_json(told | {"files": files})
    else:
        show(f"《{paper.title.text}》：正文{length_of(paper)}字，数字{report.numbers['found']}个，" + _traced(untraced))
        for path in files.values():
            show(f"  {path}")
        if not final:
            say("Word 上标“草稿”；底稿定了以后加 --final。")
    if untraced:
        raise typer.Exit(1)


def _traced(untraced: "Sequence[object]") -> str:
    return f"{len(untraced)}个没有出处" if untraced else "都与底稿一致"


def write_paper(paper: "Draft", out: Path, *, final: bool = False, mark: str = "") -> dict[str, str]:
    """The three files of a paper, by format."""
    from chugao.cli.exporting import office_look, say_kept
    from chugao.export import check_folder, write_files

    check_folder(out)
    paths = write_files(paper, out, final=final, mark=mark, look=office_look())
    say_kept(paths)
    return {kind: str(path) for kind, path in paths.items()}
