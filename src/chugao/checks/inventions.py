"""Things without numbers that nobody gave: devices, projects, organisations, awards, documents, people.

In: the text of a draft of ours and everything that was given.  Out: findings.

A name stands only when the very characters stand in a figure, a matter, a phrase of the office or a fixed term.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from chugao.catalogue import load_catalogue
from chugao.checks.numbers import constant_spans
from chugao.checks.reading import Reading
from chugao.manuscript import Draft, Sentence, content_hash
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.source import Claim, Finding, Place, Severity

_THINGS = (
    ("文件", re.compile(r"《[^》\n]{2,50}》")),
    ("说法", re.compile(r"“[^”\n]{2,30}”")),
    (
        "设备或系统",
        re.compile(
            r"(?<![A-Za-z])[A-Z][A-Za-z0-9+\-]{1,12}(?![A-Za-z])|(?:达芬奇|直线加速器|磁共振|核磁|起搏器|导航系统|机器人)"
        ),
    ),
    (
        "机构",
        re.compile(
            r"[一-鿿]{2,14}?(?:医院(?!感染|感控|获得性|内|外|管理|等级|评审|文化|质量|信息|绩效|药学|制剂|运营|环境|安全)|卫生院|大学|学院|研究院|研究所|公司|集团|协会|学会|委员会|疾控中心|急救中心|基金会|总工会)"
        ),
    ),
    (
        "荣誉",
        re.compile(r"[一-鿿]{0,10}(?:先进集体|先进个人|一等奖|二等奖|三等奖|特等奖|示范单位|文明单位|称号|金奖|银奖)"),
    ),
)
_ORDINAL = re.compile(r"^(?:[一二三四五六七八九十]{1,3}是|主要是|原因是|可行的办法是|打算|准备|考虑|同时|另外|还要)")
"""“二是县医院专家坐诊”, “主要是医院……”: the numbering and what leads on are ours, no part of the name."""
_ABSOLUTE = re.compile(
    r"全覆盖|所有人群|人人(?=享|都|有)|百分之百|百分百|无一遗漏|无死角|零(?:投诉|差错|事故|感染|死亡|发生|距离|容忍)|全部(?:达标|合格|完成|整改到位)"
    r"|(?:国际|国内|全国|全省|全市|全县|行业|同行)(?:领先|首[家个例创次]|第一|唯一|前列)|率先在全[国省市县区]|历史(?:新高|最[好高低])|史无前例|前所未有"
    r"|填补[一-鿿]{0,6}空白|名列前茅|首屈一指|首开先河|第一名"
)
_ACT = re.compile(
    r"(?:引进|购置|购入|采购|添置|配备|安装|启动|实施|举办|召开|举行|承办|主办|协办|开展|成立|组建|设立|创建|建立|获批|获评|荣获|获得|入选|通过|签订|签署|上线"
    r"|建成|建设|启用|投用|完成|立项|承担|共建|推出|打造)(?:了|并)?(?![和与及或的])(?P<thing>[^，。；、：！？（）\n]{2,24}?(?:工程|项目|行动|活动|论坛|峰会|年会|学术会议?|现场会|推进会|大赛|竞赛|比赛"
    r"|联盟|医联体|共同体|认证|评审|复审|基金|课题|平台|系统|中心|基地|实验室|工作室|仪|设备|主机|[CM]T|磁共振|舱|机器人|专科|门诊|病房|病区|专班|义诊|讲座|接种点"
    r"|诊室|外科|内科|奖项?|称号|品牌))(?!率|人次|例|台次|数|量|的?管理|工作|任务|质量|制度|流程|情况)"
)
"""Somebody did, bought, won or held something that has a name of its own."""
_ENOUGH = 0.7
"""Of the characters of such a thing, how many must stand in pairs that were given."""
_EVERYDAY = frozenset(
    "临床科室 临床专科 重点专科 重点学科 医院信息 信息系统 信息平台 专项行动 专项活动 专题活动 培训项目 检查活动 服务活动 质控中心 急诊门诊 普通门诊 普通病房 有关活动 各类活动 系列活动".split()
)


def find_inventions(
    text: str, draft: Draft, facts: Facts, matters: Sequence[Matter], known: str = ""
) -> Iterator[Finding]:
    """Every named thing, act and absolute claim of a draft that nothing given, nor `known`, contains."""
    given = f"{given_to(draft, facts, matters)}\n{known}"
    fixed = [*constant_spans(text), *(m.span() for m in re.finditer(r"【待[^】]*】", text))]
    told: list[tuple[int, int]] = []
    for what, pattern in _THINGS:
        for match in pattern.finditer(text):
            if any(s <= match.start() and match.end() <= e for s, e in fixed):
                continue
            if not _stands_in(_ORDINAL.sub("", match.group()), given):
                told.append(match.span())
                yield _finding(
                    text, *match.span(), f"{what}“{match.group()}”在指标、事项和本单位设置里都没有。请补充来源或删去。"
                )
    for match in _ABSOLUTE.finditer(text):
        if match.group() not in given:
            yield _finding(text, *match.span(), f"“{match.group()}”需要依据。请附佐证，或改成有数据支持的说法。")
    yield from _people(text, given, told)
    yield from _acts(text, draft, given, told)


def _people(text: str, given: str, told: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Persons beside a title whom nobody named."""
    from chugao.corpus.people import find_people
    from chugao.corpus.words import Words

    for start, end in find_people(text, Words(text)):
        if text[start:end] not in given and not any(s < end and start < e for s, e in told):
            hint = f"人员“{text[start:end]}”在指标、事项和本单位设置里都没有。请补充来源或删去。"
            yield _finding(text, start, end, hint)


def _acts(text: str, draft: Draft, given: str, told: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Projects, events and equipment of which what was given knows too little; wording lent by a past report has its source."""
    lent = {s.text for _, s in draft.sentences() if s.passages}
    held = {given[i : i + 2] for i in range(len(given) - 1)}
    for match in _ACT.finditer(text):
        thing = match["thing"]
        start, end = match.span("thing")
        if any(s < end and start < e for s, e in told) or thing[-4:] in _EVERYDAY or thing in given:
            continue
        if _share(thing, held) >= _ENOUGH or any(thing in sentence for sentence in lent):
            continue
        yield _finding(text, start, end, f"“{match.group()}”在指标、事项里都没有。请补充来源或删去。")


def _share(words: str, held: "frozenset[str] | set[str]") -> float:
    """How many of the characters lie in a pair that was given."""
    pairs = [words[i : i + 2] in held for i in range(len(words) - 1)]
    marks = [(i > 0 and pairs[i - 1]) or (i < len(pairs) and pairs[i]) for i in range(len(words))]
    return sum(marks) / len(words)


_ASKED = tuple((what, pattern) for what, pattern in _THINGS if what in ("荣誉", "设备或系统"))
_HOUSES = re.compile(
    r"(?:医院(?!感染|感控|获得性|内|外|管理|等级|评审|文化|质量|信息|绩效|药学|制剂|运营|环境|安全)|卫生院|大学|学院|研究院|研究所|公司|集团|协会|学会|疾控中心"
    r"|急救中心|基金会|总工会)"
)
_NO_PART_OF_A_NAME = re.compile(
    r"^.*(?:随着|由于|因为|通过|对于|关于|进一步|提升|提高|加强|推进|开展|联合|邀请|支援|选派|派出|赴|与|(?<![协平共祥])和|及|在|由|从|向|对|(?<!华)为|被|把|将|到|于|是|以|等|让|使|了|着|的|给|去|往|[家所名个])"
)
_ANY_HOUSE = re.compile(
    r"^(?:[我本全各每该某]|上级|下级|基层|[一二三]级|[省市县区乡镇国]级?|综合|专科|专业|中医|妇幼|民营|公立|周边|对口|兄弟|成员|牵头|核心|现代|智慧|平安|数字|乡镇|样板|标杆"
    r"|示范|百姓|清廉|绿色|节约型|学习型|创新型|研究型|互联网|大型|其他|外|住|入|出|转|到|来|离|进){0,3}$"
)
_EVERYBODYS = re.compile(r"^《(?:中华人民共和国|国家|国务院|中国|中共)|(?:(?<!办)法|条例)》$")
_CLAIMS = re.compile(
    r"全覆盖|所有人群|人人(?=享|都|有)|百分之百|百分百|无一遗漏|无死角|零(?:投诉|差错|事故|感染|死亡)|全部(?:达标|合格|完成|整改到位)"
)
_WIDELY_KNOWN = re.compile(r"^[A-Z]{2,5}$|^(?:CT|MRI|DR|ICU|ECMO)\b")
_TITLED = re.compile(
    r"院长|主任|教授|书记|医师|护士长|博士|院士|局长|科长|处长|专家|同志|主席|会长|护师|护士|药师|医生|所长|站长"
)


def ask_about_inventions(reading: Reading, facts: Facts, matters: Sequence[Matter]) -> Iterator[Finding]:
    """Names and absolute claims of a foreign text that its material does not hold: one question, where any was given.

    Projects and events are asked for only where matters were given: figures name none.
    """
    if not matters and not facts.by_slot:
        return
    given = "\n".join((reading.title, reading.issuer, reading.office.name, *_known(facts, matters)))
    fixed = constant_spans(reading.plain)
    text = reading.plain
    told = [
        (start, end)
        for start, end in {*_names(text), *_people_in(text), *(_deeds(text, given) if matters else ())}
        if not _stands_in(text[start:end], given) and not any(s <= start and end <= e for s, e in fixed)
    ]
    told = [
        t for t in told if not any(o[0] <= t[0] and t[1] <= o[1] and o != t for o in told)
    ]  # the longest of a place
    told += [m.span() for m in _CLAIMS.finditer(text) if m.group() not in given and not _is_measured(text, m.end())]
    if told:
        told.sort()
        names = _listed(text[s:e] for s, e in told)
        where = "事项" if matters else "指标"
        hint = (
            f"这些名称和说法（{names}）在给出的{where}里没有，共{len(told)}处。漏报的请补进事项，不是本单位的请删去。"
        )
        place = Place(start=told[0][0], end=told[0][1])
        quote = reading.text[place.start : place.end]
        yield Finding(rule="invention-asked", severity=Severity.INFO, place=place, quote=quote, hint=hint)


def _listed(names: Iterable[str]) -> str:
    """As many whole names as there is room for."""
    different = list(dict.fromkeys(names))
    lengths = accumulate(len(name) + 1 for name in different)
    shown = [name for name, length in zip(different, lengths, strict=True) if length <= _ROOM] or different[:1]
    return "、".join(shown) + ("等" if len(shown) < len(different) else "")


_ROOM = 60


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Devices, awards, documents and organisations that bear a name of their own."""
    for _, pattern in _ASKED:
        for match in pattern.finditer(text):
            if not _WIDELY_KNOWN.search(match.group()):
                start = match.start() + len(match.group()) - len(_HONOURED.sub("", match.group()))
                yield start, match.end()
    yield from (m.span() for m in _THINGS[0][1].finditer(text) if not _EVERYBODYS.search(m.group()))
    for house in _HOUSES.finditer(text):
        before = _HAN_BEFORE.search(text, max(0, house.start() - _LONGEST_NAME), house.start())
        name = _NO_PART_OF_A_NAME.sub("", before[0]) if before else ""
        if len(name) > 1 and not _ANY_HOUSE.match(name):
            yield house.start() - len(name), house.end()


_HONOURED = re.compile(r"^.*?(?:荣获|获评|获得|获|被?评为|授予|入选)")
_HAN_BEFORE = re.compile(r"[一-鿿]+$")
_LONGEST_NAME = 14


def _people_in(text: str) -> Iterator[tuple[int, int]]:
    """Persons beside a title; only clauses where a surname stands near one are taken apart into words."""
    from chugao.corpus.people import find_people, is_surname
    from chugao.corpus.words import Words

    done = 0
    for title in _TITLED.finditer(text):
        near = text[max(0, title.start() - _NAME_BEFORE) : title.start()] + text[title.end() : title.end() + 1]
        if title.start() < done or not any(map(is_surname, near)):
            continue
        mark = _MARK.search(text, title.end(), title.end() + _LONGEST_CLAUSE)
        done = mark.start() if mark else min(len(text), title.end() + _LONGEST_CLAUSE)
        start = title.start()
        while start > max(0, title.start() - _LONGEST_CLAUSE) and text[start - 1] not in _MARKS:
            start -= 1
        clause = text[start:done]
        yield from ((start + s, start + e) for s, e in find_people(clause, Words(clause)))


_NAME_BEFORE, _LONGEST_CLAUSE = 4, 60
_MARKS = frozenset("，。；：、！？\n")
_MARK = re.compile(f"[{''.join(_MARKS)}]")


def _deeds(text: str, given: str) -> Iterator[tuple[int, int]]:
    """Projects and events of whose name what was given knows too little."""
    held = {given[i : i + 2] for i in range(len(given) - 1)}
    for match in _ACT.finditer(text):
        thing = match["thing"]
        if thing[-4:] not in _EVERYDAY and thing not in given and _share(thing, held) < _ENOUGH:
            yield match.span("thing")


def _is_measured(text: str, end: int) -> bool:
    """“实现全覆盖，覆盖率100%”: the claim brings its number."""
    return "100%" in text[end : end + 16]


def ask_about_sentences(draft: Draft, facts: Facts) -> Iterator[Finding]:
    """A draft of ours without its material: names in sentences that say no source of their own, in one question.

    What an engine made of a frame or a matter rests on what was given then; what a model or a person wrote may not, and
    without the material nobody can call it invented.
    """
    edited = content_hash(draft.title, draft.sections, draft.shell) != draft.id
    asked = [(p, s) for p, s in draft.sentences() if edited or not _has_source(s)]
    known = "\n".join(
        (*(s.text for _, s in draft.sentences() if _has_source(s) and not edited), *(e.name for e in draft.evidence))
    )
    # All at once: what is known is as long as the draft, and would be read again for each sentence.
    starts = list(accumulate((len(s.text) + 1 for _, s in asked), initial=0))
    found = []
    for f in find_inventions("\n".join(s.text for _, s in asked), draft, facts, (), known):
        at = bisect_right(starts, f.place.start) - 1
        section, sentence = asked[at]
        place = Place(start=f.place.start - starts[at], end=f.place.end - starts[at])
        told_here = f.model_copy(update={"place": place})
        if not any(c.state in ("matter", "passage") and _meets(c, told_here) for c in sentence.claims):
            found.append((section.id, sentence.id, told_here))
    if found:
        section_id, sentence_id, first = found[0]
        names = _listed(f.quote for _, _, f in found)
        why = "正文改动过，又" if edited else ""
        hint = f"{why}没有给出事项，这些名称（{names}）无从核对，共{len(found)}处。请加 --matters 再核对一次。"
        place = first.place.model_copy(update={"section": section_id, "sentence": sentence_id})
        told = {"rule": "invention-asked", "severity": Severity.INFO, "place": place, "hint": hint}
        yield first.model_copy(update=told)


def _has_source(sentence: Sentence) -> bool:
    """Whether a sentence was made of a frame, a matter or a past report, and nobody has changed it since."""
    made_by = str(sentence.recipe.get("made_by", ""))
    return made_by not in ("", "model") and "edited" not in sentence.recipe and "edited_by" not in sentence.recipe


def _meets(claim: Claim, finding: Finding) -> bool:
    return claim.start < finding.place.end and finding.place.start < claim.end


def given_to(draft: Draft, facts: Facts, matters: Sequence[Matter]) -> str:
    """All words that a draft may take names from."""
    return "\n".join(_given(draft, facts, matters))


def _given(draft: Draft, facts: Facts, matters: Sequence[Matter]) -> Iterator[str]:
    yield draft.title.text
    yield draft.organisation
    yield draft.department
    yield draft.shell.issuer
    yield from draft.recipe.get("headings_from_above", ())
    yield from draft.recipe.get("bases", ())
    # What a leader wants said in these words was given by him, as long as nobody has changed it.
    yield from (s.text for _, s in draft.sentences() if s.recipe.get("said") and _has_source(s))
    # The paper itself asked for the DNT time: who fills it in has not invented its name.
    catalogue = load_catalogue()
    yield from (d.name for r in draft.requests if (d := catalogue.get(r.metric)) is not None)
    yield from _known(facts, matters)


def _known(facts: Facts, matters: Sequence[Matter]) -> Iterator[str]:
    yield from (d.name for d in facts.definitions.values())
    yield from (a for d in facts.definitions.values() for a in d.aliases)
    for observation in facts.figures.observations:
        yield f"{observation.owner}，{observation.leader}，{observation.origin}，{observation.note}"
        yield observation.quantity.unit
    for matter in matters:
        yield f"{matter.text}，{matter.result}，{matter.owner}，{matter.leader}，{matter.evidence}"


def _stands_in(name: str, given: str) -> bool:
    """Whether a name was given; a greedy match may have swallowed a verb before it (“支援石阜县人民医院”)."""
    if name in given:
        return True
    return any(name[i:] in given for i in range(1, max(1, len(name) - 3))) and len(name) > 4


def _finding(text: str, start: int, end: int, hint: str) -> Finding:
    place = Place(start=start, end=end)
    return Finding(rule="invention", severity=Severity.ERROR, place=place, quote=text[start:end], hint=hint)
