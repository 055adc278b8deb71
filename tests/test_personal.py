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


def test_a_number_written_in_characters_reaches_no_model() -> None:
    with pytest.raises(EngineError, match="用汉字写的号码"):
        gate(Messages(system="", user="家属电话一三八七一六三五五二一。"), Privacy())
    gate(Messages(system="", user="二〇二五年九月，一二三四五六级手术。"), Privacy())
