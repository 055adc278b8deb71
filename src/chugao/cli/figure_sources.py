"""metrics learn, words, rule, rulings, explain; and what `import --preview` prints."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chugao.cli.options import Json
from chugao.cli.output import finding_json, say, show, show_findings, show_json
from chugao.errors import InputError, reason_of

if TYPE_CHECKING:
    from chugao.metrics.observation import Figures
    from chugao.metrics.preview import Preview
    from chugao.metrics.store import FigureChange


def register(app: typer.Typer) -> None:
    """Hang the commands on the group `metrics`."""
    app.command("learn")(learn_command)
    app.command("words")(words_command)
    app.command("rule")(rule_command)
    app.command("rulings")(rulings_command)
    app.command("explain")(explain_command)


def _now() -> str:
    from chugao.database import utc_text

    return utc_text(datetime.now(UTC))


# --- looking before importing ---------------------------------------------------------------------


def show_preview(files: list[Path], out: Path | None, as_json: bool) -> None:
    """Print what files say without importing them; leaves with 2 when they cannot be imported, 1 with warnings."""
    from chugao.config import find_workspace
    from chugao.desk import preview_figures
    from chugao.metrics.preview import write_preview

    if out is not None and out.suffix.lower() not in (".csv", ".xlsx"):
        raise InputError(f"“{out}”：预览只能写成 .csv 或 .xlsx。请在 -o 后面写这样的文件名。")
    looked = preview_figures(files, find_workspace())
    if out is not None:
        write_preview(out, looked)
    if as_json:
        show_json(_preview_json(looked))
    else:
        _show_preview(looked)
        if out is not None:
            say(f"已写出：{out}")
    if not looked.ready:
        raise typer.Exit(2)
    if looked.warnings:
        raise typer.Exit(1)


def _preview_json(looked: "Preview") -> dict[str, object]:
    return {
        "ready": looked.ready,
        "rows": [r.model_dump() for r in looked.rows],
        "warnings": [finding_json(f) for f in looked.warnings],
        "notices": [finding_json(f) for f in looked.notices],
        "errors": [e.model_dump() for e in looked.errors],
        "changed": [c.model_dump(mode="json") for c in looked.changed],
    }


def _show_preview(looked: "Preview") -> None:
    for row in looked.rows:
        mark = "" if row.state == "可导入" else f"[{row.state}] "
        where = " ".join(p for p in (row.file, row.sheet, row.cell) if p)
        named = "　".join(p for p in (row.name, row.department, row.period, row.role) if p)
        show(f"  {mark}{named}：{row.value}{row.unit}　{where}")
    for error in looked.errors:
        show(f"[错误] {error.message}")
    for change in looked.changed:
        show(f"  [会改] {change_line(change)}")
    show_findings(looked.warnings, headings={})
    state = "可以导入" if looked.ready else "不能导入，请先改正错误"
    show(
        f"读到{len(looked.rows)}条，错误{len(looked.errors)}处，提醒{len(looked.warnings)}处：{state}。没有写入工作区。"
    )


def change_line(change: "FigureChange") -> str:
    """One figure that a later one replaces: what it is, and from what to what."""
    step = f"{change.old_printed} → {change.new_printed}"
    if change.old_printed == change.new_printed:
        step = f"{change.old_printed}，{'、'.join(change.fields)}有改动"
    return f"{change.name}（{change.department or '全部'}，{change.period}）：{step}"


def write_board(path: Path, figures: "Figures", department: str | None, year: int | None, level: str | None) -> None:
    """Write the readiness board as one page."""
    from chugao.metrics.board import board_html

    page = board_html(figures, department=department, year=year, level=level)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path.name}：写不了（{reason_of(error)}）。请换一个能写的文件夹。") from None
    say(f"已写出核对表：{path}")


# --- the office's own words -----------------------------------------------------------------------


def learn_command(
    word: Annotated[str, typer.Argument(metavar="本单位的写法", help="表头或指标名，如“就诊总数”")],
    meaning: Annotated[
        str, typer.Argument(metavar="意思", help="指标目录里的指标名，或模板里的表头；加 --forget 时不用写")
    ] = "",
    by: Annotated[str, typer.Option(metavar="姓名", help="谁定的")] = "",
    forget: Annotated[bool, typer.Option("--forget", help="不再这样读")] = False,
    as_json: Json = False,
) -> None:
    """教一次本单位的写法：某个表头或指标名是什么意思，以后导入都按它读。"""
    from chugao.cli.workspace import require_workspace
    from chugao.desk import open_workspace
    from chugao.metrics.words import learn

    if not forget and not meaning.strip():
        raise InputError("没有写意思。用法：chugao metrics learn 就诊总数 门诊人次；要取消请加 --forget。")
    with open_workspace(require_workspace()) as database:
        kept = learn(database, word, "" if forget else meaning, by=by or "经办人", at=_now())
    if as_json:
        show_json(kept.model_dump())
    else:
        show(f"“{kept.word}”以后按“{kept.meaning}”读。" if kept.meaning else f"“{kept.word}”不再另外解释。")


def words_command(as_json: Json = False) -> None:
    """列出教过的写法：谁在什么时候定的。"""
    from chugao.cli.workspace import require_workspace
    from chugao.config import load_settings
    from chugao.desk import open_workspace
    from chugao.metrics.words import Learned, load_words

    workspace = require_workspace()
    settings = load_settings(workspace)
    with open_workspace(workspace) as database:
        told = [Learned(word=w, meaning=m, by="chugao.toml") for w, m in settings.office.synonyms.items()]
        told += load_words(database)
    if as_json:
        show_json({"words": [w.model_dump() for w in told]})
        return
    for one in told:
        show(f"  {one.word} → {one.meaning}（{'，'.join(p for p in (one.by, one.at[:10]) if p)}）")
    show(f"共{len(told)}个。" if told else "还没有教过。用法：chugao metrics learn 就诊总数 门诊人次")


# --- rulings --------------------------------------------------------------------------------------


def rule_command(
    metric: Annotated[str, typer.Argument(metavar="指标", help="给哪个指标裁定，如“门诊人次”")],
    choose: Annotated[str, typer.Option(metavar="来源", help="以哪个为准：来源（如“病案首页”）或文件名")],
    by: Annotated[str, typer.Option(metavar="姓名", help="谁裁定的")],
    reason: Annotated[str, typer.Option(metavar="理由", help="为什么以它为准")],
    period: Annotated[
        str, typer.Option(metavar="期间", help="哪一期，如 2025、2025H1；不写就是这个指标今后都以它为准")
    ] = "",
    department: Annotated[str, typer.Option(metavar="科室", help="只对这个科室；不写就是各科室")] = "",
    over: Annotated[list[str] | None, typer.Option(metavar="来源", help="相对于哪些来源，可以写多次")] = None,
    as_json: Json = False,
) -> None:
    """裁定：几处来源的数不一致时，记下以哪个为准、谁定的、为什么。裁定只增不改，下年同样的来源沿用。"""
    from chugao.cli.workspace import require_workspace
    from chugao.desk import open_workspace
    from chugao.metrics.deciding import metric_called, rule
    from chugao.metrics.store import load_figures
    from chugao.period import read_period

    code = read_period(period).code if period else ""
    with open_workspace(require_workspace()) as database:
        definition = metric_called(metric, load_figures(database).catalogue())
        made, settled = rule(
            database,
            definition,
            choose,
            by=by,
            reason=reason,
            at=_now(),
            period=code,
            department=department,
            over=tuple(over or ()),
        )
    if as_json:
        show_json({"ruling": made.model_dump(), "settled": [o.model_dump(mode="json") for o in settled]})
        return
    show(f"已记录：“{definition.name}”{code or '各期'}以“{made.chosen}”为准（{made.by}）。")
    for observation in settled:
        where = f"{observation.department or '全部'}，{observation.period.code}"
        show(f"  {definition.name}（{where}）取用{observation.quantity.printed}：{observation.source}")


def rulings_command(as_json: Json = False) -> None:
    """列出裁定，和还等着裁定的数。有等着裁定的，退出码为 1。"""
    from chugao.cli.workspace import require_workspace
    from chugao.desk import open_workspace
    from chugao.metrics.rulings import load_rulings
    from chugao.metrics.store import load_figures

    with open_workspace(require_workspace()) as database:
        rulings, figures = load_rulings(database), load_figures(database)
    catalogue = figures.catalogue()
    names = {r.metric: d.name if (d := catalogue.get(r.metric)) else r.metric for r in rulings}
    if as_json:
        waiting = [[o.model_dump(mode="json") for o in contest] for contest in figures.contested]
        show_json({"rulings": [{"name": names[r.metric], **r.model_dump()} for r in rulings], "waiting": waiting})
    else:
        for r in rulings:
            where = "、".join(p for p in (r.department, r.period) if p) or "各期"
            show(f"  {r.at[:10]}　{names[r.metric]}（{where}）以“{r.chosen}”为准　{r.by}：{r.reason}")
        show_findings(figures.findings, headings={})
        show(f"裁定{len(rulings)}条，等着裁定的{len(figures.contested)}项。")
    if figures.contested:
        raise typer.Exit(1)


# --- where figures come from ----------------------------------------------------------------------


def explain_command(
    files: Annotated[list[Path] | None, typer.Argument(metavar="指标文件", help="指标文件；不写则用工作区里的")] = None,
    department: Annotated[str | None, typer.Option(metavar="科室", help="只说这个科室的")] = None,
    year: Annotated[
        int | None, typer.Option(metavar="年份", min=2000, max=2099, help="说明哪一年（及上年）的数；不写则全部")
    ] = None,
    draft: Annotated[Path | None, typer.Option(metavar="草稿", help="只说明这份草稿（.json）用到的指标")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="文件", help="写成 .md 文件")] = None,
    as_json: Json = False,
) -> None:
    """写数据说明：每个指标的口径、来源、数据截止、可比口径和裁定，可以打印。"""
    from chugao.config import find_workspace
    from chugao.desk import told_to
    from chugao.metrics.explanation import as_markdown, explain

    figures = given(files)
    rulings = told_to(find_workspace()).rulings
    explained = explain(figures, rulings, department=department, metrics=_used(draft), year=year)
    if not explained.rows:
        raise InputError("没有可以说明的指标。请核对科室、年份，或先用 chugao metrics import 导入指标。")
    text = as_markdown(explained)
    if out is not None:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{out.name}：写不了（{reason_of(error)}）。请换一个能写的文件夹。") from None
    if as_json:
        show_json(explained.model_dump())
    elif out is not None:
        show(str(out))
    else:
        show(text)


def given(files: list[Path] | None) -> "Figures":
    """The figures in the files named, else those of the workspace around."""
    from chugao.config import find_workspace
    from chugao.desk import read_figures

    workspace = find_workspace()
    if not files and workspace is None:
        raise InputError("没有指标。请写明指标文件，或在工作区里运行（chugao init 可以新建）。")
    return read_figures(files or [], workspace)


def _used(draft: Path | None) -> set[str] | None:
    """The metrics that a draft's claims rest on."""
    if draft is None:
        return None
    from chugao.export import read_draft

    made = read_draft(draft)
    claims = [c for section in made.sections for sentence in section.sentences for c in sentence.claims]
    tables = (b.table for section in made.sections for b in section.blocks if b.table)
    claims += [c for table in tables for row in table.rows for cell in row for c in cell.claims]
    return {c.metric for c in claims if c.metric}
