"""What the gate asks of the parts that a draft does not show: numbers without figures, faults by hand, rules, compare.

In: what this folder and `tests/` label by hand.  Out: a `Probe` a part: what it was asked, and what it got wrong.

A correct draft is measured the same whether a check works or not.  Each probe therefore asks something with a known
answer; one more that is wrong than at the baseline is worse.  Questions come from our files alone, never from what the
product makes of them: a product that no longer reads a number must not take the question away with it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from eval.framed import framed
from eval.modelled import let_through, prompted
from eval.printed import printed
from eval.sentences import WRITTEN, Sentence, Token, written_sentences
from eval.tables import derived

if TYPE_CHECKING:
    from chugao.catalogue import Catalogue
    from chugao.mentions import Mention

Answer = tuple[str, str]
"""A question, and one thing that is wrong with the answer; "" when nothing is."""

_ROLES = {
    "now": ("current", "count"), "prev": ("baseline",), "target": ("target",), "goal": ("target",), "change": ("change",),
    "growth": ("change",), "step": ("change", "target"), "gap": ("comparator", "change"),
}  # fmt: skip
"""Field of a labelled number → what it may do in its sentence."""
_IN_THE_TEXT = frozenset({"digit", "decimal", "swap", "direction", "percent_point", "last_year", "other_metric"})
"""Mutations that a sentence with both levels and the change gives away by itself."""
_EDITED = range(12)
_TITLE = "医务科2025年工作总结暨2026年工作计划"


class Probe(NamedTuple):
    """One part and how it answered."""

    asked: str
    """Fingerprint of the questions."""
    questions: int
    wrong: tuple[str, ...]


def ask(names: Iterable[str] = ()) -> dict[str, dict[str, Any]]:
    """Every probe, or those of these names that there are, as a result keeps them."""
    chosen = tuple(names) or PROBES
    return {name: _kept(probed(answers())) for name, answers in PROBES.items() if name in chosen}


def _kept(probe: Probe) -> dict[str, Any]:
    return {"asked": probe.asked, "questions": probe.questions, "wrong": list(probe.wrong)}


def probed(answers: Iterable[Answer]) -> Probe:
    """What is kept of the answers."""
    held = list(answers)
    questions = sorted({question for question, _ in held})
    asked = hashlib.sha256("\n".join(questions).encode()).hexdigest()[:16]
    return Probe(asked, len(questions), tuple(sorted({f"{question}：{wrong}" for question, wrong in held if wrong})))


# --- numbers --------------------------------------------------------------------------------------


def arithmetic() -> Iterator[Answer]:
    """Sentences that tell both levels and the change, right and mutated, read without any figures."""
    from eval.mutation import mutants_of
    from eval.sentences import grounds

    for sentence in _telling_all():
        before = _flags(sentence.document)
        yield sentence.text, ""
        yield from ((sentence.text, f"{rule}误报“{quote}”") for rule, quote in before)
        for mutant, still_true in mutants_of(sentence, grounds()[sentence.figures].truth):
            if mutant.kind in _IN_THE_TEXT and not still_true:
                seen = _flags(mutant.text) - before
                yield f"{mutant.line}（{mutant.before} → {mutant.after}）", "" if seen else "没有看出"


def _telling_all() -> Iterator[Sentence]:
    for sentence in (s for key in WRITTEN for s in written_sentences(key)):
        fields: dict[str, set[str]] = {}
        for token in sentence.tokens:
            fields.setdefault(token.metric, set()).add(token.field)
        if any({"now", "prev"} <= held and held & {"change", "growth"} for held in fields.values()):
            yield sentence


def _flags(text: str) -> set[tuple[str, str]]:
    import chugao

    return {(f.rule, f.quote) for f in chugao.check(text) if f.severity.value in ("fatal", "error", "warning")}


def bad_drafts() -> Iterator[Answer]:
    """The texts with wrong numbers in them: each wrong one is flagged, and no right one."""
    from eval.baddrafts import judge, labelled

    for file, number, why in labelled():
        yield from ((file, ""), (f"{file}里的{number}（{why}）", ""))
    for one in judge():
        if one.wrong and not one.flagged:
            yield one.file, f"没有标出{one.number}（{one.wrong}）"
        elif one.flagged and not one.wrong:
            yield one.file, f"标了对数{one.number}（…{one.around}）"


def mentions() -> Iterator[Answer]:
    """Every labelled number of the sentences by hand: found, tied to its metric, and in its role."""
    import chugao
    from chugao.kind import Kind
    from chugao.mentions import find_mentions
    from eval.sentences import grounds

    for key in WRITTEN:
        catalogue = chugao.read_metrics(grounds()[key].metrics).catalogue_used()
        for sentence in written_sentences(key):
            found = find_mentions(sentence.document, kind=Kind.SUMMARY_PLAN, year=2025, catalogue=catalogue)
            for token in (t for t in sentence.tokens if t.kind == "number"):
                start, end = token.start + len(sentence.head), token.end + len(sentence.head)
                over = [m for m in found if m.start < end and start < m.end]
                best = max(over, key=lambda m: min(m.end, end) - max(m.start, start), default=None)
                planned = sentence.head.count("年工作计划") > 1
                yield f"{sentence.text}“{token.text}”", _misread(best, token, catalogue, planned)


def _misread(mention: "Mention | None", token: Token, catalogue: "Catalogue", planned: bool) -> str:
    if mention is None:
        return "没有认出"
    definition = catalogue.get(mention.metric) if mention.metric else None
    if token.metric and (definition is None or definition.name != token.metric):
        return f"认作{definition.name if definition else '没有指标'}"
    field = "prev" if planned and token.field == "now" else token.field  # what is reached is where a plan starts
    fits = mention.role.value in (*_ROLES.get(field, (mention.role.value,)), *_ROLES.get(token.field, ()))
    return "" if fits else f"作用认作{mention.role.value}"


BLOCKING = (
    "number-changed", "number-untraced", "number-wrong", "mask-left", "pending", "number-percentage-point", "number-direction",
    "state-contradicted", "delta-math", "part-whole", "sum-math", "table-total", "number-last-year", "year", "last-year-left",
    "name-title", "part-missing", "numbering", "personal-data", "secret-mark", "withheld", "signed-before", "foreign-copied",
    "invention",
)  # fmt: skip
"""Rules whose findings no paper may leave with, whatever else is thought of them."""


# --- rules ----------------------------------------------------------------------------------------


def rules() -> Iterator[Answer]:
    """The wrong and the right example of every rule that can be run on a text, and which rules hold a paper back."""
    from tests.test_checks_rules import RUN, of_rule

    from chugao.checks.rules import rules as known_rules

    known = known_rules()
    for id in BLOCKING:
        yield f"{id} 拦下", "" if id in known and known[id].severity.blocks else "不拦了"
    for rule in RUN:
        yield f"{rule.id} {rule.violating}", "" if of_rule(rule, rule.violating) else "没有看出"
        yield f"{rule.id} {rule.passing}", "误报" if of_rule(rule, rule.passing) else ""


# --- two versions, past reports -------------------------------------------------------------------


def compared() -> Iterator[Answer]:
    """Pairs by hand: what a reviewer must be told of their numbers, and nothing else."""
    from tests.fact_pairs import HELD_OUT, PAIRS

    for pair in (*PAIRS, *HELD_OUT):
        question = f"{pair.name} {pair.old} → {pair.new}"
        yield question, ""
        yield from ((question, wrong) for wrong in _misreported(pair.old, pair.new, pair.told))


def _misreported(old: str, new: str, told: Iterable[tuple[str, str, str, str]]) -> Iterator[str]:
    from chugao.comparing import version_of_text
    from chugao.comparing.facts import compare_facts

    before, after = (version_of_text(f"{_TITLE}\n{text}".replace("# ", "")) for text in (old, new))
    left = [(f.change, f.metric, f.old, f.new) for f in compare_facts(before, after)]
    for change, name, one, other in told:
        match = next((f for f in left if (f[0], f[2], f[3]) == (change, one, other) and name in f[1]), None)
        if match is None:
            yield f"没有说{name}{one}→{other}"
        else:
            left.remove(match)
    yield from (f"多说了{name}{one}→{other}" for _, name, one, other in left)


def redlined() -> Iterator[Answer]:
    """Edited drafts: the redline gives both texts back and cuts no number."""
    from eval.fuzzing import compare_faults, redline_faults

    for seed in _EDITED:
        yield f"对比{seed}", compare_faults(seed)
        yield f"修订稿{seed}", redline_faults(seed)


def found() -> Iterator[Answer]:
    """The labelled questions about our own past reports, among clones of two years before: the right passage first."""
    from chugao.index import Index, open_index
    from chugao.shipped import shipped
    from chugao.source import Scope
    from eval.retrieval import clones, mark_of, read_pairs

    passages = list(open_index(shipped("corpus")).passages)
    about = {(p.file, mark_of(p.text)): p for p in passages}
    index = Index([*passages, *clones(passages)])
    for pair in (p for p in read_pairs() if p.collection == "corpus"):
        wanted = about.get((pair.file, pair.mark))
        for scoped in (True, False):
            scope = Scope(owners=("*",), year=wanted.year if wanted and scoped else None)
            hits = index.search(pair.query, scope, 1)
            right = wanted is not None and bool(hits) and hits[0].passage.id == wanted.id
            yield f"{pair.query}（{'限年度' if scoped else '不限'}）", "" if right else "不在第一位"
        before = wanted.year - 2 if wanted and wanted.year else 0
        old = index.search(pair.query, Scope(owners=("*",), year=before), 4)
        astray = [h.passage.year for h in old if h.passage.year != before and "year" not in h.relaxed]
        yield f"{pair.query}（限前年）", f"混进{astray[0]}年的" if astray else "" if old else "没有找到"


def masked() -> Iterator[Answer]:
    """Every name of the labelled sentences is masked whole, and nothing else is."""
    from eval import masking

    for path in (masking.LABELLED, masking.TUNED, masking.RARE, masking.HELD):
        sentences = masking.read_labelled(path)
        scores = masking.score(sentences, masking.learned(sentences))
        missed = set(scores.missed)
        for text, names in sentences:
            yield text, ""
            for start, end, kind in names:
                question = f"{kind} {text[start:end]}　{text}"
                yield question, "没有遮" if question in missed else ""
        for line in scores.wrong:
            name, _, text = line.partition("　")
            yield text, f"误遮{name}"


PROBES: dict[str, Callable[[], Iterator[Answer]]] = {
    "算术": arithmetic, "有错的稿": bad_drafts, "识数": mentions, "规则": rules, "对比": compared, "修订稿": redlined,
    "检索": found, "遮名": masked, "读表": derived, "提示词": prompted, "模型的话": let_through, "成文": printed,
    "句式": framed,
}  # fmt: skip
