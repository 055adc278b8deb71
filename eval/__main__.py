"""`python -m eval run|mutate|baddrafts|bench`."""

import argparse
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str] | None = None) -> int:
    """Run one of the three; 1 when a hard measure fails."""
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="起草全部案例并逐项衡量")
    run.add_argument("cases", nargs="*", help="只跑这些案例")
    mutate = commands.add_parser("mutate", help="核数的变异测试")
    mutate.add_argument("--every", type=int, default=1, help="每几个变异取一个")
    commands.add_parser("baddrafts", help="核数：有错的稿子，逐个数标注")
    bench = commands.add_parser("bench", help="计时，写 docs/benchmarks.md")
    bench.add_argument("--date", default="", help="写进报告的日期，如 2026-01-08")
    bench.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args(arguments)
    return {"run": _run, "mutate": _mutate, "baddrafts": _baddrafts, "bench": _bench}[options.command](options)


def _run(options: argparse.Namespace) -> int:
    from eval.running import run_cases, show, write

    result, times = run_cases(options.cases)
    print(show(result, times))
    if not options.cases:
        write(result, times, RESULTS)
    return 1 if result["failed"] else 0


def _mutate(options: argparse.Namespace) -> int:
    from eval.mutation import benchmark, table, write

    result = benchmark(every=options.every)
    print(table(result))
    if options.every == 1:
        write(result, RESULTS / "mutation.json")
    return 0


def _baddrafts(options: argparse.Namespace) -> int:
    from eval.baddrafts import table

    print(table())
    return 0


def _bench(options: argparse.Namespace) -> int:
    from eval import comparison, word
    from eval.bench import measure, write

    rows = [*measure(options.repeats), *word.measure()]
    print(write(rows, options.date, RESULTS, compared=comparison.measure()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
