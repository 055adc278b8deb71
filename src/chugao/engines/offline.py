"""The offline composer: text from typed facts, matters and frames, with no model.

In: a `Brief`.  Out: a `Reply` in which every sentence rests on a slot, a matter or an aim.

Weight follows importance: matters lead, a figure stands beside the matter it belongs to, and what carries no argument
is left to the table.  `leading` writes the first paragraph, `results` what was done, `ahead` what is to be done; how
matters are told is in `acts`, how figures are in `phrasing`, headings in `titling`.  Same brief, same bytes.
"""

import re
from collections.abc import Callable, Sequence

from chugao.engines.acts import TELLERS, sentence, shortcoming
from chugao.engines.ahead import goals, ideas, items, outlook_of, plan
from chugao.engines.leading import lead
from chugao.engines.pen import HAN, Pen, from_clause, paired, paragraphs_of
from chugao.engines.phrasing import Metric
from chugao.engines.results import missed_by_name, results, weighs_ill
from chugao.engines.retelling import retold
from chugao.kind import Kind
from chugao.manuscript import Brief, Reply, ReplyBlock, ReplySentence

_VERY_METRIC = 0.75
"""From this share of a metric's name on a shortcoming speaks of that metric and not only of its field."""
_MEASURES = re.compile(
    r"（[^）]*）|患者|病人|相关|平均|(?:发生|发病|完成|达标|合格|依从)?率$|人次数?$|人数$|次数$|件数$|数$|占比$|比例$"
)


class OfflineEngine:
    """Composes; holds nothing."""

    name = "offline"

    async def write(self, brief: Brief, on_text: Callable[[str], None] | None = None) -> Reply:
        """Compose one brief."""
        reply = retold(_composed(brief), 0 if brief.task == "rewrite" else brief.seed, done=brief.role == "results")
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
        "plan": {Kind.IDEAS: ideas, Kind.KEY_POINTS: items}.get(brief.kind, plan),
        "items": items,
        "next": outlook_of,
        "goals": goals,
    }
    return roles[brief.role](Pen(brief))


_A_ROW = 32  # characters of a figure that shares its sentence with another
_COUNTED = re.compile(r"(?:不足|问题|短板)[^，。]{0,4}(?:(?:只|就|最多)写|写[一二两三四五六七八九十\d])")
"""“不足写两条” chooses what is told; “夜班那条不足要写” asks for one and leaves out none."""


def _missed(pen: Pen) -> list[ReplySentence]:
    """Targets that were missed and of which no shortcoming speaks, by name, and what got worse with its value, where
    nobody chose what is to be told.

    Part of a year misses no target of the year yet; what got worse in it did.
    """
    if pen.brief.kind is Kind.IDEAS:
        return []  # 思路 tell a shortcoming where they say the way out of it
    if any(map(_COUNTED.search, pen.brief.instructions)):
        return []
    told = [m.text + m.result for m in pen.matters]
    failed = [m for m in pen.metrics if m.reached is False and not pen.brief.slot("brief.span")]
    open_ = [m for m in failed if not _spoken_of(m, told)]
    ranked = sorted(open_, key=lambda m: not (m.headline or m.required))
    fallen = [
        m
        for m in pen.metrics
        # What must be told has been, with what became of it.
        if m.direction == "unwelcome"
        and m not in failed
        and weighs_ill(m)
        and not m.required
        and not _spoken_of(m, told)
    ]
    clauses = [pen.phraser.clause(m, "short", sparse=i > 0) for i, m in enumerate(fallen[:2])]
    said = paired([c for c in clauses if c is not None], longest=_A_ROW)
    opening = pen.phraser.pick(("此外，", "从指标看，", "另外，", "指标方面，"), "missed")
    missed = missed_by_name(pen, ranked, opening=opening)
    if said and not missed:
        said[0] = said[0].model_copy(update={"text": opening + said[0].text.removeprefix("与上年同期相比，")})
    return [*missed, *said]


def _spoken_of(metric: Metric, told: Sequence[str]) -> bool:
    """Whether a shortcoming is of this very metric: 呼吸机肺炎 of 呼吸机相关肺炎发病率; 糖尿病眼底筛查 is not of 糖尿病规范管理率."""
    own = _MEASURES.sub("", metric.full) or metric.full
    return any(name in text for name in (metric.name, metric.full) for text in told) or any(
        _shared(own, text) >= _VERY_METRIC * len(own) for text in told
    )


def _shared(name: str, text: str) -> int:
    """How many characters of a name stand in a text in runs of two at least."""
    pairs = [name[i : i + 2] in text for i in range(len(name) - 1)]
    return sum(before or behind for before, behind in zip([False, *pairs], [*pairs, False], strict=True))


def _problems(pen: Pen) -> Reply:
    """Shortcomings as their departments told them: place and cause, no row of a table beside them.

    Figures serve only where an outline asks for shortcomings and nobody sent any: which one is printed is a leader's
    choice.
    """
    several = len(pen.matters) > 1
    turn = pen.phraser.pick(range(TELLERS), "cause")
    blocks = []
    for number, matter in enumerate(pen.matters):
        mark = f"{HAN[number]}是" if several and number < len(HAN) else ""
        told = sentence(f"{mark}{shortcoming(matter, number, turn)}。", "matter", matter.id)
        blocks.append(ReplyBlock(type="item" if mark else "paragraph", sentences=(told,)))
    if blocks and (missed := _missed(pen)):
        blocks.append(ReplyBlock(sentences=tuple(missed)))
    if not blocks:
        clauses = [c for m in pen.metrics if (c := pen.phraser.clause(m, "problems"))]
        blocks = [ReplyBlock(sentences=tuple(from_clause(c) for c in clauses[:3]))] if clauses else []
    return Reply(blocks=tuple(blocks))
