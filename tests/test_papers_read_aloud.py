"""What an office head hears when the shorter papers are read to him: who is greeted, and that nothing is said twice."""

from pathlib import Path

from docx import Document

import chugao
from chugao.export.brief import brief
from chugao.export.cutting import length_of
from chugao.export.markdown import to_markdown
from chugao.export.slides import slides
from chugao.export.spoken import congress, duty
from chugao.manuscript import Draft
from chugao.outline import read_outline
from chugao.word.typesetting import export_docx
from tests.facts import facts_of

MATTERS = """事项,类别,时间,成效,责任科室,状态
启用负压病房,感染,2026年6月,新增床位十六张,感染科,已完成
检修老楼管道,后勤,2026年7月,漏点全部换管，换下的旧管登记报废,总务科,已完成
推行日间手术,医疗,2026年4月,当天手术当天走,外科,已完成
接通远程心电,信息化,2026年5月,十二家卫生院的图在县里判读,信息科,已完成
开设夜间门诊,门诊,2026年3月,看诊到九点,门诊部,已完成
帮扶柳溪卫生院,医联体,2026年8月,派去执行院长,院办,已完成
培训急救骨干,培训,2026年9月,人人过关,急诊科,已完成
取药排队长,不足,2026年,原因是窗口少,药房,推进中
停车难,不足,2026年,原因是车位没有增加,总务科,推进中
"""


def drafted(folder: Path, *instructions: str) -> Draft:
    file = folder / "事项.csv"
    file.write_text(MATTERS, encoding="utf-8")
    figures = facts_of("门急诊人次,2026,286413,人次,上年 268190", "出院人次,2026,21876,人次,上年 20644")
    outline = read_outline("summary", department="陵川县医院", organisation="陵川县医院", year=2026, level="医院")
    return chugao.draft(outline, figures, chugao.read_matters(file), instructions=instructions)


def text_of(paper: Draft) -> str:
    return "".join(s.text for _, s in paper.sentences())


def test_those_who_listen_are_greeted_flush_left_and_the_speaker_stands_centred(tmp_path: Path) -> None:
    for paper in (congress(drafted(tmp_path), name="陆知衡", post="院长", speech=said) for said in (False, True)):
        export_docx(paper, tmp_path / "讲话.docx")

        paragraphs = {p.text.strip(): p for p in Document(str(tmp_path / "讲话.docx")).paragraphs}
        greeting = paragraphs["各位代表、同志们："]
        assert greeting.style is not None
        assert greeting.style.name == "Salutation"
        assert not greeting.style.paragraph_format.first_line_indent
        assert greeting.paragraph_format.first_line_indent is None
        assert paragraphs["院长　陆知衡"].alignment == 1
        assert "\n各位代表、同志们：\n" in to_markdown(paper)


def test_what_a_heading_said_of_a_deed_is_said_again_where_the_heading_is_gone(tmp_path: Path) -> None:
    made = drafted(tmp_path)
    section = next(s for s in made.sections if s.level > 1 and s.sentences)
    first = section.sentences[0]
    result = first.model_copy(
        update={"text": "漏点全部换管。", "claims": (), "recipe": first.recipe | {"act": "heading"}}
    )
    heading = section.heading.model_copy(update={"text": "检修老楼管道", "claims": ()})
    told = section.model_copy(update={"heading": heading, "sentences": (result, *section.sentences[1:])})
    made = made.model_copy(update={"sections": tuple(told if s is section else s for s in made.sections)})

    for length in (300, 1500):
        assert "检修老楼管道，漏点全部换管。" in text_of(brief(made, length))


def test_a_piece_of_three_hundred_characters_leaves_out_nothing_that_there_is_room_for(tmp_path: Path) -> None:
    short = brief(drafted(tmp_path), 300)

    deeds = ("负压", "管道", "日间手术", "心电", "夜间门诊", "柳溪", "急救骨干")
    assert [d for d in deeds if d not in text_of(short)] == []
    assert length_of(short) <= 300


def test_a_speech_does_not_say_a_heading_that_its_sentence_says(tmp_path: Path) -> None:
    made = drafted(tmp_path, "负压病房单列")
    assert any(s.heading.text == "负压病房" for s in made.sections)

    said = text_of(congress(made, speech=True))

    assert "负压病房" in said
    assert "是负压病房。" not in said


def test_slides_show_a_figure_once(tmp_path: Path) -> None:
    shown = text_of(slides(drafted(tmp_path)))

    assert shown.count("286413") == 1


def test_last_words_of_the_whole_paper_are_no_shortcoming_of_a_shorter_one(tmp_path: Path) -> None:
    made = drafted(tmp_path, "结尾写“把小事办在病人开口之前”")
    assert "把小事办在病人开口之前" in text_of(made)

    for paper in (congress(made, speech=True), duty(made, name="陆知衡", post="院长"), brief(made, 500)):
        assert "把小事办在病人开口之前" not in text_of(paper)
        assert "窗口" in text_of(paper) or "取药" in text_of(paper)
