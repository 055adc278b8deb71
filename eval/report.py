"""One page that shows a run: what failed and where, every measure over all cases, the drafts' marked places.

In: a result of `eval.running`, its times, perhaps an older result.  Out: an .html file that needs nothing beside it.

Plots are SVG written here: a picture library would be the largest thing in the folder for three kinds of bars.
"""

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from eval.cases import VARIANTS
from eval.gate import HARD, LABELS, SOFT, compare
from eval.running import every_row, scores_of

_META = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">"""
_STYLE = """
body{font:15px/1.7 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:0 auto;max-width:70rem;padding:1rem 2rem;color:#222}
h1,h2,h3{font-weight:600;line-height:1.3}h2{margin-top:2.4rem;border-bottom:1px solid #ccc}
table{border-collapse:collapse;font-size:13px}td,th{border:1px solid #ddd;padding:.15rem .5rem;text-align:right;white-space:nowrap}
td:first-child,th:first-child{text-align:left}tr.bad td{background:#fdeaea}
mark{background:#ffe08a;padding:0 .1em}mark.hard{background:#f6b3b3}
.verdict{font-size:1.15rem;padding:.6rem 1rem;border-left:5px solid #2a7d46;background:#eef7f0}
.verdict.bad{border-color:#b3261e;background:#fdeeee}
details{margin:.3rem 0}summary{cursor:pointer}article{white-space:pre-wrap;border:1px solid #eee;padding:.6rem 1rem;margin:.4rem 0}
svg{max-width:100%;height:auto}.wide{overflow-x:auto}article,summary,.verdict{overflow-wrap:anywhere}
@media(max-width:40rem){body{padding:1rem}}
svg text{font-size:11px;fill:#333}.note{color:#666;font-size:13px}
"""
_ODD = {
    "clean": "寻常", "missing": "缺数", "contradictory": "矛盾", "poisoned": "夹往年的数", "injected": "夹指令", "masked": "遮盖",
    "very-long": "很长", "very-small": "很短", "late": "迟到的数", "real": "真实材料", "generated": "生成",
}  # fmt: skip
_HARD = {m for measures in HARD.values() for m in measures} | {"length"}


def write_report(
    result: dict[str, Any], times: dict[str, float], path: Path, *, against: dict[str, Any] | None = None
) -> Path:
    """Write the page; returns where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(_page(result, times, against)), encoding="utf-8")
    return path


def _page(result: dict[str, Any], times: dict[str, float], against: dict[str, Any] | None) -> Iterator[str]:
    rows = every_row(result)
    yield f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">{_META}<title>初稿评测</title><style>{_STYLE}</style></head><body>'
    yield "<h1>初稿评测</h1>"
    split = result["split"]
    yield (
        f'<p class="note">案例集 {html.escape(result["suite"])}，代码 {html.escape(result["code"])}；手写{len(result["cases"])}个、'
        f"由种子{result['generated']['seed']}生成{len(result['generated']['cases'])}个；"
        f"开发{split.get('dev', 0)}个，留出{split.get('held-out', 0)}个。</p>"
    )
    yield from _verdict(result, against)
    yield "<h2>各硬指标没有通过的案例数</h2>"
    failing = {m: sum(m in row["failed"] for row in rows.values()) for m in sorted(_HARD - {"length_over"})}
    named = LABELS | {"length": LABELS["length_over"]}
    some = [(named.get(m, m), float(n)) for m, n in failing.items() if n]
    yield (
        bars(some, "#b3261e") if some else ""
    ) + f'<p class="note">{"其余" if some else ""}{len(failing) - len(some)}项都是0。</p>'
    yield "<h2>各项指标的分布（手写案例）</h2>"
    yield '<p class="note">一点是一个案例，指着看它的名字；红线是中位数，线下是最小、居中、最大的值。各例都一样的不画。</p>'
    for name in (*SOFT, "length"):
        way = {1: "，多的好", -1: "，少的好"}.get(SOFT.get(name, (0, 0))[0], "")
        values = [(_score(row, name), case) for case, row in result["cases"].items()]
        if len({value for value, _ in values}) > 1:
            yield f"<h3>{LABELS.get(name, name)}<span class=note>{way}</span></h3>{strip(values)}"
    if timed := [(times[n], n) for n in rows if n in times]:
        yield "<h2>起草用时（CPU 秒）</h2>" + strip(timed)
    yield from _table(result)
    yield "<h2>标出的地方</h2>"
    for name, row in result["cases"].items():
        yield from _marked(name, row)
    yield from _generated(result)
    yield "</body></html>"


def _verdict(result: dict[str, Any], against: dict[str, Any] | None) -> Iterator[str]:
    if against is not None:
        verdict = compare(against, result)
        lines = [w.sentence for w in verdict.worse] or [f"{verdict.paired}个案例成对比较，没有变差。"]
        said = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
        yield f'<div class="verdict{"" if verdict.passed else " bad"}">{said}</div>'
    failed = result["failed"]
    said = f"{len(failed)}个案例没有通过硬指标：{'、'.join(failed)}" if failed else "全部案例通过硬指标。"
    yield f'<div class="verdict{" bad" if failed else ""}">{html.escape(said)}</div>'


def _table(result: dict[str, Any]) -> Iterator[str]:
    names = (
        "length",
        "coverage",
        "coverage_in_prose",
        "order",
        "numbers_per_1000",
        "rep_8",
        "distinct_4",
        "copied_run",
    )
    yield "<h2>手写案例</h2><div class=wide><table><tr><th>案例</th><th>类</th><th>分组</th><th>硬指标</th>"
    yield "".join(f"<th>{LABELS.get(n, n)}</th>" for n in names) + "<th>迹象</th></tr>"
    for case, row in result["cases"].items():
        cells = "".join(f"<td>{_score(row, n):g}</td>" for n in names)
        bad = ' class="bad"' if row["failed"] else ""
        failed = html.escape("、".join(LABELS.get(m, m) for m in row["failed"]) or "通过")
        group = "留出" if row["split"] == "held-out" else "开发"
        yield f"<tr{bad}><td>{html.escape(case)}</td><td>{html.escape(_ODD.get(row['variant'], row['variant']))}</td><td>{group}</td><td>{failed}</td>{cells}<td>{row['tells']}</td></tr>"
    yield "</table></div>"


def _score(row: dict[str, Any], name: str) -> float:
    return float(row["tells"] if name == "tells" else scores_of(row).get(name, 0))


def _marked(name: str, row: dict[str, Any]) -> Iterator[str]:
    """The sentences in which something was found, the found characters marked, hard ones redder."""
    found = [
        (measure, where, quote, why)
        for measure, value in row["measures"].items()
        if measure not in ("rep_8", "distinct_4", "selection_recall", "order", "copied_share")
        for where, quote, why in value["spans"]
    ]
    if not found:
        return
    yield f"<details{' open' if row['failed'] else ''}><summary>{html.escape(name)}（{len(found)}处）</summary>"
    for measure, where, quote, why in found:
        kind = "hard" if measure in _HARD else ""
        whole = bool(quote) and quote in why
        text, rest = marked(why if whole else quote, quote, kind), "" if whole else html.escape(why[:120])
        yield f"<article><b>{html.escape(LABELS.get(measure, measure))}</b> {html.escape(where)}　{text}　<span class=note>{rest}</span></article>"
    yield "</details>"


def marked(text: str, quote: str, kind: str = "") -> str:
    """A text with a quote in it marked, everything escaped."""
    before, found, after = text.partition(quote) if quote else (text, "", "")
    inside = f'<mark class="{kind}">{html.escape(found)}</mark>' if found else ""
    return html.escape(before) + inside + html.escape(after)


def _generated(result: dict[str, Any]) -> Iterator[str]:
    rows = result["generated"]["cases"]
    if not rows:
        return
    yield f"<h2>生成的案例（{len(rows)}个）</h2><table><tr><th>变化</th><th>个数</th><th>没有通过</th><th>平均字数</th></tr>"
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, row in rows.items():
        oddity = name.partition("-")[2]
        groups.setdefault(next((v for v in VARIANTS if oddity.startswith(f"{v}-")), oddity), []).append(row)
    for group, held in sorted(groups.items()):
        bad = sum(bool(r["failed"]) for r in held)
        length = mean(r["scores"]["length"] for r in held)
        yield f"<tr><td>{html.escape(_ODD.get(group, group))}</td><td>{len(held)}</td><td>{bad}</td><td>{length:.0f}</td></tr>"
    yield "</table>"
    for name, row in rows.items():
        for measure in row["failed"]:
            for where, quote, why in row["places"][measure]:
                yield f"<article>{html.escape(name)} <b>{html.escape(LABELS.get(measure, measure))}</b> {html.escape(where)}　{marked(quote, quote, 'hard')}　<span class=note>{html.escape(why[:160])}</span></article>"


# --- plots ----------------------------------------------------------------------------------------


def bars(pairs: Sequence[tuple[str, float]], colour: str = "#3566a8", width: int = 460) -> str:
    """A bar a row, its number behind it."""
    most = max((v for _, v in pairs), default=0) or 1
    lines = [
        f'<text x="0" y="{i * 20 + 14}">{html.escape(label)}</text>'
        f'<rect x="190" y="{i * 20 + 4}" width="{value / most * width:.1f}" height="13" fill="{colour}"/>'
        f'<text x="{194 + value / most * width:.1f}" y="{i * 20 + 14}">{value:g}</text>'
        for i, (label, value) in enumerate(pairs)
    ]
    return f'<svg viewBox="0 0 {width + 260} {len(pairs) * 20 + 6}" width="{width + 260}" role="img">{"".join(lines)}</svg>'


def strip(values: Iterable[tuple[float, str]], width: int = 560) -> str:
    """Every value as a dot on a line that says whose it is, with lowest, middle and highest."""
    held = sorted(values)
    low, high, middle = held[0][0], held[-1][0], held[len(held) // 2][0]
    span = (high - low) or 1

    def at(value: float) -> float:
        return 20 + (value - low) / span * width

    dots = "".join(
        f'<circle cx="{at(v):.1f}" cy="{14 + i % 5 * 3}" r="3" fill="#3566a8" fill-opacity=".45"><title>{html.escape(name)}：{v:.4g}</title></circle>'
        for i, (v, name) in enumerate(held)
    )
    marks = "".join(
        f'<text x="{at(v):.1f}" y="52" text-anchor="middle">{v:.4g}</text>' for v in _apart((low, middle, high), span)
    )
    line = f'<line x1="20" y1="34" x2="{width + 20}" y2="34" stroke="#999"/><line x1="{at(middle):.1f}" y1="6" x2="{at(middle):.1f}" y2="38" stroke="#b3261e"/>'
    return f'<svg viewBox="0 0 {width + 60} 58" width="{width + 60}" role="img">{line}{dots}{marks}</svg>'


def _apart(values: tuple[float, float, float], span: float) -> list[float]:
    """Lowest and highest, and the middle one where its figure would not lie upon theirs."""
    low, middle, high = values
    between = min(middle - low, high - middle) > span / 12
    return list(dict.fromkeys((low, middle, high) if between else (low, high)))


def lines_plot(series: Mapping[str, Sequence[tuple[float, float]]], width: int = 420, height: int = 220) -> str:
    """Cost over work on logarithmic axes, a line a name."""
    from math import log10

    points = [(log10(x), log10(max(y, 1e-9))) for held in series.values() for x, y in held]
    if not points:
        return ""
    (x0, x1), (y0, y1) = ((min(p[i] for p in points), max(p[i] for p in points)) for i in (0, 1))

    def place(x: float, y: float) -> tuple[float, float]:
        return 40 + (log10(x) - x0) / ((x1 - x0) or 1) * width, 10 + height - (log10(max(y, 1e-9)) - y0) / (
            (y1 - y0) or 1
        ) * height

    colours = ("#3566a8", "#b3261e", "#2a7d46", "#8a5a00", "#6b3fa0", "#007a87")
    drawn = []
    for number, (name, held) in enumerate(series.items()):
        colour = colours[number % len(colours)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in (place(x, y) for x, y in held))
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn.append(f'<text x="{width + 50}" y="{20 + number * 16}" style="fill:{colour}">{html.escape(name)}</text>')
    axes = f'<path d="M40 10V{height + 10}H{width + 40}" fill="none" stroke="#999"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 260}" height="{height + 30}" role="img">{axes}{"".join(drawn)}</svg>'
