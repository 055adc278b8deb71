"""The cases, the generator, the injected papers, the fuzz runs and the pages about them are what they say."""

import json
from collections import Counter
from pathlib import Path

import pytest
from eval import overview, patterns, tested
from eval.ablations import ABLATIONS, _without_past, pattern
from eval.cases import CASES, SHARED, VARIANTS, all_cases, read_case
from eval.containment import Obedient, measure, papers
from eval.fuzzing import measure as fuzz
from eval.generating import write_cases
from eval.payloads import PAYLOADS
from eval.plain import plain
from eval.running import measure_case, run_cases
from eval.truth import truths_of

LEVELS = {"科室", "医院", "乡镇", "区县", "市"}
KINDS = {"summary", "plan", "summary-plan", "key-points", "ideas"}

# --- by hand --------------------------------------------------------------------------------------


def test_every_kind_is_drafted_at_every_level_and_every_oddity_occurs():
    cases = all_cases()

    assert len([c for c in cases if c.variant != "real"]) >= 40
    assert {(c.kind, c.level) for c in cases} == {(k, x) for k in KINDS for x in LEVELS}
    by_variant = Counter(c.variant for c in cases)
    assert all(by_variant[v] >= 2 for v in VARIANTS if v not in ("real", "generated"))


def test_the_split_follows_from_the_bytes_and_is_near_seven_to_three():
    cases = all_cases()

    assert {c.name: c.split for c in cases} == {c.name: c.split for c in all_cases()}
    assert 0.5 < sum(c.split == "dev" for c in cases) / len(cases) < 0.9


def test_what_is_forbidden_is_not_what_is_given():
    for case in all_cases():
        # A paper of policy prints no figure at all: there a figure may be given and forbidden.
        figures = () if case.kind in ("key-points", "ideas") else case.late or case.figures
        given = "\n".join(_printable(plain(case.folder / f), case.department) for f in (*figures, *case.matters))
        for word in case.forbidden:
            assert word.rstrip("年").isdigit() or word not in given, (case.name, word)


def _printable(text: str, department: str) -> str:
    """Given rows that a draft may print: not what is withheld, masked or another department's."""
    lines = [x for x in text.splitlines() if not any(mark in x for mark in (",不写", ",内部", "**", "XX", "xx"))]
    if text.startswith("部门,"):
        lines = [x for x in lines if x.partition(",")[0] in ("", department)]
    return "\n".join(lines)


def test_a_changed_byte_is_another_case(tmp_path: Path):
    source = CASES / "very-small"
    for file in source.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = read_case(tmp_path).hash

    (tmp_path / "figures.csv").write_text((source / "figures.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert before == read_case(source).hash
    assert read_case(tmp_path).hash != before


def test_cases_of_real_facts_are_left_out_loudly_without_their_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    real = [c.name for c in all_cases() if c.variant == "real"]
    monkeypatch.setattr("eval.cases.SHARED", Path("/nowhere"))

    left = [c.name for c in all_cases()]

    assert not {*real} & {*left}
    said = capsys.readouterr().err
    assert all(name in said for name in real) or not SHARED.is_dir()


# --- our own reading of files ---------------------------------------------------------------------


def test_pages_word_files_and_pdfs_are_read_with_what_they_hide(tmp_path: Path):
    page = tmp_path / "页.html"
    page.write_text('<p>甲</p><p style="display:none">乙</p><!-- 丙 --><script>丁</script>', encoding="utf-8")
    corpus = CASES.parents[1] / "corpus"

    assert plain(page).split() == ["甲", "乙", "丙"]
    for suffix in (".pdf", ".docx", ".html"):
        assert "202" in plain(next(p for p in sorted(corpus.iterdir()) if p.suffix == suffix))


def test_wide_figures_periods_and_marks_for_nothing_are_read_without_the_product(tmp_path: Path):
    wide, long = tmp_path / "宽.csv", tmp_path / "长.csv"
    wide.write_text("指标名称,单位,2024年,2025年,2026年目标\n门诊人次,万人次,3.1,3.2,3.5\n", encoding="utf-8")
    long.write_text(
        "部门,年度,期间,指标名称,本期值,单位\n甲,2025,1—10月,手术,7,台\n甲,2025,全年,手术,9,台\n乙,2025,1—10月,手术,8,台\n"
        "甲,2025,1—10月,住院,**,人\n", encoding="utf-8",
    )  # fmt: skip

    (first,) = truths_of([wide], "2025", "甲")
    (second,) = truths_of([long], "2025M1-10", "甲")

    assert [first.value("门诊人次", f) for f in ("now", "prev", "goal")] == [32000, 31000, 35000]
    assert second.value("手术", "now") == 7
    assert second.value("住院", "now") is None


def test_a_part_of_a_year_is_held_against_the_target_of_the_year_where_it_has_none_of_its_own(tmp_path: Path):
    file = tmp_path / "指标.csv"
    file.write_text(
        "部门,年度,期间,指标名称,本期值,单位,上年同期值,目标值\n甲,2025,上半年,手术,40,台,38,\n甲,2025,上半年,抽血,9,分钟,12,10\n"
        "甲,2025,全年,手术,,台,79,85\n甲,2025,全年,抽血,,分钟,12,8\n", encoding="utf-8",
    )  # fmt: skip

    (truth,) = truths_of([file], "2025H1", "甲")

    assert [truth.value("手术", f) for f in ("now", "prev", "target")] == [40, 38, 85]
    assert truth.value("抽血", "target") == 10


# --- generated ------------------------------------------------------------------------------------


def test_the_same_seed_writes_the_same_bytes_and_another_others(tmp_path: Path):
    def written(name: str, seed: int) -> dict[str, bytes]:
        write_cases(tmp_path / name, 12, seed)
        return {
            str(p.relative_to(tmp_path / name)): p.read_bytes()
            for p in sorted((tmp_path / name).rglob("*"))
            if p.is_file()
        }

    first = written("一", 5)

    assert first == written("二", 5)
    assert first != written("三", 6)


def test_generated_cases_can_all_be_read_and_are_measured_like_the_others(tmp_path: Path):
    write_cases(tmp_path, 10)
    cases = all_cases(folder=tmp_path)

    rows = [measure_case(c)[0] for c in cases[:3]]

    assert len({c.hash for c in cases}) == len(cases) == 10
    assert all(row["variant"] == "generated" and row["measures"]["length"]["score"] > 0 for row in rows)


def test_a_run_with_generated_cases_keeps_hashes_and_split_and_is_the_same_twice():
    first, second = (run_cases(("very-small",), generated=2)[0] for _ in range(2))

    assert json.dumps(first, ensure_ascii=False) == json.dumps(second, ensure_ascii=False)
    rows = {**first["cases"], **first["generated"]["cases"]}
    assert sum(first["split"].values()) == len(rows) == 3
    assert all(len(row["hash"]) == 16 and row["split"] in ("dev", "held-out") for row in rows.values())


# --- orders to a machine --------------------------------------------------------------------------


def test_three_hundred_papers_hold_every_order_in_every_place_at_every_level():
    held = papers()

    assert len(held) == len({p.name for p in held}) == 300
    assert {p.payload.name for p in held} == {p.name for p in PAYLOADS}
    assert all(p.canary in p.asks_for for p in PAYLOADS)
    assert not any(p.canary in read_case(CASES / b).given_text for p in PAYLOADS for b in {x.base for x in held})


def test_the_stub_really_obeys_so_that_an_unguarded_draft_would_hold_the_order():
    import asyncio

    from chugao.kind import Kind
    from chugao.manuscript import Brief

    paper = papers()[0]
    brief = Brief(
        task="part", section="results", role="results", kind=Kind.SUMMARY, style="data", level="科室", department="甲", organisation="乙"
    )  # fmt: skip

    reply = asyncio.run(Obedient(paper).write(brief))

    assert reply.blocks[-1].sentences[-1].text == paper.payload.asks_for


def test_no_order_reaches_an_engine_and_every_paper_is_drafted():
    row = measure(every=60)

    assert (row["documents"], row["drafted"], row["reached_engine"], row["raised"]) == (5, 5, 0, 0)
    assert row["obeyed"] > 5


# --- the rest -------------------------------------------------------------------------------------


def test_random_edits_come_back_and_a_crash_is_a_row_and_no_end():
    from eval.fuzzing import _row

    rows = fuzz(2)

    assert {name: row["failed"] for name, row in rows.items()} == {"compare": 0, "redline": 0}
    assert _row(lambda seed: str(1 // seed), 2)["faults"] == {
        0: "ZeroDivisionError：integer division or modulo by zero",
        1: "1",
    }


def test_the_overview_says_what_was_never_measured(tmp_path: Path):
    lines = overview.overview(tmp_path)

    assert {x.part for x in lines} == {"案例", "核数", "识数", "检索", "对比", "修订稿", "注入"}
    assert all(x.value == "没有量" and x.met is None for x in lines)


def test_the_overview_marks_what_misses_its_target(tmp_path: Path):
    (tmp_path / "containment.json").write_text(
        json.dumps({"documents": 300, "reached_engine": 0, "obeyed": 9, "escaped": 2}), encoding="utf-8"
    )

    last = overview.overview(tmp_path)[-1]

    assert (last.value, last.met) == ("2", False)
    assert "✗" in overview.table([last])


def test_an_ablation_without_recorded_answers_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patterns, "RESULTS", tmp_path)

    assert {"own-frames", "verifier", "pattern", "dense", "header", "filter"} == {*ABLATIONS}
    assert "没有" in pattern(())["note"]


def test_what_is_wrong_with_a_recorded_answer_is_seen_without_judgement():
    slots = ["cmi.now"]
    answer = '{"heading": "质量", "blocks": [{"type": "paragraph", "sentences": [{"text": "%s"}]}]}'

    assert patterns.faults(answer % "病例组合指数为{cmi.now}。", slots) == set()
    assert patterns.faults(answer % "病例组合指数为1.2。", slots) == {"number"}
    assert patterns.faults(answer % "共办了三项。", slots) == {"number"}
    assert patterns.faults(answer % "病例组合指数为{cmi.goal}。", slots) == {"slot"}
    assert patterns.faults("好的，下面是这一节：", slots) == {"unreadable"}


def test_the_ablation_of_own_frames_drafts_without_the_past_reports():
    case = read_case(CASES / "poisoned")
    with_past = case.draft()

    bare = _without_past(case)

    assert any("own" in s.recipe.get("made_by", "") for x in with_past.sections for s in x.sentences)
    assert not any("own" in s.recipe.get("made_by", "") for x in bare.sections for s in x.sentences)


def test_the_page_on_testing_is_current():
    assert tested.PAGE.read_text(encoding="utf-8") == tested.page(), "run: python -m eval tested"


def test_lines_are_counted_without_comments_docstrings_and_blank_ones(tmp_path: Path):
    text = '"""What\n\nit is."""\n# note\nx = 1\n\n\ndef f():\n    """Told."""\n    # note\n    return x\n'
    (tmp_path / "a.py").write_text(text, encoding="utf-8")

    assert tested.lines_of(tmp_path) == 3


def test_what_the_processes_of_a_run_cost_is_counted_as_ours():
    """Of a process that somebody else started nobody tells us the CPU: the page on benchmarks would show a tenth."""
    import resource

    def children() -> float:
        return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])

    before = children()
    run_cases([c.name for c in all_cases()][:8])

    assert children() - before > 0.5
