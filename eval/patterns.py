"""What the pattern is worth that a model's answer must obey: the same questions with it and without.

In: the ledger of a run of `eval.assisted`, whose answers were held to the pattern, and the endpoint that gave them.
Out: `results/patterns-<model>.json`, both answers to each question as they came; `measure` reads them.

    python -m eval.patterns LEDGER.db --base-url http://127.0.0.1:8099/v1 [--most 5]

The answer with the pattern is the one the ledger holds; only the other is asked for, with the same messages, seed and
parameters.  A pair therefore stays a pair when the prompts change afterwards: its row names the prompt it was asked with.

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

from eval.blind import sign_test

RESULTS = Path(__file__).parent / "results"
_WAIT_S = 1200
_SLOT = re.compile(r"\{([a-z][a-z_0-9]*\.[a-z_]+)\}")
_NUMBER = re.compile(
    r"[0-9０-９]+(?:\.[0-9０-９]+)?|[一二三四五六七八九十百千万两]+(?:个|项|次|例|台|人|名|家|天|月|日|年|成|%|倍)"
)


def questions(ledger: Path) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(prompt, what was sent, what came) of every first question about a section that was answered, shortest first.

    A question that was asked again tells what was wrong with the answer before: it is no question of its own.
    """
    connection = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    asked = "select prompt, request, response from call where state = 'done' and prompt like '%/part@%' order by input_tokens"
    for prompt, request, response in connection.execute(asked):
        sent = json.loads(request)
        if not sent["sample"] and "schema" in json.dumps(sent["parameters"].get("response_format", {})):
            yield prompt, sent, json.loads(response)["text"]


def record(ledger: Path, base_url: str, most: int) -> Path:
    """Ask again so many questions that were asked with the pattern, without it; each answer is kept as it comes."""
    every = list(questions(ledger))
    path = RESULTS / f"patterns-{every[0][1]['model'] if every else 'none'}.json"
    kept: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    known = {(row["prompt"], row["asked"]) for row in kept}
    fresh = [x for x in every if (x[0], _first_line(x[1])) not in known]
    for prompt, sent, came in fresh[:most]:
        user = sent["messages"][-1]["content"]
        row = {"asked": _first_line(sent), "prompt": prompt, "slots": sorted(set(_SLOT.findall(user)))}
        kept.append(row | {"with": came, "without": _ask(base_url, sent)})
        path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _first_line(sent: dict[str, Any]) -> str:
    return str(sent["messages"][-1]["content"]).partition("\n")[0]


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
    texts = _texts(answer)
    if not texts:
        return {"unreadable"}
    found = {"number"} if any(_own_numbers(t) for t in texts) else set()
    return found | ({"slot"} if any(set(_SLOT.findall(t)) - set(slots) for t in texts) else set())


def _texts(answer: str) -> list[str]:
    """Sentences and heading; none when the answer cannot be read as the shape that was asked for."""
    from chugao.engines.answers import reply_of

    told = reply_of(answer)
    return [s.text for b in told.blocks for s in b.sentences] + [told.heading or ""] if told and told.blocks else []


def _own_numbers(text: str) -> int:
    """Numbers that the model wrote itself: a figure or a quantity in Chinese numerals, outside slots."""
    return len(_NUMBER.findall(_SLOT.sub("", text)))


def measure() -> dict[str, Any]:
    """Of the recorded answers: how many can be used, and what is wrong with the others, with the pattern and without.

    A pair is for the pattern when only the answer with it can be used, against it when only the other can.
    """
    rows = [r for path in sorted(RESULTS.glob("patterns-*.json")) for r in json.loads(path.read_text(encoding="utf-8"))]
    if not rows:
        return {"cases": 0, "note": "没有录制的回答；先运行 python -m eval.patterns"}
    out: dict[str, Any] = {"cases": len(rows)}
    usable: dict[str, list[bool]] = {}
    for way in ("with", "without"):
        found = [faults(r[way], r["slots"]) for r in rows]
        usable[way] = [not f for f in found]
        out[way] = {"usable": sum(usable[way])} | {
            name: sum(name in f for f in found) for name in ("unreadable", "number", "slot")
        }
        out[way]["numbers"] = sum(_own_numbers(t) for r in rows for t in _texts(r[way]))
    pairs = list(zip(usable["with"], usable["without"], strict=True))
    only = pairs.count((True, False)), pairs.count((False, True))
    out |= {"only_with": only[0], "only_without": only[1], "p": sign_test(*only)}
    return out | {"unit": "份回答：能用的、读不出的、自己写了数的、用了没给的槽位的；numbers 为自己写的数的个数"}


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
