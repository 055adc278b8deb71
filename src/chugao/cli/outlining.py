"""outline show, write, coverage."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.help import App
from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.checks.covering import Coverage

app = App()


@app.command("show")
def show_command(
    files: Annotated[
        list[Path], typer.Argument(metavar="来文", help="上级的通知、提纲；提纲是另一个附件的，两个一起写")
    ],
    as_json: Json = False,
) -> None:
    """看上级的通知或提纲要什么：标题、字数、期限、附表、别的要求。"""
    from chugao.outline.above import read_above

    above = read_above(*files)
    if as_json:
        show_json(above.model_dump())
        return
    for heading in above.headings:
        note = f"　〔{heading.note[:60]}〕" if heading.note else ""
        show(f"{'　' * (heading.level - 1)}{heading.heading}{note}")
    show(f"字数上限：{above.ceiling or '没有写'}；期限：{above.deadline or '没有写'}")
    if above.tables:
        show(f"要附的表：{'、'.join(above.tables)}")
    if above.asks:
        show(f"对内容的要求：{'；'.join(above.asks)}")


@app.command("write")
def write_command(
    files: Annotated[
        list[Path], typer.Argument(metavar="来文", help="上级的通知、提纲；提纲是另一个附件的，两个一起写")
    ],
    department: Annotated[str, typer.Option(metavar="科室", help="给哪个科室或单位用")] = "本单位",
    year: Annotated[
        int | None, typer.Option(metavar="年份", min=2000, max=2099, help="题目中的年度；不写则从来文读出")
    ] = None,
    kind: Annotated[str | None, typer.Option(metavar="文种", help="不写则从来文的题目看；看不出按总结暨计划")] = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件", help="写成哪个 .toml 文件")] = Path("提纲.toml"),
    as_json: Json = False,
) -> None:
    """把来文写成可以改的提纲文件；改好后起草时写 --outline 这个文件。"""
    from chugao.export import write_whole
    from chugao.kind import kind_of_title, years_of_title
    from chugao.outline import read_outline
    from chugao.outline.above import read_above, with_above
    from chugao.outline.editing import outline_toml

    if out.suffix.lower() != ".toml":
        raise InputError(f"“{out}”要以 .toml 结尾。请改正 -o。")
    if out.exists():
        raise InputError(f"“{out}”已经有了，里面可能有改过的标题，没有覆盖。请先改名，或用 -o 写成别的文件。")
    above = read_above(*files)
    titled = next((t for t in (above.title, *(f.stem for f in files)) if years_of_title(t)), "")
    years = years_of_title(titled)
    told = kind or (k.value if (k := kind_of_title(above.title)) else "summary-plan")
    if year is None and not years:
        raise InputError(f"{above.file}：看不出是哪一年的。请用 --year 写明。")
    outline = read_outline(told, department=department, year=year or years[0])
    write_whole(out, outline_toml(with_above(outline, above)).encode())
    if as_json:
        show_json({"file": str(out), **above.model_dump()})
        return
    show(f"{out}：标题{len(above.headings)}个")
    say(f"下一步：用记事本改好 {out}，起草时写 --outline {out}。")


@app.command("coverage")
def coverage_command(
    file: Annotated[Path, typer.Argument(metavar="草稿", help="draft 写出的 .json")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="文件夹", help="另写一份提纲对照表（.docx、.md）")
    ] = None,
    as_json: Json = False,
) -> None:
    """提纲对照表：上级的每个标题写在哪里、还缺什么、谁欠。有没写的，退出码为 1。"""
    from chugao.checks.covering import coverage_of
    from chugao.export import read_draft

    draft = read_draft(file)
    coverage = coverage_of(draft)
    if coverage is None:
        raise InputError(f"{file.name}：起草时没有用上级的提纲，没有可以对照的。起草时请写 --outline。")
    files = {}
    if out is not None:
        from chugao.cli.papers import write_paper
        from chugao.export.tabled import coverage_paper

        files = write_paper(coverage_paper(draft, coverage), out)
    done, asked = coverage.answered
    if as_json:
        counts = {"answered": done, "asked": asked}
        show_json(coverage.model_dump() | counts | ({"files": files} if files else {}))
    else:
        _print(coverage)
        for path in files.values():
            show(f"  {path}")
    if done < asked:
        raise typer.Exit(1)


def _print(coverage: "Coverage") -> None:
    done, asked = coverage.answered
    limit = f"／{coverage.ceiling}字" if coverage.ceiling else "字"
    deadline = f"，{coverage.deadline}报" if coverage.deadline else ""
    show(f"{coverage.file}：{asked}项答了{done}项，正文{coverage.characters}{limit}{deadline}")
    for row in coverage.rows:
        show(f"  {'　' * max(row.level - 1, 0)}{row.heading}：{_told(row.model_dump())}")
    if coverage.tabled:
        show(f"  没有对应的标题、只列在附表：{'、'.join(coverage.tabled)}")
    for text, owner in coverage.left_out:
        show(f"  没有对应的标题、没有写：{text}" + (f"（{owner}）" if owner else ""))


def _told(row: dict[str, Any]) -> str:
    place = f"，在“{row['place']}”" if row["place"] and row["place"] != row["heading"] else ""
    length = f"，{row['characters']}字" if row["characters"] else ""
    owed = f"，{row['owner']}欠：{row['owes']}" if row["owes"] else ""
    tabled = f"；只列在附表：{'、'.join(row['tabled'])}" if row["tabled"] else ""
    return f"{row['state']}{place}{length}{owed}{tabled}"
