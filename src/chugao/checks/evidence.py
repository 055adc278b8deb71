"""Hold a draft against the evidence it carries: for when the figures themselves are not at hand.

In: a `Draft`.  Out: findings where a claim no longer prints what its evidence says, or a number has no claim at all.
"""

from collections.abc import Iterator, Sequence

from chugao.manuscript import Draft, Evidence, content_hash
from chugao.mentions import find_mentions
from chugao.source import Claim, Finding, Place, Severity


def check_evidence(draft: Draft) -> Iterator[Finding]:
    """Every claim prints its evidence, and every number of the text lies in a claim."""
    printed = {e.id: e for e in draft.evidence}
    if content_hash(draft.title, draft.sections, draft.shell) != draft.id:
        place = Place(start=0, end=0)
        hint = "正文与起草时不一致，有人改动过。数字已按依据重新核对，文字请人通读。"
        yield Finding(rule="edited", severity=Severity.WARNING, place=place, quote="", hint=hint)
    for section, sentence in draft.sentences():
        place = Place(start=0, end=0, section=section.id, sentence=sentence.id)
        yield from _claims(sentence.text, sentence.claims, printed, place)
        yield from _uncovered(sentence.text, sentence.claims, place)
    for section, block, table in draft.tables():
        for number, row in enumerate(table.rows, 1):
            for cell in row:
                place = Place(start=0, end=0, section=section.id, sentence=f"{block.id}第{number}行")
                yield from _claims(cell.text, cell.claims, printed, place)
                yield from _uncovered(cell.text, cell.claims, place)


def _claims(text: str, claims: Sequence[Claim], evidence: dict[str, Evidence], place: Place) -> Iterator[Finding]:
    for claim in claims:
        quote = text[claim.start : claim.end]
        if claim.state == "unsupported":
            yield _finding("number-untraced", claim, place, quote, f"“{quote}”没有出处。请改用指标或事项里的数。")
        elif claim.id in evidence and evidence[claim.id].printed != quote:
            known = evidence[claim.id]
            where = f"（{known.source}）" if known.source else ""
            hint = f"{known.name}“{quote}”与依据不符，应为{known.printed}{where}。请改回，或由负责人确认。"
            yield _finding("number-changed", claim, place, quote, hint)


def _uncovered(text: str, claims: Sequence[Claim], place: Place) -> Iterator[Finding]:
    for mention in find_mentions(text):
        if not any(c.start <= mention.start and mention.end <= c.end for c in claims):
            if any(c.start < mention.end and mention.start < c.end for c in claims):
                continue  # a claim and a mention may part a number from its unit differently
            claim = Claim(start=mention.start, end=mention.end, state="unsupported")
            hint = f"“{mention.text}”没有出处：正文改动过，或不是由槽位填入。请改用指标或事项里的数。"
            yield _finding("number-untraced", claim, place, mention.text, hint)


def _finding(rule: str, claim: Claim, place: Place, quote: str, hint: str) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        place=place.model_copy(update={"start": claim.start, "end": claim.end}),
        quote=quote,
        hint=hint,
    )
