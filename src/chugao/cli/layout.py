"""check --layout: whether a Word file keeps to the page."""

from pathlib import Path
from typing import TYPE_CHECKING

from chugao.cli.output import finding_json, say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.word.layout import Layout


def check_layout(files: list[Path], asked: bool, profile: str | None, as_json: bool) -> None:
    """Judge a file, and its pages where this machine can print them."""
    from chugao.documents.guard import guard
    from chugao.word.judging import headings_of, judge, named_faces
    from chugao.word.judging_pages import judge_pages, printed_faces, read_pages
    from chugao.word.preview import office, preview

    if not asked:
        raise InputError("--profile 只用于查版式。请同时写 --layout。")
    if len(files) != 1:
        raise InputError("--layout 一次查一份 .docx。请逐份查。")
    file = files[0]
    if file.suffix.lower() != ".docx":
        raise InputError(f"--layout 只查 .docx，不能是“{file.name}”。旧的 .doc、.wps 请先另存为 .docx。")
    content = guard(file)
    layout = _layout(profile)
    findings = judge(content, layout, file.name)
    faces: tuple[str, ...] = ()
    instead: dict[str, tuple[str, ...]] = {}
    printed = office() is not None
    if printed:
        seen = preview([content])[0]
        faces = seen.faces
        findings += judge_pages(seen.pdf, layout, headings_of(content, file.name))
        instead = printed_faces(read_pages(seen.pdf), named_faces(content, file.name))
    if as_json:
        found = [finding_json(f) for f in findings]
        told = {"profile": layout.name, "findings": found, "printed": printed, "faces": faces, "printed_as": instead}
        show_json(told)
        return
    for finding in findings:
        where = f"“{finding.quote}”" if finding.quote else ""
        show(f"{finding.severity.label}　{where}{finding.hint}")
    show(f"按{layout.name}查版式：{f'{len(findings)}处提醒' if findings else '没有发现问题'}。")
    if printed:
        pairs = "，".join(f"{face}→{'、'.join(really)}" for face, really in instead.items())
        say(f"排版查看用的是本机字体：{pairs or '、'.join(faces)}。与 Word 里的字体不同，分页可能略有出入。")
    else:
        say("本机没有 LibreOffice，只查了文件里的设置，没有看排出来的页面。")


def _layout(profile: str | None) -> "Layout":
    from chugao.word.layout import gbt9704, named_layout, read_layout

    if profile is None or profile == "国标":
        return gbt9704()
    return read_layout(Path(profile)) if profile.endswith(".toml") else named_layout(profile)
