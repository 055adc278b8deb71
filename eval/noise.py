"""The noise budget: what the default profile says of documents that other people proofread.

In: complete published reports (`fulldocs`) and openings of scraped ones (`realdocs`) from a folder beside the repository.
Out: `docs/checks/noise.md`, counts only; no sentence of theirs.  Without the folder it says so and measures nothing.

Surprise: a proofread report is not free of what the rules look for.  So every finding was read where it stands, and what
was seen there stands in `data/noise-read.tsv`, a line a finding; one that nobody has read fails the run: it may be the
check's own fault.  A finding that folds many places into one was read at the place it points to.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
PAGE = ROOT / "docs" / "checks" / "noise.md"
READ = Path(__file__).parent / "data" / "noise-read.tsv"
"""Document, rule, offset, what was seen there: one line for each finding that somebody has read in its place."""
FINDINGS_PER_5000, BLOCKING_PER_5000, ERRORS_PER_10000 = 8, 2, 1

EXPLAINED = {
    "unit-mixed": "属实：同一份稿子里“%”和“％”混用，是网页转存留下的，印发前应统一。",
    "claim-asked": "该问：稿子写了“历史新高”“居第一”这类话，每份只问一次，不拦；这些稿子自有统计部门的依据。",
    "comparator": "属实：写了“高于全国若干个百分点”，没写全国是多少。省级报告惯于这样写，科室稿子应补上；每份一次。",
    "heading-parallel": "属实：同级标题长短相差一倍以上。是文风，不是错。",
    "tell-equal": "属实：一部分里各节字数相近。",
    "tell-heading": "属实：标题里的词在本节正文里一个也没有。",
    "tell-mechanism": "属实：讲“机制”“体系”的句子多，没有写是哪个部门、什么时候。政策文体常见，只提示一次。",
    "tell-chain": "属实：一句里连排四个以上的数的句子超过一成。",
    "tell-flat": "属实：一节里许多句以“全年”开头。统计公报式的写法，只提示一次。",
}
"""Rule id → what its findings on `fulldocs` are, in short."""
EXPLAINED_REAL = {
    "mask-left": "属实：来源网页把单位、人名遮成了 XX、**。",
    "cut-off": "属实：只取到开头，最后一句断了。",
    "part-missing": "属实：题目说有计划，取到的只有总结。",
    "pair-marks": "属实：少了后引号，断在引号里面。",
    "standard-math": "属实：提前的分钟数与通行标准对不上。",
    "ratio-math": "属实：分子、分母除出来不是印的那个率。",
    "growth-table": "属实：表里的增减幅度算错一位。",
    "ambiguous-multiple": "属实：“增加3倍”有两种读法。",
}
"""Rule id → what its errors and warnings on `realdocs` are."""


class Noise(NamedTuple):
    """What the default profile says of one document."""

    name: str
    characters: int
    rules: tuple[tuple[str, str], ...]
    """(rule, severity) of each finding."""
    places: tuple[int, ...] = ()
    """Where each of them stands, code points of the text as `corpus show` prints it."""

    @property
    def blocking(self) -> int:
        return sum(1 for _, severity in self.rules if severity in ("fatal", "error"))

    def kept(self) -> bool:
        """Whether it keeps the budget: findings, blocking ones, errors, each by length."""
        size = self.characters
        return (
            len(self.rules) * 5000 <= FINDINGS_PER_5000 * max(size, 5000)
            and self.blocking * 5000 <= BLOCKING_PER_5000 * max(size, 5000)
            and self.blocking * 10000 <= ERRORS_PER_10000 * max(size, 10000)
        )


def measure(folder: Path) -> list[Noise]:
    """The check of every document of a folder, as `chugao check FILE` makes it without any figures."""
    import chugao
    from chugao.documents.structure import understand

    found = []
    for path in sorted(p for p in folder.glob("*.txt") if not p.name.startswith("README")):
        document = understand(path)
        findings = chugao.check(document.text, kind=document.kind, year=document.year)
        rules = tuple((f.rule, f.severity.value) for f in findings)
        found.append(Noise(path.stem, len(document.text), rules, tuple(f.place.start for f in findings)))
    return found


Spot = tuple[str, str, int]
"""Document, rule, offset."""


def what_was_read() -> dict[Spot, str]:
    """What somebody saw at each place."""
    lines = READ.read_text(encoding="utf-8").splitlines() if READ.is_file() else []
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {(document, rule, int(at)): seen for document, rule, at, seen in rows}


def spots(found: Iterable[Noise]) -> list[Spot]:
    """Every finding by its place."""
    return [(n.name, rule, at) for n in found for (rule, _), at in zip(n.rules, n.places, strict=True)]


def unread(full: Sequence[Noise], real: Sequence[Noise]) -> list[str]:
    """Findings that nobody has read: all on whole reports, what weighs more than information on openings."""
    read = what_was_read()
    told = [s for s in spots(full) if s not in read or s[1] not in EXPLAINED]
    told += [s for s in spots(_heavier(real)) if s not in read or s[1] not in EXPLAINED_REAL]
    return [f"{document} {rule} 第{at + 1}字" for document, rule, at in told]


def page(full: Sequence[Noise], real: Sequence[Noise]) -> str:
    """The report, for docs/checks/."""
    characters, findings = sum(n.characters for n in full), sum(len(n.rules) for n in full)
    blocking = sum(n.blocking for n in full)
    lines = [
        "# 误报有多少",
        "",
        "`python -m eval.noise` 生成。不给指标文件，按默认设置核对别人已经印发的完整报告和从网页取来的开头。\n完整报告在写规则时就用来找误报，所以这里是看过以后的数，不是没见过的稿子上的数；没有一条规则认得其中的字句。\n"
        "每一条都到原文里读过，读到什么逐条记在下面（合并了多处的一条，读的是它指的那一处）；有一条没有人读过，这个命令就报错。",
        "",
        f"完整报告{len(full)}份，{characters}字：意见{findings}条，每5000字{findings * 5000 / characters:.1f}条"
        f"（上限{FINDINGS_PER_5000}条）；拦稿的{blocking}条（上限每5000字{BLOCKING_PER_5000}条、每万字{ERRORS_PER_10000}条）。"
        f"最多的一份每5000字{max(len(n.rules) * 5000 / n.characters for n in full):.1f}条。"
        f"超出上限的{sum(not n.kept() for n in full)}份。",
        "",
        "## 完整报告上的每一种意见",
        "",
        *_table(full, EXPLAINED),
        "",
        "## 逐条读后",
        "",
        *_seen(full),
        "",
        "## 每一份",
        "",
        "| 文稿 | 字数 | 意见 | 拦稿 |",
        "| --- | --- | --- | --- |",
        *(f"| {n.name} | {n.characters} | {len(n.rules)} | {n.blocking} |" for n in full),
        "",
        "## 取来的开头",
        "",
        f"{len(real)}份，平均{sum(n.characters for n in real) // max(len(real), 1)}字。它们本身有毛病（截断、遮盖、算错），"
        f"拦稿的{sum(n.blocking for n in real)}条都读过：",
        "",
        *_table(_heavier(real), EXPLAINED_REAL),
        "",
        *_seen(_heavier(real)),
    ]
    return "\n".join(lines) + "\n"


def _seen(found: Iterable[Noise]) -> list[str]:
    read = what_was_read()
    rows = [
        f"| {d} | `{rule}` | {at + 1} | {read.get((d, rule, at), '没有人读过。')} |" for d, rule, at in spots(found)
    ]
    return ["| 文稿 | 规则 | 第几字 | 读到的 |", "| --- | --- | ---: | --- |", *rows]


def _heavier(found: Iterable[Noise]) -> list[Noise]:
    kept = []
    for n in found:
        both = [(rule, at) for rule, at in zip(n.rules, n.places, strict=True) if rule[1] != "info"]
        kept.append(n._replace(rules=tuple(r for r, _ in both), places=tuple(at for _, at in both)))
    return kept


def _table(found: Sequence[Noise], explained: dict[str, str]) -> list[str]:
    counts = Counter(r for n in found for r in n.rules)
    where = Counter(r for n in found for r in set(n.rules))
    weights = {"fatal": "禁止", "error": "错误", "warning": "提醒", "info": "提示"}
    rows = [
        f"| `{rule}` | {weights[severity]} | {counts[rule, severity]} | {where[rule, severity]} | "
        f"{explained.get(rule, '没有人读过。')} |"
        for rule, severity in sorted(counts, key=lambda r: (-counts[r], r))
    ]
    return ["| 规则 | 轻重 | 条数 | 份数 | 读后 |", "| --- | --- | --- | --- | --- |", *rows]


def main() -> int:
    """Measure and write the page; 1 when the budget is broken or something stands unexplained."""
    if not (SHARED / "fulldocs").is_dir():
        print(f"没有 {SHARED.name}/fulldocs，误报没有量：这一页保持原样。")
        return 0
    full, real = measure(SHARED / "fulldocs"), measure(SHARED / "realdocs")
    PAGE.write_text(page(full, real), encoding="utf-8")
    over = [n.name for n in full if not n.kept()]
    strange = unread(full, real)
    print(
        f"完整报告{len(full)}份，超出上限的：{'、'.join(over) or '没有'}；没有人读过的：{'、'.join(strange) or '没有'}。"
    )
    return 1 if over or strange else 0


if __name__ == "__main__":
    raise SystemExit(main())
