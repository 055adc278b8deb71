"""The benchmark: a row that breaks or hangs costs only itself, a peer that is better is shown, an exponent is a slope."""

import json
import time
from pathlib import Path

import pytest
from eval import batchrows, bench, rows, scaling, timing
from eval.apart import run_apart
from eval.peers import OURS, NoPeer, ask
from eval.rows import Row
from eval.scaling import Curve, exponent, lines_of

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


def test_a_fixed_cost_does_not_hide_how_the_last_step_grows():
    told = lines_of([Curve("c", "甲", "份", ((1, 0.3), (10, 1.0), (100, 40.0)), 1.06)])

    assert told[-1].endswith("| 1.06 | 1.6 |")


def test_one_amount_of_work_has_no_slope():
    assert exponent([(5, 0.2), (5, 0.3)]) == 0.0


# --- one of many ----------------------------------------------------------------------------------


def test_what_a_measurement_says_last_is_what_it_found():
    ended = run_apart(["-c", "print('loud'); print('[1, 2]')"], 20)

    assert (ended.told, ended.trouble) == ([1, 2], "")


def test_a_measurement_that_breaks_or_says_nothing_is_a_reason_and_no_end():
    broken = run_apart(["-c", "raise ValueError('没有这个文件')"], 20)
    silent = run_apart(["-c", "pass"], 20)

    assert (broken.told, "没有这个文件" in broken.trouble) == (None, True)
    assert silent.told is None
    assert silent.trouble


def runs(number: int) -> bool:
    """Whether a process is there and no mere entry that nobody has collected yet."""
    try:
        return " Z " not in Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    except OSError:
        return False


def test_one_that_hangs_is_ended_in_time_with_whatever_it_started(tmp_path: Path):
    # A child in a session of its own that holds the output open: what a database server or an office suite does.
    child = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {0!r}], start_new_session=True); time.sleep(60)"
    note = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    began = time.monotonic()

    ended = run_apart(["-c", child.format(note)], 3)

    assert "3秒没有量完" in ended.trouble
    assert time.monotonic() - began < 20
    assert not runs(int((tmp_path / "pid").read_text()))


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bench of two rows, of which the first breaks when a file says so."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "breaks").touch()
    good = {"value": "200 MB", "met": True, "peers": {"Ray": "806 MB"}}
    first = (
        f"import json, os; assert not os.path.exists({str(tmp_path / 'breaks')!r}), '坏了'; print(json.dumps({good}))"
    )
    second = f"import json; print(json.dumps({good | {'value': '300 MB', 'met': False}}))"
    monkeypatch.setattr(bench, "measurements", lambda: {"verifier": ["-c", first], "help": ["-c", second]})
    monkeypatch.setattr(bench, "missing_peers", lambda: iter(()))
    return tmp_path


def line_of(page: Path, label: str) -> str:
    (line,) = (x for x in page.read_text(encoding="utf-8").splitlines() if label in x)
    return line


def test_a_row_that_breaks_loses_nothing_but_itself(two: Path):
    code = bench.run(folder=two, page=two / "docs" / "b.md")

    assert code == 1
    assert line_of(two / "docs" / "b.md", "核数 召回").startswith("| ✗ |")
    assert "坏了" in line_of(two / "docs" / "b.md", "核数 召回")
    assert "300 MB" in line_of(two / "docs" / "b.md", "--help")
    assert "could not be measured: verifier" in (two / "docs" / "b.md").read_text(encoding="utf-8")


def test_what_stands_from_another_run_says_so(two: Path, monkeypatch: pytest.MonkeyPatch):
    page = two / "docs" / "b.md"
    monkeypatch.setattr(bench, "_now", lambda: "2026-01-07 08:00")
    (two / "breaks").unlink()
    assert bench.run(folder=two, page=page) == 0
    monkeypatch.setattr(bench, "_now", lambda: "2026-01-08 08:00")
    (two / "breaks").touch()

    bench.run(folder=two, page=page)

    row = line_of(page, "核数 召回")
    assert "跑不了（以前200 MB）" in row
    assert "another run: 2026-01-07 08:00" in row
    assert "another" not in line_of(page, "--help")
    assert "1 stand from another run" in page.read_text(encoding="utf-8")


def test_each_row_stands_as_it_ends(two: Path, monkeypatch: pytest.MonkeyPatch):
    (two / "breaks").unlink()
    seen: list[bool] = []

    def stopped(name: str, *given: object, **more: object) -> bench.Kept:
        if name == "help":
            seen.append("200 MB" in (two / "docs" / "b.md").read_text(encoding="utf-8"))
        return whole(name, *given, **more)  # type: ignore[arg-type]

    whole = bench.measured
    monkeypatch.setattr(bench, "measured", stopped)

    bench.run(folder=two, page=two / "docs" / "b.md")

    assert seen == [True]


def test_a_missed_target_is_a_figure_and_no_failure(two: Path):
    (two / "breaks").unlink()

    assert bench.run(folder=two, page=two / "docs" / "b.md") == 0


def test_a_small_run_keeps_nothing(two: Path, capsys: pytest.CaptureFixture[str]):
    bench.run(small=True, folder=two, page=two / "docs" / "b.md")

    assert "300 MB" in capsys.readouterr().out
    assert not (two / "rows").exists()
    assert not (two / "docs" / "b.md").exists()


def test_a_peer_that_is_better_stands_in_the_table_like_any_other():
    told = Row("50 毫秒", False, {"C++": "3 毫秒", "difflib": "600 毫秒"})._asdict()

    (line,) = [*bench.rows_of([bench.Kept("word_compare", told, "r", "r")], "r")][2:]

    assert line.startswith("| ✗ |")
    assert "C++ 3 毫秒；difflib 600 毫秒" in line


def test_a_row_and_a_cost_of_one_name_can_both_be_asked_for():
    names = bench.measurements()

    assert {"typeset", "growth-typeset"} <= {*names}
    assert names["typeset"] != names["growth-typeset"]


# --- their parts ----------------------------------------------------------------------------------


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
        bench.run(["没有"])


def test_the_smallest_work_of_a_cost_is_done_and_counted():
    curve = scaling.curve("mentions", (1, 2), 1)

    assert [work for work, _ in curve.points] == [10_000, 20_000]
    assert all(cost > 0 for _, cost in curve.points)


def test_a_workbook_may_have_a_thousand_metrics_of_different_names():
    assert len({timing._letters(n) for n in range(2_000)}) == 2_000


def test_the_page_holds_rows_curves_their_picture_and_whose_versions_they_are(tmp_path: Path):
    curve = Curve("c", "识别数字", "字", ((10, 0.1), (100, 1.0)), 1.0)
    page = tmp_path / "docs" / "benchmarks.md"
    page.parent.mkdir()
    bench.keep(bench.Kept("growth-mentions", curve._asdict(), "2026-01-08 08:00", "2026-01-08 08:01"), tmp_path)

    bench.write(folder=tmp_path, page=page)

    text = page.read_text(encoding="utf-8")
    assert "Run of 2026-01-08 08:00" in text
    assert "| 识别数字 | 10 字: 0.100 | 100 字: 1.000 | 1.0 |" in text
    assert "没有量" in line_of(page, "核数 召回")
    assert "lxml " in text
    assert (page.parent / "images" / "scaling.svg").read_text(encoding="utf-8").startswith("<svg")
    held = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["measured"]
    assert held["growth-mentions"]["told"]["exponent"] == 1.0
