"""Papers that somebody reads out: the 职代会 report or speech, and the 述职 in the first person.

In: a finished draft, who speaks and in what post.  Out: a paper; what only the speaker can know stands as 【待补】.

The words around the sentences are those of the occasion and hold no fact: the meeting's number and date are never
invented, a salutation is.
"""

import re
from collections.abc import Sequence

from chugao.errors import InputError
from chugao.export.brief import paragraphs
from chugao.export.cutting import (
    HAN,
    PaperWriter,
    Told,
    as_run,
    chosen,
    joined,
    opening,
    part_of,
    plan_year,
    replaced,
    runs_of,
    said,
    shortened,
    told_again,
    told_in,
)
from chugao.kind import Kind
from chugao.manuscript import ClaimedText, Draft
from chugao.source import Release

_ROOM, _LONG = 2600, 90
_SAYS_ENOUGH = 4
_BARE = re.compile(
    r"(?:党[委组])?(?:副?书记|(?:常务)?副?(?:院长|主任|局长)|总会计师)(?:、(?:党[委组])?(?:副?书记|副?(?:院长|主任|局长)))?"
)
"""A post that does not say of what."""
_DELEGATES = "各位代表"
_CONGRESS = ("职工代表大会", _DELEGATES, "大会")
_MEETINGS = {
    "科室": ("全体职工会议", "各位同事", "大家"),
    "区县": ("机关干部职工大会", "同志们", "大会"),
    "市": ("机关干部职工大会", "同志们", "大会"),
}
"""A house has a staff congress; a department and an authority meet as a whole."""


def congress(
    draft: Draft, *, name: str = "", post: str = "", speech: bool = False, release: Release = Release.PUBLIC
) -> Draft:
    """The report to the staff congress, or, as a `speech`, the same without headings.

    Raises `InputError` for a draft that reports on nothing.
    """
    told = _looking_back(draft, release, "职代会报告")
    office = draft.organisation or draft.department
    meeting, audience, before = _MEETINGS.get(draft.level, _CONGRESS)
    paper = PaperWriter(draft, f"在{office}{meeting}上的{'讲话' if speech else '工作报告'}")
    paper.section("lead")
    if name or post:
        paper.paragraph(said(f"{post}　{name}".strip("　"), name, post), stands="byline")
    paper.paragraph(f"{audience}、同志们：" if audience == _DELEGATES else f"{audience}：", stands="salutation")
    ahead = draft.kind is Kind.SUMMARY_PLAN
    first, used = opening(draft, told, _LONG)
    what = f"{draft.year}年的工作" + (f"和{plan_year(draft)}年的打算" if ahead else "")
    if speech:
        paper.paragraph(f"借这个机会，我向大家报告{draft.department}{what}。", *([first] if first else []))
    else:
        paper.paragraph(f"现在，我代表{draft.department}，向{before}报告{what}，请予审议。")
    results = [t for t in told if t.role == "results" and not told_again(t, used)]
    if speech:
        _speak(paper, draft, told, results, audience)
    else:
        _report(paper, draft, told, results, audience, first)
    return paper.finish()


def _report(
    paper: PaperWriter,
    draft: Draft,
    told: Sequence[Told],
    results: Sequence[Told],
    audience: str,
    first: ClaimedText | None,
) -> None:
    picked = chosen(results, _ROOM, _LONG)
    paper.section("results", f"{draft.year}年工作回顾", 1)
    if first is not None:
        paper.paragraph(first)
    _under_headings(paper, picked)
    for role, heading in (("problems", "存在的不足"), ("plan", f"{plan_year(draft)}年工作安排")):
        own = [t for t in told if t.role == role]
        if own:
            paper.section(role, heading, 1)
            paragraphs(paper, own, role)
    paper.section("closing")
    paper.paragraph(f"{audience}，以上报告，请予审议。")


def _speak(paper: PaperWriter, draft: Draft, told: Sequence[Told], results: Sequence[Told], audience: str) -> None:
    """The year told in paragraphs: each field opens with what it was about."""
    picked = chosen(results, _ROOM // 2, _LONG)
    paper.section("results")
    paper.paragraph("先说今年办成的事。")
    for number, section_id in enumerate(dict.fromkeys(t.section.id for t in picked)):
        own = [t for t in picked if t.section.id == section_id]
        heading = _named(own[0].section.heading)
        texts = [shortened(t.sentence, _LONG) for t in own]
        if own[0].section.level > 1:
            # “二是负压改造。病房负压改造6月完工” says it twice to the ear.
            said_again = heading.text in texts[0].text
            mark = f"{HAN[number]}是"
            texts = [joined([mark, texts[0]]), *texts[1:]] if said_again else [joined([mark, heading, "。"]), *texts]
        paper.paragraph(*texts, sources=own)
    problems = [t for t in told if t.role == "problems"]
    if problems:
        paper.paragraph("再说没有做好的。", *(_plain(t) for t in problems if t.opens), sources=problems)
    tasks = [t for t in told if t.role == "plan" and t.opens and not t.is_aim]
    if tasks:
        paper.paragraph(
            f"{plan_year(draft)}年，大家最关心的几件事这样安排。", *(_plain(t) for t in tasks), sources=tasks
        )
    paper.section("closing")
    paper.paragraph(f"请{audience}审议，也请大家监督。谢谢大家。")


def _named(heading: ClaimedText) -> ClaimedText:
    """A heading as it is said aloud: nobody says “一是……情况”."""
    stop = re.search(r"(?:有关|工作)?情况$", heading.text)
    return part_of(heading, 0, stop.start()) if stop and stop.start() >= _SAYS_ENOUGH else heading


def _plain(told: Told) -> ClaimedText:
    """A shortcoming or task as a sentence of its own, without 一是."""
    return shortened(told.sentence, _LONG)


def duty(draft: Draft, *, name: str, post: str, release: Release = Release.PUBLIC) -> Draft:
    """The 述职 of who led the work, in the first person.

    Raises `InputError` without name and post, and for a draft that reports on nothing.
    """
    if not name.strip() or not post.strip():
        raise InputError("述职要写明是谁、什么职务。请用 --name 姓名 --post 职务，如 --post 急诊科主任。")
    told = _looking_back(draft, release, "述职")
    paper = PaperWriter(draft, f"{draft.year}年度述职报告")
    paper.section("lead")
    paper.paragraph(said(f"{post}　{name}", post, name), stands="byline")
    told_first, used = opening(draft, told, _LONG)
    whole = f"{office}{post}" if (office := draft.organisation or draft.department) and _BARE.fullmatch(post) else post
    lead = f"我现任{whole}。现将{draft.year}年履职情况报告如下，请予评议。"
    paper.paragraph(said(lead, whole, str(draft.year)))
    paper.section("results", "履职情况", 1)
    first = [_mine(told_first, draft)] if told_first is not None else []
    paper.paragraph("一年来，我和同事们一道，主要抓了以下工作。", *first)
    results = [t for t in told if t.role == "results" and not told_again(t, used)]
    _under_headings(paper, chosen(results, _ROOM // 2, _LONG), draft)
    problems = [t for t in told if t.role == "problems"]
    if problems:
        paper.section("problems", "存在的不足", 1)
        paper.paragraph("工作中还有不足，我负有责任。")
        paragraphs(paper, problems, "problems")
    tasks = [t for t in told if t.role == "plan"]
    if tasks:
        paper.section("plan", "下一步打算", 1)
        paper.paragraph(f"{plan_year(draft)}年，我将盯住以下几件事，一件一件办。")
        paragraphs(paper, tasks, "plan")
    paper.section("conduct", "学习和廉洁自律情况", 1)
    paper.paragraph("【待补：学习、廉洁自律和落实“一岗双责”的情况，由本人写】")
    paper.section("closing")
    paper.paragraph("以上报告，请予评议。")
    return paper.finish()


def _mine(text: ClaimedText, draft: Draft) -> ClaimedText:
    """Said by the one who leads the office: its full name becomes 我院 or 我科."""
    own = "我院" if draft.level in ("医院", "乡镇") else "我委" if draft.level in ("市", "区县") else "我科"
    named = re.match(
        r"(?:医院|卫生院|本院|科室|本科室?|本委)(?![\u4e00-\u9fff]{0,6}(?:评审|文化|感染|管理))", text.text
    )
    if named and not any(c.start < named.end() for c in text.claims):
        text = joined([own, part_of(text, named.end(), len(text.text))])
    return replaced(replaced(text, draft.department, own), f"{own}的{own}", own)


def _under_headings(paper: PaperWriter, picked: Sequence[Told], own: Draft | None = None) -> None:
    """Each section under its heading, a paragraph for each of the draft's."""
    for section_id in dict.fromkeys(t.section.id for t in picked):
        told = [t for t in picked if t.section.id == section_id]
        if told[0].section.level > 1:
            paper.section(section_id, told[0].section.heading, 2)
        for block in runs_of(told):
            texts = as_run(block, [shortened(t.sentence, _LONG) for t in block])
            paper.paragraph(*(_mine(t, own) if own else t for t in texts), sources=block)


def _looking_back(draft: Draft, release: Release, what: str) -> list[Told]:
    told = told_in(draft, release)
    if not draft.kind.looks_back or not any(t.role == "results" for t in told):
        raise InputError(f"《{draft.title.text}》没有总结的内容，出不了{what}。请用工作总结或总结暨计划的稿子。")
    return told
