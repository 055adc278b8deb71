"""material add, list, confirm."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.help import App
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.material.submission import Item

app = App()
Json = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出，供程序读取")]
_STATUS = {"provisional": "待确认", "confirmed": "已确认", "rejected": "不采用"}
_KIND = {"fact": "数据", "matter": "事项", "honour": "荣誉", "instruction": "意见"}


@app.command("add")
def add_command(
    files: Annotated[list[Path], typer.Argument(metavar="材料", help="科室报送的 Word、文本或事项表")],
    department: Annotated[str | None, typer.Option(metavar="科室", help="哪个科室报的；不写则从文件读出")] = None,
    year: Annotated[
        int | None, typer.Option(metavar="年份", min=2000, max=2099, help="说的是哪一年的事；不写则从题目读出")
    ] = None,
    as_json: Json = False,
) -> None:
    """收进今年的材料：逐条列为待确认，确认后才能写进文稿。"""
    from chugao.cli.workspace import require_workspace
    from chugao.database import utc_text
    from chugao.desk import open_workspace, workspace_index
    from chugao.material.store import add_items

    workspace = require_workspace()
    index = workspace_index(workspace)
    told = [(file, _read(file, department, year, index)) for file in files]  # all of them, before any is kept
    reports = []
    with open_workspace(workspace) as database:
        for file, items in told:
            report = add_items(database, items, actor="经办人", at=utc_text(datetime.now(UTC)))
            reports.append((file, items, report))
    if as_json:
        show_json(
            {
                "files": [
                    {"file": f.name, **r.model_dump(), "items": [_json(i) for i in items]} for f, items, r in reports
                ]
            }
        )
        return
    for file, _, report in reports:
        copied = f"，与往年文稿相同{report.copied}条" if report.copied else ""
        show(f"{file.name}：新增{report.added}条，已有{report.unchanged}条{copied}")
    say("下一步：chugao material list 查看，chugao material confirm 编号 --by 姓名 确认。")


@app.command("list")
def list_command(
    department: Annotated[str | None, typer.Option(metavar="科室", help="只看这个科室")] = None,
    as_json: Json = False,
) -> None:
    """列出材料和它们的状态。"""
    from chugao.cli.workspace import require_workspace
    from chugao.desk import open_workspace
    from chugao.material.store import list_items

    with open_workspace(require_workspace()) as database:
        items = list_items(database, department)
    if as_json:
        show_json({"items": [_json(i) for i in items]})
        return
    for item in items:
        copied = f"　与《{item.copied_from}》相同" if item.copied_from else ""
        show(f"{item.id}　{_STATUS[item.status]}　{_KIND[item.kind]}　{item.text[:60]}{copied}")
    show(f"共{len(items)}条。")


@app.command("confirm")
def confirm_command(
    by: Annotated[str, typer.Option(metavar="姓名", help="谁核实的")],
    ids: Annotated[list[str] | None, typer.Argument(metavar="编号", help="material list 列出的编号")] = None,
    every: Annotated[bool, typer.Option("--all", help="所有待确认的都确认；与往年文稿相同的除外")] = False,
    as_json: Json = False,
) -> None:
    """确认材料：只有确认过的才能写进文稿。"""
    from chugao.cli.workspace import require_workspace
    from chugao.database import utc_text
    from chugao.desk import open_workspace
    from chugao.material.store import confirm_items

    if bool(ids) == every:
        raise InputError("请写明要确认的编号，或用 --all 确认全部，二者取一。")
    with open_workspace(require_workspace()) as database:
        items = confirm_items(database, None if every else ids, by=by, at=utc_text(datetime.now(UTC)))
    if as_json:
        show_json({"items": [_json(i) for i in items]})
        return
    show(f"已确认{len(items)}条，确认人{by}。")


def _read(file: Path, department: str | None, year: int | None, index: Any) -> "tuple[Item, ...]":
    """Items of a file; department and year from the file itself when not given."""
    from chugao.material.submission import read_submission

    if department is None or year is None:
        found_department, found_year = _told(file)
        department = department if department is not None else found_department
        year = year if year is not None else found_year
    if year is None:
        raise InputError(f"{file.name}：看不出材料所报的年度。请用 --year 写明。")
    return read_submission(file, department=department or "", year=year, index=index)


def _told(file: Path) -> tuple[str, int | None]:
    """(department, reported year) as the file tells them."""
    if file.suffix.lower() in (".xlsx", ".xls", ".et", ".csv"):
        from chugao.material import read_matters

        items = read_matters(file).items
        years = [m.year for m in items if m.year]
        departments = {m.department for m in items if m.department}
        return (departments.pop() if len(departments) == 1 else "", min(years, default=None))
    from chugao.documents.structure import understand

    document = understand(file)
    return document.department or "", document.year


def _json(item: "Item") -> dict[str, Any]:
    value = None
    if item.value is not None:
        value = float(item.value)
        value = int(value) if value.is_integer() else value
    return {
        "id": item.id,
        "kind": item.kind,
        "text": item.text,
        "metric": item.metric,
        "value": value,
        "unit": item.unit,
        "status": item.status,
        "release": item.release.value,
        "source": {"file": item.source.file, "paragraph": item.source.paragraph},
        "copied_from": item.copied_from,
        "confirmed_by": item.confirmed_by,
    }
