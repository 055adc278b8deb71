"""Honours (荣誉): what was granted by whom, at which level, under which number; national before provincial.

In: a matter.  Out: its `Honour`; the matter as an office prints it; matters with their honours in order of level.

Surprise: offices fill the columns of a table (“由共青团中央授予，国家级，授予对象为急诊抢救护理组”) and then the line is
printed as it stands.  A sentence names who got what from whom, and nobody writes 国家级 behind 全国.
"""

import re
from collections.abc import Iterable, Sequence

from chugao.material.matter import Honour, Matter

LEVELS = ("国家级", "省级", "市级", "县级", "院级", "")
_GOT = re.compile(
    r"(?:荣获|获评为?|获得|喜获|斩获|被评为|被授予|被命名为|获|评为|授予|入选)(?:了)?[“《]?(?P<name>[^，。；“”《》]{2,40}?(?:奖|称号|先进[^，。；“”《》（(]{0,6}|示范(?:单位|病区|基地|科室|岗|点)?|优秀[^，。；“”《》（(]{0,8}|标兵|荣誉|[奖勋]章|文明号|先锋岗|红旗手|模范|单位|集体|等奖[^，。；“”《》（(]{0,4}|表彰|通报表扬))[”》]?(?:荣誉)?(?:称号)?(?=$|[，。；（(])"
)
_TITLE_GOT = re.compile(
    r"(?:荣获|获评为?|获得|获|被评为|被授予|被命名为|授予|评为)(?P<of>[^，。；“”《》]{0,12})[“《](?P<name>[^，。；“”《》]{2,30})[”》](?:荣誉)?(?:称号|荣誉|奖)"
)
_MEDAL_GOT = re.compile(
    r"(?:荣获|获评|获得|获|被评为|被授予)(?P<of>[^，。；“”《》]{0,14})[“《](?P<name>[^，。；“”《》]{2,24}(?:[奖勋]章|先进[^”》]{0,6}|标兵|模范))[”》]"
)
_ORGANISATION = re.compile(r"(?:委员会|卫健委|局|厅|政府|党委|团委|学会|协会|总?工会|妇联|组织部|宣传部)$")
_GRANTED = (
    re.compile(
        r"(?:由|被|经)(?P<by>[^，。；由]{3,30}?)(?:联合)?(?:授予|授牌|颁发|颁授|表彰|通报|命名|评定|评选|评为|主办|认定)"
    ),
    re.compile(
        r"[（(](?P<by>[^（）()，。；\d]{1,30}?(?:委员会|卫健委|卫生健康委|局|厅|政府|团委|中央|学会|协会|总工会|妇联|中心|部|院|办公室))(?=[，、）)])"
    ),
    re.compile(
        r"(?:荣获|获评|获得|获)(?!批)(?P<by>[^，。；“”《》]{1,18}?(?:委员会|卫健委|卫生健康委|卫健局|卫生健康局|局|厅|政府|学会|协会|总工会|妇联|团委))(?=[“《]|[^，。；]{2,24}(?:表彰|通报表扬|称号))"
    ),
    re.compile(
        r"20\d\d年\d{1,2}月(?:\d{1,2}日)?(?:由)?(?P<by>[\u4e00-\u9fff]{2,20}?(?:委员会|卫健委|卫健局|局|厅|政府|团委|学会|协会|总工会|妇联))$"
    ),
    re.compile(r"(?:授予|颁发|表彰)(?:单位|机关|部门)[:：为是]?\s{0,4}(?P<by>[^，。；]{3,30})"),
    re.compile(
        r"(?:^|，)(?P<by>[^，。；]{3,24}?(?:委员会|卫健委|卫生健康委|卫健局|卫生健康局|厅|局|政府|党委|团中央|学会|协会|总工会|妇联|中心))(?:授予|表彰|通报)"
    ),
)
_LEVEL = re.compile(r"(国家|省|市|县|区|院)级")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}[〔\[（(]20\d\d[〕\]）)]\s?第?\d{1,4}号")
_RECIPIENT = re.compile(
    r"授予对象(?:为|是|[:：])?(?P<who>[^，。；]{2,24})|获奖(?:单位|人|集体)[:：为是]?(?P<whom>[^，。；]{2,24})"
)
_BARE = re.compile(
    r"^(?:(?:国家|省|市|县|区|院)级|授予对象.*|获奖(?:单位|人|集体).*|文号[:：]?.*|"
    r"(?:20\d\d年)?\d{1,2}月(?:\d{1,2}日)?(?:发文|印发|公布|通报|授牌|颁发|授予)?)$"
)
# An issuer alone in its cell (“省，XX市卫生健康委员会”), or several joined, with or without the verb.
_ISSUER = re.compile(
    r"^(?P<by>[^，。；]{0,60}(?:委员会|卫健委|卫生健康委|卫健局|卫生健康局|厅|局|政府|党委|团委|中央|学会|协会|总工会|妇联|红十字会|基金会|总会|中心))$"
    r"|^(?!由|被|经)(?P<granted>[^，。；]{2,60}?)(?:联合)?(?:授予|颁发|颁授|命名|评定|认定)$"
)


NOT_YET = re.compile(
    r"[（(](?:[^（）()]{0,6}(?:提名|入围|候选|公示|推荐|申报))[^（）()]{0,6}[）)]|(?:获|得)(?:了)?提名|(?:提名|入围|候选)奖?$"
)
"""“获“省级青年文明号”（提名）” is none yet."""


def is_honour(category: str, text: str) -> bool:
    """Whether a matter tells of an honour."""
    return "荣誉" in category or "表彰" in category or _got(text) is not None


def _got(text: str) -> "re.Match[str] | None":
    return _GOT.search(text) or _TITLE_GOT.search(text) or _MEDAL_GOT.search(text)


_BEFORE_ITS_NAME = re.compile(
    r"^[\u4e00-\u9fff]{0,10}?(?:荣获|获评为?|获得|获|被评为|被授予|评为|通过)(?=[\u4e00-\u9fff]{4})"
)


def read_honour(text: str, result: str = "", when: str = "", evidence: str = "") -> Honour | None:
    """The honour that a matter's words tell of; None when they tell of none."""
    whole = f"{text}，{result}"
    got = _got(whole)
    quoted = re.search(r"[“《]([^”》]{2,40})[”》]", text)
    name = got["name"] if got else quoted[1] if quoted else _BEFORE_ITS_NAME.sub("", text)
    if not name:
        return None
    by = next((m["by"] for pattern in _GRANTED if (m := pattern.search(whole))), "")
    if not by and (medal := _MEDAL_GOT.search(whole)) and _ORGANISATION.search(medal["of"]):
        by = medal["of"]  # “获市总工会‘五一劳动奖章’”
    number = _NUMBER.search(f"{whole}，{evidence}")
    who = _RECIPIENT.search(whole)
    dated = re.search(r"20\d\d年\d{1,2}月(?:\d{1,2}日)?", f"{when}，{whole}")
    return Honour(
        name=name.strip("的"),
        granted_by=by,
        level=_level(whole, by, name),
        number=number[0] if number else "",
        date=dated[0] if dated else when,
        recipient=(who["who"] or who["whom"] or "") if who else "",
    )


def _level(whole: str, by: str, name: str) -> str:
    if match := _LEVEL.search(whole.replace(name, "")):
        return {"区": "县级"}.get(match[1], f"{match[1]}级")
    for words in (by, name):
        if re.search(r"国家|全国|国务院|中央|中华|中国|共青团中央", words):
            return "国家级"
        if re.search(r"省|自治区", words):
            return "省级"
        if re.search(r"[^城]市|^市", words):
            return "市级"
        if re.search(r"县|区", words):
            return "县级"
        if re.search(r"医院|院党委|全院|^院|本院", words):
            return "院级"
    if match := re.search(r"(国家|省|市|县|区)[“《]" + re.escape(name), whole):
        return {"区": "县级"}.get(match[1], f"{match[1]}级")
    if match := re.search(r"全(国|省|市|县|区)[^，。；]{0,8}[“《]?" + re.escape(name), whole):
        return {"国": "国家级", "区": "县级"}.get(match[1], f"{match[1]}级")
    return ""


def as_printed(matter: Matter) -> Matter:
    """An honour as an office prints it: who got it stands in front, who granted it behind, no cells of a table."""
    honour = matter.honour
    if honour is None:
        return matter
    clauses = [c for c in re.split(r"[，；]", matter.result) if c.strip() and not _BARE.match(c.strip())]
    clauses = [c for c in clauses if not _NUMBER.fullmatch(c.strip())]
    issuers = [c for c in clauses if _ISSUER.match(c.strip())]
    if issuers and not any(c.startswith(("由", "被", "经")) for c in clauses):
        names = [found["by"] or found["granted"] for c in issuers if (found := _ISSUER.match(c.strip()))]
        clauses = [f"由{'、'.join(names)}授予", *(c for c in clauses if c not in issuers)]
    if honour.granted_by and not any(honour.granted_by in c for c in (matter.text, *clauses)):
        clauses.insert(0, f"由{honour.granted_by}授予")
    if honour.number and not any(honour.number in c for c in (matter.text, *clauses)):
        granting = re.compile(rf"{re.escape(honour.granted_by)}" if honour.granted_by else r"^由.*授予$")
        at = next((i for i, c in enumerate(clauses) if granting.search(c)), None)
        told = f"（{honour.number}）"
        clauses = (
            [c + told if i == at else c for i, c in enumerate(clauses)] if at is not None else [*clauses, honour.number]
        )
    changed = {"result": "，".join(clauses), "owner": honour.recipient or matter.owner}
    return matter.model_copy(update=changed)


def with_honour(matter: Matter) -> Matter:
    """The matter with its honour read, where it tells of one."""
    if matter.honour is not None or NOT_YET.search(matter.text) or not is_honour(matter.category, matter.text):
        return matter
    honour = read_honour(matter.text, matter.result, matter.when, matter.evidence)
    return matter.model_copy(update={"honour": honour})


def in_order(matters: Iterable[Matter]) -> tuple[Matter, ...]:
    """Matters with honours among themselves from national to local; everything else keeps its place."""
    every: Sequence[Matter] = tuple(map(with_honour, matters))
    honours = sorted((m for m in every if m.honour), key=lambda m: LEVELS.index(m.honour.level if m.honour else ""))
    waiting = iter(honours)
    return tuple(as_printed(next(waiting)) if m.honour else m for m in every)
