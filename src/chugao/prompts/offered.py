"""What a model may use, by name: slots of facts and matters, names that hold digits, letters for passages.

In: a `Brief`.  Out: the names, and a `Reply` with everything that is ours alone put back.

A name such as 病历2日归档率 is offered as {record_archive_rate_two_day.name}: binding knows such slots no more than
it knows passage p_a, so an engine returns `settled(reply, brief)`.
"""

import re

from chugao.manuscript import SLOT, Brief, Reply, ReplyBlock, ReplySentence

_DIGIT = re.compile(r"\d")
ORIGINAL = "original"
"""Passages whose id begins so are the text that a rewrite starts from, a sentence each."""


def names(brief: Brief) -> dict[str, str]:
    """What a model may only write by slot and is no value: names that hold digits, the office's fixed sentences."""
    told = {f"{s.metric}.name": s.metric_name for s in brief.slots if s.metric and _DIGIT.search(s.metric_name)}
    for field in ("department", "organisation"):
        if _DIGIT.search(getattr(brief, field)):
            told[f"brief.{field}"] = getattr(brief, field)
    for field in ("guidance", "theme"):
        if getattr(brief, field):
            told[f"brief.{field}"] = getattr(brief, field).rstrip("。，；")
    return {slot: text for slot, text in told.items() if SLOT.fullmatch(f"{{{slot}}}")}


def offered(brief: Brief) -> tuple[str, ...]:
    """Every slot that a reply may hold, each once, in the order of the brief; a matter has its own and no others."""
    in_matters = (
        slot
        for m in brief.matters
        for slot in (
            *(f"{a}.{b}" for a, b in SLOT.findall(m.text + m.result) if a == m.id),
            *([m.when] if m.when else []),
        )
    )
    return tuple(dict.fromkeys((*(s.name for s in brief.slots), *in_matters, *names(brief))))


def passage_names(brief: Brief) -> dict[str, str]:
    """p_a, p_b … → the id of each passage that lends wording."""
    lending = [p.id for p in brief.passages if not p.id.startswith(ORIGINAL)]
    return {f"p_{_letters(n)}": passage for n, passage in enumerate(lending)}


def settled(reply: Reply, brief: Brief) -> Reply:
    """The reply with names and fixed sentences written out and passages by their ids; unknown ones stay."""
    told, passages = names(brief), passage_names(brief)

    def written(text: str) -> str:
        return SLOT.sub(lambda m: told.get(m.group()[1:-1], m.group()), text)

    def sentence(old: ReplySentence) -> ReplySentence:
        return old.model_copy(
            update={"text": written(old.text), "passages": tuple(passages.get(p, p) for p in old.passages)}
        )

    def block(old: ReplyBlock) -> ReplyBlock:
        return old.model_copy(update={"sentences": tuple(map(sentence, old.sentences))})

    heading = written(reply.heading) if reply.heading else reply.heading
    return reply.model_copy(update={"heading": heading, "blocks": tuple(map(block, reply.blocks))})


def wants_heading(brief: Brief) -> bool:
    """Whether the reply must bring a heading: that is the task, or the section has none yet."""
    return brief.task == "headings" or (
        brief.task == "part" and not brief.heading and brief.role in ("results", "plan", "items", "next")
    )


def _letters(number: int) -> str:
    return (chr(ord("a") + number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)
