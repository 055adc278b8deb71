"""Persons with a title: 张建国副院长, 院长王建国, 李主任, 旦增朗杰站长, 付强护理部主任.

In: a text.  Out: spans of their names, the title left out.

A surname beside a title is not enough (院长办公会, 书记项目): the words around it must leave the name to itself.  Names
of other peoples have no surname; they are told by the characters that write their sounds.
"""

import re
from collections.abc import Iterable, Iterator

from chugao.corpus.words import Words, is_word

_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗俞任袁柳鲍史唐费薛雷贺倪汤"
    "滕罗毕郝邬安常傅皮卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾路江童颜郭梅盛林钟徐邱骆夏蔡田樊胡凌"
    "高方成万于谌霍虞柯管卢莫房解应宗丁宣邓洪包石崔龚程邢裴陆荣翁荀靳焦巴车侯宓全班秋仲伊宁仇甘厉武符刘景詹束龙叶黎薄白怀蒲卓蔺屠蒙池乔胥翟谭申"
    "冉桑桂牛寿边燕冀尚温庄晏柴瞿阎慕连习容向古易慎廖居衡步耿满文寇广欧沃利越隆师巩聂晁敖冷辛饶曾关查红游权肖闫覃佟岳付代丛曲苟侍麦揭练简区鄢禤母仝"
    "佘麻缪冼逄岑展农闭朴米郗郦雍却璩濮扈郏浦逯阙殳蔚夙訾那毋沙乜鞠巢蒯荆竺盖桓佴赏墨谯笪阳商牟雒楚晋法汝涂钦缑亢况琴帅亓邸卜督撒粟郜敬操兰苑战栗矫宫鹿綦迟隋"
    "姬咸呼郇尉阚尧芦卿邝谷邰植戎庾湛甄封芮羿储汲邴糜松井段富巫乌牧隗弓暴幸司韶蓟印宿从鄂索籍赖阴郁苍莘贡娄佀须年席漆忻母单劳堵宰晏茹宦艾鱼戈暨都弘匡殷勾融丰但冒帖位邳冶折木党裘普矣虎锁占战边丛栾仉厍恽昝檀毓睢莘蒯谌邝郗缑逄晁"
)
_DOUBLE = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 轩辕 令狐 钟离 宇文 长孙 慕容 司徒 司空 端木 夏侯 南宫 申屠 闻人 澹台 呼延 百里 拓跋 独孤 完颜 闾丘 西门 淳于 万俟 亓官 濮阳 公冶 "
    "太叔 仲孙 赫连 鲜于 东郭 宗政 羊舌 公良 漆雕 梁丘 纳兰 叶赫 那拉".split()
)
_ORDINARY_DOUBLE = frozenset({"东方", "百里", "长孙", "西门"})
SOUNDS = frozenset(
    "都合增凯莱伦色切阿艾爱安敖牛奥巴白班宝贝比毕边宾波布卜才财措次仓策查朝臣达代旦丹当道德登迪丁顿东多杜朵娥尔额法甫嘎噶尕盖甘岗刚高格根更贡古果哈海汗罕韩赫红胡华吉加佳嘉甲坚江杰金晶觉军卡康坎柯克库夸拉腊兰"
    "朗浪勒雷里力丽利连琳龙隆鲁罗洛玛马买麦曼毛茂梅美门蒙米敏明莫姆木牧穆那纳娜乃南尼娘宁努诺帕培皮平珀普其奇齐恰强琴青琼秋曲全热仁日荣茹若萨塞赛桑森沙莎山尚什诗石斯思苏素索琐塔泰坦特提天帖"
    "铁图土吐托支呷绒翁娃瓦万旺维伟温翁沃乌西希熙夏仙先祥肖新雪雅亚延岩央扬叶耶也依伊益音英尤优有玉约云扎泽哲珍真只志智珠朱孜宗珠卓作佐措福素提江吾买依温叫罕香囡毅"
)
"""Characters that write the sounds of Uyghur, Kazakh, Tibetan, Mongolian, Yi and Dai names."""
_S = "[" + "".join(sorted(SOUNDS)) + "]"
_DOTTED = re.compile(rf"{_S}{{2,8}}(?:[·•‧]{_S}{{2,8}}){{1,3}}")
TITLES = (
    "总书记|党委书记|党委副书记|党组书记|党总支书记|党支部书记|纪委书记|副书记|书记|副院长|院长助理|院长|总会计师|总药师|总工程师|总经济师|会计师|经济师|统计师|政工师|总护士长|副护士长|护士长|副主任医师|主任医师|副主任护师|主任护师"
    "|副主任药师|主任药师|副主任技师|主任技师|主管护师|主管药师|主管技师|主治医师|住院总医师|住院医师|规培医师|进修医师|副主任委员|主任委员|副主任|主任|副科长|科长|副处长|处长|副局长|局长|副厅长|厅长|副省长|省长"
    "|副市长|市长|副县长|县长|副区长|区长|副镇长|镇长|副乡长|乡长|副部长|部长|常委|副教授|教授|院士|医师|医生|大夫|护师|护士|药师|技师|研究员|工程师|同志|副主席|主席|总理|秘书长|会长|理事长|队长|组长|副所长|所长"
    "|副站长|站长|馆长|校长|园长|董事长|总经理|经理|委员|博士|老师|干事|律师"
)
_TITLE = re.compile(rf"(?:{TITLES})(?!为(?:核心|总书记))")
_BEFORE_TITLE = re.compile(
    r"(?:专职|兼职|规培|进修|常务|名誉|首席|责任|带教|值班|执行|[两三四五六七八九几][位名])+$|（$"
)
_ENDS_IN_TITLE = re.compile(rf"(?:{TITLES})$")
_BEFORE = re.compile(rf"(?:{TITLES}|专家|带头人|负责人|主持人|联系人|队员|教师|骨干)(?=[\u4e00-\u9fff])")
_NO_TITLE = frozenset({"委员", "组长", "会长", "经理"})
_EVERYBODYS = frozenset({"总书记", "主席", "总理"})
"""Whose name stands beside these is in every report of its time, and no fact of one office."""
_MARKS = frozenset("，。、；：（“”\n ")
_STANDS_BEFORE = _MARKS | frozenset("由请向与和及让对为在随经给把被是如即以有带派")
_LONE = frozenset({"nr", "nrt", "nrfg", "ng", "zg", "g", "ns"})
_FAMILIAR = re.compile(r"(?:^|(?<=[，。、；：\n]))([\u4e00-\u9fff])(?=(?:总|工)[、，来去说讲带到])")
_SOMEBODY = re.compile(r"(?<=患者|家属|产妇|病人)([\u4e00-\u9fff])某{1,2}|([\u4e00-\u9fff])某{1,2}(?=（|，|[一-鿿])")
_NEVER = re.compile(
    r"^(?:全体|高年|中年|白班|夜班|成绩|全院|各位|有关|相关|时任|常务|安全|高级|管理|应急|项目|广大|任何|查房|包片|连续|班子|成员|文件|方案|计划|关心|解决|安排|温馨|宣传|卓越|康复|麻醉|海外|规培|阳光|农村|农民|农业"
    r"|班[主组]|文明|文艺|商务|法律|法人|劳务|晋升|年[底初内末中度终]|从事|展示|展开|和|各|为|但|都|从|有)"
)
_ENDS_OTHERWISE = tuple("科部室办处院局委长县市区镇乡省州")
_VERBS = frozenset("年须应向任解管查连易满包步越通全")
"""Surnames that are words by themselves as often: only a whole name of three characters counts."""
_GIVEN = frozenset(
    "强遥圆里伟芳娜敏静丽磊军洋勇艳杰娟涛明超秀兰霞刚桂英华玉萍红玲芬燕彬鹏飞凤洁梅琳云莲雪荣香媛瑞凡佳嘉琼珍莉叶璐琦晶妍茜秋珊莎倩婷婉颖瑶怡雁丹蓉君琴薇菁岚韵欣筠竹晓霄枫芸菲寒舒鹃杨然毅俊峰辉健"
    "可龙祥武清星岩林坚博诚敬震群松庆哲江浩亮谦翰朗宏鸣斌栋翔旭泽晨楠航"
)
"""Second characters of names of two characters that are words as well: 付强, 安然, 杜鹃."""


def is_surname(character: str) -> bool:
    """Whether a name may begin with this character."""
    return character in _SURNAMES


def never_a_name(text: str) -> bool:
    """Whether no name begins like this, whatever stands round it: 高年资, 白班."""
    return _NEVER.match(text) is not None or text.endswith(_ENDS_OTHERWISE)


def is_double_surname(characters: str) -> bool:
    """Whether these two are one surname and no ordinary word: 欧阳, not 东方."""
    return characters in _DOUBLE and characters not in _ORDINARY_DOUBLE


def find_people(text: str, words: Words, departments: Iterable[tuple[int, int]] = ()) -> Iterator[tuple[int, int]]:
    """Every name beside a title; a department may stand between the two."""
    yield from (m.span() for m in _DOTTED.finditer(text) if not _mostly_words(m[0]))
    department = {end: start for start, end in departments}
    for match in _TITLE.finditer(text):
        if match[0] in _EVERYBODYS:
            continue
        end = match.start()
        between = _BEFORE_TITLE.search(text[max(0, end - 10) : end])
        end -= len(between[0]) if between else 0
        end = department.get(end, end)
        start = _name_before(text, end, match[0] if end == match.start() else "", words)
        while start is not None:
            yield start, end
            # 尼玛次仁、央金两位护士: the title counts for the whole row.
            end = start - 1
            start = _row_name(text, end, words) if start and text[end] in "、和与" else None
    for match in _BEFORE.finditer(text):
        after = _name_after(text, match.end(), words)
        if after is not None:
            yield match.end(), after
    yield from (m.span(1) for m in _FAMILIAR.finditer(text) if m[1] in _SURNAMES - _VERBS and not _NEVER.match(m[1]))
    for match in _SOMEBODY.finditer(text):
        group = 1 if match[1] else 2
        if match[group] in _SURNAMES:
            yield match.start(group), match.end()


def _surname(name: str) -> int:
    """How many characters of the surname it begins with; 0 for none."""
    if name[:2] in _DOUBLE:
        return 2
    return 1 if name[:1] in _SURNAMES else 0


# --- before a title -------------------------------------------------------------------------------


def _name_before(text: str, at: int, title: str, words: Words) -> int | None:
    """Where the name begins that ends here; `title` is empty when it does not follow at once."""
    sounds = _sounds_before(text, at, words)
    if sounds is not None and at - sounds > 3:
        return sounds
    word = words.ending_at(at)
    if word is not None and word.tag.startswith("nr") and _is_name(word.text):
        joined = words.ending_at(word.start)
        # 欧阳|敏: a surname cut from its name.
        cut = joined is not None and joined.text in _SURNAMES | _DOUBLE and len(word.text) <= 2
        if cut and joined is not None and joined.text not in _VERBS:
            edge = joined.start == 0 or text[joined.start - 1] in _MARKS
            if edge or joined.tag.startswith(("nr", "z")) or joined.text in _DOUBLE:
                return joined.start
        return word.start
    for length in (4, 3, 2):
        start = at - length
        if start < 0 or not _is_name(text[start:at]) or (length == 4 and text[start : start + 2] not in _DOUBLE):
            continue
        if _bounded(text, start, words) and _reads_as_name(text, start, at, words):
            return start
    if sounds is not None:
        return sounds
    if title and title not in _NO_TITLE | {"干事", "老师", "博士"}:
        unknown = _unknown_before(text, at, words)
        if unknown is not None:
            return unknown
    return _lone_surname(text, at, title, words) if title else None


def _unknown_before(text: str, at: int, words: Words) -> int | None:
    """Two or three characters between a mark and a title that make no word at all: a surname nobody listed."""
    for start in (at - 3, at - 2):
        if start < 0 or (start and text[start - 1] not in _MARKS):
            continue
        name = text[start:at]
        pairs = (name[:2], name[1:], name)
        parts = words.between(start, at)
        named = any(w.tag.startswith("nr") or len(w.text) == 3 for w in parts)
        if not named or any(is_word(p) for p in pairs) or not all("\u4e00" <= c <= "\u9fff" for c in name):
            continue
        if not re.search(
            "[的了着过是个两三四五六七八九十几全各该本我院科部室办处区局委组级类名位新老原前由请对]", name
        ):
            return start
    return None


def _reads_as_name(text: str, start: int, end: int, words: Words) -> bool:
    """Whether what may be a name is no ordinary word, nor begins with one: 付强 after a mark is, 海外学者 is not."""
    name = text[start:end]
    if name[0] in _VERBS:
        given = words.starting_at(start + 1)
        named = given is not None and given.end == end and given.tag.startswith("nr")
        if len(name) < 3 or (is_word(name[1:]) and not named):
            return False
    if len(name) == 2 and is_word(name):
        return name[1] in _GIVEN and (start == 0 or text[start - 1] in _MARKS | {"由", "请", "和", "与"})
    if len(name) == 3 and name[:2] not in _DOUBLE and is_word(name[:2]):
        first = words.starting_at(start)
        if name[2] in "由为请对":
            return False
        if start == 0 or text[start - 1] in _MARKS or (name[2] in _GIVEN and text[start - 1] in "由请和与的有"):
            return True
        return first is not None and (first.tag.startswith("nr") or first.end > start + 2)
    return not is_word(name)


def _lone_surname(text: str, at: int, title: str, words: Words) -> int | None:
    """李主任, 欧阳院长: the surname by itself."""
    double = text[max(0, at - 2) : at]
    if double in _DOUBLE and double not in _ORDINARY_DOUBLE:
        return at - 2
    single = at - 1
    if single < 0 or text[single] not in _SURNAMES or title in _NO_TITLE:
        return None
    before = text[single - 1] if single else "\n"
    word = words.starting_at(single)
    alone = word is not None and word.end == at
    if _ENDS_IN_TITLE.search(text[max(0, single - 6) : single]):
        return single
    if before == "的":
        return single if alone and word is not None and word.tag in _LONE else None
    if text[single] in _VERBS or text[single : at + 2] == "班主任":
        return None
    stands = before in _STANDS_BEFORE and (alone or before in "，。、；：（“\n")
    return single if stands and not _NEVER.match(text[single:at]) else None


def _row_name(text: str, end: int, words: Words) -> int | None:
    """Where a name in a row begins, between two marks: 粟裕民 in 粟裕民、滕海燕同志."""
    for length in (4, 3, 2):
        start = end - length
        if start < 0 or (start and text[start - 1] not in _STANDS_BEFORE):
            continue
        if (
            _is_name(text[start:end])
            and (length < 4 or text[start : start + 2] in _DOUBLE)
            and not is_word(text[start:end])
            and not _ENDS_IN_TITLE.search(text[start:end])
        ):
            return start
    return _sounds_before(text, end, words)


def _sounds_before(text: str, at: int, words: Words) -> int | None:
    """Where a name without surname begins, written by its sound: 旦增朗杰."""
    run = at
    while run and at - run < 8 and text[run - 1] in SOUNDS:
        run -= 1
    for start in range(run, at - 1):
        name = text[start:at]
        edge = start == 0 or text[start - 1] in _STANDS_BEFORE or text[start - 1] in "了的"
        if not edge and words.starting_at(start) is None:
            continue
        if len(name) == 2:
            return start if edge and not is_word(name) and words.starting_at(start) is not None else None
        if edge and (len(name) > 3 or not is_word(name[:2]) or not is_word(name[1:])):
            return start
        if not _mostly_words(name):
            return start
    return None


def _mostly_words(name: str) -> bool:
    """Whether more than half of what may be a name by its sound are ordinary words of two characters."""
    return sum(is_word(name[i : i + 2]) for i in range(len(name) - 1)) * 4 > len(name)


def _bounded(text: str, start: int, words: Words) -> bool:
    """Whether a word begins here."""
    return start == 0 or text[start - 1] in _STANDS_BEFORE or words.starting_at(start) is not None


def _is_name(name: str) -> bool:
    size = _surname(name)
    rest = name[size:]
    return (
        bool(size)
        and 1 <= len(rest) <= 2
        and not _NEVER.match(name)
        and name[0] != name[1]
        and not re.search("[的了着过是]", rest)
        and all("\u4e00" <= c <= "\u9fff" for c in name)
        and not name.endswith(_ENDS_OTHERWISE)
    )


# --- after a title --------------------------------------------------------------------------------

_NOT_IN_NAME = re.compile("[的了着过在到把是们来去说讲等各每都要就不与和及从对向由为后前也]")


def _name_after(text: str, at: int, words: Words) -> int | None:
    """Where the name ends that begins here, right behind a title."""
    word = words.starting_at(at)
    size = _surname(text[at : at + 2])
    if word is None:
        return None
    if size == 1 and text[at] in _VERBS and (word.end - at > 3 or is_word(text[at : at + 2])):
        return None
    if not size or _NEVER.match(text[at : at + 2]):
        return _sounds_after(text, at, words)
    length = word.end - at
    if text[at] in _VERBS and 1 < length < 3:
        return None
    if word.tag.startswith("nr") and length > size and _is_name(word.text):
        return _whole_given(word.end, length - size, words)
    if length == size:
        return _given_after(text, at, word.end, word.tag, words)
    if length == size + 2 and not is_word(word.text) and _is_name(word.text) and not _NOT_IN_NAME.search(word.text):
        return word.end
    return _sounds_after(text, at, words)


def _whole_given(end: int, given: int, words: Words) -> int:
    """高敬|岳每: a second character of the given name that was cut off and makes no word with what follows."""
    following = words.starting_at(end)
    if given != 1 or following is None or following.end - end != 2 or following.tag in ("m", "x"):
        return end
    return end if is_word(following.text) or _NOT_IN_NAME.match(following.text) else end + 1


def _given_after(text: str, at: int, end: int, tag: str, words: Words) -> int | None:
    """The given name behind a surname that stands by itself: 农|志强."""
    following = words.starting_at(end)
    if following is None or following.tag == "x" or following.end - end > 2:
        return None
    name = text[at : following.end]
    if text[at] in _VERBS and (len(name) < 3 or not following.tag.startswith("nr")):
        return None
    if _NOT_IN_NAME.search(following.text):
        return None
    if end - at == 2:
        return _whole_given(following.end, following.end - end, words)
    if tag.startswith("nr") and not is_word(name) and following.tag not in ("p", "c", "uj", "ul", "f", "m"):
        return following.end
    if following.end - end == 2 and (not is_word(following.text) or following.tag.startswith(("nr", "nz"))):
        return following.end
    return None


def _sounds_after(text: str, at: int, words: Words) -> int | None:
    """Where a name without surname ends: 队长次仁旺姆."""
    end = at
    while end < len(text) and end - at < 8 and text[end] in SOUNDS:
        end += 1
    while end - at > 2 and words.ending_at(end) is None:
        end -= 1
    if end - at < 3 or is_word(text[at:end]):
        return None
    pairs = [text[i : i + 2] for i in range(at, end - 1)]
    return end if not any(is_word(p) for p in pairs) else None
