"""The pages of docs/checks/: one a rule, made from the registry, so that they cannot drift.

In: nothing.  Out: `C03-pp-unit.md` and its like, and `README.md` with the table of all; `python -m chugao.checks.pages DIR`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from chugao.checks.rules import Rule, rules
from chugao.source import Severity

_NEEDS = {
    "text": "只看文稿",
    "figures": "要有指标或事项",
    "corpus": "要有历年文稿",
    "draft": "只查本软件写的稿子",
    "layout": "要看排好的版面",
    "engine": "由模型提意见，须配置模型地址；每条意见都引原文，引不出的不显示",
    "person": "由人判断，只提问",
    "office": "要在 chugao.toml 的 [office] 里登记",
}
_WEIGHS = {
    Severity.FATAL: "禁止：不改不能出定稿",
    Severity.ERROR: "错误：改了才能出定稿，或由负责人写明姓名和理由放行",
    Severity.WARNING: "提醒：不拦",
    Severity.INFO: "提示：供参考，不拦",
}
_DISMISSED = "确认无误的，写明姓名和理由忽略一次，本单位以后的文稿同样的地方不再提醒。"
_NOT_DISMISSED = "不能忽略。确需放行的，出定稿时由负责人写明姓名和理由，理由印在核稿单上。"
_ALIKE = "本页由 templates/checks/ 生成，请勿直接修改。"


def page_of(rule: Rule) -> str:
    """The page of one rule."""
    return "\n".join(_lines(rule)) + "\n"


def _lines(rule: Rule) -> Iterator[str]:
    yield from (f"# {rule.code} {rule.title}", "", f"`{rule.id}`｜{_WEIGHS[rule.severity]}｜{_NEEDS[rule.needs]}", "")
    yield from ("## 为什么查", "", rule.why, "")
    if rule.violating:
        yield from ("## 查出来的样子", "", *_quoted(rule.violating), "")
    yield from ("## 改好的样子", "", *_quoted(rule.passing), "", "## 怎么改", "", rule.advice, "")
    can = rule.severity is not Severity.FATAL and not rule.id.startswith(("number-wrong", "number-last", "number-dir"))
    yield from ("## 确实没错时", "", rule.dismiss or (_DISMISSED if can else _NOT_DISMISSED), "", _ALIKE)


def _quoted(text: str) -> Iterator[str]:
    return (f"> {line}  " for line in text.split("\n"))


def overview() -> str:
    """The table of all rules."""
    rows = [
        f"| {r.code} | [{r.title}]({name_of(r)}) | {r.severity.label} | {_NEEDS[r.needs].split('，')[0]} |"
        for r in rules().values()
    ]
    head = ["# 核对规则", "", "一条规则一页：为什么查、查出来的样子、改好的样子、怎么改。", ""]
    return "\n".join([*head, "| 编号 | 规则 | 轻重 | 要什么 |", "| --- | --- | --- | --- |", *rows, "", _ALIKE]) + "\n"


def name_of(rule: Rule) -> str:
    """The page's file: “C03-pp-unit.md”."""
    return f"{rule.code}-{rule.id}.md"


def write_pages(folder: Path) -> list[Path]:
    """Write every page, and take away those of rules that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {name_of(r): page_of(r) for r in rules().values()} | {"README.md": overview()}
    for stale in folder.glob("C[0-9][0-9]-*.md"):
        if stale.name not in pages:
            stale.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in sorted(pages)]


if __name__ == "__main__":
    for path in write_pages(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/checks")):
        print(path)
