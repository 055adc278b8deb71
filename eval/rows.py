"""Every row of the design's table of figures, beside its peers.

In: a row's name and whether small.  Out: a `Row`: our value, the peers', CPU seconds and peak memory of measuring it.

`python -m eval.rows NAME` measures one and prints it as JSON; that is how `eval.bench` measures them all, so that one
row's memory is not another's.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from eval import batchrows, checkspeed
from eval.generating import COUNT
from eval.peers import NoPeer, ask_peer

HERE = Path(__file__).parent


class Row(NamedTuple):
    """What came of one line of the table."""

    value: str
    met: bool | None
    """None where nothing was measured."""
    peers: dict[str, str] = {}
    """Peer → its value in the same unit; a peer that beats us stands here like any other."""
    note: str = ""
    cpu_s: float = 0.0
    peak_mb: float = 0.0


Made = tuple[str, bool | None, dict[str, str], str]
"""(value, whether the target is met, peers, note)."""


# --- numbers --------------------------------------------------------------------------------------


def untraced(small: bool) -> Made:
    """Untraceable numbers in the drafts of all cases."""
    from eval.running import run_cases

    result, _ = run_cases(generated=10 if small else COUNT)
    rows = [*result["cases"].values(), *result["generated"]["cases"].values()]
    scores = [r["measures"]["untraced"]["score"] if "measures" in r else r["scores"].get("untraced", 0) for r in rows]
    peers = {"大模型直接由数据写稿": "八成以上的稿有错（文献值，没有在这里量）"}
    return f"{sum(scores):.0f}", sum(scores) == 0, peers, f"{len(rows)}份稿"


def verifier(small: bool) -> Made:
    """Recall and precision on mutations."""
    from eval.mutation import benchmark

    result = benchmark(every=60 if small else 1)
    row = result["classes"]["all"]
    met = row["recall"] >= 0.995 and row["precision"] >= 0.97
    peers = {"公开的核数工具": "只认得80%到86%的数（文献值，没有在这里量）"}
    clean = result["clean_texts"]
    note = f"{row['mutants']}个变异，另有{result['left_out'].get('still_true', 0)}个改后仍属实；{clean['texts']}句对的误报{clean['flagged']}句"
    return f"{row['recall']:.1%} / {row['precision']:.1%}", met, peers, note


# --- retrieval ------------------------------------------------------------------------------------

_BM25S = """
import json, sys
import bm25s, numpy
groups = json.load(sys.stdin)
def tokens(text):
    kept = [c for c in text if c.isalnum()]
    return kept + [a + b for a, b in zip(kept, kept[1:])]
out = []
for texts, queries in groups:
    index = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    index.index([tokens(t) for t in texts], show_progress=False)
    out.append([int(numpy.argmax(index.get_scores(tokens(q)))) for q in queries])
print(json.dumps(out))
"""


def retrieval(small: bool) -> Made:
    """R@1 plain, on year clones unscoped, and scoped; bm25s on the same texts and questions."""
    from eval import retrieval as measured

    rows = measured.figures()
    first = [rows[n].first for n in ("plain", "year clones, unscoped", "year clones, scoped")]
    met = all(value >= target for value, target in zip(first, (0.95, 0.74, 0.97), strict=True))
    return " / ".join(f"{v:.3f}" for v in first), met, _bm25s(), f"{rows['plain'].pairs}问，只用字"


def _bm25s() -> dict[str, str]:
    from eval.retrieval import clones, collections, mark_of, read_pairs, together

    indexes, pairs = collections(), read_pairs()
    passages = together(indexes.values())
    about = {(p.file, mark_of(p.text)): p.title for p in passages}
    groups, wanted = [], []
    for name, index in indexes.items():
        own = [p for p in pairs if p.collection == name]
        groups.append(([p.text for p in index.passages], [p.query for p in own]))
        wanted.append((list(index.passages), own))
    everything = [*passages, *clones(passages)]
    asked = [f"{about.get((p.file, p.mark), '')} {p.query}" for p in pairs]
    groups.append(([f"{p.title} {p.text}" for p in everything], asked))
    wanted.append((everything, pairs))
    try:
        found = ask_peer("bm25s", _BM25S, groups)
    except NoPeer as error:
        return {"bm25s": str(error)}
    right = [
        sum(held[at].file == p.file and mark_of(held[at].text) == p.mark for at, p in zip(ranks, own, strict=True))
        for (held, own), ranks in zip(wanted, found, strict=True)
    ]
    return {"bm25s": f"{sum(right[:-1]) / len(pairs):.3f} / {right[-1] / len(pairs):.3f} / 没有范围"}


_CHROMA = """
import json, sys, time, tempfile
import numpy, chromadb
size = json.load(sys.stdin)
chance = numpy.random.default_rng(3)
folder = tempfile.TemporaryDirectory()
client = chromadb.PersistentClient(folder.name, settings=chromadb.Settings(anonymized_telemetry=False))
held = client.create_collection("passages", embedding_function=None)
vectors = chance.normal(size=(size, 384)).astype("float32")
metas = [{"year": 2015 + n % 10, "department": f"k{n // 10 % 40}"} for n in range(size)]
for at in range(0, size, 2000):
    end = min(size, at + 2000)
    held.add(ids=[str(n) for n in range(at, end)], embeddings=vectors[at:end].tolist(), metadatas=metas[at:end])
where = {"$and": [{"year": 2020}, {"department": "k7"}]}
times = []
for n in range(43):
    start = time.process_time()
    held.query(query_embeddings=[vectors[n].tolist()], n_results=10, where=where)
    times.append(time.process_time() - start)
print(json.dumps(1000 * sorted(times[3:])[20]))
"""


def filtered(small: bool) -> Made:
    """A query filtered by year and department, CPU milliseconds, by words and by both; chroma alone by vectors."""
    from eval.retrieval import speed

    size = 2_000 if small else 50_000
    runs = [speed(size) for _ in range(1 if small else 5)]
    words, both = (statistics.median(r[k] for r in runs) for k in ("lexical_ms", "hybrid_ms"))
    try:
        alone = f"{ask_peer('chromadb', _CHROMA, size):.1f} 毫秒"
    except NoPeer as error:
        alone = str(error)
    return f"{words:.1f} / {both:.1f} 毫秒", words <= 3 and both <= 10, {"chroma 单用": alone}, f"{size}段"


# --- pages and words ------------------------------------------------------------------------------


def word_compare(small: bool) -> Made:
    """p95 of comparing 10,000 characters, and numbers cut; difflib and diff-match-patch beside."""
    from chugao.lexicon import words_of
    from eval import comparison

    words_of("一" * 5_000)  # more than is looked up: from then on the process has the dictionary
    held = {"10k": [comparison.edited_pair(10_000, seed, 0.2) for seed in range(2 if small else 10)]}
    pairs = held["10k"]
    ours = comparison._row("chugao", "10k", pairs, [comparison._timed(partial(comparison._ours, p), 3) for p in pairs])
    found = [comparison._timed(partial(comparison._difflib, p), 1) for p in pairs]
    difflib = comparison._row("difflib", "10k", pairs, found)
    peers = {"difflib": f"{difflib.p95_ms} 毫秒，切断{difflib.cuts}"}
    for name, label in (("cpp", "diff-match-patch (C++)"), ("python", "diff-match-patch (Python)")):
        try:
            row = comparison._row(label, "10k", pairs, comparison._peer(name, pairs, 3))
            peers[label] = f"{row.p95_ms} 毫秒，切断{row.cuts}"
        except NoPeer as error:
            peers[label] = str(error)
    return f"{ours.p95_ms} 毫秒，切断{ours.cuts}", ours.p95_ms <= 30 and ours.cuts == 0, peers, f"{len(pairs)}对"


def _word(name: str, most: float, peer: str) -> Callable[[bool], Made]:
    """A row of `eval.word`: CPU seconds of ours over the peer's."""

    def row(small: bool) -> Made:
        if small:
            return "没有量", None, {}, "小跑时不量"
        from eval import word

        with tempfile.TemporaryDirectory() as folder:
            told = getattr(word, name)(Path(folder))
        value, spread = f"{told.ratio} 倍（{told.ours:.3f} CPU 秒）", f"{told.low}到{told.high}倍"
        return value, told.ratio <= most, {peer: f"{told.theirs:.3f} CPU 秒"}, spread

    return row


def redline_exact(small: bool) -> Made:
    """Redlines of seeded edits: all accepted must be the new draft, all rejected the old one, no number cut."""
    from eval.fuzzing import redline_faults

    count = 5 if small else 500
    faults = [said for seed in range(count) if (said := redline_faults(seed))]
    return f"{count - len(faults)}/{count}", not faults, {}, "；".join(faults[:3])


def help_(small: bool) -> Made:
    """CPU seconds of `chugao --help`."""
    from eval.timing import _help, _seconds

    spent = _seconds(_help, 5)
    value = statistics.median(spent)
    peer = [sys.executable, "-c", "import langchain_openai"]
    beside = statistics.median(_seconds(lambda: subprocess.run(peer, check=True, capture_output=True), 5))
    peers = {"import langchain_openai": f"{beside:.2f} 秒"}
    return f"{value:.2f} 秒", value <= 0.2, peers, f"{min(spent):.2f}到{max(spent):.2f}"


def offline_draft(small: bool) -> Made:
    """CPU seconds of an offline draft of the sample department, index warm, for five thousand characters."""
    import chugao
    from eval.sentences import EXAMPLES, ORGANISATION
    from eval.timing import _seconds

    figures = chugao.read_metrics(EXAMPLES / "figures" / "医务科-2025.xlsx")
    matters = chugao.read_matters(EXAMPLES / "matters" / "医务科-2025.xlsx")
    index, engine = chugao.open_index(HERE.parent / "corpus"), chugao.open_engine("offline")
    outline = chugao.read_outline("summary-plan", department="医务科", year=2025, organisation=ORGANISATION)
    spent = _seconds(lambda: chugao.draft(outline, figures, matters, index, engine), 5)
    size = len(chugao.to_markdown(chugao.draft(outline, figures, matters, index, engine)))
    value = statistics.median(spent)
    return f"{value:.2f} 秒", value <= 0.5, {}, f"{size}字，含表；{min(spent):.2f}到{max(spent):.2f}"


def compare_page(small: bool) -> Made:
    """The compare page and a paper of 500 sections in a browser: weight, and when they can be used."""
    from eval.crowd import CHROMIUM, browsed

    if not CHROMIUM.exists():
        return "没有浏览器，没有量", None, {}, "需要 /usr/bin/chromium"
    seen = browsed(50 if small else 500)
    met = seen.weight_kib <= 60 and seen.compare_ms <= 600 and seen.long_ms <= 800 and not seen.faults
    value = f"{seen.weight_kib:.0f} KiB，{seen.compare_ms:.0f} / {seen.long_ms:.0f} 毫秒，axe {len(seen.faults)}"
    return (
        value,
        met,
        {"Streamlit": "2867 KiB，5500 毫秒（文献值，没有在这里量）"},
        "；".join([f"首字节{seen.first_byte_ms:.0f}毫秒", *seen.faults]),
    )


def readers(small: bool) -> Made:
    """Fifty people who read and think: how long the slowest of twenty pages takes."""
    from eval.crowd import read_by

    told = read_by(5 if small else 50, 8 if small else 40)
    note = f"{told.reads}次读，出错{told.wrong}次，服务器每次{told.cpu_ms:.0f}毫秒CPU"
    return f"{told.p95_ms:.0f} 毫秒", told.p95_ms <= 300 and not told.wrong, {}, note


ROWS: dict[str, tuple[str, str, Callable[[bool], Made]]] = {
    "untraced": ("成稿里没有出处的数", "0", untraced),
    "verifier": ("核数 召回 / 精确", "≥ 99.5% / ≥ 97%", verifier),
    "retrieval": ("检索 R@1：平常 / 克隆不限 / 克隆限范围", "≥ 0.95 / 0.74 / 0.97", retrieval),
    "filtered": ("五万段里带条件的一问：字 / 字和向量", "≤ 3 / ≤ 10 毫秒", filtered),
    "word_compare": ("对比一万字，p95，切断的数", "≤ 30 毫秒，0", word_compare),
    "redline_cold": (
        "修订稿10页，冷启动 ÷ Docxodus",
        "≤ 0.35 倍",
        _word("redline_cold", 0.35, "Docxodus（docx-scalpel）"),
    ),
    "redline_100": (
        "修订稿100页，冷启动 ÷ Docxodus",
        "≤ 0.4 倍",
        _word("redline_hundred", 0.4, "Docxodus（docx-scalpel）"),
    ),
    "redline_warm": ("修订稿10页，已启动 ÷ docx-trackdiff", "≤ 1 倍", _word("redline_warm", 1.0, "docx-trackdiff")),
    "redline_bare": ("同上，不写改数的批注", "≤ 1 倍", _word("redline_bare", 1.0, "docx-trackdiff")),
    "redline_exact": ("修订稿全部接受是新稿、全部拒绝是旧稿", "500/500", redline_exact),
    "typeset": ("排版，一批200份中每份 ÷ docxtpl", "≤ 1 倍", _word("typeset_batch", 1.0, "docxtpl")),
    "returned": ("读改回的文件 ÷ pandoc", "≤ 1 倍", _word("returned_file", 1.0, "pandoc")),
    "pdf_warm": ("PDF，常驻 LibreOffice 每份 ÷ soffice 一次十份", "≤ 1.1 倍", _word("pdf_warm", 1.1, "soffice")),
    **batchrows.ROWS,
    "compare_page": ("对比页大小，可用；500节可用；无障碍", "≤ 60 KiB，600 / 800 毫秒，axe 0", compare_page),
    "readers": ("50人同时看，p95", "≤ 300 毫秒，出错0", readers),
    "offline_draft": ("离线起草五千字，索引已开，CPU", "≤ 0.5 秒", offline_draft),
    "help": ("`chugao --help`，CPU", "≤ 0.2 秒", help_),
    **checkspeed.ROWS,
}
"""name → (label, target, how)."""


def run_row(name: str, small: bool) -> Row:
    """One row, measured in this process."""
    before = _cpu()
    value, met, peers, note = ROWS[name][2](small)
    peak = max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    return Row(value, met, peers, note, round(_cpu() - before, 2), round(peak))


def _cpu() -> float:
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


if __name__ == "__main__":
    print(json.dumps(run_row(sys.argv[1], "--small" in sys.argv)._asdict(), ensure_ascii=False))
