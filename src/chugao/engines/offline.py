"""The offline composer: text from typed facts, matters and frames, with no model.

In: a `Brief`.  Out: a `Reply` in which every sentence rests on a slot, a matter or an aim.

Weight follows importance: matters lead, a figure stands beside the matter it belongs to, and what carries no argument
is left to the table.  `leading` writes the first paragraph, `results` what was done, `ahead` what is to be done; how
matters are told is in `acts`, how figures are in `phrasing`, headings in `titling`.  Same brief, same bytes.
"""

from collections.abc import Callable

from chugao.engines.acts import sentence, shortcoming
from chugao.engines.ahead import goals, ideas, items, outlook_of, plan
from chugao.engines.leading import lead
from chugao.engines.pen import HAN, Pen, from_clause, paragraphs_of
from chugao.engines.results import results
from chugao.kind import Kind
from chugao.manuscript import Brief, Reply, ReplyBlock


class OfflineEngine:
    """Composes; holds nothing."""

    name = "offline"

    async def write(self, brief: Brief, on_text: Callable[[str], None] | None = None) -> Reply:
        """Compose one brief."""
        reply = _composed(brief)
        if on_text is not None:
            for block in reply.blocks:
                on_text("".join(s.text for s in block.sentences))
        return reply


def _composed(brief: Brief) -> Reply:
    if brief.task == "rewrite":
        # Without a model nothing can be put in other words: the text stays as it is.
        return paragraphs_of([[sentence(text, "original") for text in brief.original]])
    if brief.slot("brief.pending"):
        return paragraphs_of([[sentence("{brief.pending}。", "owed")]])
    roles: dict[str, Callable[[Pen], Reply]] = {
        "lead": lead,
        "results": results,
        "problems": _problems,
        "plan": ideas if brief.kind is Kind.IDEAS else plan,
        "items": items,
        "next": outlook_of,
        "goals": goals,
    }
    return roles[brief.role](Pen(brief))


def _problems(pen: Pen) -> Reply:
    """Shortcomings as their departments told them: place and cause, no row of a table beside them.

    Figures serve only where an outline asks for shortcomings and nobody sent any: which one is printed is a leader's
    choice.
    """
    several = len(pen.matters) > 1
    blocks = []
    for number, matter in enumerate(pen.matters):
        mark = f"{HAN[number]}是" if several and number < len(HAN) else ""
        told = sentence(f"{mark}{shortcoming(matter, number)}。", "matter", matter.id)
        blocks.append(ReplyBlock(type="item" if mark else "paragraph", sentences=(told,)))
    if not blocks:
        clauses = [c for m in pen.metrics if (c := pen.phraser.clause(m, "problems"))]
        blocks = [ReplyBlock(sentences=tuple(from_clause(c) for c in clauses[:3]))] if clauses else []
    return Reply(blocks=tuple(blocks))
