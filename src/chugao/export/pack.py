"""The review pack (送审包): everything a reviewer needs in one zip, and nothing that must be looked for elsewhere.

In: a `Draft`, its figures and the version before where there are.  Out: the bytes of a zip, the same each time.

Checking is done on paper: the 核稿单 is a Word file with a column to sign, number by number.
"""

from collections.abc import Sequence
from datetime import date
from html import escape

from chugao.checks import Report
from chugao.checks.folding import fold
from chugao.draftfile import to_json
from chugao.export.checked import checked
from chugao.export.evidence import Traced, by_sheet, trace
from chugao.export.files import file_name
from chugao.export.gate import confirmed_told, override_told
from chugao.export.page import to_html
from chugao.export.papers import paper, proofsheet, set_paper
from chugao.export.workbook import Sheet, workbook, zipped
from chugao.manuscript import Draft
from chugao.metrics.calibers import Ruling
from chugao.metrics.observation import Figures
from chugao.word.looks import Look, set_draft

_ROWS = (
    "序号",
    "数字",
    "所在句子",
    "指标",
    "数值",
    "算法",
    "文件",
    "工作表",
    "单元格",
    "数据截止",
    "上年",
    "依据类别",
    "出处",
)


def review_pack(
    draft: Draft,
    *,
    figures: Figures | None = None,
    rulings: Sequence[Ruling] = (),
    previous: Draft | None = None,
    final: bool = False,
    look: Look | None = None,
) -> bytes:
    """One zip: the text, the 核稿单, the evidence, findings and overrides, the 数据说明, and what changed since."""
    numbers = trace(draft)
    name = file_name(draft.title.text)
    given = checked(name, draft, Report(draft.findings, {}))
    files: dict[str, tuple[bytes, str]] = {
        f"{name}.docx": (
            set_draft(draft, look, final=final),
            "正文" + ("" if final else "（草稿）") + "，可以在上面改，改完交回。",
        ),
        "核稿单.docx": (proofsheet(given), "打印出来逐个数核对、签字。"),
        "依据表.xlsx": (
            workbook(_sheets(draft, numbers)),
            "每个数的指标、算法、文件、工作表和单元格；核对意见；放行记录。",
        ),
        "数据说明.docx": (
            set_paper(_explanation(draft, numbers, figures, rulings)),
            "用到的指标是什么口径、从哪里来、截止到哪天。",
        ),
        "正文.html": (to_html(draft, final=final).encode(), "用浏览器看，点数字看出处，不用联网。"),
        "草稿.json": (to_json(draft).encode("utf-8", "replace"), "交回给 chugao 用，不用打开。"),
    }
    since = ""
    if previous is not None:
        from chugao.word.redline import redline

        files["修订对照.docx"] = (redline(previous, draft), "与上一稿相比改了什么，Word 的修订形式。")
        since = _since(previous, draft)
    index = _index(draft, given.line, [(n, about) for n, (_, about) in files.items()], since)
    return zipped({"目录.html": index.encode(), **{n: content for n, (content, _) in files.items()}})


# --- 数据说明 ---------------------------------------------------------------------------------------


def _explanation(draft: Draft, numbers: Sequence[Traced], figures: Figures | None, rulings: Sequence[Ruling]) -> Draft:
    """The 数据说明: from the figures where they are at hand, else from the evidence the draft carries."""
    header = ("序号", "指标", "口径", "来源", "数据截止", "期间")
    used = {e.metric for e in draft.evidence if e.metric}
    if figures is not None and figures.observations:
        from chugao.metrics.explanation import explain, notes_of

        told = explain(figures, rulings, department=draft.department, metrics=used, year=draft.year)
        rows = [
            (
                str(i),
                r.name + (f"（{r.unit}）" if r.unit else ""),
                r.caliber or "未填",
                "、".join(r.sources) or "未填",
                r.cutoff or "—",
                "、".join(r.periods) or "—",
            )
            for i, r in enumerate(told.rows, 1)
        ]
        notes = [f"{r.name}，{note}" for r in told.rows for note in notes_of(r)]
        return _paper(draft, f"{_plain_title(draft)}数据说明", [_cutoff_told(told.cutoff), *notes], header, rows)
    names: dict[str, tuple[str, list[str], str]] = {}
    for t in numbers:
        if t.name and t.places:
            _, files, cutoff = names.setdefault(t.name, (t.name, [], ""))
            files += [p.file for p in t.places]
            names[t.name] = (t.name, files, max(cutoff, t.cutoff))
    rows = [
        (str(i), name, "见指标目录", "、".join(dict.fromkeys(files)), cutoff or "—", draft.period)
        for i, (name, files, cutoff) in enumerate(names.values(), 1)
    ]
    return _paper(draft, f"{_plain_title(draft)}数据说明", [_cutoff_told(draft.cutoff or "")], header, rows)


def _cutoff_told(cutoff: str) -> str:
    return f"除另有注明的外，数据截止{_day(cutoff)}。" if cutoff else "各指标的数据截止日期见下表。"


def _day(cutoff: str) -> str:
    """“2025年12月31日”, as a paper writes it."""
    try:
        day = date.fromisoformat(cutoff)
    except ValueError:
        return cutoff
    return f"{day.year}年{day.month}月{day.day}日"


def _plain_title(draft: Draft) -> str:
    return f"《{draft.title.text}》"


def _paper(
    draft: Draft, title: str, leads: Sequence[str], header: Sequence[str], rows: Sequence[Sequence[str]]
) -> Draft:
    return paper(title, leads, header, rows, kind=draft.kind, year=draft.year, department=draft.department)


# --- the workbook ---------------------------------------------------------------------------------


def _sheets(draft: Draft, numbers: Sequence[Traced]) -> list[Sheet]:
    evidence = tuple(
        (
            str(t.number),
            t.printed,
            t.sentence,
            t.name,
            t.value,
            t.formula,
            *("\n".join(told) for told in zip(*by_sheet(t.places), strict=True) or ("", "", "")),
            t.cutoff,
            t.last_year,
            t.state,
            t.source,
        )
        for t in numbers
    )
    names = {s.id: s.number + s.heading.text for s in draft.sections}
    found = tuple((f.severity.label, names.get(f.place.section, ""), f.quote, f.hint, f.rule) for f in draft.findings)
    owed = tuple((r.name or r.metric, r.department, r.owner, r.reason) for r in draft.requests)
    return [
        Sheet("数字出处", (6, 14, 50, 22, 12, 26, 24, 12, 10, 12, 12, 12, 50), (_ROWS, *evidence)),
        Sheet("核对意见", (8, 26, 20, 80, 20), (("轻重", "部分", "原文", "意见", "规则"), *found)),
        Sheet("放行记录", (12, 40, 80), (("放行人", "理由", "放行时的错误"), *_overrides(draft))),
        Sheet("还缺的数据", (30, 16, 16, 60), (("指标或事项", "科室", "找谁", "原因"), *owed)),
    ]


def _overrides(draft: Draft) -> tuple[tuple[str, str, str], ...]:
    """Who let what pass, and who had vouched for which number."""
    rows = []
    override = draft.recipe.get("override")
    if isinstance(override, dict):
        told = "\n".join(str(f.get("hint", "")) for f in override.get("findings", ()) if isinstance(f, dict))
        rows.append((str(override.get("by", "")), str(override.get("reason", "")), told))
    confirmed = draft.recipe.get("confirmed")
    for row in confirmed if isinstance(confirmed, list) else ():
        if isinstance(row, dict):
            rows.append((str(row.get("by", "")), str(row.get("reason", "")), f"人工确认：“{row.get('quote', '')}”"))
    return tuple(rows)


# --- the index ------------------------------------------------------------------------------------


def _since(previous: Draft, draft: Draft) -> str:
    """What changed since the version before, in one line."""
    from chugao.comparing import compare
    from chugao.comparing.facts import compare_facts
    from chugao.comparing.summary import summary_of_changes

    comparison = compare(previous, draft)
    return summary_of_changes(comparison, compare_facts(comparison.old, comparison.new, comparison)).short or "没有改动"


def _index(draft: Draft, line: str, files: Sequence[tuple[str, str]], since: str) -> str:
    """The page that leads to the others; `line` counts the numbers as the 核稿单 counts them."""
    blocking = [f for f in draft.findings if f.severity.blocks]
    first = "".join(f"<li>{escape(folded.first.hint)}</li>" for folded in fold(blocking))
    rows = "".join(
        f'<tr><td><a href="{escape(_address(name))}">{escape(name)}</a></td><td>{escape(about)}</td></tr>'
        for name, about in files
    )
    facts = [
        line,
        f"错误{len(blocking)}处" if blocking else "没有错误",
        f"还缺{len(draft.requests)}项" if draft.requests else "",
        f"数据截止{_day(draft.cutoff)}" if draft.cutoff else "",
    ]
    let_out = override_told(draft.recipe)
    vouched = "；".join(confirmed_told(draft.recipe))
    facts += [f"放行：{let_out}" if let_out else "", f"人工确认：{vouched}" if vouched else ""]
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(draft.title.text)}　送审包</title><style>body{{font:16px/1.8 'Microsoft YaHei',sans-serif;"
        "max-width:46em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}td{border:1px solid #ccc;"
        "padding:4px 12px}</style></head><body>"
        f"<h1>{escape(draft.title.text)}</h1><p>{escape('；'.join(filter(None, facts)))}。</p>"
        + (f"<p>与上一稿相比：{escape(since)}。</p>" if since else "")
        + (f"<p>定稿前先处理：</p><ul>{first}</ul>" if first else "")
        + f"<table>{rows}</table><p>文稿编号 {escape(draft.id)}</p></body></html>\n"
    )


def _address(name: str) -> str:
    from urllib.parse import quote

    return quote(name)
