"""Who and what does not leave the house, however it is written, and comes back in its place."""

import pytest

from chugao.config import Privacy
from chugao.engines.personal import gate, masked, restored, without_people
from chugao.errors import EngineError
from chugao.manuscript import Brief, BriefPassage, Reply
from chugao.prompts import Messages
from tests.recordings import brief


def quoting(text: str) -> Brief:
    """A brief that shows a passage of a past report."""
    return brief().model_copy(update={"passages": (BriefPassage(id="p", text=text, own=True),)})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("68岁的罗桂兰老人在我科顺利出院。", "罗桂兰"),
        ("护士每周到李桂英奶奶家换药。", "李桂英"),
        ("上官云珠老人写来感谢信。", "上官云珠"),
        ("帮钱秀英大娘联系床位。", "钱秀英"),
        ("患者\u200b段玉\u200b芬送来锦旗。", "段玉芬"),
        ("患者\u202e段玉芬\u202c送来锦旗。", "段玉芬"),
        ("患者 佟丽娅，女。", "佟丽娅"),
        ("患者姓名：\u3000任建军，术后恢复良好。", "任建军"),
        ("患者阿依古丽·买买提完成手术。", "阿依古丽·买买提"),
        ("外籍患者John Smith完成手术。", "John Smith"),
        ("患者\ue000段玉\ue000芬送来锦旗。", "段玉\ue000芬"),
        ("患者段\u0301玉芬送来锦旗。", "段\u0301玉芬"),
        ("患者佟 丽娅，女。", "佟 丽娅"),
        ("病人　佟　娅　因胸痛来院。", "佟　娅"),
        ("患者欧阳 丽娅家属送来牌匾。", "欧阳 丽娅"),
        ("患者“佟丽娅”写来感谢信。", "佟丽娅"),
        ("患者（佟丽娅）表示满意。", "佟丽娅"),
        ("投诉人：高洁，反映排队时间长。", "高洁"),
        ("姓名｜佟丽娅｜病区｜骨科", "佟丽娅"),
        ("1、佟丽娅 女 59岁 糖尿病", "佟丽娅"),
        ("随访名单：佟丽娅（女，59岁）。", "佟丽娅"),
    ],
)
def test_a_name_is_masked_however_it_is_written_and_comes_back(text: str, name: str) -> None:
    hidden, people = masked(quoting(text), Privacy())

    assert name not in hidden.model_dump_json()
    assert people == {"某甲": name}


def test_two_people_joined_by_and_come_back_without_the_and() -> None:
    hidden, people = masked(quoting("产妇贺晓燕及家属贺国强送来感谢信。"), Privacy())
    answered = Reply.model_validate({"blocks": [{"sentences": [{"text": "产妇某甲、家属某乙送来感谢信。"}]}]})

    assert hidden.passages[0].text == "产妇某甲及家属某乙送来感谢信。"
    assert restored(answered, people).blocks[0].sentences[0].text == "产妇贺晓燕、家属贺国强送来感谢信。"


def test_whoever_is_named_beside_a_patient_is_masked_where_nothing_says_so() -> None:
    told = quoting("患者段玉芬入院。").model_copy(update={"instructions": ("多写段 玉芬的事，段玉芬很满意",)})

    hidden, people = masked(told, Privacy())

    assert hidden.instructions == ("多写某甲的事，某甲很满意",)
    assert people == {"某甲": "段玉芬"}


def test_of_several_patients_none_is_left() -> None:
    hidden, people = masked(quoting("患者余晓峰、付春燕和钟伟均痊愈，患者张岩、高血压专病门诊就诊。"), Privacy())

    assert hidden.passages[0].text == "患者某甲、某乙和某丙均痊愈，患者某丁、高血压专病门诊就诊。"
    assert sorted(people.values()) == ["付春燕", "余晓峰", "张岩", "钟伟"]


def test_more_people_than_there_are_short_aliases_come_back_as_themselves() -> None:
    surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹"
    text = "；".join(f"患者{s}建国，痊愈" for s in surnames)

    hidden, people = masked(quoting(text), Privacy())
    answered = Reply.model_validate({"blocks": [{"sentences": [{"text": hidden.passages[0].text}]}]})

    assert len(people) == len(surnames)
    assert "建国" not in hidden.passages[0].text
    assert restored(answered, people).blocks[0].sentences[0].text == text


def test_what_a_section_is_about_is_masked_too() -> None:
    asked = brief().model_copy(update={"topic": "患者邹志宏送锦旗一事"})

    assert "邹志宏" not in masked(asked, Privacy())[0].topic


@pytest.mark.parametrize(
    "text",
    [
        "全程向老人讲解用药。",
        "为高龄老人、空巢老人和留守老人建档。",
        "居民和老人满意。",
        "服务康养老人。",
        "组织离退休老人、社区老人体检。",
        "患者 安全目标。",
        "居民 健康档案。",
        "患者张口受限评估、左侧标识核查到位。",
        "患者白蛋白水平回升，谷丙转氨酶正常。",
        "病人麻醉科门诊评估前移，患者方舱转运流程取消。",
        "患者来自石家庄、温州和黄冈，居民多为黄石籍。",
        "患者由华山医院转入，病人转至安宁疗护科。",
        "患者华法林、万古霉素用药由药师随访。",
        "姓名、性别和年龄由人事科维护，男女比例持平。",
    ],
)
def test_ordinary_words_beside_the_old_are_no_names(text: str) -> None:
    hidden, people = masked(quoting(text), Privacy())

    assert people == {}
    assert hidden.passages[0].text == text


@pytest.mark.parametrize(
    "number",
    [
        "138\u200b7163\u200b5521",
        "138\u00a07163\u00a05521",
        "138\u30007163\u30005521",
        "１３８ ７１６３ ５５２１",
        "420502\u200b19830917\u200b2439",
        "病案号：ＢＡ２０２５０３１７",
    ],
)
def test_a_number_parted_by_what_nobody_sees_reaches_no_model(number: str) -> None:
    with pytest.raises(EngineError, match="没有发出"):
        gate(Messages(system="", user=f"家属电话或证号{number}。"), Privacy())
    assert not any(
        piece in without_people(f"见{number}。", Privacy()) for piece in ("5521", "５５２１", "2439", "０３１７")
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("身份证：420 502 1983 0917 2439，已核对。", "身份证：〔身份证号〕，已核对。"),
        ("身份证号420502-1983-09-17-2439", "身份证号〔身份证号〕"),
        ("家属138-7163-5521。", "家属〔电话号码〕。"),
        ("家属138.7163.5521.", "家属〔电话号码〕."),
        ("回访1 3 8 7 1 6 3 5 5 2 1，无人接听", "回访〔电话号码〕，无人接听"),
        ("来电8613871635521，已回", "来电〔电话号码〕，已回"),
        ("座机（0717）8765 4321。", "座机〔电话号码〕。"),
        ("退至6222 0212 3456 7890 128，已到账", "退至〔银行卡号〕，已到账"),
        ("门诊号（MZ00982213）退费", "〔病案号〕）退费"),
        ("住院号﹕ＺＹ－２０２５０９８８，病历逾期", "〔病案号〕，病历逾期"),
        ("住院号为ZY 2025 0988，病历逾期", "〔病案号〕，病历逾期"),
        ("救护车鄂E·A1234到院", "救护车〔车牌号〕到院"),
        ("家属电话一三八 七一六三 五五二一。", "家属电话〔用汉字写的号码〕。"),
    ],
)
def test_a_number_of_a_person_is_taken_out_whatever_parts_it_and_nothing_else(text: str, left: str) -> None:
    assert without_people(text, Privacy()) == left


@pytest.mark.parametrize(
    "text",
    [
        "门诊号源12000个放到网上，检查号源1500个向基层开放。",
        "住院号2025年起统一编排，病历号码条改为二维码。",
        "采购项目编号ZY2025-0312-08，金额1380万元。",
        "2021 2022 2023 2024 四年住院 3456 4012 4388 4977 人次。",
        "文号〔2025〕138号，门诊1380013人次，占0.13912345678。",
    ],
)
def test_numbers_of_an_office_are_not_of_a_person(text: str) -> None:
    assert without_people(text, Privacy()) == text
    gate(Messages(system="", user=text), Privacy())


def test_a_number_written_in_characters_reaches_no_model() -> None:
    with pytest.raises(EngineError, match="用汉字写的号码"):
        gate(Messages(system="", user="家属电话一三八七一六三五五二一。"), Privacy())
    gate(Messages(system="", user="二〇二五年九月，一二三四五六级手术。"), Privacy())
