"""Papers for the desk, to print and to sign: a title, a few lines, a table.  The 核稿单 is one.

In: what is to stand on it.  Out: a `Draft` that is set like any document of the office, and its .docx.

Surprise: checking is done on paper, so who let an error pass, and who vouched for a number, is printed here too.
"""

from collections.abc import Iterator, Sequence

from chugao.checks.folding import fold
from chugao.export.checked import Checked, Number
from chugao.export.evidence import by_sheet, places_in
from chugao.kind import Kind
from chugao.manuscript import Block, ClaimedText, Draft, Section, Sentence, Shell, Table, content_hash

_HEADER = ("序号", "数字", "所在句子", "指标", "出处", "上年", "核对", "签名")
_LONGEST_AROUND, _LONGEST_SOURCE, _LONGEST_FORMULA = 60, 50, 40


def proofsheet(given: Checked) -> bytes:
    """The 核稿单: every number with the words around it, its source, last year's, and room to tick and to sign."""
    return set_paper(proof_paper(given))


def proof_paper(given: Checked) -> Draft:
    """The 核稿单 as a draft of its own."""
    rows = [
        (
            str(i + 1),
            n.printed,
            "〃" if i and n.around == given.numbers[i - 1].around else shortened(n.around, _LONGEST_AROUND),
            n.name or "—",
            _told(n),
            n.last_year or "—",
            "",
            "",
        )
        for i, n in enumerate(given.numbers)
    ]
    return paper(f"《{given.title}》核稿单", list(_lines(given)), _HEADER, rows, kind=given.kind, year=given.year)


def _lines(given: Checked) -> Iterator[str]:
    yield f"{given.line}。逐个对照出处核对，对的打“√”，不对的写正确的数，并签名。"
    for folded in fold(n.finding for n in given.notes):
        if folded.first.severity.blocks:
            yield f"[{folded.first.severity.label}] {folded.first.hint}"
    if given.override:
        yield f"放行：{given.override}。"
    yield from (f"人工确认：{told}。" for told in given.confirmed)


def _told(number: Number) -> str:
    """“医务科-2025.xlsx 指标表D3；增长=…”: where to look it up, as short as can be read in a column."""
    places = places_in(number.source)
    if not places:
        return shortened(number.source or number.confirmed or "没有出处", _LONGEST_SOURCE)
    told = "；".join(f"{p.file} {p.sheet}表{p.cell}" for p in by_sheet(places[:2])) + ("等" if len(places) > 2 else "")
    formula = number.source.partition("；")[0] if "÷" in number.source or "−" in number.source else ""
    return f"{formula}；{told}" if 0 < len(formula) <= _LONGEST_FORMULA else told


def paper(
    title: str,
    lines: Sequence[str],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    kind: Kind,
    year: int,
    department: str = "",
) -> Draft:
    """A title, lines of text, a table; an empty row where there is none to show."""
    table = Table(
        header=tuple(header),
        rows=tuple(tuple(ClaimedText(text=cell) for cell in row) for row in rows or [[""] * len(header)]),
    )
    sentences = tuple(Sentence(id=f"s{i}", text=line) for i, line in enumerate(lines))
    blocks = tuple(Block(id=f"b{i}", type="paragraph", sentence_ids=(s.id,)) for i, s in enumerate(sentences))
    section = Section(
        id="paper",
        number="",
        heading=ClaimedText(text=""),
        level=0,
        blocks=(*blocks, Block(id="t", type="table", table=table)),
        sentences=sentences,
    )
    named = ClaimedText(text=title)
    return Draft(
        id=content_hash(named, (section,), Shell()),
        title=named,
        kind=kind,
        department=department,
        organisation="",
        year=year,
        period=str(year),
        engine="offline",
        sections=(section,),
    )


def set_paper(drawn: Draft) -> bytes:
    """Its .docx: small type, no marks of ours."""
    from chugao.word.layout import named_layout
    from chugao.word.typesetting import typeset

    return typeset(drawn, final=True, clean=True, layout=named_layout("checklist"))


def shortened(text: str, longest: int) -> str:
    """A text cut to a length, with a mark where it was cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
