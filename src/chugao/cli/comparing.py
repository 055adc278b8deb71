"""compare: two versions, or several candidates."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.options import Json
from chugao.cli.output import count_by_severity, say, show, show_findings, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from chugao.comparing import Version
    from chugao.comparing.terminal import Only
    from chugao.manuscript import Draft

_ONLY = ("numbers", "changes", "all")


def register(app: typer.Typer) -> None:
    """Hang the command on the app."""
    app.command("compare")(compare_command)


def compare_command(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="旧稿 新稿", help="两份文稿：.json .docx .md .txt .html，可以混用；三份以上当作候选稿"),
    ],
    only: Annotated[
        str, typer.Option(metavar="看什么", help="numbers 只看数字、changes 只看改动、all 全文")
    ] = "changes",
    html: Annotated[Path | None, typer.Option(metavar="文件", help="写成网页，浏览器直接打开，不用联网")] = None,
    docx: Annotated[Path | None, typer.Option(metavar="文件", help="写成带修订标记的 Word")] = None,
    pick: Annotated[
        list[str] | None,
        typer.Option(
            metavar="节=第几份", help="从候选稿里挑选，如 results_quality=2；可以写多次，或用逗号隔开；没写的用第1份"
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="文件", help="挑选出的草稿写到哪个 .json")] = None,
    as_json: Json = False,
) -> None:
    """对比两份文稿：先看数字改了哪些，再看文字；三份以上逐节并排，还可以逐节挑选。"""
    if only not in _ONLY:
        raise InputError(f"--only 不能写“{only}”。可写：numbers 只看数字、changes 只看改动、all 全文。")
    if bool(pick) != bool(out):
        raise InputError("挑选要同时写 --pick 节=第几份 和 -o 文件.json。")
    if docx is not None and len(files) != 2:
        raise InputError("--docx 只对两份文稿：chugao compare 旧稿 新稿 --docx 修订稿.docx")
    if docx is not None and docx.suffix.lower() != ".docx":
        raise InputError(f"--docx 要写一个 .docx 文件，不能是“{docx.name}”。")
    if docx is not None and any(docx.resolve() == f.resolve() for f in files):
        raise InputError(f"“{docx}”就是要对比的文稿，不能覆盖。请换一个文件名。")
    _must_differ(files)
    if pick and out:
        _pick(files, pick, out, as_json)
        return
    versions = [_named(_read(f), files, i) for i, f in enumerate(files)]
    if len(versions) == 2:
        _two(versions[0], versions[1], only, html, docx, as_json)  # type: ignore[arg-type]
        if docx is not None:
            _tell_left_out(files)
    else:
        _several(versions, only, html, as_json)  # type: ignore[arg-type]


def _read(file: Path) -> "Version":
    from chugao.comparing import read_version

    return read_version(file)


def _tell_left_out(files: list[Path]) -> None:
    """A redline is one of the text: whoever sends it on must know what of the files it does not show."""
    from chugao.word.redline import left_out

    for file in files:
        if found := left_out(file):
            say(f"{file.name}里的这些没有进修订稿，请看原文件：{'、'.join(found)}。")


def _must_differ(files: list[Path]) -> None:
    if len(files) < 2:
        raise InputError("对比要两份文稿。请在后面再写一份：chugao compare 旧稿 新稿")
    seen: dict[Path, Path] = {}
    for file in files:
        other = seen.setdefault(file.resolve(), file)
        if other is not file:
            raise InputError(f"“{other}”和“{file}”是同一个文件，没有可比的。请给两份不同的文稿。")


def _named(version: "Version", files: list[Path], index: int) -> "Version":
    """The version under a name that tells it from the others: with its folder where two files are called alike."""
    file = files[index]
    if sum(1 for f in files if f.name == file.name) > 1:
        return version._replace(file=f"{file.resolve().parent.name}/{file.name}")
    return version


# --- two versions ---------------------------------------------------------------------------------


def _two(old: "Version", new: "Version", only: "Only", html: Path | None, docx: Path | None, as_json: bool) -> None:
    from chugao.comparing import compare
    from chugao.comparing.facts import compare_facts

    comparison = compare(old, new)
    facts = compare_facts(old, new, comparison)
    if html is not None:
        from chugao.comparing.page import comparison_page

        _write(html, comparison_page(comparison, facts, only if only != "changes" else "all"))
    if docx is not None:
        from chugao.cli.exporting import office_look
        from chugao.word.redline import redline

        _write(docx, redline(old, new, layout=office_look().layout))
    if as_json:
        from chugao.comparing.summary import summary_of_changes

        summary = summary_of_changes(comparison, facts).as_json()
        summary.pop("facts")
        hunks = [h for h in comparison.hunks if only != "numbers" or h.kind == "数字"]
        show_json({"facts": [f.as_json() for f in facts], "hunks": [_hunk(h) for h in hunks], "summary": summary})
    elif html is None and docx is None:
        from chugao.comparing.terminal import print_comparison

        print_comparison(_console(), comparison, facts, only)


def _hunk(hunk: Any) -> dict[str, Any]:
    """A hunk as design section 7 prints it, the keys of the contract first."""
    return {
        "section": hunk.section,
        "kind": hunk.kind,
        "old": hunk.old,
        "new": hunk.new,
        "moved_to": hunk.moved_to,
        "id": hunk.id,
        "heading": hunk.heading,
        "numbering": hunk.numbering,
        "old_span": hunk.old_span,
        "new_span": hunk.new_span,
    }


# --- candidates -----------------------------------------------------------------------------------


def _several(versions: "Sequence[Version]", only: "Only", html: Path | None, as_json: bool) -> None:
    from chugao.comparing.candidates import lay_side_by_side

    given = lay_side_by_side(versions)
    if html is not None:
        from chugao.comparing.page import candidates_page

        _write(html, candidates_page(given))
    if as_json:
        show_json(given.as_json())
    elif html is None:
        from chugao.comparing.terminal import print_candidates

        print_candidates(_console(), given, only)


def _pick(files: list[Path], choices: list[str], out: Path, as_json: bool) -> None:
    from chugao.comparing.picking import pick
    from chugao.export import read_draft, to_json

    if foreign := [f for f in files if f.suffix.lower() != ".json"]:
        raise InputError(f"“{foreign[0].name}”不是草稿的 .json。挑选要用起草时写出的 .json，出处才带得过来。")
    if out.suffix.lower() != ".json":
        raise InputError(f"-o 要写一个 .json 文件，不能是“{out.name}”。Word 由 chugao export 从它导出。")
    if any(out.resolve() == f.resolve() for f in files):
        raise InputError(f"“{out}”就是其中一份候选稿，不能覆盖。请换一个文件名。")
    drafts = [read_draft(f) for f in files]
    merged = pick(drafts, _choices(choices, len(files)))
    _write(out, to_json(merged))
    if as_json:
        show_json({"file": str(out), "id": merged.id, **merged.recipe["picked"]})
    else:
        _told_picked(merged, files)
        say(f"下一步：chugao export {out} 导出 Word，再通读一遍：各节来自不同的稿，可能有重复。")


def _choices(given: list[str], count: int) -> dict[str, int]:
    """{"results_quality": 1} from “results_quality=2”."""
    choices: dict[str, int] = {}
    for choice in (c.strip() for words in given for c in words.replace("，", ",").split(",")):
        section, sign, number = choice.partition("=")
        if not choice:
            continue
        if not sign or not section.strip() or not number.strip().isdigit() or not 1 <= int(number) <= count:
            raise InputError(
                f"--pick “{choice}”看不懂。请写成 节的代号=第几份，如 results_quality=2，份数在1到{count}之间。"
            )
        if choices.setdefault(section.strip(), int(number) - 1) != int(number) - 1:
            raise InputError(f"“{section.strip()}”挑了两次，不是同一份。请只写一次。")
    if not choices:
        raise InputError("--pick 后面没有写内容。请写成 节的代号=第几份，如 results_quality=2。")
    return choices


def _told_picked(draft: "Draft", files: list[Path]) -> None:
    parents = draft.recipe["picked"]["parents"]
    came = draft.recipe["picked"]["sections"]
    show(f"《{draft.title.text}》")
    for section in draft.sections:
        number = parents.index(came[section.id]) + 1
        name = "开头" if section.id == "lead" and section.level == 0 else section.number + section.heading.text
        show(f"  第{number}份　{name}")
    if draft.findings:
        show_findings(draft.findings, limit=8, headings={s.id: f"{s.number}{s.heading.text}" for s in draft.sections})
        show(f"合计：{count_by_severity(draft.findings)}。")


# --- writing --------------------------------------------------------------------------------------


def _console() -> "Console":
    """Where results go; as wide as the terminal, 100 columns in a file."""
    import sys

    from rich.console import Console

    wide = None if sys.stdout.isatty() else 100
    return Console(file=sys.stdout, width=wide, highlight=False, markup=False, emoji=False)


def _write(target: Path, content: str | bytes) -> None:
    """A file that is there whole or not at all."""
    from chugao.word.typesetting import cannot_write, stage

    staged = stage(content if isinstance(content, bytes) else content.encode("utf-8", "replace"), target)
    try:
        os.replace(staged, target)
    except OSError as error:
        raise cannot_write(target, error) from None
    finally:
        staged.unlink(missing_ok=True)
    say(f"写出：{target}")
