"""Real bad drafts: texts with wrong numbers in them, each number labelled by hand, and what `check` makes of them.

In: `eval/baddrafts/`.  Out: recall (wrong numbers flagged) and precision (flags on wrong numbers), by who wrote them.

A flag is an error or warning on the characters of a number; what is said of other words counts for nothing here.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "baddrafts"
FIGURES = Path(__file__).parents[1] / "examples" / "figures"
_SOURCES = {"model": "模型写的", "hand": "手写的", "all": "合计"}
# How far a true figure may travel, and that a text breaks off after it, is no doubt about the number.
_TRUE_BUT = frozenset({"internal", "withheld", "number-traced", "cut-off"})


class Judged(NamedTuple):
    """One number of a text: as labelled, as flagged."""

    file: str
    source: str
    number: str
    wrong: str
    """Why it is wrong, "" when it is right."""
    flagged: bool
    around: str


def labelled() -> list[tuple[str, str, str]]:
    """(text, number as printed, why it is wrong) of every wrong number."""
    rows = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))["text"]
    return [(row["file"], number, why) for row in rows for number, _, why in row["wrong"]]


def judge() -> list[Judged]:
    """Every number of every text."""
    import chugao

    judged: list[Judged] = []
    for row in tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))["text"]:
        text = (FOLDER / row["file"]).read_text(encoding="utf-8")
        department = row["file"].removesuffix(".txt").partition("-")[2]
        report = chugao.examine(text, chugao.read_metrics(FIGURES / f"{department}-2025.xlsx"))
        spans = [
            (f.place.start, f.place.end)
            for f in report.findings
            if f.severity.value != "info" and f.rule not in _TRUE_BUT
        ]
        wrong = [place for number, nth, why in row["wrong"] for place in _places(text, number, nth, why)]
        for verdict in report.verdicts:
            start, end = verdict.mention.start, verdict.mention.end
            why = next((w for s, e, w in wrong if s < end and start < e), "")
            flagged = any(s < end and start < e for s, e in spans)
            judged.append(
                Judged(row["file"], row["source"], verdict.mention.text, why, flagged, text[max(0, start - 16) : end])
            )
        seen = [(v.mention.start, v.mention.end) for v in report.verdicts]
        for start, end, why in wrong:  # a wrong number that nobody read as one
            if not any(s < end and start < e for s, e in seen):
                flagged = any(s < end and start < e for s, e in spans)
                judged.append(
                    Judged(row["file"], row["source"], text[start:end], why, flagged, text[max(0, start - 16) : end])
                )
    return judged


def _places(text: str, number: str, nth: int, why: str) -> list[tuple[int, int, str]]:
    """Where a labelled number stands; not inside a longer one."""
    found = [m.span() for m in re.finditer(rf"(?<![\d.]){re.escape(number)}(?![\d.%‰])", text)]
    chosen = found if nth == 0 else found[nth - 1 : nth]
    assert chosen, (number, nth)
    return [(s, e, why) for s, e in chosen]


def measure(judged: list[Judged]) -> dict[str, Any]:
    """Counts, recall and precision by source."""
    rows: dict[str, Any] = {}
    for source in ("model", "hand", "all"):
        mine = [j for j in judged if source in (j.source, "all")]
        wrong, flagged = [j for j in mine if j.wrong], [j for j in mine if j.flagged]
        hits = sum(1 for j in flagged if j.wrong)
        rows[source] = {
            "numbers": len(mine),
            "wrong": len(wrong),
            "flagged": len(flagged),
            "hits": hits,
            "recall": round(hits / len(wrong), 3) if wrong else None,
            "precision": round(hits / len(flagged), 3) if flagged else None,
        }
    return rows


def table() -> str:
    """The measure as text, with what was missed and what was flagged without need."""
    judged = judge()
    lines = [
        f"{_SOURCES[s]}：数字{r['numbers']}个，错{r['wrong']}个，标出{r['flagged']}个，其中真错{r['hits']}个；"
        f"召回{r['recall']:.1%}，精确{r['precision']:.1%}"
        for s, r in measure(judged).items()
    ]
    lines += [f"  漏报 {j.file} {j.number}（{j.wrong}）…{j.around}" for j in judged if j.wrong and not j.flagged]
    lines += [f"  误报 {j.file} {j.number} …{j.around}" for j in judged if j.flagged and not j.wrong]
    return "\n".join(lines)
