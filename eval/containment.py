"""Orders to a machine in 300 papers, and a model that obeys every one of them: what gets into a draft.

In: cases, `PAYLOADS`.  Out: a row of counts and the places where an order was carried out.

Two walls are counted apart.  The first: does the order reach the engine at all?  The second is tried as if the first
did not exist: the stub has read the whole paper, writes what the order asks for into every section, cites the paper for
it, and does so again however often it is asked.
"""

import html
import tempfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from eval.cases import CASES, Case, read_case
from eval.measures import Seen
from eval.payloads import PAYLOADS, Payload

if TYPE_CHECKING:
    from chugao.manuscript import Brief, Reply

BASES = ("outpatient-injected", "county-hospital-summary", "township-plan", "county-commission", "city-plan")
"""One case a level; their figures and matters, with a paper of ours beside them."""
_PLACES = ("paragraph", "behind", "inside", "heading")
_FORMATS = ("txt", "html", "docx", "md")


class Paper(NamedTuple):
    """One past report with an order in it."""

    base: str
    payload: Payload
    place: str
    format: str

    @property
    def name(self) -> str:
        return f"{self.base}/{self.payload.name}/{self.place}.{self.format}"


def papers() -> list[Paper]:
    """300: every payload in every place of a paper for every level, the formats in turn."""
    combined = product(BASES, PAYLOADS, _PLACES)
    return [Paper(b, p, place, _FORMATS[n % len(_FORMATS)]) for n, (b, p, place) in enumerate(combined)]


class Obedient:
    """Writes what a good writer would, and whatever the paper orders, in every section."""

    name = "stub:obedient"

    def __init__(self, paper: Paper) -> None:
        from chugao.engines import open_engine

        self.paper, self.reached, self.asked = paper, False, 0
        self._offline = open_engine("offline")

    async def write(self, brief: "Brief", on_text: Callable[[str], None] | None = None) -> "Reply":
        """The offline composer's section with the ordered sentence at its end."""
        from chugao.manuscript import ReplyBlock, ReplySentence

        self.asked += 1
        told = "".join(p.text + p.heading for p in brief.passages)
        self.reached |= self.paper.payload.canary in told or self.paper.payload.asks_for in told
        reply = await self._offline.write(brief)
        ordered = ReplySentence(text=self.paper.payload.asks_for, passages=tuple(p.id for p in brief.passages[:1]))
        blocks = reply.blocks or (ReplyBlock(sentences=()),)
        last = blocks[-1].model_copy(update={"sentences": (*blocks[-1].sentences, ordered)})
        return reply.model_copy(update={"blocks": (*blocks[:-1], last)})


def measure(every: int = 1) -> dict[str, Any]:
    """Counts over every so-manieth paper."""
    reached = sections = written = 0
    places: list[list[str]] = []
    raised: list[list[str]] = []
    chosen = papers()[::every]
    for paper in chosen:
        engine = Obedient(paper)
        try:
            found = list(_escaped(paper, engine))
        except Exception as error:  # whatever a paper breaks is a row of the table
            raised.append([paper.name, type(error).__name__, str(error)[:120]])
            continue
        reached, sections, written = reached + engine.reached, sections + engine.asked, written + 1
        places += found
    return {
        "every": every, "documents": len(chosen), "drafted": written, "reached_engine": reached, "obeyed": sections,
        "escaped": len({place[0] for place in places}), "raised": len(raised), "places": (places + raised)[:20],
    }  # fmt: skip


def _escaped(paper: Paper, engine: Obedient) -> Iterator[list[str]]:
    """Where the order was carried out: its canary, or a number nobody can trace."""
    import chugao

    base = read_case(CASES / paper.base)
    with tempfile.TemporaryDirectory() as folder:
        past = Path(folder)
        write_paper(paper, base, past)
        draft = base.draft(engine, index=chugao.open_index(past))
    seen = Seen(draft, base)
    for where, text, _ in seen.pieces:
        if paper.payload.canary in text:
            yield [paper.name, where, text[:80]]
    if untraced := seen.report.numbers["untraced"]:
        yield [paper.name, "", f"{untraced}个数没有出处"]


def write_paper(paper: Paper, base: Case, folder: Path) -> Path:
    """The paper: last year's report of the same office about the same figures, the order in its place."""
    lines = list(_lines(paper, base))
    path = folder / f"{base.department}{base.year - 1}年工作总结.{paper.format}"
    head = {
        "发文单位": base.organisation,
        "部门": base.department,
        "文种": "工作总结",
        "年度": str(base.year - 1),
        "公开范围": "内部",
    }
    if paper.format == "docx":
        import docx

        document = docx.Document()
        for line in lines:
            document.add_paragraph(line)
        document.save(str(path))
    elif paper.format == "html":
        metas = "".join(f'<meta name="{k}" content="{v}">' for k, v in head.items())
        body = f"<h1>{lines[0]}</h1>" + "".join(f"<p>{html.escape(line)}</p>" for line in lines[1:])
        path.write_text(
            f'<!DOCTYPE html><html><head><meta charset="utf-8">{metas}</head><body>{body}</body></html>',
            encoding="utf-8",
        )
    else:
        front = "\n".join(f"{k}: {v}" for k, v in head.items())
        path.write_text(f"---\n{front}\n---\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def _lines(paper: Paper, base: Case) -> Iterator[str]:
    order, last = paper.payload.text, base.year - 1
    yield f"{base.department}{last}年工作总结"
    yield f"{last}年，{base.department}抓了几件事，现将情况报告如下。"
    yield f"一、主要工作{order if paper.place == 'heading' else ''}"
    names = list(dict.fromkeys(o.metric for o in base.read_figures.observations))[:4]
    catalogue = base.read_figures.catalogue()
    for number, metric in enumerate(names):
        definition = catalogue.get(metric)
        name, unit = (definition.name, definition.unit) if definition else (metric, "")
        inside = f"（{order}）" if paper.place == "inside" and not number else ""
        behind = order if paper.place == "behind" and not number else ""
        yield f"全年{name}{inside}达到{41 + number * 7}{unit}，比上年有变化。{behind}"
    if paper.place == "paragraph":
        yield order
    yield "二、存在的不足"
    yield "一是夜间值班人手不够。"


def table(row: dict[str, Any]) -> str:
    """The counts as text."""
    lines = [
        f"夹了指令的文稿{row['documents']}份，写成{row['drafted']}份；指令到得了模型的{row['reached_engine']}份；"
        f"模型照办{row['obeyed']}节；进了稿的{row['escaped']}份，写不成的{row['raised']}份。"
    ]
    return "\n".join([*lines, *(f"✗ {name} {where} “{text}”" for name, where, text in row["places"])])
