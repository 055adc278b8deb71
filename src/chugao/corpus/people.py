"""Persons with a title: 张建国副院长, 院长王建国, 李主任.

In: a text.  Out: spans of their names, the title left out.

A surname beside a title is not enough (院长办公会, 书记项目): the words around it must leave the name to itself.
"""

import re
from collections.abc import Iterator

from chugao.corpus.words import Words, is_word

_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗俞任袁柳鲍史唐费薛雷贺倪汤"
    "滕罗毕郝邬安常傅皮卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾路江童颜郭梅盛林钟徐邱骆夏蔡田樊胡凌"
    "高方成万于谌霍虞柯管卢莫房解应宗丁宣邓洪包石崔龚程邢裴陆荣翁荀靳焦巴车侯宓全班秋仲伊宁仇甘厉武符刘景詹束龙叶黎薄白怀蒲卓蔺屠蒙池乔胥翟谭申"
    "冉桑桂牛寿边燕冀尚温庄晏柴瞿阎慕连习容向古易慎廖居衡步耿满文寇广欧沃利越隆师巩聂晁敖冷辛饶曾关查红游权肖闫覃佟岳付代丛曲苟侍麦揭练简区鄢禤母仝"
)
_DOUBLE = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 轩辕 令狐 钟离 宇文 长孙 慕容 司徒 司空 端木 夏侯 南宫 申屠 闻人 澹台 呼延 百里 拓跋 独孤 完颜 闾丘 西门 淳于".split()
)
_TITLES = (
    "总书记|党委书记|党委副书记|党组书记|党总支书记|党支部书记|纪委书记|副书记|书记|副院长|院长助理|院长|总会计师|总护士长|副护士长|护士长|副主任医师|主任医师|副主任护师|主任护师|副主任药师|主任药师"
    "|副主任技师|主任技师|主管护师|主管药师|主治医师|住院医师|副主任委员|主任委员|主任|副主任|副科长|科长|副处长|处长|副局长|局长|副厅长|厅长|副省长|省长|副市长|市长|副县长|县长"
    "|副区长|区长|副镇长|镇长|副乡长|乡长|副部长|部长|常委|副教授|教授|院士|医师|医生|大夫|护师|护士|药师|技师|研究员|工程师|同志|副主席|主席|总理|秘书长|会长|理事长|队长|组长|所长|站长|委员|博士|老师"
)
_TITLE = re.compile(rf"(?:{_TITLES})(?!为(?:核心|总书记))")
_ENDS_IN_TITLE = re.compile(rf"(?:{_TITLES})$")
_BEFORE = re.compile(rf"(?:{_TITLES})(?=[\u4e00-\u9fff])")
_NO_TITLE = frozenset({"委员", "组长", "会长"})
_EVERYBODYS = frozenset({"总书记", "主席", "总理"})
"""Whose name stands beside these is in every report of its time, and no fact of one office."""
_STANDS_BEFORE = frozenset("，。、；：（“”\n 由请向与和及让对为在随经给把被是如即以")
_FUNCTION = frozenset("p c v vn d u uj ul x m t f n r b".split())
_SOMEBODY = re.compile(r"(?<=患者|家属|产妇|病人)([\u4e00-\u9fff])某{1,2}|([\u4e00-\u9fff])某{1,2}(?=（|，|[一-鿿])")
_NEVER = re.compile(
    r"^(?:全体|高年|中年|白班|夜班|成绩|全院|各位|有关|相关|时任|常务|安全|高级|管理|应急|项目|广大|任何|查房|包片|连续|班子|成员|文件|方案|计划|关心|解决|安排|温馨|宣传|和|全|各|应|向|任|解|管|查|连|为|易|满|包|步|越|通)"
)


def is_surname(character: str) -> bool:
    """Whether a name may begin with this character."""
    return character in _SURNAMES


def find_people(text: str, words: Words) -> Iterator[tuple[int, int]]:
    """Every name beside a title."""
    for match in _TITLE.finditer(text):
        start = _name_before(text, match.start(), match[0], words)
        if start is not None and match[0] not in _EVERYBODYS:
            yield start, match.start()
    for match in _BEFORE.finditer(text):
        end = _name_after(text, match.end(), words)
        if end is not None:
            yield match.end(), end
    for match in _SOMEBODY.finditer(text):
        group = 1 if match[1] else 2
        if match[group] in _SURNAMES:
            yield match.start(group), match.end()


def _surname(name: str) -> int:
    """How many characters of the surname it begins with; 0 for none."""
    if name[:2] in _DOUBLE:
        return 2
    return 1 if name[:1] in _SURNAMES else 0


def _name_before(text: str, at: int, title: str, words: Words) -> int | None:
    word = words.ending_at(at)
    if word is not None and word.tag.startswith("nr") and _is_name(word.text):
        joined = words.ending_at(word.start)
        # 欧阳|敏: a surname cut from its name.
        if (
            len(word.text) <= 2
            and joined is not None
            and joined.tag.startswith("nr")
            and joined.text in _SURNAMES | _DOUBLE
        ):
            return joined.start
        return word.start
    for length in (4, 3, 2):
        start = at - length
        if start < 0 or not _is_name(text[start:at]) or (length == 4 and text[start : start + 2] not in _DOUBLE):
            continue
        if _bounded(text, start, words) and not is_word(text[start:at]) and not _holds_word(text[start:at]):
            return start
    single = at - 1
    if single >= 0 and text[single] in _SURNAMES and title not in _NO_TITLE:
        before = text[single - 1] if single else "\n"
        alone = words.starting_at(single) is not None and words.starting_at(single).end == at  # type: ignore[union-attr]
        after_title = bool(_ENDS_IN_TITLE.search(text[max(0, single - 6) : single]))
        if after_title or (
            before in _STANDS_BEFORE and (alone or before in "，。、；：（“\n") and not _NEVER.match(text[single:at])
        ):
            return single
    return None


def _holds_word(name: str) -> bool:
    """Whether the given name is an ordinary word of two characters: 高年资, 全科医."""
    return len(name) == 3 and is_word(name[:2]) and _NEVER.match(name) is not None


def _bounded(text: str, start: int, words: Words) -> bool:
    """Whether a word begins here."""
    return start == 0 or text[start - 1] in _STANDS_BEFORE or words.starting_at(start) is not None


def _is_name(name: str) -> bool:
    size = _surname(name)
    rest = name[size:]
    return (
        bool(size)
        and len(rest) <= 2
        and not _NEVER.match(name)
        and all("\u4e00" <= c <= "\u9fff" for c in name)
        and not name.endswith(("科", "部", "室", "办", "处", "院", "局", "委", "长", *"县市区镇乡省州"))
    )


def _name_after(text: str, at: int, words: Words) -> int | None:
    word = words.starting_at(at)
    if word is None:
        return None
    if word.tag.startswith("nr") and _is_name(word.text) and len(word.text) >= 2:
        if len(word.text) == 2 and word.text in _DOUBLE:
            following = words.starting_at(word.end)
            return (
                following.end
                if following is not None and len(following.text) <= 2 and following.tag != "x"
                else word.end
            )
        return word.end
    if len(word.text) == 1 and word.text in _SURNAMES and not _NEVER.match(word.text):
        following = words.starting_at(word.end)
        if following is not None and following.tag != "x" and len(following.text) <= 2:
            if (
                word.tag.startswith("nr")
                and not is_word(text[at : following.end])
                and following.tag not in ("p", "c", "uj", "ul", "f", "m")
            ):
                return following.end
            if len(following.text) == 2 and (not is_word(following.text) or following.tag.startswith("nr")):
                return following.end
    return None
