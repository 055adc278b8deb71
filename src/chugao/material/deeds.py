"""One sentence of a submission as a matter: what was done, when, what came of it, and whether it is done at all.

In: a `Statement`.  Out: a `Matter`.

Surprise: “新病房楼已封顶，计划明年3月投用” is neither done nor planned but under way; and what a paper on half a year counts
would be read as the year's if it did not say so.
"""

import re
from typing import TYPE_CHECKING

from chugao.material.dictated import as_written
from chugao.material.honours import is_honour, with_honour
from chugao.material.matter import Matter, MatterStatus, is_pending
from chugao.material.reading import matter_id
from chugao.material.statements import MORE, PROBLEM_LEAD, SPEAKS_BACK, Statement
from chugao.source import Source

if TYPE_CHECKING:
    from chugao.documents.structure import Document

_NEXT = r"(?:明年|来年|下一?年|20\d\d年|年底前|\d{1,2}月底?前)"
_STRIVES = r"争取(?![^，。；]{0,14}(?:资金|经费|补助|专项|债券|项目|支持|政策)[^，。；]{0,4}(?:\d|，|。|；|$))"
"""“争取中央和省级资金9.43亿元” is what was got."""
_PLANNED = re.compile(
    rf"(?:^|，)(?:将|拟|计划|力争|{_STRIVES}|下一步|明年|准备)|20\d\d年(?:将|拟|计划|准备|打算|{_STRIVES}|力争)"
    rf"|(?:计划|打算|准备|拟|预计|争取|力争)(?:在|于)?{_NEXT}"
    r"|[（(](?:拟|计划|待定|暂定|筹备中?|预计)[）)]"
    r"|明年[^，。；]{0,12}(?:申报|启动|建成|投用|完成|开展|实施|创建|引进|开设|购置|上线|再)"
)
_ONGOING = re.compile(r"正在|推进中|进行中|有序推进|尚未完成|还在|在建|筹建中|施工中")
_BEGUN = re.compile(r"已|完成|启动|开工|动工|在建|正在|推进|封顶|招标|到位|[\u4e00-\u9fff]过半")
_COUNTED = re.compile(r"(?:已|新|共)?(?:建成|完成|启用|投用|改造|新建)[^，。；]{0,16}\d+(?:所|个|家|处|间|台|张|项)")
"""“建成村卫生室23所，在建5所”: those are done."""
_WHEN = re.compile(
    r"^(?:(?:今年)?(?:20\d\d年)?\d{1,2}(?:[-—–~～至]\d{1,2})?月(?:\d{1,2}日|底|末|份|初|中旬|上旬|下旬)?(?:之?前)?起?(?![、和及与]\d)|全年|上半年|下半年|第?[一二三四]季度|年底(?:之?前)?)[，,]?"
)
"""When a thing was; “6月、11月两次盘点” was twice, and neither month is its time."""
_BY = re.compile(
    r"[，,]?(?P<when>(?:20\d\d年)?(?:\d{1,2}月(?:底|\d{1,2}日|份)?|年底|上半年|[一二三四]季度)(?:之?前))(?:完成|完工|竣工|到位|投用|启用|建成|开诊|交付|上线|验收|办结|落地)?$"
)
_BY_IN_BRACKETS = re.compile(
    r"(?<=\S{4})[（(](?P<when>(?:20\d\d年)?(?:\d{1,2}月(?:底|\d{1,2}日|份)?|年底|上半年|[一二三四]季度)(?:之?前)?)[）)]$"
)
"""“建成分中心（4月底前）”."""
_AHEAD = re.compile(
    rf"^(?:明年|下一步|下步|20\d\d年)?(?:打算|将|拟|计划|力争|{_STRIVES}|准备|主要是|(?<=年)[想要])(?=[\u4e00-\u9fffA-Za-z\d]{{3}})"
)
_OURS = re.compile(
    r"^(?:我们科室?|我们(?:部门?|院)?的?|我科|我院|本科室|本科|我部)(?:今年)?[呢啊嘛]?(?=[\u4e00-\u9fff])"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
"""“19,874人次”: no office paper parts its thousands."""
_ANSWERS = re.compile(
    r"[，,；、（(]?\s?(?P<who>责任人|负责人|牵头人|牵头领导|分管领导|责任领导|责任科室|牵头科室|责任部门|牵头部门)\s?[:：]\s?(?P<name>[\u4e00-\u9fff]{2,8})[）)]?"
)
"""“（责任人：王志强）”: who answers for a task has a column of its own."""
_IN_BRACKETS = re.compile(
    r"[（(](?=[^（）()]*(?:责任|负责|牵头|分管)[^（）()]{0,2}[:：])([^（）()]*[，,；;、][^（）()]*)[）)]$"
)
"""“（责任人：韦世安，12月底前）”: behind the name stands the deadline."""
_CLAIMS = re.compile(r"率先|领先|首例|首家|首创|首个|首次|第一例|第一家|填补.{0,6}空白")
_PROOF = re.compile(
    r"[（(](?:佐证[:：]|依据[:：]|见|有|经|据)?(?P<what>[^（）()，。；]{2,30}(?:证明|证书|认定|查新|鉴定|确认|备案|登记|公布|通报|批复|核实|报道|文件|报告)[^（）()]{0,12})[）)]"
)
"""“首例……（市卫健委医政科证明）”."""
_COMES = re.compile(r"，(?:预计|计划|将于|拟于)?(20\d\d)年")
"""“已封顶，2027年3月投用”."""
_SENTENCES_MET = re.compile(rf"。(?={SPEAKS_BACK.pattern})")


def is_planned(told: str, year: int) -> bool:
    """Whether a sentence tells what is meant to be done, and nothing of it under way; `year` is the one reported."""
    later = _OF_A_YEAR.match(told)
    if later is not None and int(later["year"]) > year:
        return True
    return _PLANNED.search(told) is not None and not begun(told)


_OF_A_YEAR = re.compile(r"(?:到|至)?(?P<year>20\d\d)年(?!度?的?(?:任务|目标|计划|预算)(?:已|全部|提前))")


def begun(told: str) -> bool:
    """Whether a sentence tells what is under way and only then what is meant to come of it."""
    ahead = _PLANNED.search(told)
    return ahead is not None and ahead.start() > 0 and _BEGUN.search(told[: ahead.start()]) is not None


_PART_OF_A_YEAR = re.compile(r"上半年|下半年|前三季度|第?[一二三四]季度|1[-—–~～至]1?\d月(?!\d)")


def part_of_a_year(document: "Document") -> str:
    """“上半年” of a title that says so; "" of a report on the year."""
    titles = (p.text for p in document.paragraphs[:3] if p.kind in ("title", "front"))
    found = next((m[0] for t in titles if (m := _PART_OF_A_YEAR.search(t))), "")
    return "" if re.search(r"1[-—–~～至]12月", found) else found


_ANNOUNCES_PLANS = re.compile(r"计划(?!生育|免疫)|打算|安排|要点|思路|任务|设想|[要想][做办抓]|准备[做办]|目标")
_ANNOUNCES_RESULTS = re.compile(r"总结|小结|汇报|完成|成效|回顾|情况")
_LOOKS_BACK = re.compile(r"去年|上年|截至|目前|已|近[一二三两几]年")
_TITLE = 30  # characters


def is_about_next_year(document: "Document", year: int) -> bool:
    """Whether a paper says in its first lines that all of it is of the year after the one reported: “2026年打算做的事：”."""
    for paragraph in document.paragraphs[:2]:
        line = paragraph.text.strip()
        if len(line) > _TITLE or re.search(r"[，。；]", line) or _ANNOUNCES_RESULTS.search(line):
            return False
        years = [int(y) for y in re.findall(r"20\d\d(?=年)", line)]
        later = min(years) == year + 1 if years else re.search(r"明年|来年|下一年", line) is not None
        if later and _ANNOUNCES_PLANS.search(line):
            return True
    return False


def looks_back(told: str, year: int) -> bool:
    """Whether a sentence of a paper about the year to come tells where things stand now."""
    return told.startswith(f"{year}年") or _LOOKS_BACK.match(told) is not None


def of_its_span(matter: Matter, span: str) -> Matter:
    """A count of half a year says so: in a report on the year it would be read as the year's."""
    if not span or matter.when or matter.status is MatterStatus.PLANNED or matter.category == "不足":
        return matter
    text = f"{span}{matter.text}" if re.search(r"\d", matter.text + matter.result) else matter.text
    return matter.model_copy(update={"when": span, "text": text})


def matter_of(statement: Statement, department: str, year: int, source: Source, *, future: bool) -> Matter:
    body = _SENTENCES_MET.sub("，", statement.text.rstrip("。；！!"))
    answers = {m["who"][-2:]: m["name"] for m in _ANSWERS.finditer(body)}
    body = _IN_BRACKETS.sub(r"，\1", body) if answers else body
    body = _ANSWERS.sub("", body).rstrip("，、 ") or body
    body = re.sub(r"[（(](?:拟|计划|待定|暂定|筹备中?|预计)[）)]", "", _THOUSANDS.sub("", body))
    proof = _PROOF.search(body) if _CLAIMS.search(body) else None
    body = body.replace(proof[0], "", 1) if proof else body
    head, body = body, _without_year(body, year, future=future)
    when = match.group().rstrip("，,") if (match := _WHEN.match(body)) else ""
    body = body[match.end() :] if match else body
    if future and not when:
        when, body = _deadline(body)
    body = _OURS.sub("", _AHEAD.sub("", body) if future else body)
    if statement.part == "problem":
        body = MORE.sub("", PROBLEM_LEAD.sub("", body))
    body = re.sub(r"(?<=[A-Za-z\d])\s+(?=[\u4e00-\u9fff])", "", body)
    act, _, result = _parted(as_written(body))
    if future and not when and (deadline := _BY.search(act)) and deadline.start():
        when, act = deadline["when"], act[: deadline.start()]
    status = MatterStatus.DONE
    if future:
        status = MatterStatus.PLANNED
    elif is_pending(body) or (
        any(int(y) > year for y in _COMES.findall(body))
        or _ONGOING.search(act)
        or (statement.part != "future" and begun(body) and not _COUNTED.match(act))
    ):
        status = MatterStatus.ONGOING
    problem = statement.part == "problem"
    category = "不足" if problem else "荣誉" if is_honour("", head) else statement.heading
    month = re.search(r"(\d{1,2})(?:[-—–~～至]\d{1,2})?月", when)
    of_year = year + 1 if future else year
    matter = Matter(
        id=matter_id(department, statement.text),
        text=act,
        category=category,
        when=f"{of_year}年{when}" if future and when and not when.startswith("20") else when,
        year=of_year,
        month=int(month[1]) if month and 1 <= int(month[1]) <= 12 else None,
        result=result,
        status=MatterStatus.ONGOING if problem and not future else status,
        department=department,
        owner=answers.get("科室", answers.get("部门", "")),
        evidence=proof["what"] if proof else "",
        leader=next((n for k, n in answers.items() if k not in ("科室", "部门")), ""),
        source=source,
    )
    return with_honour(matter) if not problem else matter


def _without_year(body: str, year: int, *, future: bool) -> str:
    """Without “2026年，” in a report on 2026, and without “明年计划：” and “2027年” in its plans."""
    if not future:
        return re.sub(rf"^(?:今年|{year}年)[，,]", "", body)
    label = r"^(?:(?:明年|来年|20\d\d年)?(?:工作)?(?:计划|打算|安排|思路)|明年|来年|下一?步|下一年)[:：]"
    body = _AHEAD.sub("", re.sub(label, "", body))
    return re.sub(rf"^(?:于|在)?(?:今年|明年|来年|{year}年|(?:到|至)?{year + 1}年(?!\d?\d月))[，,]?", "", body)


def _deadline(body: str) -> tuple[str, str]:
    """By when a thing is planned, said behind it (“，争取9月底前完成”, “（4月底前）”), and the rest."""
    if bracketed := _BY_IN_BRACKETS.search(body):
        return bracketed["when"], body[: bracketed.start()]
    if deadline := _BY.search(body):
        rest = re.sub(r"[，,](?:争取|力争|计划|确保|预计|打算)(?:在|于)?$", "", body[: deadline.start()])
        return deadline["when"], rest or body
    return "", body


def _parted(body: str) -> tuple[str, str, str]:
    """(act, comma, what came of it): a topic named in front opens the act."""
    lead, stop, rest = body.partition("。")
    if stop and len(lead) <= 14:
        return lead, stop, rest.rstrip("。")
    depth = 0
    for i, character in enumerate(body):
        depth += (character in "（(“") - (character in "）)”")
        if character == "，" and depth <= 0:
            return (body[:i], "，", body[i + 1 :]) if 4 <= i <= 32 else (body, "", "")
    return body, "", ""
