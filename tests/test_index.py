"""The index: the right passage first, within what may be seen."""

import math
import random
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chugao.corpus import Passage
from chugao.corpus.sample import read_sample, understood
from chugao.index import K1, B, Bm25, Index, open_index
from chugao.kind import Kind
from chugao.source import Release, Scope

EVERYBODY = Scope(owners=("*",))


def passage(number: int, text: str, document: str = "d", **fields: object) -> Passage:
    values: dict[str, object] = {
        "id": f"{document}-{number}", "file": "报告.txt", "title": "医务科2024年工作总结", "kind": Kind.SUMMARY, "year": 2024,
        "plan_year": None, "department": "医务科", "issuer": "", "level": "科室", "heading_path": (), "role": "成绩",
        "text": text, "masked": text, "start": 0, "end": len(text), "own": False, "release": Release.INTERNAL, "flags": (),
    }  # fmt: skip
    return Passage.model_validate(values | fields)


def words(text: str) -> list[str]:
    text = text.lower()
    pairs = [a + b for a, b in pairwise(text) if a.isalnum() and b.isalnum()]
    return [c for c in text if c.isalnum()] + pairs


def plain_bm25(texts: list[str], query: str) -> list[float]:
    counts = [Counter(words(t)) for t in texts]
    lengths = [sum(c.values()) for c in counts]
    average = sum(lengths) / len(texts) or 1.0
    scores = []
    for count, length in zip(counts, lengths, strict=True):
        score = 0.0
        for word in words(query):
            frequency = sum(word in c for c in counts)
            idf = math.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
            score += idf * count[word] / (count[word] + K1 * (1 - B + B * length / average))
        scores.append(score)
    return scores


TEXT = st.text(alphabet="手术病历质控A a1，。 \n", max_size=25)


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=8), TEXT)
def test_scores_equal_those_of_a_plain_implementation(texts: list[str], query: str):
    scores = Bm25(texts).scores(query)

    assert scores.tolist() == pytest.approx(plain_bm25(texts, query), rel=1e-4, abs=1e-5)


@settings(deadline=None)
@given(st.lists(st.lists(TEXT, max_size=4), max_size=6), st.sets(st.integers(0, 20)), TEXT)
def test_after_any_additions_and_removals_scores_are_those_of_a_fresh_index(
    batches: list[list[str]], gone: set[int], query: str
):
    grown = Bm25()
    for batch in batches:
        grown.add(batch)
    texts = [t for batch in batches for t in batch]
    removed = sorted(g for g in gone if g < len(texts))
    grown.remove(removed)
    kept = [i for i in range(len(texts)) if i not in removed]

    fresh = Bm25([texts[i] for i in kept])

    import numpy as np

    places = np.asarray(kept, np.int64)
    scores, answers = fresh.scores(query), fresh.answers_at(query, np.arange(len(kept)))
    assert grown.scores(query)[places].tolist() == pytest.approx(scores.tolist(), rel=1e-4, abs=1e-5)
    assert grown.answers_at(query, places).tolist() == pytest.approx(answers.tolist(), rel=1e-4, abs=1e-5)
    assert not grown.scores(query)[np.asarray(removed, np.int64)].any()


def test_passages_are_added_and_documents_removed_without_building_anew():
    index = Index([passage(1, "术前讨论由催办改为把关", "a")])

    index.add([passage(1, "夜班交接改为床旁进行", "b"), passage(1, "术前讨论由催办改为把关", "a")])

    assert len(index) == 2
    assert index.search("夜班交接", EVERYBODY)[0].passage.document == "b"
    index.remove(["b"])
    assert all(h.passage.document == "a" for h in index.search("夜班交接", EVERYBODY))
    assert index.get("b-1") is None


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from("abcde"), max_size=8), TEXT)
def test_whatever_was_added_and_removed_the_hits_are_those_of_a_fresh_index(turns: list[str], query: str):
    documents = {
        d: [passage(n, f"{text}第{n}段", d, year=2020 + n, department=d) for n in range(3)]
        for d, text in zip("abcde", ("手术质控", "病历质控", "手术病历", "A1手术", "a病历"), strict=True)
    }
    index, there = Index([]), []
    for turn in turns:
        if turn in there:
            index.remove([turn])
            there.remove(turn)
        else:
            index.add(documents[turn])
            there.append(turn)

    fresh = Index([p for d in there for p in documents[d]])

    for scope in (EVERYBODY, Scope(owners=("*",), year=2021), Scope(owners=("*",), department="c")):
        found = [(h.passage.id, round(h.score, 3), h.relaxed) for h in index.search(query, scope)]
        assert found == [(h.passage.id, round(h.score, 3), h.relaxed) for h in fresh.search(query, scope)]
    assert index.passages == fresh.passages


def test_a_thousand_removals_leave_the_scores_of_a_fresh_index():
    import numpy as np

    chance = random.Random(5)
    texts = ["".join(chance.choices("手术病历质控讨论门诊", k=12)) for _ in range(2000)]
    index = Bm25(texts)

    for start in range(0, 1500, 300):
        index.remove(range(start, start + 300))

    places = np.arange(1500, 2000)
    fresh = Bm25(texts[1500:])
    assert index.answers_at("手术讨论", places[:9]).tolist() == pytest.approx(
        fresh.answers_at("手术讨论", np.arange(9)).tolist(), rel=1e-4
    )
    assert index.scores("手术讨论")[1500:].tolist() == pytest.approx(fresh.scores("手术讨论").tolist(), rel=1e-4)


def test_a_passage_that_holds_all_of_a_question_comes_before_one_that_repeats_a_part_of_it():
    index = Index(
        [passage(1, "弹窗弹窗，弹窗太多，弹窗要改。", "a"), passage(2, "科主任提的意见：开单时的弹窗。", "b")]
    )

    hits = index.search("主任对弹窗有意见", EVERYBODY)

    assert [h.passage.document for h in hits] == ["b", "a"]


def test_passages_of_one_year_that_say_the_same_come_once_and_no_document_fills_the_page():
    long = "术前讨论由催办改为把关，没有记录的退回病区，质控科每周抽看，"
    index = Index(
        [
            passage(1, long + "效果明显。", "a"),
            passage(1, long + "成效明显。", "b"),
            passage(1, long + "明年再看效果。", "c", year=2023, title="医务科2023年工作总结"),
            *(passage(n, f"讨论第{n}件事：" + chr(0x4E00 + 40 * n) * 20, "d") for n in range(10)),
        ]
    )

    hits = index.search("术前讨论", EVERYBODY, 6)

    assert {h.passage.document for h in hits if "把关" in h.passage.text} in ({"a", "c"}, {"b", "c"})
    few = index.search("讨论", EVERYBODY, 4)
    assert sum(h.passage.document == "d" for h in few) <= 2


def test_characters_outside_the_basic_plane_and_none_at_all_are_indexed():
    assert Bm25([]).scores("手术").tolist() == []
    assert Bm25(["𠮷祥", "手术"]).scores("𠮷祥").tolist()[1] == 0
    assert Bm25(["", "。"]).scores("手术").tolist() == [0, 0]


def test_a_scope_without_owners_finds_nothing():
    index = Index([passage(1, "术前讨论完成率提高")])

    assert index.search("术前讨论", None) == []
    assert index.search("术前讨论", Scope()) == []
    assert index.search("术前讨论", Scope(owners=("护理部",))) == []
    assert len(index.search("术前讨论", EVERYBODY)) == 1


def test_an_owner_sees_its_own_passages_only():
    index = Index(
        [passage(1, "术前讨论一", owner="医务科"), passage(2, "术前讨论二", owner="护理部"), passage(3, "术前讨论三")]
    )

    hits = index.search("术前讨论", Scope(owners=("护理部",)))

    assert [h.passage.text for h in hits] == ["术前讨论二"]


def test_filters_hold_and_give_way_in_order_and_say_so():
    index = Index(
        [
            passage(1, "术前讨论甲", year=2023, level="科室"),
            passage(2, "术前讨论乙", year=2024, level="医院"),
            passage(3, "术前讨论丙", year=2024, department="护理部"),
        ]
    )

    def found(**scope: object) -> list[tuple[str, tuple[str, ...]]]:
        hits = index.search("术前讨论", Scope.model_validate({"owners": ("*",), **scope}))
        return sorted((h.passage.text[-1], h.relaxed) for h in hits)

    assert found(year=2023) == [("甲", ())]
    assert found(year=2022, level="医院") == [("乙", ("year",))]
    assert found(year=2022, level="市", department="护理部") == [("丙", ("year", "level"))]
    assert found(kind="plan", department="护理部") == [("丙", ("kind",))]
    assert found(department="药学部") == []


def test_one_text_comes_once_and_excluded_documents_not_at_all():
    index = Index(
        [
            passage(1, "术前讨论由催办改为把关。", "a"),
            passage(1, "术前讨论由催办改为把关", "b"),
            passage(2, "另一段讨论", "b"),
            passage(1, "第三段讨论", "c"),
        ]
    )

    assert len([h for h in index.search("术前讨论", EVERYBODY) if "把关" in h.passage.text]) == 1
    hits = index.search("讨论", EVERYBODY, exclude=["b-2"])
    assert {h.passage.document for h in hits} == {"a", "c"}


def test_the_newer_and_the_preferred_department_win_a_tie():
    index = Index(
        [
            passage(1, "术前讨论甲", year=2022),
            passage(2, "术前讨论乙", year=2024),
            passage(3, "术前讨论丙", year=2023, department="护理部"),
        ]
    )

    assert index.search("术前讨论", EVERYBODY)[0].passage.text == "术前讨论乙"
    assert index.search("术前讨论", EVERYBODY, prefer="护理部")[0].passage.text == "术前讨论丙"


def test_the_shipped_corpus_answers_without_being_told_where_it_is():
    index = open_index()

    (hit,) = index.search("术前讨论由催办改为把关", EVERYBODY, 1)

    assert hit.passage.text.startswith("术前讨论由催办改为把关。")
    assert hit.relaxed == ()
    assert index.get(hit.passage.id) == hit.passage
    assert index.findings == ()
    assert not hit.passage.own
    assert open_index(organisation="望澜市第一人民医院").passages[0].own


def test_a_query_of_nothing_and_a_corpus_of_nothing_find_nothing(tmp_path: Path):
    assert open_index(tmp_path).search("手术", EVERYBODY) == []
    assert Index([passage(1, "手术")]).search("", EVERYBODY) == []
    assert Index([passage(1, "手术")]).search("《》 ，", EVERYBODY) == []


@pytest.mark.shared
def test_among_ten_years_of_one_report_the_year_as_a_filter_finds_the_right_one(shared: Path, tmp_path: Path):
    for path in (shared / "fulldocs").glob("*国务院.txt"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    index = open_index(tmp_path)
    chance = random.Random(2)
    asked = [p for p in index.passages if p.year is not None and len(p.text) > 30]
    sample = chance.sample(asked, 200)

    def first(scoped: bool) -> int:
        right = 0
        for one in sample:
            query = "".join(one.text[i] for i in range(4, 28) if i % 4)  # words with a gap: no literal copy
            scope = Scope(owners=("*",), year=one.year if scoped else None)
            hits = index.search(query, scope, 1)
            right += bool(hits) and hits[0].passage.id == one.id
        return right

    scoped, unscoped = first(True), first(False)
    print(
        f"\nR@1 over {len(index)} passages of ten years: {scoped / 200:.3f} with the year, {unscoped / 200:.3f} without"
    )
    assert scoped >= 190
    assert scoped >= unscoped


def test_twenty_thousand_passages_are_indexed_and_asked():
    letters = "手术病历质控讨论完成率提高缩短护理服务患者满意门诊急诊住院床位医师护士培训考核整改检查"
    chance = random.Random(1)
    one = passage(0, "")
    passages = [
        one.model_copy(
            update={"id": f"d{n // 40}-{n}", "text": "".join(chance.choices(letters, k=200)), "year": 2015 + n % 10}
        )
        for n in range(20_000)
    ]

    began = time.process_time()
    index = Index(passages)
    built = time.process_time() - began
    began = time.process_time()
    for _ in range(20):
        assert len(index.search("术前讨论完成率", Scope(owners=("*",), year=2020))) == 8
    print(f"\n20,000 passages: built in {built:.1f} s, {(time.process_time() - began) * 50:.1f} ms a query (CPU)")


# --- the shipped sample, understood once ----------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "缓存"))
    return tmp_path / "缓存" / "chugao"


def shipped_reports(folder: Path, told: str = "随到随办") -> Path:
    """A folder as small as the sample is large."""
    folder.mkdir(exist_ok=True)
    text = f"医务科2023年工作总结\n一、会诊\n远程会诊由每周一次改为{told}，全年12例。\n"
    (folder / "医务科2023年工作总结.txt").write_text(text, encoding="utf-8")
    return folder


def test_what_the_cache_holds_is_what_reading_says_and_a_changed_report_is_read_anew(cache: Path, tmp_path: Path):
    folder = shipped_reports(tmp_path / "示例")
    first = read_sample(folder)
    (kept,) = cache.iterdir()
    written = kept.stat().st_mtime_ns

    again = read_sample(folder)
    changed = read_sample(shipped_reports(folder, "当天办结"))

    assert first == again == understood(shipped_reports(folder))
    assert kept.name not in [f.name for f in cache.iterdir()] or kept.stat().st_mtime_ns == written
    assert "当天办结" in changed.reports[0].passages[0].text
    assert len(list(cache.iterdir())) == 1


def test_a_cache_that_others_may_write_or_that_is_broken_is_not_believed(cache: Path, tmp_path: Path):
    folder = shipped_reports(tmp_path / "示例")
    first = read_sample(folder)
    (kept,) = cache.iterdir()

    kept.write_text(kept.read_text("utf-8").replace("随到随办", "从不办理"), encoding="utf-8")
    kept.chmod(0o666)
    loose = read_sample(folder)
    kept.write_text('{"reports": 1}', encoding="utf-8")
    broken = read_sample(folder)

    assert loose == first
    assert broken == first
    assert kept.stat().st_mode & 0o077 == 0


def test_an_offices_own_folder_leaves_nothing_in_the_cache(cache: Path, tmp_path: Path):
    assert len(open_index(shipped_reports(tmp_path / "往年"))) == 1

    assert not cache.exists()
