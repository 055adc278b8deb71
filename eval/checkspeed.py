"""How long the checks take: one text against the figures, copying against a million sentences, five hundred documents.

In: whether small.  Out: rows like those of `eval.rows`: value, whether the target is met, peers, a note.

`python -m eval.checkspeed` prints them.  CPU time, since the cores are shared; a plain loop timed in the same run says
how fast the machine was just then.

Surprise: what makes the copy check slow is not how much is kept but how often the same sentence stands in it.  So it is
measured twice: where nearly every sentence stands once, and where half of them are an office's own, said in hundreds of
documents.
"""

import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "examples" / "figures"
CORPUS = ROOT / "corpus"
LONG, SHORT, SENTENCES, DOCUMENTS = 10_000, 5_000, 1_000_000, 500
_DEPARTMENTS = ("医务科", "护理部", "院感科", "药学部", "急诊科", "门诊部", "信息科", "公共卫生科", "总务科", "科教科")
_LIMIT_CHECK_MS, _LIMIT_COPY_MS, _LIMIT_DOCUMENTS_S = 200, 20, 90

Made = tuple[str, bool | None, dict[str, str], str]


def _cpu_ms(work: Callable[[], Any], repeats: int) -> float:
    """Median CPU milliseconds; the first run is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * statistics.median(times)


def _loop_ms() -> float:
    """A million turns of a plain loop: how fast this machine is at this moment."""

    def turn() -> int:
        total = 0
        for n in range(1_000_000):
            total += n
        return total

    return _cpu_ms(turn, 3)


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """(department, text) of the shipped past reports."""
    from chugao.documents.structure import understand

    files = (p for p in sorted(CORPUS.iterdir()) if p.suffix in (".txt", ".docx", ".html"))
    return tuple((next((d for d in _DEPARTMENTS if p.name.startswith(d)), ""), understand(p).text) for p in files)


def check_one(small: bool) -> Made:
    """10,000 characters of reports against about 200 facts."""
    import chugao
    from chugao.metrics.facts import derive
    from chugao.period import Period

    figures = chugao.read_metrics(FIGURES / "医务科-2025.xlsx")
    facts = len(derive(figures, Period(year=2025)).by_slot)
    own = [t for d, t in texts() if d == "医务科"]
    text = "\n".join(["医务科2025年工作总结", *own, *(t for d, t in texts() if d != "医务科")])[
        : 2_000 if small else LONG
    ]
    spent = _cpu_ms(lambda: chugao.examine(text, figures), 3 if small else 9)
    numbers = len(re.findall(r"\d+", text))
    note = f"{len(text)}字，{numbers}处数字，{facts}个事实；同时百万次空转{_loop_ms():.0f}毫秒"
    return f"{spent:.0f} 毫秒", spent <= _LIMIT_CHECK_MS, {}, note


def copy_check(small: bool) -> Made:
    """Runs of 19 and more characters of 5,000 characters against a million sentences."""
    from chugao.corpus.winnowing import RunIndex

    many = 20_000 if small else SENTENCES
    bank = [s for _, t in texts() for s in re.split(r"(?<=[。！？\n])", t) if len(s) > 10]
    asked = "".join(Random(2).sample(bank, min(len(bank), 200)))[:SHORT]
    told = []
    for share in (0.01, 0.5):
        index = RunIndex(_documents(bank, many, share))
        index.runs(asked[:100])  # sorted once, when first asked
        told.append((_cpu_ms(lambda held=index: held.runs(asked), 9), len(index.runs(asked)), index.nbytes / 1e6))  # type: ignore[misc]
        del index
    (plain, runs, size), (office, more, _) = told
    note = f"{many}句，{size:.0f} MB，{runs}处相同；一半是各单位都写的句子时{office:.0f}毫秒（{more}处相同）"
    note += f"；同时百万次空转{_loop_ms():.0f}毫秒"
    return f"{plain:.1f} 毫秒", plain <= _LIMIT_COPY_MS, {}, note


def _documents(bank: list[str], many: int, share: float) -> Iterator[tuple[str, str]]:
    """Documents of 500 sentences: this share of them from the bank, the others of words at random."""
    chance = Random(3)
    words = sorted({w for s in bank for w in re.findall("[一-鿿]{2,4}", s)})
    for number in range(many // 500):
        said = [chance.choice(bank) for _ in range(int(500 * share))]
        said += ["".join(chance.choices(words, k=13)) + "。" for _ in range(500 - len(said))]
        chance.shuffle(said)
        yield f"{number}", "".join(said)


def many_documents(small: bool) -> Made:
    """Five hundred reports, each against its department's figures, by two processes."""
    number = 10 if small else DOCUMENTS
    asked = list(_reports(number))
    start, load = time.monotonic(), os.getloadavg()[0]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(_checked, asked, chunksize=5))
    spent, cpu = time.monotonic() - start, sum(d[1] for d in done)
    size = sum(len(t) for _, t in asked) // number
    note = f"平均{size}字；两个进程共{cpu:.0f}秒CPU（负荷{load:.1f}）；意见{sum(d[0] for d in done)}条"
    # Where others use the cores the wall clock tells of them; two free cores need half the CPU time.
    met = min(spent, cpu / 2) <= _LIMIT_DOCUMENTS_S
    return f"{spent:.0f} 秒", met, {}, note


def _reports(number: int) -> Iterator[tuple[str, str]]:
    """Five thousand characters of a department's reports each, no two with the same figures."""
    own = {d: "\n".join(t for x, t in texts() if x == d) for d in _DEPARTMENTS}
    known = [(d, t[:SHORT]) for d, t in own.items() if len(t) > SHORT // 2]
    for n in range(number):
        department, text = known[n % len(known)]
        yield department, _OTHER_FIGURES.sub(partial(_other, Random(n)), text)


_OTHER_FIGURES = re.compile(r"(?<![\d.])\d{3,5}(?![\d.年])")


def _other(chance: Random, match: re.Match[str]) -> str:
    return str(int(match[0]) + chance.randint(0, 9))


def _checked(row: tuple[str, str]) -> tuple[int, float]:
    import chugao

    department, text = row
    start = time.process_time()
    found = len(chugao.check(text, _figures(department)))
    return found, time.process_time() - start


@cache
def _figures(department: str) -> Any:
    import chugao

    return chugao.read_metrics(FIGURES / f"{department}-2025.xlsx")


ROWS: dict[str, tuple[str, str, Callable[[bool], Made]]] = {
    "check_one": ("核对一万字对约两百个事实，CPU", f"≤ {_LIMIT_CHECK_MS} 毫秒", check_one),
    "copy_check": ("五千字查抄一百万句，CPU", f"≤ {_LIMIT_COPY_MS} 毫秒", copy_check),
    "many_documents": ("核对五百份，两个进程", f"≤ {_LIMIT_DOCUMENTS_S} 秒", many_documents),
}
"""name → (label, target, how), as in `eval.rows`."""


def main(arguments: list[str]) -> int:
    """Print the rows named, or all; 1 when a target is missed."""
    small, missed = "--small" in arguments, False
    for name in [a for a in arguments if a in ROWS] or ROWS:
        label, target, work = ROWS[name]
        value, met, _, note = work(small)
        missed |= met is False
        row = {"row": name, "label": label, "target": target, "value": value, "met": met, "note": note}
        print(json.dumps(row, ensure_ascii=False), flush=True)
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
