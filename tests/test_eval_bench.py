"""The benchmark's rows: a row that breaks says so, a peer that is better is shown, an exponent is the slope it claims."""

import json
from pathlib import Path

import pytest
from eval import batchrows, bench, rows, scaling
from eval.peers import OURS, NoPeer, ask
from eval.rows import Row, lines_of, run_row
from eval.scaling import Curve, exponent

DESIGN = (
    "untraced", "verifier", "retrieval", "filtered", "word_compare", "redline_cold", "redline_warm", "redline_exact",
    "typeset", "batch_pipeline", "batch_engine", "batch_engine_postgres", "paid_again", "compare_page", "offline_draft",
    "help", "batch_memory",
)  # fmt: skip


def test_every_row_of_the_design_has_a_benchmark():
    # Asked for beside it by the issues: long redlines, files that come back, PDF, the speed of checks, fifty readers.
    beside = {
        "redline_100",
        "redline_bare",
        "returned",
        "pdf_warm",
        "check_one",
        "copy_check",
        "many_documents",
        "readers",
    }
    assert set(rows.ROWS) == {*DESIGN, *beside}


@pytest.mark.parametrize(("power", "shown"), [(1, 1.0), (2, 2.0), (0, 0.0)])
def test_the_exponent_is_the_slope_through_the_logarithms(power: int, shown: float):
    assert exponent([(n, 0.01 * n**power) for n in (1, 10, 100)]) == shown


def test_one_amount_of_work_has_no_slope():
    assert exponent([(5, 0.2), (5, 0.3)]) == 0.0


def test_a_row_that_breaks_says_so_and_how(monkeypatch: pytest.MonkeyPatch):
    def broken(_: bool) -> rows.Made:
        raise ValueError("没有这个文件")

    monkeypatch.setitem(rows.ROWS, "broken", ("坏的", "0", broken))

    row = run_row("broken", True)

    assert (row.value, row.met) == ("跑不了", False)
    assert "没有这个文件" in row.note
    assert row.peak_mb > 0


def test_a_peer_that_is_better_stands_in_the_table_like_any_other():
    row = Row("x", "对比", "≤ 30", "50 毫秒", False, {"C++": "3 毫秒", "difflib": "600 毫秒"})

    (line,) = lines_of([row])[2:]

    assert line.startswith("| ✗ |")
    assert "C++ 3 毫秒；difflib 600 毫秒" in line


def test_a_peer_s_script_runs_apart_and_its_failure_is_a_reason():
    echo = "import json, sys; print(json.dumps(json.load(sys.stdin) * 2))"

    assert ask(OURS, "echo", echo, 21) == 42
    with pytest.raises(NoPeer, match="ZeroDivisionError"):
        ask(OURS, "broken", "1/0", None)


def test_the_plain_loop_that_stands_beside_the_batch_takes_what_it_should():
    took = ask(OURS, "asyncio", batchrows.PLAIN, {"calls": 32, "latency": 0.05})

    assert took >= 0.1


def test_an_unknown_row_names_those_there_are():
    with pytest.raises(SystemExit, match="batch_engine"):
        rows.every_row(["没有"])


def test_the_smallest_work_of_a_cost_is_done_and_counted():
    (curve,) = scaling.curves((1, 2), 1, ["mentions"])

    assert [work for work, _ in curve.points] == [10_000, 20_000]
    assert all(cost > 0 for _, cost in curve.points)


def test_a_workbook_may_have_a_thousand_metrics_of_different_names():
    assert len({bench._letters(n) for n in range(2_000)}) == 2_000


def test_the_page_holds_rows_curves_and_their_picture(tmp_path: Path):
    curve = Curve("c", "识别数字", "字", ((10, 0.1), (100, 1.0)), 1.0)
    page = tmp_path / "docs" / "benchmarks.md"
    page.parent.mkdir()

    bench.write([], "2026-01-08", tmp_path, page, held=[Row("x", "内存", "≤ 280 MB", "200 MB", True)], grown=[curve])

    text = page.read_text(encoding="utf-8")
    assert "| ✓ | 内存 |" in text
    assert "| 识别数字 | 10 字: 0.100 | 100 字: 1.000 | 1.0 |" in text
    assert (page.parent / "images" / "scaling.svg").read_text(encoding="utf-8").startswith("<svg")
    assert json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["scaling"][0]["exponent"] == 1.0
