"""The gate: one fault more of each kind stops, says what and where; better and equal pass; words need evidence."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from eval.__main__ import main
from eval.gate import HARD, compare, interval, slower, told
from eval.junit import write_junit
from eval.report import bars, lines_plot, marked, strip, write_report
from eval.running import ALL


def row(**changed: Any) -> dict[str, Any]:
    """A case that passes."""
    scores = {m.__name__: 0 for m in ALL} | {
        "coverage": 1.0,
        "distinct_4": 0.94,
        "coverage_in_prose": 1.0,
        "order": 1.0,
        "numbers_per_1000": 0,
    }
    measures = {name: {"score": score, "spans": []} for name, score in scores.items()}
    return {
        "hash": "aa", "split": "dev", "variant": "clean", "draft": "d", "failed": [], "tells": 0, "measures": measures,
    } | changed  # fmt: skip


def result(count: int = 12) -> dict[str, Any]:
    return {
        "schema_version": 2, "suite": "s", "code": "c", "split": {"dev": count}, "failed": {},
        "cases": {f"案例{n:02d}": row(hash=f"{n:02d}") for n in range(count)},
        "generated": {"seed": 1, "cases": {}},
    }  # fmt: skip


def worsened(measure: str, score: float, *spans: tuple[str, str, str], case: str = "案例03") -> dict[str, Any]:
    bad = copy.deepcopy(result())
    bad["cases"][case]["measures"][measure] = {"score": score, "spans": [list(s) for s in spans]}
    return bad


def test_the_same_twice_passes():
    verdict = compare(result(), result())

    assert verdict.passed
    assert verdict.paired == 12
    assert "没有变差" in told(verdict)


ONE_FAULT = [
    (gate, measure) for gate, measures in HARD.items() for measure in measures if measure not in ("coverage", "length_over")
]  # fmt: skip


@pytest.mark.parametrize(("gate", "measure"), ONE_FAULT, ids=[m for _, m in ONE_FAULT])
def test_one_fault_more_in_one_case_stops_whatever_it_is(gate: str, measure: str):
    verdict = compare(result(), worsened(measure, 1, ("results.1.2", "93.6%", "没有出处")))

    assert [(w.gate, w.measure, w.hard) for w in verdict.worse] == [(gate, measure, True)]
    assert "案例03" in verdict.worse[0].sentence
    assert "results.1.2" in verdict.worse[0].sentence
    assert "93.6%" in verdict.worse[0].sentence
    assert "0处变为1处" in verdict.worse[0].sentence


def test_a_fact_that_is_no_longer_stated_stops():
    verdict = compare(result(), worsened("coverage", 0.5, ("", "手术台次", "")))

    assert [(w.gate, w.measure) for w in verdict.worse] == [("应写", "coverage")]
    assert "手术台次" in verdict.worse[0].sentence


def test_a_draft_over_its_ceiling_stops():
    over = worsened("length", 1300, ("", "1300", "上限1200"))
    over["cases"]["案例03"]["failed"] = ["length"]

    assert [(w.gate, w.measure) for w in compare(result(), over).worse] == [("结构", "length_over")]


def test_a_longer_draft_below_its_ceiling_is_no_fault():
    assert compare(result(), worsened("length", 1100)).passed


def test_an_order_obeyed_once_more_stops_and_names_the_paper():
    before = result() | {"containment": {"escaped": 0, "raised": 0}}
    after = result() | {"containment": {"escaped": 1, "raised": 0, "places": [["甲/ignore.txt", "plan.1", "照做了"]]}}

    verdict = compare(before, after)

    assert [w.gate for w in verdict.worse] == ["注入"]
    assert "甲/ignore.txt" in verdict.worse[0].sentence


def verified(missed: list[str], alarms: list[str], **other: str) -> dict[str, Any]:
    held = {"every": 3, "sentences": "s", "mutants": 9, "missed": missed, "alarms": alarms}
    return result() | {"mutation": held | other}


def test_a_wrong_number_that_the_verifier_no_longer_sees_stops_and_so_does_a_right_one_it_flags():
    before = verified(["甲（1 → 2）"], [])

    missed = compare(before, verified(["甲（1 → 2）", "门诊3人次（3 → 4）"], []))
    alarm = compare(before, verified([], ["手术7台（7台）"]))

    assert [(w.gate, "门诊3人次" in w.sentence) for w in missed.worse] == [("核数", True)]
    assert ["手术7台" in w.sentence for w in alarm.worse] == [True]
    assert compare(before, verified([], [])).passed


def test_the_verifier_is_not_held_against_other_sentences():
    assert compare(verified([], []), verified(["甲（1 → 2）"], [], sentences="others")).passed


def asked(wrong: list[str], of: str = "q") -> dict[str, Any]:
    return result() | {"probes": {"算术": {"asked": of, "questions": 9, "wrong": wrong}}}


def test_a_question_that_a_part_answers_wrong_now_stops_and_one_it_always_answered_wrong_does_not():
    verdict = compare(asked(["甲：没有看出"]), asked(["甲：没有看出", "乙：没有看出"]))

    assert [(w.gate, w.measure, w.hard) for w in verdict.worse] == [("探问", "算术", True)]
    assert "乙：没有看出" in verdict.worse[0].sentence
    assert compare(asked(["甲：没有看出"]), asked([])).passed


def test_other_questions_are_not_compared_and_that_is_told():
    verdict = compare(asked([]), asked(["乙：没有看出"], of="others"))

    assert verdict.passed
    assert verdict.left_out == ("探问算术",)
    assert "探问算术" in told(verdict)
    assert compare(asked([]), result()).left_out == ("探问算术",)


def test_one_fault_is_not_outweighed_by_faults_that_went_away_elsewhere():
    before = worsened("untraced", 5, case="案例01")

    verdict = compare(before, worsened("untraced", 1, case="案例02"))

    assert [w.measure for w in verdict.worse] == ["untraced"]
    assert "案例02" in verdict.worse[0].sentence


def test_fewer_faults_pass():
    assert compare(worsened("untraced", 5), result()).passed


def test_cases_are_paired_by_their_bytes_and_what_is_gone_is_told():
    changed = result()
    changed["cases"]["案例05"]["hash"] = "other"
    del changed["cases"]["案例06"]

    verdict = compare(result(), changed)

    assert verdict.paired == 10
    assert verdict.left_out == ("案例05", "案例06")
    assert [(w.gate, "案例06" in w.sentence) for w in verdict.worse] == [("失踪", True)]


def test_a_case_of_published_papers_that_are_not_there_is_told_and_stops_nothing():
    before, after = result(), result()
    before["cases"]["案例06"]["variant"] = before["cases"]["案例07"]["variant"] = "real"
    del after["cases"]["案例06"]

    silent = compare(before, after)
    after["not_run"] = ["案例06", "案例05"]
    said = compare(before, after)
    del after["cases"]["案例05"]  # an invented case is there wherever the repository is

    assert not silent.passed
    assert said.passed
    assert "案例06" in told(said)
    assert [w.gate for w in compare(before, after).worse] == ["失踪"]


def test_a_new_case_that_fails_by_itself_stops():
    more = result()
    more["cases"]["新案例"] = row(failed=["untraced"], hash="nn")
    more["cases"]["新案例"]["measures"]["untraced"] = {"score": 2, "spans": [["results", "7", ""]]}

    assert [w.measure for w in compare(result(), more).worse] == ["untraced"]


SOFTER = [
    ("coverage_in_prose", 0.7), ("distinct_4", 0.8), ("rep_8", 0.2), ("order", 0.6), ("copied_share", 0.1),
    ("alike_texts", 2), ("misplaced_grounds", 1), ("goals_backwards", 1), ("calls", 9),
    ("numbers_per_1000", 12),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "score"), SOFTER, ids=[m for m, _ in SOFTER])
def test_words_that_are_worse_nearly_everywhere_stop(measure: str, score: float):
    bad = result()
    for number, held in enumerate(bad["cases"].values()):
        if number:
            held["measures"][measure]["score"] = score

    verdict = compare(result(), bad)

    assert [(w.measure, w.hard) for w in verdict.worse] == [(measure, False)]
    assert "95%区间" in verdict.worse[0].sentence
    assert "最差的是" in verdict.worse[0].sentence


def test_words_that_are_worse_in_the_cases_by_hand_stop_however_many_generated_ones_are_the_same():
    before = result()
    scores = {"rep_8": 0.01, "coverage": 1}
    made = {"hash": "g", "split": "dev", "variant": "generated", "draft": "d", "failed": [], "tells": 0}
    before["generated"]["cases"] = {
        f"生成{n:03d}": made | {"hash": f"g{n}", "scores": scores, "places": {}} for n in range(300)
    }
    after = copy.deepcopy(before)
    for held in after["cases"].values():
        held["measures"]["rep_8"] = {"score": 0.06, "spans": []}

    verdict = compare(before, after)

    assert [(w.gate, w.measure, w.hard) for w in verdict.worse] == [("文字", "rep_8", False)]
    assert compare(before, before).passed


def test_words_that_are_worse_in_one_case_and_better_in_another_do_not_stop():
    mixed = result()
    mixed["cases"]["案例01"]["measures"]["coverage_in_prose"]["score"] = 0.9
    before = worsened("coverage_in_prose", 0.9, case="案例02")

    assert compare(before, mixed).passed


def test_words_that_are_better_everywhere_are_told():
    good = result()
    for held in good["cases"].values():
        held["measures"]["distinct_4"]["score"] = 0.99

    verdict = compare(result(), good)

    assert verdict.passed
    assert ["用词变化" in line for line in verdict.better] == [True]


def test_the_interval_is_the_same_each_time_and_holds_the_mean():
    gains = [0.1, -0.2, 0.05, 0.0, -0.1, 0.02] * 5

    mean, low, high = interval(gains)

    assert (mean, low, high) == interval(gains)
    assert low < mean < high
    assert interval([0.5] * 8) == (0.5, 0.5, 0.5)


def test_drafting_that_takes_three_times_as_long_is_told_and_twenty_percent_is_not():
    before = {f"案例{n}": 0.2 for n in range(20)}

    assert slower(before, dict.fromkeys(before, 0.6))
    assert not slower(before, dict.fromkeys(before, 0.24))


# --- the commands ---------------------------------------------------------------------------------


def written(folder: Path, name: str, value: dict[str, Any]) -> str:
    (folder / name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return str(folder / name)


def test_compare_exits_one_with_the_sentence_and_nought_when_nothing_is_worse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    a, b = (
        written(tmp_path, "a.json", result()),
        written(tmp_path, "b.json", worsened("inventions", 1, ("s", "达芬奇", ""))),
    )

    assert main(["compare", a, a]) == 0
    assert main(["compare", a, b]) == 1

    assert "达芬奇" in capsys.readouterr().out


def test_a_gate_without_a_baseline_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["gate", "--against", str(tmp_path / "没有.json")]) == 2
    assert "--accept" in capsys.readouterr().err


def test_what_got_worse_is_told_to_a_machine_too(tmp_path: Path):
    import xml.etree.ElementTree as ET

    bad = worsened("untraced", 1, ("results.1", "93.6%\x00<b>", "没有出处"))
    bad["cases"]["案例03"]["failed"] = ["untraced"]

    root = ET.parse(write_junit(bad, {"案例03": 0.25}, tmp_path / "j.xml", compare(result(), bad))).getroot()

    cases, gate = root
    assert [(s.get("tests"), s.get("failures")) for s in (cases, gate)] == [("12", "1"), ("1", "1")]
    (failed,) = [test for test in cases if test.find("failure") is not None]
    assert (failed.get("name"), failed.get("time")) == ("案例03", "0.250")
    assert "93.6%" in (failed.findtext("failure") or "")
    assert "没有出处的数字" in gate[0][0].get("message", "")
    passed = ET.parse(write_junit(result(), {}, tmp_path / "k.xml", compare(result(), result()))).getroot()
    assert [s.get("failures") for s in passed] == ["0", "0"]


# --- the page -------------------------------------------------------------------------------------


def test_the_page_needs_nothing_beside_it_marks_what_failed_and_says_the_verdict(tmp_path: Path):
    bad = worsened("untraced", 1, ("results.1", "93.6%", "全年93.6%没有出处"))
    bad["cases"]["案例03"]["failed"], bad["failed"] = ["untraced"], {"案例03": ["untraced"]}

    page = write_report(bad, {"案例03": 0.2}, tmp_path / "report.html", against=result()).read_text(encoding="utf-8")

    assert '<mark class="hard">93.6%</mark>' in page
    assert "<svg" in page
    assert "案例03" in page
    assert not any(mark in page for mark in ("http://", "https://", "<script", "src=", "@import"))


def test_what_stands_in_a_draft_is_never_markup_of_the_page():
    assert marked("<b>甲</b>93%", "93%", "hard") == '&lt;b&gt;甲&lt;/b&gt;<mark class="hard">93%</mark>'
    assert "<script" not in bars([("<script>", 1.0)])


def test_what_a_case_and_its_places_are_called_is_never_markup_of_the_page(tmp_path: Path):
    evil, odd = "<img src=x onerror=alert(1)>", result(2)
    odd["cases"] = {f"{n}{evil}": r | {"tells": n} for n, r in enumerate(odd["cases"].values())}
    bad = odd["cases"][f"0{evil}"]
    bad["measures"]["untraced"] = {"score": 1, "spans": [[evil, evil, evil]]}
    bad["failed"], bad["variant"], odd["suite"], odd["code"] = ["untraced", evil], evil, evil, evil
    made = {k: bad[k] for k in ("hash", "split", "variant", "draft", "tells")} | {"failed": ["untraced"]}
    odd["generated"]["cases"] = {
        f"g-{evil}": made | {"scores": {"length": 5, "untraced": 1}, "places": {"untraced": [[evil, evil, evil]]}}
    }
    odd["failed"] = {f"0{evil}": ["untraced"]}

    page = write_report(odd, {f"0{evil}": 0.2}, tmp_path / "report.html", against=result()).read_text(encoding="utf-8")

    assert "&lt;img src=x" in page
    assert "<img" not in page


def test_the_page_fits_a_narrow_window_and_runs_no_script(tmp_path: Path):
    page = write_report(result(), {}, tmp_path / "report.html").read_text(encoding="utf-8")

    assert 'name="viewport"' in page
    assert "default-src 'none'" in page
    assert page.count("<svg") == page.count("<svg viewBox=")


def test_each_measure_is_drawn_once_and_says_whose_dot_it_is(tmp_path: Path):
    apart = result()
    for n, row in enumerate(apart["cases"].values()):
        row["measures"]["numbers_per_1000"]["score"] = n

    page = write_report(apart, {}, tmp_path / "report.html").read_text(encoding="utf-8")

    assert page.count("<h3>每千字数字<") == 1
    assert "<title>案例03：3</title>" in page
    assert "各例都一样的不画" in page
    assert "<h3>次序<" not in page


def test_plots_take_equal_and_empty_values():
    assert "NaN" not in strip([(2.0, "甲"), (2.0, "乙")]) + bars([("甲", 0.0)]) + lines_plot(
        {"甲": [(1, 0.1), (10, 1.0)]}
    )
    assert lines_plot({}) == ""
