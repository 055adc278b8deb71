"""Review packs and their index: what a 科长 opens, in the order in which it should be looked at.

In: papers that are done.  Out: a zip for each, and 目录.html and 目录.xlsx in the order of risk.

The order is a sum of what went wrong, not a judgement: a number without source weighs more than anything that is merely
missing, and a paper with nothing against it comes last but is still there to be read.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chugao.batch.records import JobRow, PaperRow, stored_draft
from chugao.database import Database
from chugao.export.files import file_name, write_whole
from chugao.export.pack import review_pack
from chugao.export.workbook import Sheet, workbook
from chugao.manuscript import Draft

if TYPE_CHECKING:
    from chugao.batch.after import Cited

FOLDER = "送审"
_WEIGHTS = (
    ("untraced", 10, "没有出处的数{n}个"),
    ("errors", 10, "错误{n}处"),
    ("contradicts", 8, "与别的文稿矛盾{n}处"),
    ("alike", 6, "与别的科室雷同{n}处"),
    ("offline_sections", 4, "模型没有写成、离线写的{n}节"),
    ("pending", 3, "待补{n}处"),
    ("warnings", 1, "提醒{n}条"),
    ("requests", 1, "还缺{n}项"),
)


def risk_of(report: dict[str, Any]) -> tuple[int, tuple[str, ...]]:
    """(how much speaks against a paper, and what), from its counts."""
    counted = report | {
        "untraced": report.get("numbers", {}).get("untraced", 0),
        "warnings": report.get("findings", {}).get("warning", 0),
    }
    held = [(weight, told, int(counted.get(key) or 0)) for key, weight, told in _WEIGHTS]
    return sum(w * n for w, _, n in held), tuple(told.format(n=n) for _, told, n in held if n)


def by_risk(rows: Sequence[PaperRow]) -> tuple[PaperRow, ...]:
    """The review queue: what most speaks against comes first, then the manifest's order."""
    return tuple(sorted(rows, key=lambda r: (-risk_of(r.report)[0], r.ordinal)))


def write_pack(database: Database, row: PaperRow, draft: Draft, folder: Path) -> Path:
    """The review pack of one paper; with what changed where it was made again."""
    with database.read() as connection:
        before = stored_draft(connection, row.id, before=True)
    previous = Draft.model_validate_json(before) if before else None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / pack_name(row)
    write_whole(path, review_pack(draft, previous=previous))
    return path


def pack_name(row: PaperRow) -> str:
    """The file name of a paper's pack."""
    title = row.title if row.title.startswith(row.department) else f"{row.department}-{row.title}"
    return f"{file_name(title)}.zip"


# --- the index ------------------------------------------------------------------------------------


def write_index(
    job: JobRow, rows: Sequence[PaperRow], cited: "Sequence[Cited]", between: Sequence[str], folder: Path
) -> Path:
    """目录.html to look at and 目录.xlsx to work with; the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    queue = by_risk(rows)
    write_whole(folder / "目录.xlsx", workbook(_sheets(queue, cited, between)))
    page = folder / "目录.html"
    write_whole(page, _page(job, queue, between).encode())
    return page


def _sheets(queue: Sequence[PaperRow], cited: "Sequence[Cited]", between: Sequence[str]) -> list[Sheet]:
    rows = [
        (
            str(n),
            r.department,
            r.title,
            str(risk_of(r.report)[0]),
            "；".join(risk_of(r.report)[1]) or "没有要先看的",
            str(r.report.get("characters", "")),
            str(r.report.get("numbers", {}).get("found", "")),
            f"第{r.revision}稿",
            pack_name(r),
        )
        for n, r in enumerate(queue, 1)
    ]
    values = [(c.name, c.period, c.paper, c.printed, _agrees(c, cited), c.source) for c in cited]
    head = ("次序", "科室", "文稿", "分值", "先看什么", "字数", "数字个数", "稿次", "送审包")
    return [
        Sheet("送审次序", (6, 14, 40, 8, 40, 8, 10, 8, 40), (head, *rows)),
        Sheet(
            "同一指标", (24, 10, 30, 16, 22, 40), (("指标", "期间", "文稿", "所写的数", "是否一致", "出处"), *values)
        ),
        Sheet("彼此矛盾或雷同", (100,), (("说明",), *((told,) for told in between))),
    ]


def _agrees(one: "Cited", cited: "Sequence[Cited]") -> str:
    same = {c.printed for c in cited if (c.metric, c.period) == (one.metric, one.period)}
    return "一致" if len(same) == 1 else "各科室的数不同，请看口径"


def _page(job: JobRow, queue: Sequence[PaperRow], between: Sequence[str]) -> str:
    lines = "".join(
        f'<tr><td>{n}</td><td>{escape(r.department)}</td><td><a href="{escape(pack_name(r))}">{escape(r.title)}</a></td>'
        f"<td>{risk_of(r.report)[0]}</td><td>{escape('；'.join(risk_of(r.report)[1]) or '没有要先看的')}</td>"
        f"<td>第{r.revision}稿</td></tr>"
        for n, r in enumerate(queue, 1)
    )
    told = "".join(f"<li>{escape(t)}</li>" for t in between)
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>送审目录</title>'
        "<style>body{font:16px/1.6 sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse}"
        "td,th{border:1px solid #999;padding:.3em .6em;text-align:left;vertical-align:top}</style>"
        f"<h1>{escape(job.name)}：送审目录</h1><p>共{len(queue)}份，排在前面的先看。点题目打开送审包。</p>"
        f"<table><tr><th>次序</th><th>科室</th><th>文稿</th><th>分值</th><th>先看什么</th><th>稿次</th></tr>{lines}</table>"
        + (f"<h2>彼此矛盾或雷同</h2><ul>{told}</ul>" if told else "")
        + "</html>"
    )
