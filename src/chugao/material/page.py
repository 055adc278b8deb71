"""The board of collecting as one page to look at and print.

In: the board and the reminders.  Out: an HTML text; style inside, no script, nothing from anywhere; every word escaped.
"""

from html import escape

from chugao.material.collecting import BoardLine, CollectingBoard

_STYLE = (
    "body{font:16px/1.7 'Microsoft YaHei','Noto Sans CJK SC',sans-serif;max-width:64em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:4px 8px;text-align:left;vertical-align:top}"
    ".late{background:#fde8e8}.done{background:#e8f5e9}pre{white-space:pre-wrap;font:inherit;margin:0}"
)


def board_page(board: CollectingBoard, reminders: dict[str, str]) -> str:
    """Who sent, who did not, who signed, how often urged, and the text to paste."""
    rows = "".join(_row(line, reminders.get(line.department, "")) for line in board.departments)
    sent = len(board.departments) - len(board.missing)
    title = f"{board.year}年材料报送进度"
    counts = (
        f"{len(board.departments)}个科室，已报{sent}个，未报{len(board.missing)}个；期限：{board.deadline or '没有写'}"
    )
    header = "".join(f"<th>{h}</th>" for h in ("科室", "状态", "收到的材料", "条目", "审签", "催报", "可以粘贴的话"))
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{escape(title)}</title><style>{_STYLE}</style>"
        f"</head><body><h1>{escape(title)}</h1><p>{escape(counts)}</p><table><thead><tr>{header}</tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>\n"
    )


def _row(line: BoardLine, reminder: str) -> str:
    kind = {"未报": "late", "已齐": "done"}.get(line.state, "")
    files = "；".join(f.file + (f"（{f.submitter}）" if f.submitter else "") for f in line.files) or "—"
    items = f"待确认{line.provisional}，已确认{line.confirmed}，不采用{line.rejected}，与往年相同{line.copied}，缺佐证{line.asks}"
    urged = f"{line.urged}次" + (f"，上次{line.last_urged[:10]}" if line.last_urged else "")
    signed = line.signed_by or ("没有" if line.files else "—")
    cells = (line.department, line.state, files, items, signed, urged)
    told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{kind}">{told}<td><pre>{escape(reminder)}</pre></td></tr>'
