"""`python -m eval COMMAND`: see eval/README.md."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chugao.errors import ChugaoError, reason_of
from eval.caseform import Faulty
from eval.generating import COUNT, SEED

HERE = Path(__file__).parent
RESULTS = HERE / "results"
BASELINE = RESULTS / "baseline.json"
_CONTAINED = 10
Options = argparse.Namespace


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 when something got worse or a hard measure fails, 2 when what was given cannot be used."""
    options = _parser().parse_args(arguments)
    handler: Callable[[Options], int] = options.handler
    try:
        return handler(options)
    except ChugaoError as error:
        said, code = str(error), error.exit_code
    except Faulty as error:
        said, code = str(error), 2
    except SystemExit as error:
        # A sentence for a person is a fault of what was given; 1 is for what got worse.
        if not isinstance(error.code, str):
            raise
        said, code = error.code, 2
    except OSError as error:
        said, code = f"{error.filename or ''}：{reason_of(error)}。请换一个位置或者补上文件。", 2
    print(said, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, handler: Callable[[Options], int], told: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=told)
        made.set_defaults(handler=handler)
        return made

    _case_commands(command)
    _part_commands(command)
    _people_commands(command)
    _page_commands(command)
    return parser


def _from(least: int) -> Callable[[str], int]:
    """A whole number no smaller than that, as an option's type."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"“{text}”不对，请写{least}以上的整数")
        return int(text)

    return number


Command = Callable[[str, Callable[[Options], int], str], argparse.ArgumentParser]


def _case_commands(command: Command) -> None:
    run = command("run", _run, "起草全部案例并逐项衡量，写 results/latest.json 和 report.html")
    run.add_argument("cases", nargs="*", help="只跑这些案例，不写结果")
    run.add_argument("--generated", type=_from(0), default=COUNT, help="另加多少个由种子生成的案例")
    run.add_argument("--accept", action="store_true", help="把这次的结果定为门槛 results/baseline.json")
    run.add_argument("--junit", type=Path, default=None, help="另写一份 JUnit XML，给持续集成看")
    held = command("cases", _cases, "看案例写得对不对，列出每个案例")
    held.add_argument("cases", nargs="*", help="只看这些案例")
    held.add_argument("--folder", type=Path, default=None, help="放案例的文件夹，平常是 eval/cases")
    compare = command("compare", _compare, "两份结果成对比较，变差退出 1")
    compare.add_argument("a", type=Path)
    compare.add_argument("b", type=Path)
    gate = command("gate", _gate, "跑全部案例并与门槛比较，变差退出 1")
    gate.add_argument("--against", type=Path, default=BASELINE)
    gate.add_argument("--generated", type=_from(0), default=COUNT)
    gate.add_argument("--junit", type=Path, default=None, help="另写一份 JUnit XML，给持续集成看")
    report = command("report", _report, "由一份结果写 report.html")
    report.add_argument("result", type=Path, nargs="?", default=RESULTS / "latest.json")
    report.add_argument("--against", type=Path, default=None)
    report.add_argument("-o", type=Path, default=RESULTS / "report.html")
    drafts = command("drafts", _drafts, "把手写案例的稿写成 .json，一版代码一个文件夹，给盲读和参考评分用")
    drafts.add_argument("folder", type=Path)
    drafts.add_argument("cases", nargs="*", help="只写这些案例")
    generate = command("generate", _generate, "把由种子生成的案例写进一个文件夹")
    generate.add_argument("folder", type=Path)
    generate.add_argument("--count", type=_from(1), default=COUNT)
    generate.add_argument("--seed", type=int, default=SEED)


def _part_commands(command: Command) -> None:
    mutate = command("mutate", _mutate, "核数的变异测试")
    mutate.add_argument("--every", type=_from(1), default=1, help="每几个变异取一个")
    command("baddrafts", _baddrafts, "核数：有错的稿子，逐个数标注")
    contain = command("contain", _contain, "三百份夹了指令的文稿，模型句句照办，看有没有进稿")
    contain.add_argument("--every", type=_from(1), default=1)
    fuzz = command("fuzz", _fuzz, "对比与修订稿的随机测试")
    fuzz.add_argument("--count", type=_from(1), default=100)
    overview = command("overview", _overview, "变异、识数、检索、对比、修订、注入，合成一张表")
    overview.add_argument("--measure", action="store_true", help="识数和检索重新量，不只读已存的结果")
    ablate = command("ablate", _ablate, "去掉一件，看差多少")
    ablate.add_argument("names", nargs="*")
    ablate.add_argument("--cases", type=_from(0), default=0, help="只用前多少个案例，0 为全部")


def _people_commands(command: Command) -> None:
    blind = command("blind", _blind, "盲读：make 造成对文稿，read 读回评分")
    blind.add_argument("step", choices=("make", "read"))
    blind.add_argument("a", type=Path, help="make：甲版的 .json 文稿夹；read：盲读文件夹")
    blind.add_argument("b", type=Path, nargs="?", help="make：乙版的 .json 文稿夹")
    blind.add_argument("-o", type=Path, default=Path("盲读"))
    blind.add_argument("--key", type=Path, default=None, help="答案另存的位置，不要放进盲读文件夹")
    blind.add_argument("--seed", type=int, default=1)
    judge = command("judge", _judge, "用模型参考评分；没有端点时不做")
    judge.add_argument("a", type=Path)
    judge.add_argument("b", type=Path)
    judge.add_argument("--base-url", default="")
    judge.add_argument("--model", default="")
    judge.add_argument("--yes", action="store_true", help="同意预计的调用数")
    reviewers = command("reviewers", _reviewers, "审阅用时与改动，读工作区的数据库")
    reviewers.add_argument("database", help="数据库地址，如 sqlite:////path/.chugao/chugao.db")
    reviewers.add_argument("--confirm", type=_from(1), default=None, help="把第几条改动定为回归案例")
    reviewers.add_argument("--by", default="", help="谁确认的")


def _page_commands(command: Command) -> None:
    tested = command("tested", _tested, "写 docs/how-it-is-tested.md")
    tested.add_argument("--check", action="store_true", help="只看是不是最新")
    bench = command("bench", _bench, "逐项计时，写 docs/benchmarks.md")
    bench.add_argument("names", nargs="*", help="只量这几项（行名，或 growth-费用名、timings、compare），量好留存")
    bench.add_argument("--kept", action="store_true", help="不量，只用留存的写页面")
    bench.add_argument("--small", action="store_true", help="每项只跑小的一遍，看跑不跑得通，不留存")


# --- cases and gate -------------------------------------------------------------------------------


def _run(options: Options) -> int:
    from eval.containment import measure
    from eval.junit import write_junit
    from eval.mutation import sample
    from eval.probes import ask
    from eval.report import write_report
    from eval.running import run_cases, show, write

    result, times = run_cases(options.cases, generated=0 if options.cases else options.generated)
    print(show(result, times))
    if options.junit:
        write_junit(result, times, options.junit)
    if not options.cases:
        write(result, times, RESULTS)
        write_report(result, times, RESULTS / "report.html")
        if options.accept:
            # A tenth of the papers with orders in them, so that the gate can tell one more that is obeyed.
            result |= {"containment": measure(_CONTAINED), "mutation": sample(), "probes": ask()}
            write(result, times, RESULTS, BASELINE.name)
    return 1 if result["failed"] else 0


def _cases(options: Options) -> int:
    from eval.cases import CASES, check_cases

    cases = check_cases(tuple(options.cases), options.folder or CASES)
    for case in cases:
        print(f"{case.name:<40}{case.variant:<15}{case.kind:<14}{case.level:<4}{case.split:<10}{case.hash}")
    held_out = sum(c.split == "held-out" for c in cases)
    print(f"{len(cases)}个案例都写对了：开发{len(cases) - held_out}个，留出{held_out}个。")
    return 0


def _compare(options: Options) -> int:
    from eval.gate import compare, told
    from eval.kept import read_result

    before, after = read_result(options.a), read_result(options.b)
    if options.a.resolve() == options.b.resolve():
        print(f"{options.a}和{options.b}是同一个文件，比不出什么；请给两次运行的结果。", file=sys.stderr)
    verdict = compare(before, after)
    print(told(verdict))
    return 0 if verdict.passed else 1


def _gate(options: Options) -> int:
    from eval.containment import measure
    from eval.gate import compare, slower, told
    from eval.junit import write_junit
    from eval.kept import read_result, read_times
    from eval.mutation import sample
    from eval.probes import ask
    from eval.report import write_report
    from eval.running import run_cases

    before = read_result(options.against)
    result, times = run_cases(generated=options.generated)
    result["containment"] = measure(before["containment"]["every"]) if "containment" in before else {}
    result["mutation"] = sample(before["mutation"]["every"]) if "mutation" in before else {}
    result["probes"] = ask(before["probes"]) if "probes" in before else {}
    verdict = compare(before, result)
    print(told(verdict))
    print(slower(read_times(RESULTS / "times.json"), times), end="")
    write_report(result, times, RESULTS / "report.html", against=before)
    if options.junit:
        write_junit(result, times, options.junit, verdict)
    return 0 if verdict.passed else 1


def _report(options: Options) -> int:
    from eval.kept import read_result, read_times
    from eval.report import write_report

    against = read_result(options.against) if options.against else None
    result, times = read_result(options.result), read_times(RESULTS / "times.json")
    print(write_report(result, times, options.o, against=against))
    return 0


def _generate(options: Options) -> int:
    from eval.generating import write_cases

    print(f"写了{len(write_cases(options.folder, options.count, options.seed))}个案例到{options.folder}。")
    return 0


def _drafts(options: Options) -> int:
    from chugao.export import to_json
    from eval.cases import all_cases

    options.folder.mkdir(parents=True, exist_ok=True)
    cases = all_cases(tuple(options.cases))
    for case in cases:
        (options.folder / f"{case.name}.json").write_text(to_json(case.draft()), encoding="utf-8")
    print(f"写了{len(cases)}份稿到{options.folder}。")
    return 0


def _keep(name: str, row: Any) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / name).write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# --- parts of the product -------------------------------------------------------------------------


def _mutate(options: Options) -> int:
    from eval.mutation import benchmark, table, write

    result = benchmark(every=options.every)
    print(table(result))
    if options.every == 1:
        write(result, RESULTS / "mutation.json")
    return 0


def _baddrafts(_: Options) -> int:
    from eval.baddrafts import table

    print(table())
    return 0


def _contain(options: Options) -> int:
    from eval.containment import measure, table

    row = measure(options.every)
    print(table(row))
    if options.every == 1:
        _keep("containment.json", row)
    return 1 if row["escaped"] or row["raised"] else 0


def _fuzz(options: Options) -> int:
    from eval.fuzzing import measure, table

    rows = measure(options.count)
    print(table(rows))
    if options.count >= 100:
        _keep("fuzzing.json", rows)
    return 1 if any(row["failed"] for row in rows.values()) else 0


def _overview(options: Options) -> int:
    from eval.overview import overview, table

    print(table(overview(RESULTS, measure=options.measure)))
    return 0


def _ablate(options: Options) -> int:
    from eval.ablations import measure, table

    rows = measure(options.names, options.cases)
    print(table(rows))
    rows = {name: row | {"at": time.strftime("%Y-%m-%d")} for name, row in rows.items()}
    if not options.cases:
        # All of them take half an hour: each stands as soon as it is measured.
        kept = RESULTS / "ablations.json"
        _keep("ablations.json", (json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}) | rows)
    return 0


# --- people ---------------------------------------------------------------------------------------


def _blind(options: Options) -> int:
    from eval import blind

    if options.step == "read":
        key = options.key or options.a.with_name(options.a.name + "-答案.json")
        print(blind.told(blind.read_back(options.a, key)))
        return 0
    if options.b is None:
        print("请给两个文稿夹：python -m eval blind make 甲 乙 -o 盲读", file=sys.stderr)
        return 2
    key = options.key or options.o.with_name(options.o.name + "-答案.json")
    made, alike = blind.make_pairs(options.a, options.b, options.o, key, options.seed)
    if alike:
        print(f"{len(alike)}份两版读起来一样，没有放进去：{'、'.join(alike[:5])}{'等' if len(alike) > 5 else ''}。")
    if made < blind.PAIRS_FOR_A_CLAIM:
        print(f"只有{made}对，读完也不能下结论：至少要{blind.PAIRS_FOR_A_CLAIM}对。")
    print(f"造了{made}对，在{options.o}；答案在{key}，读完之前不要打开。")
    return 0


def _judge(options: Options) -> int:
    from eval import judge

    return judge.run(options.a, options.b, base_url=options.base_url, model=options.model, agreed=options.yes)


def _reviewers(options: Options) -> int:
    from eval import reviewers

    return reviewers.run(options.database, options.confirm, options.by)


# --- pages ----------------------------------------------------------------------------------------


def _tested(options: Options) -> int:
    from eval.tested import PAGE, page

    text = page()
    if options.check:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print("是最新的。" if current else "不是最新的：请运行 python -m eval tested。")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


def _bench(options: Options) -> int:
    from eval import bench

    if options.kept:
        print(bench.write())
        return 0
    return bench.run(options.names, small=options.small)


if __name__ == "__main__":
    sys.exit(main())
