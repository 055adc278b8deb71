"""What docs/kinds quotes as our own output, drawn from today's drafts of the examples.

In: the pages, in which a comment says what is quoted.  Out: the same pages with the lines under each comment rewritten.

    python -m eval.quoted           rewrite the quotations
    python -m eval.quoted --check   exit 1 where one of them is not what is drafted today

A comment reads `<!-- 引 kind=plan of=医务科 year=2026 level=科室 from=急诊 sentences=2 -->`: of the paper on the example's
figures and matters, so many sentences from the one that holds the word on; with `part=plan` only under that part, with
`heading=1` the heading above them.

Surprise: a word that stands nowhere any more is an error, for then somebody has to say what is worth quoting now.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import chugao
from chugao.manuscript import Block, Draft, Section

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "kinds"
_QUOTED = re.compile(r"(?P<mark><!-- 引 (?P<what>[^>]+) -->\n)(?:> [^\n]*\n)*")
_OFFICES = {"市": "望澜市卫生健康委员会", "乡镇": "柳津镇中心卫生院"}
_OFFICE = "望澜市第一人民医院"


class NotFound(Exception):
    """A page quotes what no draft says any more."""


@cache
def _drafted(kind: str, department: str, year: int, level: str) -> Draft:
    of = year if kind.startswith("summary") else year - 1
    given = [ROOT / "examples" / folder / f"{department}-{of}.xlsx" for folder in ("figures", "matters")]
    outline = chugao.read_outline(
        kind, department=department, year=year, level=level, organisation=_OFFICES.get(level, _OFFICE)
    )
    index = chugao.open_index(ROOT / "corpus")
    return chugao.draft(outline, chugao.read_metrics(given[0]), chugao.read_matters(given[1]), index)


def _blocks(draft: Draft) -> Iterator[tuple[Section, Block]]:
    for section in draft.sections:
        for block in section.blocks:
            if not block.table:
                yield section, block


def quotation(what: str) -> list[str]:
    """The lines that a comment asks for."""
    asked = dict(pair.split("=", 1) for pair in what.split())
    draft = _drafted(asked["kind"], asked["of"], int(asked["year"]), asked.get("level", "科室"))
    word, left = asked["from"], int(asked.get("sentences", "1"))
    lines: list[str] = []
    for section, block in _blocks(draft):
        if not section.id.startswith(asked.get("part", "")):
            continue
        texts = {s.id: s.text for s in section.sentences}
        told = [texts[i] for i in block.sentence_ids]
        at = 0 if lines else next((i for i, t in enumerate(told) if word in t), -1)
        if at < 0 or not left:
            continue
        if not lines and asked.get("heading"):
            lines.append(f"{section.number}{section.heading.text}")
        here = told[at : at + left]
        lines.append((block.number if at == 0 else "") + "".join(here))
        left -= len(here)
    if not lines:
        raise NotFound(f"“{word}”在{draft.title.text}里已经没有。请在引文的注释里改写一个现在还有的词。")
    return lines


def rewritten(page: str) -> str:
    """A page with each quotation as it is drafted today."""
    return _QUOTED.sub(lambda m: m["mark"] + "".join(f"> {line}\n" for line in quotation(m["what"])), page)


def marks(page: str) -> list[str]:
    """What the comments of a page ask for."""
    return [m["what"] for m in _QUOTED.finditer(page)]


def stale() -> list[Path]:
    """The pages whose quotations are not what is drafted today."""
    return [p for p in sorted(PAGES.glob("*.md")) if (text := p.read_text(encoding="utf-8")) != rewritten(text)]


def main(arguments: list[str]) -> int:
    """Rewrite the pages, or say which of them are stale."""
    if "--check" in arguments:
        old = stale()
        for path in old:
            print(f"{path.name}：引文不是现在的输出。请运行 make kinds。")
        return int(bool(old))
    for path in sorted(PAGES.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        path.write_text(rewritten(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
