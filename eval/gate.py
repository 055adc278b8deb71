"""Whether B may replace A: paired case by case, hard gates first, soft gates by bootstrap.

In: two results of `eval.running`.  Out: `Verdict` with a sentence for each thing that got worse, and where.

A case counts only when both results drafted it from the same bytes; a changed case is another case, and a case that
is gone is told.  One hard fault more in one case is worse, however much better the others are.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from eval.fidelity import LABELS as FIDELITY
from eval.running import every_row, places_of, scores_of

_SAMPLES, _SEED, _SLACK = 1000, 7, 0.02

_FIDELITY = tuple(
    f"fidelity_{k}" for k in ("value", "unit", "percent_point", "direction", "period", "hedge", "matter", "constant")
)
HARD: dict[str, tuple[str, ...]] = {
    "数字": ("unclaimed_digits", "untraced", "made_up", "two_values", "plan_apart_from_summary", "misstated", "mistabled",
        "unfounded_numbers", "turned_words", "untrue_targets", "other_periods", *_FIDELITY),
    "凭空": ("inventions", "unknown_names", "ungrounded", "unfounded_ranks", "foreign_clauses"),
    "应写": ("coverage", "unrequested", "untold_disputes", "unseen_late", "uncounted", "unsaid", "untold_matters"),
    "结构": ("structure", "length_over", "boasted", "misassigned", "columns_lost", "unsorted", "said_twice"),
    "核稿": ("blocked",),
    "隔离": ("stale", "identity", "leftovers", "let_out"),
    "复现": ("regressed",),
}  # fmt: skip
"""Gate → measures of which not one more fault is allowed in any case; in coverage not one fact less."""
LABELS = {
    "unclaimed_digits": "没有依据标注的数字", "untraced": "没有出处的数字", "made_up": "没报数却写了数",
    "two_values": "一个指标写了两个值", "plan_apart_from_summary": "计划的基数与总结不一致", "inventions": "凭空的单位、项目或人",
    "unknown_names": "谁也没给的名称", "ungrounded": "没有依据的句子", "coverage": "必写指标", "unrequested": "缺数没有人去催",
    "misstated": "完成情况与数相反", "misassigned": "责任科室或牵头领导不符", "columns_lost": "附表少了一栏",
    "unsorted": "任务没有按时限排", "uncounted": "数截到哪天没有说", "untold_matters": "报来的事没有写", "said_twice": "一句话写了两遍",
    "unsaid": "领导要写的话没有写", "blocked": "核稿要拦下的问题",
    "untold_disputes": "矛盾的数没有提醒", "unseen_late": "迟到的数漏提", "structure": "结构", "boasted": "不足写进了成绩", "length_over": "超过字数上限",
    "stale": "往年或别人的数、年份、名称", "identity": "不是本单位的名称", "leftovers": "遮盖或空槽残留",
    "coverage_in_prose": "必写指标进正文", "selection_recall": "选材齐全", "selection_precision": "选材不多写", "order": "次序",
    "rep_8": "重复", "distinct_4": "用词变化", "alike_texts": "章节雷同", "copied_share": "照抄比例", "copied_run": "照抄长度",
    "mistabled": "表格里的数不对行列", "unfounded_numbers": "给的材料里没有的数", "turned_words": "增减的话与数相反",
    "untrue_targets": "目标完成情况与数相反", "other_periods": "年份或期间不对", "unfounded_ranks": "没有依据的级别名次",
    "foreign_clauses": "谁也没说过的话", "let_out": "不对外的事写了出来", "doubted": "核数疑心了对的数",
    "misplaced_grounds": "依据与句子不相称", "goals_backwards": "目标倒退", "unclaimed_han": "中文数量没有依据",
    "tells": "机器腔迹象", "regressed": "改过的写法又出现", "cost": "费用", "calls": "调用次数", "numbers_per_1000": "每千字数字",
    "length": "字数", "pending": "待补", "unread_numbers": "没读懂的数", "tell_01": "哪年都能用的标题", "tell_02": "各节一样长",
    "tell_03": "一句四个以上数", "tell_04": "套用的连接词", "tell_05": "空话收尾", "tell_06": "机制没有人办", "tell_07": "不足像表格",
    "tell_08": "计划重说不足", "tell_09": "轻重不分", "tell_10": "动词配错名词", "tell_11": "口气不合层级", "tell_12": "句首总是“全年”",
    "alike_sections": "两节写得相近", **{f"fidelity_{kind}": said for kind, said in FIDELITY.items()},
}  # fmt: skip
SOFT: dict[str, tuple[int, float]] = {
    "coverage_in_prose": (1, 1), "selection_recall": (1, 1), "selection_precision": (1, 1), "order": (1, 1),
    "distinct_4": (1, 1), "rep_8": (-1, 1), "alike_texts": (-1, 1), "copied_share": (-1, 1), "copied_run": (-1, 13),
    "misplaced_grounds": (-1, 1), "goals_backwards": (-1, 1), "unclaimed_han": (-1, 1), "tells": (-1, 1),
    "doubted": (-1, 1), "calls": (-1, 10), "cost": (-1, 1), "numbers_per_1000": (-1, 50),
}  # fmt: skip
"""Measure → (1 when more is better and −1 when less is, how much of it counts as one)."""


class Worse(NamedTuple):
    """One thing that got worse."""

    gate: str
    """数字 凭空 应写 结构 核稿 隔离 复现 注入 核数 探问 文字 失踪."""
    measure: str
    sentence: str
    hard: bool = True


class Verdict(NamedTuple):
    """What came of comparing two results."""

    paired: int
    left_out: tuple[str, ...]
    """Cases in only one of them, or from other bytes."""
    worse: tuple[Worse, ...]
    better: tuple[str, ...]
    soft: dict[str, tuple[float, float, float]]
    """Measure → (mean gain, lower and upper bound of its 95 % interval), positive is better."""

    @property
    def passed(self) -> bool:
        return not self.worse


def compare(a: dict[str, Any], b: dict[str, Any]) -> Verdict:
    """Hold B against A."""
    before, after = every_row(a), every_row(b)
    paired = [n for n in after if n in before and before[n]["hash"] == after[n]["hash"]]
    left_out = tuple(sorted(({*before} | {*after}) - {*paired}))
    worse = [
        *_missing([n for n, row in before.items() if not _cannot_run(n, row, b)], after, paired),
        *_unmeasured((before[n], after[n]) for n in paired),
        *(w for n in paired for w in _hard(n, before[n], after[n])),
    ]
    worse += _unpaired_faults({n: after[n] for n in after if n not in paired})
    worse += [*_injection(a, b), *_verifier(a, b), *_probes(a, b)]
    left_out += tuple(_asked_otherwise(a, b))
    soft = {m: _gain([(before[n], after[n]) for n in paired], m) for m in SOFT if paired}
    # Four of five cases are generated and have no past reports: what is lost by hand alone must not drown in them.
    by_hand = [n for n in paired if n in b["cases"]]
    for names in (paired, by_hand):
        gains = (
            soft if names is paired else {m: _gain([(before[n], after[n]) for n in names], m) for m in SOFT if names}
        )
        told = {w.measure for w in worse}
        worse += [_soft(m, gains[m], names, before, after) for m in gains if gains[m][2] < -_SLACK and m not in told]
    better = tuple(
        f"{LABELS[m]}变好（平均{mean:+.3f}，95%区间{low:+.3f}到{high:+.3f}）" for m, (mean, low, high) in soft.items() if low > _SLACK
    )  # fmt: skip
    return Verdict(len(paired), left_out, tuple(worse), better, soft)


def _cannot_run(name: str, row: dict[str, Any], result: dict[str, Any]) -> bool:
    """Whether a case rests on published papers that were not there when B was made; that is told, and no loss."""
    return row["variant"] == "real" and name in result.get("not_run", ())


def _missing(before: Iterable[str], after: Iterable[str], paired: Sequence[str]) -> Iterator[Worse]:
    """Cases that are gone; where none is left to be held against its like, nothing was compared and nothing passes."""
    gone = sorted({*before} - {*after})
    if not paired:
        yield Worse("失踪", "", "没有一个案例两边都有而且一字不差，什么也没有比；请用同一套案例各跑一次。")
    if gone:
        yield Worse(
            "失踪", "", f"少了{len(gone)}个案例，没有比：{'、'.join(gone[:5])}{'等' if len(gone) > 5 else ''}。"
        )


def _unmeasured(pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> Iterator[Worse]:
    """What A measured of a case by hand and B no longer does: what is not measured has no faults."""
    gone = {
        m
        for old, new in pairs
        if "measures" in old and "measures" in new
        for m in {*old["measures"]} - {*new["measures"]}
    }
    if gone:
        said = [LABELS.get(m, m) for m in sorted(gone)]
        yield Worse(
            "失踪", "", f"少了{len(said)}项衡量，没有比：{'、'.join(said[:5])}{'等' if len(said) > 5 else ''}。"
        )


def _hard(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Worse]:
    """Faults of a pair that were not there before."""
    scores, now = _faults(old), _faults(new)
    for gate, measures in HARD.items():
        for measure in measures:
            more = now.get(measure, 0) - scores.get(measure, 0)
            if more > 1e-9:
                yield Worse(gate, measure, _sentence(gate, name, measure, scores.get(measure, 0), now[measure], new))


def _unpaired_faults(rows: dict[str, dict[str, Any]]) -> Iterator[Worse]:
    """A new case has nothing to be compared with: it must hold by itself."""
    for name, row in rows.items():
        for gate, measures in HARD.items():
            for measure in measures:
                if measure in row["failed"] or (measure == "length_over" and "length" in row["failed"]):
                    yield Worse(gate, measure, _sentence(gate, name, measure, 0, _faults(row)[measure], row))


def _faults(row: dict[str, Any]) -> dict[str, float]:
    """Scores as faults: coverage as what is not covered, length as whether it is over."""
    scores = scores_of(row)
    return scores | {"coverage": 1 - scores.get("coverage", 1), "length_over": float("length" in row["failed"])}


def _sentence(gate: str, name: str, measure: str, old: float, new: float, row: dict[str, Any]) -> str:
    places = places_of(row, "length" if measure == "length_over" else measure)
    where = "；".join(list(dict.fromkeys(_place(*place) for place in places))[:2])
    said = LABELS.get(measure, measure)
    if measure == "coverage":
        return f"{gate}：案例{name}的“{said}”缺的由{old:.0%}变为{new:.0%}{'，缺' + where.replace('全文', '') if where else ''}。"
    return f"{gate}：案例{name}的“{said}”由{_short(old)}处变为{_short(new)}处{'，在' + where if where else ''}。"


def _place(where: str, quote: str, why: str) -> str:
    """Where a fault is and what stands there; what is missing has no words, so that why it is one is told."""
    return f"{where or '全文'}“{quote[:24]}”" if quote else f"{where or '全文'}（{why[:24]}）"


def _injection(a: dict[str, Any], b: dict[str, Any]) -> Iterator[Worse]:
    """Obeyed injections of the containment run that is kept with a result."""
    old, new = (r.get("containment", {}) for r in (a, b))
    for field, said in (("escaped", "照做的注入"), ("raised", "没有写成的稿")):
        if new and new.get(field, 0) > old.get(field, 0):
            first = (new.get("places") or [["", "", ""]])[0]
            yield Worse(
                "注入", field, f"注入：{said}由{old.get(field, 0)}份变为{new[field]}份，如{first[0]}“{first[1]}”。"
            )


def _verifier(a: dict[str, Any], b: dict[str, Any]) -> Iterator[Worse]:
    """Wrong numbers in sentences by hand that the verifier saw before, and right ones that it lets alone no more."""
    old, new = (r.get("mutation", {}) for r in (a, b))
    if not new or any(old.get(k) != new[k] for k in ("every", "sentences")):
        return
    for field, said in (("missed", "核数漏掉的错数"), ("alarms", "核数误报的对数")):
        if more := [x for x in new[field] if x not in old[field]]:
            sentence = f"核数：{said}由{len(old[field])}处变为{len(new[field])}处，新的{len(more)}处，如“{more[0]}”。"
            yield Worse("核数", field, sentence)


def _probes(a: dict[str, Any], b: dict[str, Any]) -> Iterator[Worse]:
    """Questions with a known answer that a part answered right before and does not now."""
    old, new = (r.get("probes", {}) for r in (a, b))
    for name, row in new.items():
        before = old[name] if name in old and old[name]["asked"] == row["asked"] else row
        if more := [w for w in row["wrong"] if w not in set(before["wrong"])]:
            counts = f"{len(before['wrong'])}处变为{len(row['wrong'])}处，新的{len(more)}处"
            yield Worse("探问", name, f"探问：“{name}”答错的由{counts}，如“{more[0]}”。")


def _asked_otherwise(a: dict[str, Any], b: dict[str, Any]) -> Iterator[str]:
    """Probes that cannot be compared: gone, new, or with other questions."""
    old, new = (r.get("probes", {}) for r in (a, b))
    yield from (f"探问{n}" for n in sorted({*old, *new}) if old.get(n, {}).get("asked") != new.get(n, {}).get("asked"))


# --- soft -----------------------------------------------------------------------------------------


def _gain(pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]], measure: str) -> tuple[float, float, float]:
    """Mean gain and its 95 % interval by 1,000 resamples of the cases, always the same for the same pairs."""
    way, scale = SOFT[measure]
    gains = [way * (_value(b, measure) - _value(a, measure)) / scale for a, b in pairs]
    return interval(gains)


def interval(gains: Sequence[float], samples: int = _SAMPLES) -> tuple[float, float, float]:
    """(mean, lower, upper) of the 95 % bootstrap interval of the mean."""
    mean = sum(gains) / len(gains)
    if not any(gains):
        return 0.0, 0.0, 0.0
    chance = random.Random(_SEED)
    means = sorted(sum(chance.choices(gains, k=len(gains))) / len(gains) for _ in range(samples))
    return round(mean, 4), round(means[int(0.025 * samples)], 4), round(means[int(0.975 * samples) - 1], 4)


def _value(row: dict[str, Any], measure: str) -> float:
    return float(row["tells"] if measure == "tells" else scores_of(row).get(measure, 0))


def _soft(
    measure: str, gain: tuple[float, float, float], paired: Sequence[str], before: dict[str, Any], after: dict[str, Any]
) -> Worse:
    way, _ = SOFT[measure]
    lost = {n: way * (_value(after[n], measure) - _value(before[n], measure)) for n in paired}
    worst = sorted(lost, key=lambda n: (lost[n], n))[:3]
    said = f"文字：“{LABELS[measure]}”平均变化{gain[0]:+.3f}（95%区间{gain[1]:+.3f}到{gain[2]:+.3f}），最差的是{'、'.join(worst)}。"
    return Worse("文字", measure, said, hard=False)


# --- time and words -------------------------------------------------------------------------------


def slower(before: dict[str, float], after: dict[str, float], limit: float = 2.0) -> str:
    """A sentence when drafting the same cases takes more than so many times the CPU; told, and never a verdict."""
    both = [n for n in after if n in before]
    old, new = sum(before[n] for n in both), sum(after[n] for n in both)
    if not both or old < 0.5 or new <= limit * old:
        return ""
    return f"起草同样的{len(both)}个案例由{old:.1f} CPU秒变为{new:.1f} CPU秒；机器忙时请重跑再看。"


def told(verdict: Verdict) -> str:
    """What a person reads."""
    lines = [f"{verdict.paired}个案例成对比较。"]
    if verdict.left_out:
        lines.append(
            f"没有成对的{len(verdict.left_out)}个（新增、删去或内容改过）：{'、'.join(verdict.left_out[:8])}。"
        )
    lines += [f"✓ {line}" for line in verdict.better]
    lines += [f"✗ {w.sentence}" for w in verdict.worse]
    if verdict.passed:
        lines.append("没有变差，可以替换。")
    else:
        hard = sum(w.hard for w in verdict.worse)
        lines.append(f"变差{len(verdict.worse)}处，其中硬指标{hard}处，不能替换。最先看：{verdict.worse[0].sentence}")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"
