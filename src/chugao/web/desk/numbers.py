"""What a reader is told of a number: which of four states it is in, and why it stands there.

In: claims and evidence of a draft.  Out: states for the editor, the why-panel of a sentence, values to insert.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from chugao.drafting.binding import mask_numbers
from chugao.manuscript import SLOT, Draft, Evidence, Section, Sentence
from chugao.source import Claim

if TYPE_CHECKING:
    from chugao.desk import Desk
    from chugao.material import Matter

STATES = {
    "metric": "traced",
    "derived": "traced",
    "matter": "traced",
    "passage": "past",
    "person": "person",
    "unsupported": "none",
}
"""The four states a reader tells apart; constants (the year, a name) are plain text."""
LABELS = {"traced": "已溯源", "past": "来自往年材料", "person": "人工填写", "none": "无来源"}
_MOST_OFFERS = 40


class Why(NamedTuple):
    """One number of a sentence and what it rests on."""

    printed: str
    state: str
    label: str
    name: str
    formula: str
    source: str
    last_year: str
    release: str


class Reason(NamedTuple):
    """Why one sentence is there."""

    id: str
    text: str
    numbers: tuple[Why, ...]
    matter: str
    """Where the matter it tells was reported, "" for none."""
    passages: tuple[str, ...]
    edited: str
    """Who changed it last, and when."""
    made: tuple[tuple[str, str], ...]
    """Engine, prompt and the like: hidden until asked."""


class Value(NamedTuple):
    """Something the editor may insert, with what stands behind it."""

    label: str
    printed: str
    source: str
    kind: str
    """metric or matter."""
    runs: tuple[dict[str, str], ...]
    """As the editor takes them: text, and of a number its id and what it prints."""
    evidence: tuple[Evidence, ...]


_MADE = {"engine": "写作引擎", "made_by": "写法", "frame": "句式", "prompt": "提示词", "model": "模型", "layer": "处理"}


def reasons_of(draft: Draft, section: Section, only: str = "") -> list[Reason]:
    """The why-panel of a section, or of one of its sentences."""
    evidence = {e.id: e for e in draft.evidence}
    before = {e.metric: e.printed for e in draft.evidence if e.field == "prev"}
    return [_reason(s, evidence, before) for s in section.sentences if not only or s.id == only]


def _reason(sentence: Sentence, evidence: dict[str, Evidence], before: dict[str, str]) -> Reason:
    recipe = sentence.recipe
    who, when = recipe.get("edited_by", ""), recipe.get("edited_at", "")
    return Reason(
        id=sentence.id,
        text=sentence.text,
        numbers=tuple(_whys(sentence, evidence, before)),
        matter=str(recipe.get("source", "")) if recipe.get("matter") else "",
        passages=sentence.passages,
        edited=f"{who} {when}".strip(),
        made=tuple((label, str(recipe[key])) for key, label in _MADE.items() if recipe.get(key)),
    )


def _whys(sentence: Sentence, evidence: dict[str, Evidence], before: dict[str, str]) -> Iterator[Why]:
    for claim in sorted(sentence.claims, key=lambda c: c.start):
        if claim.state not in STATES:
            continue
        known = evidence.get(claim.id)
        state = STATES[claim.state]
        yield Why(
            printed=sentence.text[claim.start : claim.end],
            state=state,
            label=LABELS[state],
            name=known.name if known else ("事项" if claim.state == "matter" else ""),
            formula=claim.formula or (known.formula if known else "") or "",
            source=claim.source or (known.source if known else "") or "",
            last_year=before.get(claim.metric or "", "") if known is None or known.field != "prev" else "",
            release=known.release if known and known.release != "公开" else "",
        )


def values_of(draft: Draft, desk: "Desk | None" = None) -> list[Value]:
    """What may be inserted: the facts of the draft first, then the department's other figures and its matters."""
    found: dict[tuple[str, str], Value] = {}
    told = [e for e in draft.evidence if not e.id.startswith("matter_")]
    if desk is not None:
        from chugao.drafting.assembling import evidence_of
        from chugao.metrics.facts import derive
        from chugao.period import read_period

        told += [evidence_of(f) for f in derive(desk.figures, read_period(draft.period)).by_slot.values()]
    for evidence in told:
        if evidence.release not in _UNPRINTABLE:
            found.setdefault((evidence.id, evidence.printed), _value(evidence))
    matters = [_matter(m) for m in desk.matters.items if m.release not in _UNPRINTABLE] if desk is not None else []
    return [*found.values(), *matters]


def matching(values: Iterable[Value], words: str) -> list[Value]:
    """Those that speak of all the words, at most a screenful."""
    wanted = words.lower().split()
    hits = (v for v in values if all(w in (v.label + v.printed).lower() for w in wanted))
    return list(islice(hits, _MOST_OFFERS))


def _value(evidence: Evidence) -> Value:
    label = f"{evidence.name}（{_FIELDS.get(evidence.field, evidence.field)}）"
    run = {"text": evidence.printed, "id": evidence.id, "state": "traced", "printed": evidence.printed}
    return Value(label, evidence.printed, evidence.source, "metric", (run | {"told": evidence.source},), (evidence,))


def _matter(matter: "Matter") -> Value:
    """A matter with its numbers bound to the cell it was reported in."""
    text = matter.text + (f"，{matter.result}" if matter.result else "") + "。"
    template, slots = mask_numbers(text, matter.id)
    source = str(matter.source)
    runs: list[dict[str, str]] = []
    done = 0
    for match in SLOT.finditer(template):
        if match.start() > done:
            runs.append({"text": template[done : match.start()]})
        name = match.group()[1:-1]
        runs.append({"text": slots[name], "id": name, "state": "traced", "printed": slots[name], "told": source})
        done = match.end()
    runs.append({"text": template[done:]})
    evidence = tuple(
        Evidence(
            id=name,
            metric=matter.id,
            name="",
            field=name.partition(".")[2],
            value=printed,
            unit="",
            printed=printed,
            source=source,
        )
        for name, printed in slots.items()
    )
    label = f"{matter.text}（{matter.department or matter.category or '事项'}）"
    return Value(label, text, source, "matter", tuple(r for r in runs if r["text"]), evidence)


_UNPRINTABLE = ("内部", "不写")
_FIELDS = {
    "now": "本期",
    "prev": "上年同期",
    "change": "增减",
    "growth": "增幅",
    "target": "本年目标",
    "goal": "下一年目标",
    "gap": "与目标之差",
    "attainment": "完成率",
    "share": "占比",
    "multiple": "倍数",
    "rank": "名次",
    "range": "范围",
    "streak": "连续变化",
}


def runs_of(text: str, claims: Iterable[Claim], evidence: Mapping[str, Evidence]) -> list[dict[str, str]]:
    """A text as the editor opens it: runs, the numbers among them with their state and what they should print."""
    runs: list[dict[str, str]] = []
    done = 0
    for claim in sorted(claims, key=lambda c: (c.start, c.end)):
        if claim.state not in STATES or claim.start < done or claim.end <= claim.start:
            continue
        if claim.start > done:
            runs.append({"text": text[done : claim.start]})
        printed = text[claim.start : claim.end]
        known = evidence.get(claim.id)
        bound = known.printed if known is not None and claim.state == "unsupported" else printed
        told = "；".join(filter(None, (known.name if known else "", claim.formula or "", claim.source or "")))
        runs.append({"text": printed, "id": claim.id, "state": STATES[claim.state], "printed": bound, "told": told})
        done = claim.end
    if done < len(text):
        runs.append({"text": text[done:]})
    return runs
