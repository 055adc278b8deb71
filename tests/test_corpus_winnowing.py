"""Shared runs: none of nineteen characters escapes, and each is where it is said to be."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chugao.corpus.resembling import most_alike
from chugao.corpus.winnowing import SHORTEST, RunIndex, fold_text

COPIED = "组建应急护理队并参加全市护理技能竞赛获得团体一等奖"
han = st.text(alphabet="护理质量安全培训考核患者满意", min_size=0, max_size=60)


@settings(max_examples=200, deadline=None)
@given(han, han, han, han, st.text(alphabet="护理质量安全培训考核，。患者满意1２ ", min_size=SHORTEST, max_size=40))
def test_no_verbatim_run_of_nineteen_characters_escapes(a: str, b: str, c: str, d: str, run: str) -> None:
    if len(fold_text(run).points) < SHORTEST:
        return
    text, source = a + run + b, c + run + d
    index = RunIndex([("past", source)])

    runs = index.runs(text)

    inner = range(len(a), len(a + run))
    solid = [i for i in inner if not text[i].isspace()]
    assert any(r.start <= solid[0] and solid[-1] < r.end for r in runs)
    for r in runs:
        assert (
            fold_text(text[r.start : r.end]).points.tolist()
            == fold_text(source[r.source_start : r.source_end]).points.tolist()
        )


def test_a_run_is_found_with_its_exact_extent_whatever_its_digits_and_marks() -> None:
    index = RunIndex([("去年", "开头甲" + "全年举办培训36场，覆盖2100人次，考核合格率98.7%" + "结尾乙")])

    runs = index.runs("今年写：全年举办培训42场；覆盖 2900人次，考核合格率99.1%。")

    assert len(runs) == 1
    assert (runs[0].start, runs[0].source_start, runs[0].document) == (4, 3, "去年")


def test_a_shorter_run_is_not_reported() -> None:
    index = RunIndex([("past", "甲乙丙" + COPIED[: SHORTEST - 1] + "丁戊己")])

    assert index.runs("子丑寅" + COPIED[: SHORTEST - 1] + "卯辰巳") == []


def test_documents_come_and_go() -> None:
    index = RunIndex([("a", f"甲{COPIED}"), ("b", f"乙{COPIED}")])

    index.remove("a")
    index.add("c", f"丙丁{COPIED}")

    assert {r.document for r in index.runs(COPIED)} == {"b", "c"}
    index.add("b", "这份文稿换成了另外的文字，不再有那一句话了。")
    index.remove("c")
    assert index.runs(COPIED) == []
    assert len(index) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), han), max_size=12), han)
def test_an_index_grown_step_by_step_says_what_a_fresh_one_says(steps: list[tuple[str, bool, str]], asked: str) -> None:
    index, kept = RunIndex(), {}
    for name, add, text in steps:
        if add:
            index.add(name, text)
            kept[name] = text
        else:
            index.remove(name)
            kept.pop(name, None)
        index.runs(asked)

    assert index.runs(asked) == RunIndex(kept.items()).runs(asked)


@pytest.mark.parametrize("text", ["的" * 300_000, "一步" * 150_000, "1" * 300_000, "，" * 300_000])
def test_a_text_of_one_character_does_not_run_away(text: str) -> None:
    index = RunIndex([("same", text), ("short", text[:500])])
    started = time.process_time()

    index.runs(text)

    assert time.process_time() - started < 10


def test_two_departments_with_one_text_are_told_and_the_office_formula_is_not() -> None:
    formula = "在院党委的坚强领导下，全科上下团结一心、开拓进取，较好地完成了全年各项工作任务，现总结如下。"
    body = "建立三级质控网络，每月开展一次病历质量督查，对发现的问题逐条反馈、限期整改，将整改结果纳入科室绩效考核。"
    texts = {
        "内科": formula + body + "开展心电监护培训。",
        "外科": formula + body + "推进日间手术管理。",
        "儿科": formula + "聚焦儿童就医体验，增设夜间门诊和候诊游戏区，家长陪护更加方便，候诊秩序明显改善。",
        "药学部": formula + "落实处方前置审核，开展抗菌药物专项点评，组织合理用药科普进社区进校园活动。",
    }

    pairs = most_alike(texts)

    assert [{p.first, p.second} for p in pairs] == [{"内科", "外科"}]
    assert formula[:30] not in "".join(texts[pairs[0].first][r.start : r.end] for r in pairs[0].runs)


def test_resemblance_is_the_share_of_the_shorter_text() -> None:
    (whole,) = most_alike({"short": COPIED, "long": "前面另有一句完全不同的话。" + COPIED}, 0.0)

    assert whole.share == 1.0
    assert most_alike({"one": COPIED, "other": "两篇文稿没有一句话是一样的。"}, 0.0) == []
    assert most_alike({"one": "", "other": ""}, 0.0) == []
