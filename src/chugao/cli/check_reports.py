"""What `check` writes beside the screen: the page, the comments in a copy, the paper to sign; and several papers at once.

In: a checked file and where to write.  Out: files, whole or not at all.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.cli.output import say, show
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.checks import Report
    from chugao.checks.dismissals import Dismissal
    from chugao.manuscript import Draft
    from chugao.source import Finding


def write_reports(
    file: Path,
    thing: "Draft | str",
    report: "Report",
    dismissals: "Sequence[Dismissal]",
    *,
    html: Path | None,
    annotated: Path | None,
    sheet: Path | None,
) -> dict[str, str]:
    """The files asked for, by kind.  Raises `InputError` when one would stand where the checked file stands."""
    from chugao.export import write_whole
    from chugao.export.checked import checked, checked_page
    from chugao.export.papers import proofsheet

    wanted = {k: p for k, p in {"html": html, "annotated": annotated, "sheet": sheet}.items() if p is not None}
    if any(p.absolute() == file.absolute() for p in wanted.values()):
        raise InputError(f"不能写在 {file.name} 自己上面。请换一个文件名。")
    if len({p.absolute() for p in wanted.values()}) < len(wanted):
        raise InputError("--html、--annotate、--sheet 写的是同一个文件。请各写一个文件名。")
    given = checked(file.name, thing, report, dismissals)
    if html is not None:
        write_whole(html, checked_page(given).encode("utf-8", "replace"))
    if sheet is not None:
        write_whole(sheet, proofsheet(given))
    if annotated is not None:
        _annotate(file, thing, given, annotated)
    return {k: str(p) for k, p in wanted.items()}


def _annotate(file: Path, thing: "Draft | str", given: "object", target: Path) -> None:
    from chugao.documents.guard import guard
    from chugao.export import write_whole
    from chugao.export.checked import Checked, remarks_of
    from chugao.word.annotating import annotate

    assert isinstance(given, Checked)
    if not isinstance(thing, str):
        from chugao.word.typesetting import typeset

        content = typeset(thing)
    elif file.suffix.lower() == ".docx":
        content = guard(file)
    else:
        raise InputError(f"--annotate 只能批在 Word 文稿（.docx）或草稿（.json）上，{file.name} 不是。请改用 --html。")
    copy, missed = annotate(content, remarks_of(given))
    write_whole(target, copy)
    if missed:
        say(f"有{len(missed)}条意见在 Word 里找不到原文，没有批上，请看屏幕或 --html。")


def show_written(written: dict[str, str]) -> None:
    """Say where the files are."""
    names = {"html": "网页", "annotated": "批注稿", "sheet": "核稿单"}
    for kind, path in written.items():
        show(f"{names[kind]}：{path}")


def confirmed_told(thing: "Draft | str", report: "Report", known: "Sequence[Dismissal]") -> str:
    """“，其中人工确认2个（张三：微信）”, "" when nobody confirmed any."""
    if not isinstance(thing, str):
        return ""
    who = [
        d
        for v in report.verdicts
        if v.finding is not None
        for d in known
        if d.rule == "number-untraced" and d.covers(v.finding, thing)
    ]
    names = "；".join(dict.fromkeys(f"{d.by}，{d.reason}" for d in who))
    return f"，其中人工确认{len(who)}个（{names}）" if who else ""


# --- several papers -------------------------------------------------------------------------------


def papers_of(given: "Sequence[tuple[Path, Draft | str]]") -> tuple[list[str], list[tuple[str, str]]]:
    """(names, (name, text) of each); two files of one name are told apart by their folder."""
    from chugao.manuscript import flatten

    plain = [f.stem for f, _ in given]
    names = [n if plain.count(n) == 1 else f"{f.parent.name}/{n}" for n, (f, _) in zip(plain, given, strict=True)]
    names = [n if names.count(n) == 1 else f"{n}（{i}）" for i, n in enumerate(names, 1)]
    texts = [t if isinstance(t, str) else flatten(t)[0] for _, t in given]
    return names, list(zip(names, texts, strict=True))


def compare_siblings(papers: Sequence[tuple[str, str]], names: Sequence[str]) -> "dict[str, tuple[Finding, ...]]":
    """By name: where papers of the same year disagree, and which are alike word for word.

    A paper of a hospital or a commission speaks for the whole; its departments' papers for parts.
    """
    from chugao.checks.reading import read
    from chugao.checks.rules import findings_of
    from chugao.checks.siblings import Sibling, alike_papers, disagreements

    readings = {name: read(text) for name, text in papers}
    siblings = [Sibling(n, r, r.level not in ("", "科室")) for n, r in readings.items()]
    found = {name: list(findings) for name, findings in disagreements(siblings).items()}
    for name, hits in alike_papers(siblings).items():
        found.setdefault(name, []).extend(findings_of("shared-wording", hits, readings[name].text))
    return {name: tuple(found[name]) for name in names if name in found}
