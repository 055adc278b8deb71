"""Correct sentences whose every number says what it stands for: the ground the mutants grow on.

In: `eval/clean/` (written by hand), and drafts of the sample departments (by their claims).  Out: `Sentence`s with
`Token`s: numbers, direction words, years.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from eval.reading import read_printed
from eval.truth import Truth, read_truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chugao.manuscript import Draft, Section
    from chugao.source import Claim

HERE = Path(__file__).parent
CLEAN = HERE / "clean"
EXAMPLES = HERE.parent / "examples"
DEPARTMENTS = ("医务科", "护理部")
ORGANISATION = "望澜市第一人民医院"

WRITTEN = {
    "clean": ("sentences.txt", "指标.csv", "hand"),
    "others": ("sentences-others.txt", "指标-他人.csv", "others"),
    "logistics": ("sentences-logistics.txt", "指标-后勤.csv", "logistics"),
}
"""Sets of sentences written by hand: (file, its figures, how their ids begin)."""
_TOKEN = re.compile(r"\[([^|\]]+)\|([^\]]+)\]")
_HEADS = {
    "P": "医务科2025年工作总结\n一、主要工作\n",
    "F": "医务科2025年工作总结暨2026年工作计划\n一、2025年工作总结\n各项工作按计划推进。\n二、2026年工作计划\n",
}
# Direction words and what each becomes when it is turned round.
UP = "增长 提高 提升 上升 升 增加 增 上涨 多 高 升至 升到 增至 延长 扩大 跃升 增幅 慢".split()
DOWN = "下降 下降 下降 下降 降 减少 减 下降 少 低 降至 降到 减至 缩短 压缩 下滑 降幅 快".split()
OPPOSITE = dict(zip(UP, DOWN, strict=True)) | dict(zip(DOWN, UP, strict=True)) | {
    "下降": "上升", "减少": "增加", "回落": "上升", "降低": "提高", "压缩": "延长", "扩大": "减少", "压减": "增加", "降幅": "增幅",
}  # fmt: skip
_VERB = re.compile(rf"(?P<verb>{'|'.join(sorted(OPPOSITE, key=len, reverse=True))})(?:了|到|至|为|为到)?$")


class Token(NamedTuple):
    """A stretch of a sentence that a mutation may change."""

    start: int
    end: int
    text: str
    kind: str
    """number, direction or year."""
    metric: str = ""
    """Name in the figures; "" for a year, or a number that only a matter gives."""
    field: str = ""


class Sentence(NamedTuple):
    """A correct sentence in its document."""

    id: str
    source: str
    """hand, or the department whose draft it is from."""
    head: str
    """What stands above it in the text that is checked: title and headings."""
    text: str
    tokens: tuple[Token, ...]
    figures: str
    """Key of `grounds()`."""
    path: tuple[str, ...] = ()
    """Ids of the sections above a sentence of a draft."""

    @property
    def document(self) -> str:
        return self.head + self.text


class Ground(NamedTuple):
    """What a sentence is held against: files for the product, `Truth` for us."""

    metrics: Path
    matters: Path | None
    truth: Truth


@cache
def grounds() -> dict[str, Ground]:
    """By key: our clean figures, and the two sample departments'."""
    found = {key: Ground(CLEAN / file, None, read_truth(CLEAN / file)) for key, (_, file, _) in WRITTEN.items()}
    for name in DEPARTMENTS:
        figures = EXAMPLES / "figures" / f"{name}-2025.xlsx"
        found[name] = Ground(figures, EXAMPLES / "matters" / f"{name}-2025.xlsx", read_truth(figures))
    return found


# --- by hand --------------------------------------------------------------------------------------


def written_sentences(key: str = "clean") -> list[Sentence]:
    """The sentences that were written by hand over one set of figures."""
    file, _, name = WRITTEN[key]
    lines = (CLEAN / file).read_text(encoding="utf-8").splitlines()
    marked = [line for line in lines if line[:2] in ("P|", "F|")]
    return [parse_sentence(line[2:], line[0], f"{name}-{number:02d}", key) for number, line in enumerate(marked, 1)]


def parse_sentence(marked: str, part: str, id: str, key: str = "clean") -> Sentence:
    """A marked sentence as plain text and tokens."""
    text, tokens, position = "", [], 0
    for match in _TOKEN.finditer(marked):
        text += marked[position : match.start()]
        metric, _, field = match[2].rpartition(".")
        kind = "year" if metric == "year" else "direction" if field in ("dir", "aim") else "number"
        name = "" if kind == "year" else metric
        tokens.append(Token(len(text), len(text) + len(match[1]), match[1], kind, name, field))
        text += match[1]
        position = match.end()
    head = _HEADS[part].replace("医务科", "全市") if key == "others" else _HEADS[part]
    return Sentence(id, "hand", head, text + marked[position:], tuple(tokens), key)


# --- from drafts ----------------------------------------------------------------------------------


@cache
def drafted(department: str) -> "Draft":
    """The offline 总结暨计划 of a sample department."""
    import chugao

    outline = chugao.read_outline("summary-plan", department=department, year=2025, organisation=ORGANISATION)
    ground = grounds()[department]
    assert ground.matters is not None
    return chugao.draft(
        outline,
        chugao.read_metrics(ground.metrics),
        chugao.read_matters(ground.matters),
        chugao.open_index(HERE.parent / "corpus"),
        chugao.open_engine("offline"),
    )


def draft_sentences(department: str) -> list[Sentence]:
    """Every sentence of a draft that holds a number or a year, each under its own headings."""
    draft = drafted(department)
    names = {e.metric: e.name for e in draft.evidence}
    found: list[Sentence] = []
    above: dict[int, Section] = {}
    for section in draft.sections:
        if section.level:  # one without a heading stands under the heading before it
            above = {level: s for level, s in above.items() if level < section.level} | {section.level: section}
        path = [s.id for _, s in sorted(above.items())]
        head = "\n".join([draft.title.text, *(f"{s.number}{s.heading.text}" for s in above.values()), ""])
        for sentence in section.sentences:
            tokens = tuple(sorted(_tokens(sentence.text, sentence.claims, names)))
            if tokens:
                key = f"{department}/{sentence.id}"
                found.append(Sentence(key, department, head, sentence.text, tokens, department, tuple(path)))
    return found


def alone(department: str, path: tuple[str, ...], text: str) -> "Draft":
    """The draft with nothing in it but a path of headings and one sentence under the last."""
    from chugao.manuscript import Block, Section
    from chugao.manuscript import Sentence as Written

    draft = drafted(department)
    wanted = [s.model_copy(update={"blocks": (), "sentences": ()}) for s in draft.sections if s.id in path]
    last = (
        wanted.pop()
        if wanted
        else Section(id="lead", number="", heading=draft.title.model_copy(update={"text": ""}), level=0)
    )
    only = {
        "blocks": (Block(id="b", type="paragraph", sentence_ids=("s",)),),
        "sentences": (Written(id="s", text=text),),
    }
    return draft.model_copy(update={"sections": (*wanted, last.model_copy(update=only))})


def _tokens(text: str, claims: "Sequence[Claim]", names: dict[str, str]) -> Iterator[Token]:
    for claim in claims:
        quote = text[claim.start : claim.end]
        field = claim.id.rpartition(".")[2]
        if claim.id in ("brief.year", "brief.plan_year"):
            yield Token(claim.start, claim.end, quote, "year", "", "year.0")
            continue
        if not re.search(r"\d", quote):
            continue
        verb = re.split(r"[^一-鿿]", quote)[0] if claim.metric else ""
        start = claim.start + len(verb)
        number = text[start : claim.end]
        metric = names.get(claim.metric, "") if claim.metric else ""
        if verb in OPPOSITE:
            yield Token(claim.start, start, verb, "direction", metric, "dir")
        elif metric and field in ("now", "goal") and (before := _VERB.search(text, 0, start)):
            yield Token(*before.span("verb"), before["verb"], "direction", metric, "dir" if field == "now" else "aim")
        if read_printed(number) is not None:
            yield Token(start, claim.end, number, "number", metric, field if metric else "")
    for match in re.finditer(r"上年", text):
        yield Token(*match.span(), match.group(), "year", "", "-1")
