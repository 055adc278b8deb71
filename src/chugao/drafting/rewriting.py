"""Rewrite a section, or some of its sentences, as somebody asks: 润色, 扩写, 缩写, 改语气, or anything in words.

In: a draft, a section, an instruction, an engine.  Out: `Proposal`, which shows what is lost and what is added before
anybody accepts it; `accept` makes the next draft.

Every number stays locked in its slot: the model sees the slot, and must use each one once.  A sentence whose meaning a
model turns, though nobody asked for it, keeps its old words.  A sentence that is locked is not sent at all; what stands between locked sentences is rewritten stretch by stretch, so that nothing moves past it.
"""

import asyncio
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from chugao.drafting.binding import Bound, SlotValue, bind, for_people
from chugao.drafting.grounding import Covered, acts_nobody_gave, names_nobody_gave
from chugao.drafting.mending import metric_before
from chugao.drafting.reworded import Change, reworded
from chugao.errors import InputError
from chugao.manuscript import (
    SLOT,
    Block,
    Brief,
    Draft,
    Engine,
    Reply,
    ReplySentence,
    Section,
    Sentence,
    Slot,
    content_hash,
)
from chugao.prompts import misread
from chugao.source import Claim, Frozen

_SAMPLES = 3
_STRANGE = 0.5
_LONGEST_INSTRUCTION = 600
_MEANINGS = {"now": "本期值", "prev": "上年同期值", "goal": "下一年目标", "target": "本年目标"}


class Proposal(Frozen):
    """A rewritten section, beside the one there is."""

    section: str
    instruction: str
    engine: str
    old: str
    new: str
    lost: tuple[str, ...] = ()
    """What the old text says and the new one does not: numbers, and sentences that have no successor."""
    added: tuple[str, ...] = ()
    """What the new text says and the old one does not."""
    notes: tuple[str, ...] = ()
    """Where the meaning is another one, as was asked; and which sentences kept their old words, and why."""
    problems: tuple[str, ...] = ()
    """Why there is no new text: every sample was wrong.  The old one stands."""
    sentences: tuple[Sentence, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def changed(self) -> bool:
        return not self.problems and self.new != self.old


def rewrite(
    draft: Draft,
    section_id: str,
    instruction: str,
    engine: Engine,
    *,
    only: Collection[str] = (),
    locked: Collection[str] = (),
) -> Proposal:
    """Rewrite a section; see `arewrite`."""
    return asyncio.run(arewrite(draft, section_id, instruction, engine, only=only, locked=locked))


async def arewrite(
    draft: Draft,
    section_id: str,
    instruction: str,
    engine: Engine,
    *,
    only: Collection[str] = (),
    locked: Collection[str] = (),
) -> Proposal:
    """A proposal for one section: `only` these sentences, none of those `locked` (by id).

    Raises `InputError` for a section or a sentence that is not there, `EngineError` when the engine cannot.
    """
    section = _section(draft, section_id)
    known = {s.id for s in section.sentences}
    if strange := sorted({*only, *locked} - known):
        raise InputError(f"“{section_id}”里没有这些句子：{'、'.join(strange)}。现有：{'、'.join(sorted(known))}。")
    free = {s for s in (only or known) if s not in locked}
    sentences: list[Sentence] = []
    blocks: list[Block] = []
    problems: list[str] = []
    notes: list[str] = []
    for block in section.blocks:
        made: list[Sentence] = []
        for stretch in _stretches(section, block, free):
            if stretch[0].id not in free:
                made += stretch
                continue
            new = await _rewritten(draft, section, stretch, instruction, engine)
            problems += new.problems
            notes += new.notes
            made += new.sentences
        made = [s.model_copy(update={"id": f"{block.id}.{n}"}) for n, s in enumerate(made, 1)]
        sentences += made
        blocks.append(block.model_copy(update={"sentence_ids": tuple(s.id for s in made)}))
    return _proposal(section, instruction, engine, sentences, blocks, problems, notes)


def accept(draft: Draft, proposal: Proposal) -> Draft:
    """The draft with the proposal in it; its parent is the one it came from."""
    if not proposal.changed:
        return draft
    sections = tuple(
        s.model_copy(update={"sentences": proposal.sentences, "blocks": proposal.blocks})
        if s.id == proposal.section
        else s
        for s in draft.sections
    )
    id_ = content_hash(draft.title, sections, draft.shell)
    return draft.model_copy(update={"id": id_, "parent": draft.id, "sections": sections})


# --- one stretch ----------------------------------------------------------------------------------


class _Original(NamedTuple):
    """Sentences with their claims as slots again."""

    templates: tuple[str, ...]
    values: dict[str, SlotValue]
    constants: tuple[str, ...]


class _Rewritten(NamedTuple):
    sentences: list[Sentence]
    problems: list[str]
    notes: list[str]


async def _rewritten(
    draft: Draft, section: Section, stretch: Sequence[Sentence], instruction: str, engine: Engine
) -> _Rewritten:
    """New sentences for a stretch, or the old ones and what was wrong with every sample."""
    original = _original(stretch)
    first = _brief(draft, section, original, instruction)
    brief, problems = first, list[str]()
    for sample in range(_SAMPLES):
        reply = await engine.write(brief)
        problems = [*reply.problems] or _problems(reply, original, brief)
        changes = _changes(reply, original, brief, instruction) if not problems else {}
        turned = [c.told for told in changes.values() for c in told if not c.asked]
        if not problems and not turned:
            notes = [f"意思与原文不同，是您要求的：{c.told}" for told in changes.values() for c in told]
            return _Rewritten(_bound(reply, original, stretch, engine), [], _for_people(notes, original))
        if not problems and sample == _SAMPLES - 1 and (kept := _with_old(reply, original, stretch, engine, changes)):
            notes = [f"这一句改了意思，仍用原文：{told[0].told}" for told in changes.values()]
            return _Rewritten(kept, [], _for_people(notes, original))
        problems += turned
        told = tuple(f"上一稿不能用：{p}" for p in problems[:8])
        brief = first.model_copy(update={"instructions": (*first.instructions, *told), "seed": sample + 1})
    return _Rewritten(list(stretch), _for_people(problems, original), [])


def _for_people(problems: Sequence[str], original: "_Original") -> list[str]:
    return [for_people(p, original.values) for p in problems]


def _changes(reply: Reply, original: "_Original", brief: Brief, instruction: str) -> dict[int, list[Change]]:
    """What the new sentences mean otherwise than the old ones, by the place of the new one."""
    frame = "，".join((brief.heading, brief.department, brief.organisation, *(s.metric_name for s in brief.slots)))
    texts = [s.text for b in reply.blocks for s in b.sentences]
    metrics = {s.name: s.metric_name for s in brief.slots if s.metric_name}
    found = ((i, list(reworded(t, original.templates, frame, instruction, metrics))) for i, t in enumerate(texts))
    return {i: told for i, told in found if told}


def _with_old(
    reply: Reply,
    original: "_Original",
    stretch: Sequence[Sentence],
    engine: Engine,
    changes: Mapping[int, Sequence[Change]],
) -> list[Sentence]:
    """The new sentences, but the old one wherever one is turned; [] where they do not stand one for one."""
    new = _bound(reply, original, stretch, engine)
    slots = [[{m.group() for m in SLOT.finditer(t)} for t in texts] for texts in _both(reply, original)]
    if slots[0] != slots[1] or len(changes) == len(new):
        return []
    return [stretch[i] if i in changes else sentence for i, sentence in enumerate(new)]


def _both(reply: Reply, original: "_Original") -> tuple[list[str], list[str]]:
    return [s.text for b in reply.blocks for s in b.sentences], list(original.templates)


def _original(stretch: Sequence[Sentence]) -> _Original:
    values: dict[str, SlotValue] = {}
    constants: list[str] = []
    templates = []
    for sentence in stretch:
        text = sentence.text
        for claim in sorted(sentence.claims, key=lambda c: -c.start):
            printed = sentence.text[claim.start : claim.end]
            if claim.state == "constant" and not SLOT.fullmatch(f"{{{claim.id}}}"):
                constants.append(printed)
                continue
            name = _slot_name(claim, values)
            values[name] = _value(claim, printed)
            text = f"{text[: claim.start]}{{{name}}}{text[claim.end :]}"
        templates.append(text)
    return _Original(tuple(templates), values, tuple(constants))


def _slot_name(claim: Claim, taken: dict[str, SlotValue]) -> str:
    """The claim's own slot; a second printing of it, or what has no slot, gets one of the text."""
    if SLOT.fullmatch(f"{{{claim.id}}}") and claim.id not in taken:
        return claim.id
    number = len(taken)
    return f"text.n_{chr(ord('a') + number // 26)}{chr(ord('a') + number % 26)}"


def _value(claim: Claim, printed: str) -> SlotValue:
    return SlotValue(
        printed=printed,
        state=claim.state,
        id=claim.id,
        metric=claim.metric,
        period=claim.period,
        formula=claim.formula,
        source=claim.source,
    )


def _brief(draft: Draft, section: Section, original: _Original, instruction: str) -> Brief:
    names = {e.metric: e.name for e in draft.evidence if e.name}
    slots = []
    for name in original.values:
        metric, _, field = name.partition(".")
        meaning = f"{names[metric]}（{_MEANINGS.get(field, '原文中的数')}）" if metric in names else "原文中的数"
        slots.append(
            Slot(
                name=name,
                meaning=meaning,
                metric=metric if metric in names else None,
                metric_name=names.get(metric, ""),
                field=field,
                required=True,
            )
        )
    length = sum(len(s) for s in original.templates)
    return Brief(
        task="rewrite",
        section=section.id,
        role="results",
        kind=draft.kind,
        style="data",
        level=draft.level,
        department=draft.department,
        organisation=draft.organisation,
        heading=section.heading.text,
        slots=tuple(slots),
        original=original.templates,
        instructions=(instruction[:_LONGEST_INSTRUCTION],) if instruction.strip() else (),
        max_chars=max(120, 2 * length),
    )


def _problems(reply: Reply, original: _Original, brief: Brief) -> list[str]:
    """What keeps a rewrite from being shown at all: a locked number lost, doubled or made up."""
    texts = [s.text for b in reply.blocks for s in b.sentences]
    if not texts:
        return ["没有写出一句话"]
    problems = [p for t in texts for p in bind(t, original.values, original.constants).problems]
    used = [m.group()[1:-1] for t in texts for m in SLOT.finditer(t)]
    for name in original.values:
        if used.count(name) != 1:
            problems.append(f"槽位{{{name}}}{'没有写' if name not in used else '只能用一次'}")
    problems += _moved(texts, original, brief)
    given = "\n".join((*map(_plain, original.templates), brief.heading, brief.department, brief.organisation))
    problems += [*names_nobody_gave(texts, given), *acts_nobody_gave(texts, given)]
    for text in texts:
        plain = SLOT.sub("，", text)
        for constant in original.constants:
            plain = plain.replace(constant, "，")
        problems += [f"“{q}”是数量，不能添" for q in misread(plain, brief) if q not in "".join(original.templates)]
    return list(dict.fromkeys(problems))


def _plain(template: str) -> str:
    return SLOT.sub("，", template)


def _moved(texts: Sequence[str], original: _Original, brief: Brief) -> Iterator[str]:
    """Numbers that stood at their metric's name and now stand at another's."""
    names: dict[str, Sequence[str]] = {s.metric: (s.metric_name,) for s in brief.slots if s.metric and s.metric_name}
    before = dict(_places(original.templates, names))
    for slot, said in _places(texts, names):
        if said and before.get(slot) and said != before[slot]:
            yield f"{{{slot}}}原来说的是“{names[before[slot]][0]}”，不能挪给别的指标"


def _places(texts: Sequence[str], names: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """(slot, metric named last before it), "" where none is."""
    told = ""
    for text in texts:
        for match in SLOT.finditer(text):
            yield match.group()[1:-1], metric_before(SLOT.sub("", told + text[: match.start()]), names) or ""
        told += text


def _bound(reply: Reply, original: _Original, stretch: Sequence[Sentence], engine: Engine) -> list[Sentence]:
    passages = tuple(dict.fromkeys(p for s in stretch for p in s.passages))
    sentences = [s for b in reply.blocks for s in b.sentences]
    return [_sentence(s, bind(s.text, original.values, original.constants), engine, passages) for s in sentences]


def _sentence(reply: ReplySentence, bound: Bound, engine: Engine, passages: tuple[str, ...]) -> Sentence:
    recipe: dict[str, object] = {"engine": engine.name, **reply.recipe, "task": "rewrite"}
    return Sentence(id="", text=bound.text, claims=bound.claims, passages=passages, recipe=recipe)


# --- a section ------------------------------------------------------------------------------------


def _section(draft: Draft, section_id: str) -> Section:
    for section in draft.sections:
        if section.id == section_id and section.sentences:
            return section
    known = "、".join(f"{s.id}（{s.heading.text or '开头'}）" for s in draft.sections if s.sentences)
    raise InputError(f"没有“{section_id}”这一节，或其中没有文字。可改的有：{known}。")


def _stretches(section: Section, block: Block, free: Collection[str]) -> list[list[Sentence]]:
    """The sentences of a block, in runs that are all free or all kept."""
    runs: list[list[Sentence]] = []
    for sentence in (section.sentence(i) for i in block.sentence_ids):
        if runs and (runs[-1][0].id in free) == (sentence.id in free):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return runs


def _proposal(
    section: Section,
    instruction: str,
    engine: Engine,
    sentences: list[Sentence],
    blocks: list[Block],
    problems: list[str],
    notes: list[str],
) -> Proposal:
    old, new = ["".join(s.text for s in held) for held in (section.sentences, sentences)]
    before, after = (
        {(c.id, s.text[c.start : c.end]) for s in held for c in s.claims} for held in (section.sentences, sentences)
    )
    gone = [f"数字 {printed}" for _, printed in sorted(before - after)]
    come = [f"数字 {printed}" for _, printed in sorted(after - before)]
    gone += [c for c in _clauses(old) if Covered(new, glue=False).share(c) < _STRANGE]
    come += [c for c in _clauses(new) if Covered(old, glue=False).share(c) < _STRANGE]
    return Proposal(
        section=section.id,
        instruction=instruction,
        engine=engine.name,
        old=old,
        new=old if problems else new,
        lost=() if problems else tuple(gone),
        added=() if problems else tuple(come),
        notes=() if problems else tuple(dict.fromkeys(notes)),
        problems=tuple(dict.fromkeys(problems)),
        sentences=tuple(sentences),
        blocks=tuple(blocks),
    )


def _clauses(text: str) -> list[str]:
    return [c for c in re.split(r"[，。；：！？]", text) if len(c) > 3]
