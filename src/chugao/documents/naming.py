"""Who wrote a report and for which year, read from its title and from how it speaks of itself.

In: a title, an issuer, the text.  Out: years, department, issuer, level; "" when the words do not say.

Surprise: “2025年医院总务科工作总结” names no hospital, and “社区卫生服务中心” is an office of its own, not a 科室.
"""

import re

from chugao.kind import years_of_title

_BARE_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_CUTS = re.compile(
    r"20\d\d年?度?|二〇[〇零一二三四五六七八九]{2}年度?|[《》（）()｜\s]|关于印发|关于|印发|的通知|人民医院|中医医院|中医院|中心医院|医院|卫生院|保健院"
    r"|卫生健康委员会|卫生健康委|卫健委|卫生健康局|卫健局|上半年|下半年|第?[一二三四]季度"
)
_DEPARTMENT = re.compile(
    r"^([\u4e00-\u9fff]{1,12}?(?:科|部|处|办公室|办|检验中心|体检中心|医联体办|室))(?=$|工作|年|季|全年|质控|暨|总结|计划|要点|思路|下一步|20)"
)
_NO_DEPARTMENT = {
    "科室",
    "各科室",
    "全科",
    "本科",
    "部",
    "干部",
    "全部",
    "各部",
    "支部",
    "总支部",
    "党支部",
    "村卫生室",
    "卫生室",
}
_ORGANISATION = re.compile(
    r"([\u4e00-\u9fffXx×Ｘ*]{2,20}?(?:人民医院|中医医院|中医院|中心医院|妇幼保健院|医院|中心卫生院|卫生院|卫生健康委员会|卫生健康委|卫健委|卫生健康局|卫健局"
    r"|卫生计生委|卫生计生局|社区卫生服务中心|疾病预防控制中心|疾控中心)|[\u4e00-\u9fff]{2,10}?(?:省|自治区|市|县|区|州)(?:人民)?政府)"
)
_GENERIC = re.compile(
    r"^(?:年?度?(?:县|市|区|乡镇|中心|社区|我|本|全|某|综合|公立|基层)?(?:级)?)?"
    r"(?:人民医院|中医院|中心医院|医院|卫生院|社区卫生服务中心|卫健委|卫健局|卫生健康委|卫生健康局|卫生健康委员会)$"
)
_BARE_DEPARTMENT = re.compile(r"^[\u4e00-\u9fff]{1,10}(?:科|部|处|办公室|室|中心)$")
_OPENING = re.compile(
    r"^(?:(?:20\d\d年(?:度|以来)?|今年以?来?|一年来|过去一年|本年度)，?)([\u4e00-\u9fff]{1,10}?(?:科|部|处|办公室))(?=在|按照|紧[紧扣密]|围绕|坚持|以|认真|深入|全体|聚焦|严格|始终|全年|，)"
)
_SELF = (
    ("乡镇", re.compile(r"我院所在镇|全镇|我镇|我乡|全乡|本镇")),
    ("区县", re.compile(r"全县|我县|县域|全区卫生|我区|各乡镇")),
    ("市", re.compile(r"全市|我市|各区县|各县（市|各县区")),
    ("医院", re.compile(r"全院|我院|院党委|本院")),
    ("科室", re.compile(r"我科|本科室|科室全体|全科(?!医)")),
)


def years_in(title: str) -> tuple[int, ...]:
    """Years a title names, in order, with or without 年."""
    return years_of_title(title) or tuple(dict.fromkeys(int(y) for y in _BARE_YEAR.findall(title)))


def department_of(title: str) -> str:
    """The department a title names: “2025年医院感染管理科工作总结” → 感染管理科; "" for none."""
    for segment in _CUTS.split(title):
        segment = re.sub(r"^.{0,12}(?:中心建设|的)", "", segment)
        match = _DEPARTMENT.match(segment)
        if match and match[1] not in _NO_DEPARTMENT:
            return match[1]
    return ""


def issuer_of(title: str) -> str:
    """The organisation a title names; "" when it only says 医院."""
    bare = re.sub(r"20\d\d年?度?|关于印发", " ", title)
    match = _ORGANISATION.search(bare)
    return match[1] if match and not _GENERIC.match(match[1]) else ""


def parted_signature(line: str) -> tuple[str, str]:
    """(organisation, department) of “望澜市第一人民医院医务科”; either may be ""."""
    match = _ORGANISATION.match(line)
    issuer = match[1] if match and not _GENERIC.match(match[1]) else ""
    rest = line[match.end() :] if match else line
    department = rest if _BARE_DEPARTMENT.match(rest) and rest not in _NO_DEPARTMENT else ""
    return issuer or (line if not department and not match else ""), department


def department_in_body(opening: str) -> str:
    """The department that an opening sentence speaks of: “2025年，医务科按照……”."""
    match = _OPENING.match(opening)
    return match[1] if match and match[1] not in _NO_DEPARTMENT and not match[1].startswith(("我", "各", "全")) else ""


def level_of(title: str, department: str, issuer: str, text: str) -> str:
    """科室, 医院, 乡镇, 区县 or 市: by the title, then by the issuer, then by how the text speaks of itself."""
    if department:
        return "科室"
    for words in (title, issuer):
        if re.search(r"乡镇?卫生院|卫生院|社区卫生服务|乡村医生", words):
            return "乡镇"
        if re.search(r"医院|保健院", words):
            return "医院"
        if re.search(r"卫|衛|疾控|疾病预防", words) or "全" in words:
            found = re.search(r"([省市县区])[\u4e00-\u9fff]{0,4}(?:卫|衛|疾)|全([市县区])", words)
            if found:
                return {"市": "市", "省": "市"}.get(found[1] or found[2], "区县")
    if re.search(r"科室", title):
        return "科室"
    if "政府" in title:
        return ""
    counts = {level: len(pattern.findall(text[:200_000])) for level, pattern in _SELF}
    best = max(counts, key=lambda level: counts[level])
    return best if counts[best] else ""
