"""Cut a finished draft: its sentences by part, weighed and shortened, each with the claims it had.

In: a `Draft`.  Out: `Told` sentences; a paper of them, a `Draft` of its own, whose parent is the one it was cut from.

Nothing is drafted anew: a sentence is taken whole or loses clauses that carry no number, and what joins sentences holds
no fact.  So a number of a shorter paper is the number of the draft, with the same source.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from chugao.catalogue import load_catalogue
from chugao.drafting.binding import claim_rest
from chugao.manuscript import (
    Block,
    ClaimedText,
    Draft,
    Section,
    Sentence,
    Shell,
    Table,
    content_hash,
    count_characters,
)
from chugao.source import Claim, Release

Role = Literal["lead", "results", "problems", "plan"]
_ROLES: tuple[tuple[str, Role], ...] = (
    ("lead", "lead"),
    ("problems", "problems"),
    ("plan", "plan"),
    ("next", "plan"),
    ("goals", "plan"),
    ("items", "plan"),
    ("results", "results"),
)
_ENUMERATOR = re.compile(r"^[一二三四五六七八九十]{1,2}是")
_ANNOUNCES = re.compile(r"^现[将把]|报告如下|汇报如下|总结如下|一并报告|安排如下|要点如下")
_DEEDS = re.compile(r"(?:的事主要有|主要有|几件要事|的要事|是.{2,20}年的)")
_HEDGE = re.compile(r"但|仍|尚|未|不过|还没|没有|只|除|均|都|至今")
_LEANS = re.compile(
    r"^(?:比|较|同比|环比|高于|低于|多于|少于|上年|去年|其中|含|分别|而|但|原因|主要是|主要因|占|增长|下降|提高|减少|增加|缩短|完成年度目标|由.{2,20}(?:授予|通报|颁发))"
)
_MILESTONE = re.compile(
    r"通过[^，]{0,16}(?:评审|评价|评估|认证|验收|复审|复评|复核)|创成|晋升|获批|获评国家|国家级|全国"
)
_HONOUR = re.compile(r"获评|荣获|获得[^，]{0,20}(?:奖|称号|先进|示范|优秀)|授予")
_WEIGHTY = re.compile(r"启用|建成|投用|挂牌|上线|首例|首家|成立|开诊|竣工|开通|恢复|托管|牵头|扩建|迁入|改造|排定|接通")
HAN = (*"一二三四五六七八九十", *(f"十{h}" for h in "一二三四五六七八九"))


class Told(NamedTuple):
    """One sentence of the draft and where it stood."""

    sentence: Sentence
    section: Section
    role: Role
    order: int
    weight: int

    @property
    def block(self) -> str:
        """The paragraph or item it belongs to."""
        return next((b.id for b in self.section.blocks if self.sentence.id in b.sentence_ids), "")

    @property
    def opens(self) -> bool:
        """Whether it is the first of its paragraph or item: the thing itself, not what is said about it."""
        return any(b.sentence_ids[:1] == (self.sentence.id,) for b in self.section.blocks)

    @property
    def is_aim(self) -> bool:
        """Whether it states next year's targets and no task."""
        return any(c.id.endswith(".goal") for c in self.sentence.claims)


def role_of(section: Section) -> Role | None:
    """What a section does in its document; None for an annex."""
    if any(b.table for b in section.blocks):
        return None
    return next(
        (role for start, role in _ROLES if section.id == start or section.id.startswith(f"{start}_")), "results"
    )


def told_in(draft: Draft, most: Release = Release.UPWARD) -> list[Told]:
    """Every sentence that may travel that far, in order; a 待补 is no finished sentence."""
    allowed = list(Release)[: list(Release).index(most) + 1]
    releases = {e.id: e.release for e in draft.evidence}
    headline = {d.id for d in load_catalogue() if d.headline}
    told: list[Told] = []
    for section in draft.sections:
        role = role_of(section)
        if role is None:
            continue
        for place, sentence in enumerate(section.sentences):
            known = {str(sentence.recipe.get("release", "公开"))} | {
                releases.get(c.id, "公开") for c in sentence.claims
            }
            if all(r in {a.value for a in allowed} for r in known) and "【待补" not in sentence.text:
                # First and last words of a whole paper are no shortcoming or task of the part they stand in.
                of_all = bool(sentence.recipe.get("edge"))
                weight = 0 if of_all else _weight(sentence, place, headline)
                told.append(Told(sentence, section, "lead" if of_all else role, len(told), weight))
    return told


def with_acts(told: Iterable[Told]) -> list[Told]:
    """The sentences for a paper without the headings they stood under: what a heading said of a deed is said again."""
    return [
        t._replace(sentence=_with_act(t)) if t.sentence.recipe.get("act") == "heading" and t.section.level else t
        for t in told
    ]


def _with_act(told: Told) -> Sentence:
    said = joined([told.section.heading, "，", ClaimedText(text=told.sentence.text, claims=told.sentence.claims)])
    return told.sentence.model_copy(update={"text": said.text, "claims": said.claims})


def _weight(sentence: Sentence, place: int, headline: set[str]) -> int:
    text = sentence.text
    if _ANNOUNCES.search(text):
        return 0
    weight = 50
    if _MILESTONE.search(text):
        weight = 100
    elif any(c.id.endswith(".prev") for c in sentence.claims):
        weight = 52
    elif any(c.metric in headline and c.id.endswith(".now") for c in sentence.claims):
        weight = 78
    elif _HONOUR.search(text):
        weight = 74
    elif _WEIGHTY.search(text):
        weight = 70
    elif any(c.state in ("metric", "derived") for c in sentence.claims):
        weight = 58 if any(c.id.endswith((".growth", ".change", ".gap", ".goal")) for c in sentence.claims) else 46
    if "仍在推进" in text or "同样" in text:
        weight -= 18
    return weight + (8 if place == 0 else 0)


# --- sentences ------------------------------------------------------------------------------------


def shortened(sentence: Sentence, most: int) -> ClaimedText:
    """A sentence without clauses that carry no number, as far as it takes to be no longer than `most` characters.

    The first clause stays, and every clause with a number, a limit (但, 仍, 未) or a comparison that leans on one.
    """
    body = _without_enumerator(sentence)
    if count_characters(body.text) <= most:
        return body
    groups = _groups(body.text)
    droppable = [i for i, g in enumerate(groups) if i and not _must_stay(body, g)]
    kept = list(range(len(groups)))
    for i in reversed(droppable):
        if sum(count_characters(body.text[s:e]) for s, e in (groups[k] for k in kept)) <= most:
            break
        kept.remove(i)
    return _of_groups(body, [groups[k] for k in kept])


def whole(sentence: Sentence) -> ClaimedText:
    """A sentence without 一是 at its head and without stop."""
    body = _without_enumerator(sentence)
    return part_of(body, 0, len(body.text), stripped=True)


def first_clause(sentence: Sentence) -> ClaimedText:
    """What a sentence says before its first comma, without stop: the thing itself."""
    body = _without_enumerator(sentence)
    stop = re.search(r"[，。；：]", body.text)
    return part_of(body, 0, stop.start() if stop else len(body.text))


_LACKS = re.compile(r"[没未不缺差少难慢仍还只低弱紧]|滞后|老化|短板|欠|落后|偏|超|等不|才")


def as_shortcoming(sentence: Sentence) -> ClaimedText:
    """A shortcoming up to the clause that says what is wrong: “手卫生依从率91.8%” alone is none."""
    body = _without_enumerator(sentence)
    ends = [m.start() for m in re.finditer(r"[，。；：]", body.text)] or [len(body.text)]
    end = next((e for e in ends if _LACKS.search(body.text[:e])), ends[0])
    return part_of(body, 0, end)


def numbered_clauses(sentence: Sentence) -> list[ClaimedText]:
    """The clauses of a sentence that carry a number, each with what leans on it."""
    body = _without_enumerator(sentence)
    spans = [(s, e) for s, e in _groups(body.text) if _numbered(body, s, e)]
    return [part_of(body, s, e, stripped=True) for s, e in spans]


def clauses_of(sentence: Sentence) -> list[ClaimedText]:
    """The clauses of a sentence, each with what leans on it, without stop."""
    body = _without_enumerator(sentence)
    return [part_of(body, s, e, stripped=True) for s, e in _groups(body.text)]


def _without_enumerator(sentence: Sentence) -> ClaimedText:
    match = _ENUMERATOR.match(sentence.text)
    whole = ClaimedText(text=sentence.text, claims=sentence.claims)
    return part_of(whole, match.end(), len(sentence.text)) if match else whole


def _groups(text: str) -> list[tuple[int, int]]:
    """Spans of clauses, marks included; what leans on the clause before it is one with it."""
    spans, start, depth = [], 0, 0
    for i, character in enumerate(text):
        depth += (character in "“（《") - (character in "”）》")
        if character in "，；。" and depth <= 0:
            spans.append((start, i + 1))
            start = i + 1
    if start < len(text):
        spans.append((start, len(text)))
    merged: list[tuple[int, int]] = []
    for span in spans:
        if merged and _LEANS.match(text[span[0] : span[1]]):
            merged[-1] = (merged[-1][0], span[1])
        else:
            merged.append(span)
    return merged


def _must_stay(text: ClaimedText, group: tuple[int, int]) -> bool:
    return _numbered(text, *group) or _HEDGE.search(text.text[slice(*group)]) is not None


def _numbered(text: ClaimedText, start: int, end: int) -> bool:
    return any(start <= c.start < end and c.state != "constant" for c in text.claims)


def _of_groups(text: ClaimedText, groups: Sequence[tuple[int, int]]) -> ClaimedText:
    pieces = [part_of(text, s, e, stripped=True) for s, e in groups]
    marks = [text.text[e - 1] if text.text[e - 1] in "，；" else "，" for _, e in groups]
    joint: list[str | ClaimedText] = []
    for i, piece in enumerate(pieces):
        joint += [piece, marks[i] if i + 1 < len(pieces) else "。"]
    return joined(joint)


def part_of(text: ClaimedText, start: int, end: int, *, stripped: bool = False) -> ClaimedText:
    """The characters [start, end) with the claims that lie in them; `stripped` of marks at the end."""
    words = text.text[start:end]
    if stripped:
        words = words.rstrip("，；。、")
    claims = tuple(
        c.model_copy(update={"start": c.start - start, "end": c.end - start})
        for c in text.claims
        if start <= c.start and c.end <= start + len(words)
    )
    return ClaimedText(text=words, claims=claims)


def joined(pieces: Iterable[str | ClaimedText]) -> ClaimedText:
    """Pieces one after another, each claim moved to where its piece stands; a plain string holds no number."""
    text, claims = "", []
    for piece in pieces:
        if isinstance(piece, ClaimedText):
            claims += [
                c.model_copy(update={"start": c.start + len(text), "end": c.end + len(text)}) for c in piece.claims
            ]
            text += piece.text
        else:
            text += piece
    return ClaimedText(text=text, claims=tuple(claims))


def said(text: str, *constants: str) -> ClaimedText:
    """Words of ours: the only numbers in them are years and names the draft itself has."""
    claims, _ = claim_rest(text, [], constants)
    return ClaimedText(text=text, claims=tuple(claims))


def replaced(text: ClaimedText, old: str, new: str) -> ClaimedText:
    """Every `old` that touches no claim as `new`."""
    pieces: list[str | ClaimedText] = []
    at = 0
    for match in re.finditer(re.escape(old), text.text) if old else ():
        if not any(c.start < match.end() and match.start() < c.end for c in text.claims):
            pieces += [part_of(text, at, match.start()), new]
            at = match.end()
    return joined([*pieces, part_of(text, at, len(text.text))])


# --- choosing -------------------------------------------------------------------------------------


def chosen(told: Sequence[Told], room: int, most: int, *, fair: bool = True) -> list[Told]:
    """The weightiest sentences, shortened to `most`, that fit into `room` characters, in the order of the draft.

    `fair`: each section is heard once before any is heard twice.
    """
    waiting = [t for t in told if t.weight > 0]
    kept: list[Told] = []
    used = 0
    while waiting:
        heard: dict[str, int] = {}
        for t in kept:
            heard[t.section.id] = heard.get(t.section.id, 0) + 1
        best = max(waiting, key=lambda t: (-(heard.get(t.section.id, 0) if fair else 0), t.weight, -t.order))
        waiting.remove(best)
        length = count_characters(shortened(best.sentence, most).text)
        if used + length <= room:
            kept.append(best)
            used += length
    return sorted(kept, key=lambda t: t.order)


def told_again(told: Told, used: Told | None) -> bool:
    """Whether a sentence begins with a figure that another one has given."""
    if used is None or told is used:
        return told is used
    figures = {c.metric for c in used.sentence.claims if c.metric}
    first = next((c for c in told.sentence.claims if c.state != "constant"), None)
    return first is not None and first.metric in figures


def blocks_of(told: Sequence[Told]) -> list[list[Told]]:
    """The sentences paragraph by paragraph."""
    blocks: dict[tuple[str, str], list[Told]] = {}
    for t in told:
        blocks.setdefault((t.section.id, t.block), []).append(t)
    return list(blocks.values())


_RUN = 3


def runs_of(told: Sequence[Told]) -> list[list[Told]]:
    """The sentences paragraph by paragraph; what stood as 一是…十是, each on a line of its own, is one paragraph."""
    runs: list[list[Told]] = []
    for block in blocks_of(told):
        listed = _ENUMERATOR.match(block[0].sentence.text) is not None
        before = runs[-1][0] if runs else None
        if listed and before and before.section.id == block[0].section.id and _ENUMERATOR.match(before.sentence.text):
            runs[-1] += block
        else:
            runs.append(list(block))
    return runs


def as_run(block: Sequence[Told], texts: Sequence[ClaimedText]) -> list[ClaimedText]:
    """The texts of a run, numbered anew as 一是…二是 where there are three or more and what was cut left gaps."""
    opening = [_ENUMERATOR.match(t.sentence.text) is not None for t in block]
    if sum(opening) < _RUN or sum(opening) > len(HAN):
        return list(texts)
    marks = iter(HAN)
    return [joined([f"{next(marks)}是", t]) if opens else t for opens, t in zip(opening, texts, strict=True)]


def figures_of_lead(told: Sequence[Told]) -> list[Told]:
    """The sentences of the lead that state figures; what announces or lists deeds is left out."""
    return [
        t
        for t in told
        if t.role == "lead"
        and t.weight
        and not _DEEDS.search(t.sentence.text)
        and any(c.state in ("metric", "derived") for c in t.sentence.claims)
    ]


def opening(draft: Draft, told: Sequence[Told], most: int = 90) -> tuple[ClaimedText | None, Told | None]:
    """“2026年，急诊科急诊137208人次，比上年增长3.6%。” and the sentence it was made of."""
    figures = [t for t in told if t.role in ("lead", "results") and t.weight >= 58 and _is_figures(t.sentence)]
    first = next(iter(figures_of_lead(told)), None) or max(figures, key=lambda t: (t.weight, -t.order), default=None)
    if first is None:
        return None, None
    body = shortened(first.sentence, most)
    for lead in (f"{draft.year}年，", draft.department, "全年", "今年"):
        body = part_of(body, len(lead), len(body.text)) if body.text.startswith(lead) else body
    return joined([said(f"{draft.year}年，", str(draft.year)), draft.department, body]), first


def _is_figures(sentence: Sentence) -> bool:
    return any(c.id.endswith(".now") for c in sentence.claims) and not re.match(r"^\d{1,2}月", sentence.text)


def plan_year(draft: Draft) -> int:
    return draft.year + 1 if draft.kind.looks_back else draft.year


# --- a paper --------------------------------------------------------------------------------------


class PaperWriter:
    """Numbers headings, blocks and sentences of a paper as it grows."""

    def __init__(self, draft: Draft, title: ClaimedText | str) -> None:
        self.draft = draft
        years = (str(draft.year), str(draft.year + 1), draft.department, draft.organisation, draft.title.text)
        self.title = title if isinstance(title, ClaimedText) else said(title, *years)
        self.sections: list[Section] = []
        self._counts = [0, 0, 0]

    def section(self, section_id: str, heading: ClaimedText | str = "", level: int = 0) -> None:
        """Begin a section; level 1 is numbered 一、, level 2 （一）."""
        number = ""
        if level:
            self._counts[level] += 1
            self._counts[level + 1 :] = [0] * (2 - level)
            number = f"{HAN[self._counts[level] - 1]}、" if level == 1 else f"（{HAN[self._counts[level] - 1]}）"
        named = (
            heading
            if isinstance(heading, ClaimedText)
            else said(heading, str(self.draft.year), str(self.draft.year + 1))
        )
        self.sections.append(Section(id=section_id, number=number, heading=named, level=level))

    def paragraph(
        self, *pieces: ClaimedText | str, number: str = "", sources: Sequence[Told] = (), stands: str = ""
    ) -> None:
        """Add a paragraph of one or more sentences to the section begun last; `stands` as `flow.STANDS` has it."""
        section = self.sections[-1]
        block = f"{section.id}.{len(section.blocks) + 1}"
        sentences = []
        for i, piece in enumerate(p for p in pieces if p):
            text = (
                piece if isinstance(piece, ClaimedText) else said(piece, str(self.draft.year), str(self.draft.year + 1))
            )
            cut = {"engine": "cut", "from": [t.sentence.id for t in sources]} if sources else {"engine": "cut"}
            cut |= {"stands": stands} if stands else {}
            sentences.append(Sentence(id=f"{block}.{i + 1}", text=text.text, claims=text.claims, recipe=cut))
        if sentences:
            added = Block(
                id=block,
                type="item" if number else "paragraph",
                number=number,
                sentence_ids=tuple(s.id for s in sentences),
            )
            self._grow(blocks=(*section.blocks, added), sentences=(*section.sentences, *sentences))

    def table(self, table: Table) -> None:
        """Add a table to the section begun last."""
        section = self.sections[-1]
        self._grow(
            blocks=(*section.blocks, Block(id=f"{section.id}.{len(section.blocks) + 1}", type="table", table=table))
        )

    def _grow(self, **changed: object) -> None:
        self.sections[-1] = self.sections[-1].model_copy(update=changed)

    def finish(self, shell: Shell | None = None) -> Draft:
        """The paper as a draft of its own; a section without text and without sections below is left out."""
        kept = tuple(_without_empty(self.sections))
        shell = shell or Shell(issuer=self.draft.shell.issuer if self.draft.shell.type == "plain" else "")
        return self.draft.model_copy(
            update={
                "id": content_hash(self.title, kept, shell),
                "parent": self.draft.id,
                "title": self.title,
                "sections": kept,
                "shell": shell,
                "findings": (),
                "requests": (),
                "recipe": {"engine": "cut", "seed": 0, "cut_from": self.draft.id, "base": self.draft.title.text},
            }
        )


def _without_empty(sections: Sequence[Section]) -> Iterator[Section]:
    for i, section in enumerate(sections):
        below = i + 1 < len(sections) and sections[i + 1].level > section.level > 0
        if section.blocks or below:
            yield section


def length_of(paper: Draft) -> int:
    """Characters as WPS counts them: title, headings, text; no tables."""
    total = count_characters(paper.title.text)
    for section in paper.sections:
        total += count_characters(section.number + section.heading.text) if section.level else 0
        total += sum(count_characters(section.block_text(b)) for b in section.blocks if b.table is None)
    return total


def constant(text: str) -> ClaimedText:
    """A cell that is a row number and nothing else."""
    return ClaimedText(text=text, claims=(Claim(start=0, end=len(text), state="constant", id="row"),))
