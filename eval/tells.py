"""The twelve tells of a machine (office-practice, section 3), measured by the product's own eyes.

In: a `Draft` and its case.  Out: `Measure`s named tell_01 … tell_12; a score above 0 is a place for a person to read,
never a reason to stop.  What a tell is stands in `chugao.checks.tells`; here every place counts, not only the excess.
"""

from collections.abc import Callable

from chugao.checks import tells
from eval.measures import Measure, Seen, Span


def _measured(number: int, tell: Callable[..., list[tells.Told]]) -> Callable[[Seen], Measure]:
    def measure(seen: Seen) -> Measure:
        parts = tells.parts_of(seen.draft)
        told = tell(parts, given=seen.case.given_text, level=seen.draft.level)
        spans = tuple(Span(t.where, t.quote, t.why) for t in told)
        sentences = sum(len(p.sentences) for p in parts)
        if number == 3:  # a share: provincial reports have 6 %
            return Measure("tell_03", round(len(spans) / sentences, 3) if sentences else 0.0, spans)
        return Measure("alike_sections" if number == 13 else f"tell_{number:02d}", len(spans), spans)

    measure.__name__, measure.__doc__ = tell.__name__, tell.__doc__
    return measure


TELLS: tuple[Callable[[Seen], Measure], ...] = tuple(_measured(n, t) for n, t in enumerate(tells.TELLS, 1))
