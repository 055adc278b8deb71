"""What the pattern is worth that a model's answer must obey: the same questions with it and without.

In: the ledger of a run of `eval.assisted`, whose answers were held to the pattern, and the endpoint that gave them.
Out: `results/patterns-<model>.json`, both answers to each question as they came; `measure` reads them.

    python -m eval.patterns LEDGER.db --base-url http://127.0.0.1:8099/v1 [--most 5]

What is counted needs no judgement: whether the answer can be read as the shape that was asked for, whether it writes a
number itself, whether it names a slot that nobody offered.
"""

import argparse
import json
import re
import sqlite3
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
_WAIT_S = 1200
_SLOT = re.compile(r"\{([a-z][a-z_0-9]*\.[a-z_]+)\}")
_NUMBER = re.compile(r"[0-9０-９]|[一二三四五六七八九十百千万两]+(?:个|项|次|例|台|人|名|家|天|月|日|年|成|%|倍)")


def questions(ledger: Path) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(prompt, what was sent, what came) of every answered question about a section, shortest first."""
    connection = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    asked = "select prompt, request, response from call where state = 'done' and prompt like '%/part@%' order by input_tokens"
    for prompt, request, response in connection.execute(asked):
        sent = json.loads(request)
        if "schema" in json.dumps(sent["parameters"].get("response_format", {})):
            yield prompt, sent, json.loads(response)["text"]


def record(ledger: Path, base_url: str, most: int) -> Path:
    """Ask again what was asked with the pattern, without it; each answer is kept as soon as it is there."""
    every = list(questions(ledger))[:most]
    path = RESULTS / f"patterns-{every[0][1]['model'] if every else 'none'}.json"
    kept: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    known = {row["asked"] for row in kept}
    for prompt, sent, came in every:
        user = sent["messages"][-1]["content"]
        if user.partition("\n")[0] in known:
            continue
        row = {"asked": user.partition("\n")[0], "prompt": prompt, "slots": sorted(set(_SLOT.findall(user)))}
        kept.append(row | {"with": came, "without": _ask(base_url, sent)})
        path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _ask(base_url: str, sent: dict[str, Any]) -> str:
    """The answer when nothing but words holds the model to the shape."""
    parameters = {k: v for k, v in sent["parameters"].items() if k != "response_format"}
    body = {"model": sent["model"], "messages": sent["messages"], "seed": sent["sample"], **parameters}
    request = urllib.request.Request(
        f"{base_url}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_WAIT_S) as answer:
        return str(json.loads(answer.read())["choices"][0]["message"]["content"])


# --- counting -------------------------------------------------------------------------------------


def faults(answer: str, slots: Sequence[str]) -> set[str]:
    """What is wrong with an answer, read as the product reads it: unreadable, number, slot."""
    from chugao.engines.answers import reply_of

    told = reply_of(answer)
    if told is None or not told.blocks:
        return {"unreadable"}
    texts = [s.text for b in told.blocks for s in b.sentences] + [told.heading or ""]
    found = {"number"} if any(_NUMBER.search(_SLOT.sub("", t)) for t in texts) else set()
    return found | ({"slot"} if any(set(_SLOT.findall(t)) - set(slots) for t in texts) else set())


def measure() -> dict[str, Any]:
    """Of the recorded answers: how many can be used, and what is wrong with the others, with the pattern and without."""
    rows = [r for path in sorted(RESULTS.glob("patterns-*.json")) for r in json.loads(path.read_text(encoding="utf-8"))]
    if not rows:
        return {"cases": 0, "note": "没有录制的回答；先运行 python -m eval.patterns"}
    out: dict[str, Any] = {"cases": len(rows)}
    for way in ("with", "without"):
        found = [faults(r[way], r["slots"]) for r in rows]
        out[way] = {"usable": sum(not f for f in found)} | {
            name: sum(name in f for f in found) for name in ("unreadable", "number", "slot")
        }
    return out | {"unit": "份回答：能用的、读不出的、自己写了数的、用了没给的槽位的"}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--base-url", default="http://127.0.0.1:8099/v1")
    parser.add_argument("--most", type=int, default=5)
    asked = parser.parse_args()
    print(record(asked.ledger, asked.base_url, asked.most))
    print(measure())


if __name__ == "__main__":
    main()
