"""The review pack (送审包): everything a reviewer needs in one zip, and nothing that must be looked for elsewhere.

In: a `Draft`, its figures and the version before where there are.  Out: the bytes of a zip, the same each time.

Checking is done on paper: the 核稿单 is a Word file with a column to sign, number by number.
"""

from collections.abc import Sequence
from html import escape

from chugao.draftfile import to_json
from chugao.export.evidence import Traced, trace
from chugao.export.files import file_name
from chugao.export.page import to_html
from chugao.export.workbook import Sheet, workbook, zipped
from chugao.manuscript import Block, ClaimedText, Draft, Section, Sentence, Shell, Table, content_hash
from chugao.metrics.calibers import Ruling
from chugao.metrics.observation import Figures
from chugao.word.layout import named_layout
from chugao.word.looks import Look, set_draft
from chugao.word.typesetting import typeset

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
    files: dict[str, tuple[bytes, str]] = {
        f"{name}.docx": (
            set_draft(draft, look, final=final),
            "正文" + ("" if final else "（草稿）") + "，可以在上面改，改完交回。",
        ),
        "核稿单.docx": (_set_paper(checklist(draft, numbers)), "打印出来逐个数核对、签字。"),
        "依据表.xlsx": (
            workbook(_sheets(draft, numbers)),
            "每个数的指标、算法、文件、工作表和单元格；核对意见；放行记录。",
        ),
        "数据说明.docx": (
            _set_paper(_explanation(draft, numbers, figures, rulings)),
            "用到的指标是什么口径、从哪里来、截止到哪天。",
        ),
        "正文.html": (to_html(draft, final=final).encode(), "用浏览器看，点数字看出处，不用联网。"),
        "草稿.json": (to_json(draft).encode("utf-8", "replace"), "交回给 chugao 用，不用打开。"),
    }
    if previous is not None:
        from chugao.word.redline import redline

        files["修订对照.docx"] = (redline(previous, draft), "与上一稿相比改了什么，Word 的修订形式。")
    index = _index(draft, numbers, [(n, about) for n, (_, about) in files.items()], previous)
    return zipped({"目录.html": index.encode(), **{n: content for n, (content, _) in files.items()}})


# --- 核稿单 ---------------------------------------------------------------------------------------


def checklist(draft: Draft, numbers: Sequence[Traced]) -> Draft:
    """The 核稿单 as a draft of its own: every number, its source, last year's figure, and room to sign."""
    rows = [
        (
            str(t.number),
            t.printed,
            "〃" if i and numbers[i - 1].sentence == t.sentence else _short(t.sentence, 60),
            t.name or t.state,
            _where(t),
            t.last_year or "—",
            "",
            "",
        )
        for i, t in enumerate(numbers)
    ]
    header = ("序号", "数字", "所在句子", "指标", "出处", "上年", "核对", "签名")
    lead = f"共{len(numbers)}个数。逐个对照出处核对，对的打“√”，不对的写正确的数，并签名。"
    return _paper(draft, f"{_plain_title(draft)}核稿单", lead, header, rows)


def _where(traced: Traced) -> str:
    if traced.places:
        told = "；".join(f"{p.file} {p.sheet}表{p.cell}" for p in traced.places[:2])
        return told + ("等" if len(traced.places) > 2 else "")
    return _short(traced.source or traced.state, 50)


def _explanation(draft: Draft, numbers: Sequence[Traced], figures: Figures | None, rulings: Sequence[Ruling]) -> Draft:
    """The 数据说明: from the figures where they are at hand, else from the evidence the draft carries."""
    header = ("序号", "指标", "口径", "来源", "数据截止", "期间")
    used = {e.metric for e in draft.evidence if e.metric}
    if figures is not None and figures.observations:
        from chugao.metrics.explanation import explain

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
        return _paper(draft, f"{_plain_title(draft)}数据说明", _cutoff_told(told.cutoff), header, rows)
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
    return _paper(draft, f"{_plain_title(draft)}数据说明", _cutoff_told(draft.cutoff or ""), header, rows)


def _set_paper(paper: Draft) -> bytes:
    """A paper for the desk: small type, no marks of ours."""
    return typeset(paper, final=True, clean=True, layout=named_layout("checklist"))


def _cutoff_told(cutoff: str) -> str:
    return f"除另有注明的外，数据截止{cutoff}。" if cutoff else "各指标的数据截止日期见下表。"


def _plain_title(draft: Draft) -> str:
    return f"《{draft.title.text}》"


def _paper(draft: Draft, title: str, lead: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Draft:
    """A title, a line, a table: set like any other document of the office."""
    table = Table(
        header=tuple(header),
        rows=tuple(tuple(ClaimedText(text=cell) for cell in row) for row in rows or [[""] * len(header)]),
    )
    sections = (
        Section(
            id="paper",
            number="",
            heading=ClaimedText(text=""),
            level=0,
            blocks=(
                Block(id="paper_1", type="paragraph", sentence_ids=("paper_1_1",)),
                Block(id="paper_2", type="table", table=table),
            ),
            sentences=(Sentence(id="paper_1_1", text=lead),),
        ),
    )
    named = ClaimedText(text=title)
    return draft.model_copy(
        update={
            "id": content_hash(named, sections, Shell()),
            "title": named,
            "shell": Shell(),
            "sections": sections,
            "findings": (),
            "requests": (),
            "evidence": (),
        }
    )


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
            "\n".join(p.file for p in t.places),
            "\n".join(p.sheet for p in t.places),
            "\n".join(p.cell for p in t.places),
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
    override = draft.recipe.get("override")
    if not isinstance(override, dict):
        return ()
    told = "\n".join(str(f.get("hint", "")) for f in override.get("findings", ()) if isinstance(f, dict))
    return ((str(override.get("by", "")), str(override.get("reason", "")), told),)


# --- the index ------------------------------------------------------------------------------------


def _index(draft: Draft, numbers: Sequence[Traced], files: Sequence[tuple[str, str]], previous: Draft | None) -> str:
    bad = sum(1 for t in numbers if not t.supported)
    blocking = sum(1 for f in draft.findings if f.severity.blocks)
    rows = "".join(
        f'<tr><td><a href="{escape(_address(name))}">{escape(name)}</a></td><td>{escape(about)}</td></tr>'
        for name, about in files
    )
    facts = [
        f"数字{len(numbers)}个，" + (f"{bad}个没有出处" if bad else "都有出处"),
        f"错误{blocking}处" if blocking else "没有错误",
        f"还缺{len(draft.requests)}项" if draft.requests else "",
        f"数据截止{draft.cutoff}" if draft.cutoff else "",
        f"与上一稿（{previous.id}）对照" if previous is not None else "",
    ]
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(draft.title.text)}　送审包</title><style>body{{font:16px/1.8 'Microsoft YaHei',sans-serif;"
        "max-width:46em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}td{border:1px solid #ccc;"
        "padding:4px 12px}</style></head><body>"
        f"<h1>{escape(draft.title.text)}</h1><p>{escape('；'.join(filter(None, facts)))}。</p>"
        f"<table>{rows}</table><p>文稿编号 {escape(draft.id)}</p></body></html>\n"
    )


def _address(name: str) -> str:
    from urllib.parse import quote

    return quote(name)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
