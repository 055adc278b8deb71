"""What must not leave the house: a patient's name, number or bed, an identity card, a mobile number, a secret mark.

In: a `Reading`.  Out: hits.

Surprise: “新增38床” and “患者安全” are neither a bed of somebody nor a person; a bed is somebody's only with 患者 beside
it, a name only where sex or age follows.
"""

import re
from collections.abc import Iterator

from chugao.checks.reading import Finder, Hit, Reading
from chugao.source import Severity

_ID_CARD = re.compile(
    r"(?<![\dA-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)
_MOBILE = re.compile(r"(?<![\d.])1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d.])")
_CONTACT = re.compile(r"联系|电话|手机|热线|咨询|值班|传真|举报|投诉|邮箱|座机")
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛范彭郎鲁韦昌马苗方俞任袁柳鲍史唐费薛雷贺倪汤滕罗毕郝安常乐于傅皮齐康伍余顾孟黄穆萧尹姚邵汪毛禹狄米"
    "贝臧成戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾路江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房解应宗丁宣邓洪包左石崔吉龚程邢裴陆荣翁荀羊甄封储靳焦巴车侯全班仰秋仲伊宫宁仇甘厉戎祖武符刘"
    "景詹束龙叶黎薄印白怀蒲邰鄂索赖卓蔺屠蒙池乔阴胥苍闻党翟谭贡姬申扶堵冉宰桑桂牛寿边燕冀尚农温庄晏柴瞿阎连习艾容向古易慎廖居衡步耿满文寇广欧沃利蔚越隆师巩聂晁敖冷辛简饶曾关查红游权"
)
_PERSON = r"(?:患者|病人|病患|产妇|孕妇|患儿|死者|家属|老人|居民)"
_NAMED = re.compile(
    rf"{_PERSON}(?:姓名)?[:：]?(?P<name>[{_SURNAMES}](?:某某?|[一-鿿]{{1,2}}))(?=[，,、（(]\s?(?:(?:男|女)性?[，,、。；）)]|\d{{1,3}}岁|身份证|住院号))"
)
_BED = re.compile(r"(?<!\d)\d{1,3}\+?\d?号?床(?=患者|病人|患儿|产妇|家属)|(?:患者|病人)\S{0,4}床号[:：]?\d{1,4}")
_RECORD = re.compile(r"(?:住院号|病案号|门诊号|病历号|就诊卡号|医保卡号|健康卡号)[:：为是]?\s?[A-Za-z]{0,3}\d{4,20}")
_SECRET = re.compile(r"(?:绝密|机密|秘密)(?:★|☆|\*|　?\d{1,2}年)")
_INTERNAL = re.compile(
    r"内部(?:资料|文件|材料|参阅)[，、；（(]?(?:不得|严禁|请勿|注意|妥善)[^，。；]{0,6}(?:外传|翻印|公开|传播|保存|保密)"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def personal_data(reading: Reading) -> Iterator[Hit]:
    """C38: what names a patient or a person."""
    for match in _ID_CARD.finditer(reading.text):
        if valid_id_card(match.group()):
            yield Hit(match.start(), match.end(), "这是身份证号，不得写进文稿。请删去。")
    for match in _MOBILE.finditer(reading.text):
        if not _CONTACT.search(reading.text[max(0, match.start() - 16) : match.start()]):
            yield Hit(match.start(), match.end(), "这是手机号码，不得写进文稿；确是公开的联系电话，请写明“联系电话”。")
    for sentence in reading.sentences:
        for match in _NAMED.finditer(sentence.text):
            hint = f"写出了患者姓名“{match['name']}”。请改为“一名患者”，只说病种和救治经过。"
            yield Hit(sentence.start + match.start("name"), sentence.start + match.end("name"), hint)
        for match in _BED.finditer(sentence.text):
            yield Hit(sentence.start + match.start(), sentence.start + match.end(), "床号能认出患者，请删去。")
    for match in _RECORD.finditer(reading.text):
        yield Hit(match.start(), match.end(), "住院号、病案号能认出患者，请删去。")


def secret_marks(reading: Reading) -> Iterator[Hit]:
    """C38: a text that bears a secret mark, or one not to be passed on."""
    for match in _SECRET.finditer(reading.text):
        yield Hit(match.start(), match.end(), "文稿带有密级，不得在本机处理。请按保密规定办理。")
    for match in _INTERNAL.finditer(reading.text):
        hint = "标有“内部”“不得外传”。请核对能不能上报、公开。"
        yield Hit(match.start(), match.end(), hint, Severity.WARNING)


def valid_id_card(number: str) -> bool:
    """Whether the last character is the checksum of the seventeen before it (GB 11643)."""
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, number[:17], strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


FINDERS: dict[str, Finder] = {"personal-data": personal_data, "secret-mark": secret_marks}
