"""The corpus: past reports lend wording, never facts."""

import re
import time
from pathlib import Path

import pytest
from eval.masking import HELD, RARE, TUNED, learned, read_labelled, score
from hypothesis import given, settings
from hypothesis import strategies as st

from chugao.corpus import (
    MAX_PASSAGE,
    MIN_PASSAGE,
    Names,
    is_own,
    load_folder,
    masked,
    passages_of,
    sentences_of,
)
from chugao.corpus.masking import named_spans
from chugao.documents.reading import text_reading
from chugao.documents.structure import understand
from chugao.shipped import shipped
from chugao.source import Release, Severity

REPORT = """---
发文单位: 望澜市第一人民医院
部门: 医务科
文种: 工作总结
年度: 2023
公开范围: 上报
---
医务科2023年工作总结
一、服务与协作
远程会诊1846例次，申请最多的是云埠县人民医院。医师派驻云埠县坐诊，向石阜县、云埠县派出巡回组。
短句。
（一）胸痛中心。2月挂牌运行，通过国家胸痛中心复核认证，较上年缩短7分钟。
指标\t本年
二、问题
一是夜间值班没有落实，神经内科人手紧。
"""


def test_passages_carry_where_they_stand_and_what_an_engine_may_see():
    document = understand(text_reading(REPORT, "医务科2023.txt"))

    passages = passages_of(document, own=True)

    assert [p.id for p in passages] == [f"{document.fingerprint}-{n}" for n in range(1, len(passages) + 1)]
    first, second, last = passages[0], passages[1], passages[-1]
    assert first.text == document.text[first.start : first.end]
    assert first.heading_path == ("服务与协作",)
    assert (
        first.masked == "远程会诊〔数〕，申请最多的是〔单位〕。医师派驻〔地名〕坐诊，向〔地名〕、〔地名〕派出巡回组。"
    )
    assert second.heading_path == ("服务与协作", "胸痛中心")
    assert second.masked == "〔日期〕挂牌运行，通过国家〔科室〕复核认证，较上年缩短〔数〕。"
    assert (last.role, last.year, last.department, last.level) == ("问题", 2023, "医务科", "科室")
    assert (last.release, last.own, last.file, last.document) == (
        Release.UPWARD,
        True,
        "医务科2023.txt",
        document.fingerprint,
    )
    assert all(len(p.text) >= MIN_PASSAGE for p in passages)


def test_a_long_paragraph_is_cut_at_its_items_and_sentences_and_nothing_is_lost():
    items = "".join(f"{n}是抓重点{n}。" + "推进一项工作，取得新的成效；改善服务。" * 12 for n in "一二三")
    document = understand(text_reading(f"医务科2023年工作总结\n一、成绩\n{items}"))

    passages = passages_of(document)

    assert "".join(p.text for p in passages) == items
    assert all(len(p.text) <= MAX_PASSAGE for p in passages)
    assert passages[0].text.startswith("一是")
    assert {"一是", "二是", "三是"} <= {p.text[:2] for p in passages}


def test_every_part_of_a_collection_gives_passages_of_its_own():
    text = "（2篇）2025年卫健工作思路\n【篇一】\n（一）抓体系。健全基层考核机制，提升服务能力。\n【篇二】\n（一）抓改革。推进医共体建设，三医协同发展。"

    passages = passages_of(understand(text_reading(text)))

    assert len({p.document for p in passages}) == 2
    assert len({p.id for p in passages}) == 2


# --- masking --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2025年1—10月，门诊12.8万人次，较2024年增长5%。", "〔日期〕，门诊〔数〕，较〔年〕增长〔数〕。"),
        ("贯彻党的二十大和二十届二中、三中全会精神", "贯彻〔会议〕"),
        ("落实《工作方案（2023—2025年）》和卫发〔2025〕3号", "落实〔文件〕和〔文件〕"),
        ("“十四五”收官，围绕“强基础、提质量”推进", "〔时期〕收官，围绕“强基础、提质量”推进"),
        ("由张建国副院长带队，请李主任和院长王建国出席", "由〔人名〕副院长带队，请〔人名〕主任和院长〔人名〕出席"),
        ("推进凤城医院、县中医院和郭利眼科医院建设", "推进〔单位〕、〔单位〕和〔单位〕建设"),
        (
            "我院与二级以上医院、公立医院、乡镇卫生院和基层医院协作",
            "我院与二级以上医院、公立医院、乡镇卫生院和基层医院协作",
        ),
        ("各病区、全县、示范区、社区和城镇", "各病区、全县、示范区、社区和城镇"),
        ("患者十大安全目标", "患者十大安全目标"),
        ("三级医院评审，四级手术，一次合格", "三级医院评审，四级手术，一次合格"),
    ],
)
def test_facts_are_masked_and_wording_stays(text: str, wanted: str):
    assert masked(text) == wanted


def test_a_name_learned_where_its_edge_is_certain_is_masked_everywhere():
    document = understand(text_reading("工作总结\n向张庄寨镇派出专家，又支援张庄寨镇两次，成效明显。"))

    assert masked("又支援张庄寨镇两回", Names.learned_from(document)) == "又支援〔地名〕两回"


@settings(deadline=None)
@given(st.text(alphabet="0123456789０９.%万年月日〔〕数“”《》一二十五县医院张主任在，。 a²①", max_size=60))
def test_no_digit_survives_masking_whatever_the_text(text: str):
    assert not re.search(r"[0-9０-９]", masked(text))


@pytest.mark.shared
def test_no_digit_and_no_name_of_the_real_texts_survives(shared: Path):
    loaded = load_folder(shared / "seeds")
    passages = [p for d in loaded.documents for p in passages_of(d)]

    together = "\n".join(p.masked for p in passages)
    assert not re.search(r"\d", together)
    for name in ("黄口镇", "张庄寨", "上海市", "凤城医院", "郭利", "《", "12.8"):
        assert name not in together, name


def test_units_places_and_titled_persons_of_the_labelled_sentences_are_masked():
    sentences = read_labelled()

    scores = score(sentences, learned(sentences))

    assert scores.recall("单位", "地名") >= 0.97, scores.missed
    assert scores.recall("人名") >= 0.95, scores.missed
    assert scores.recall("科室") >= 0.95, scores.missed
    assert scores.vain * 100 <= scores.characters, scores.wrong


@pytest.mark.parametrize("path", [TUNED, RARE, HELD], ids=lambda path: path.stem)
def test_units_places_and_titled_persons_of_every_province_are_masked(path: Path):
    sentences = read_labelled(path)

    scores = score(sentences)

    assert scores.recall("单位", "地名") >= 0.97, scores.missed
    assert scores.recall("人名") >= 0.95, scores.missed
    assert scores.vain * 50 <= scores.characters, scores.wrong


def test_what_is_done_beside_a_place_or_a_title_is_no_name():
    text = (
        "请护士长把关，让药师夜里审方，包片医师答不上来的报院长办公会；加强城镇和乡村建设，完善社区服务，"
        "支持普惠性幼儿园和农村中小学，推动国家发展大局，派护士支援三个月。"
    )

    assert not {k for _, _, k in named_spans(text)} & {"单位", "地名", "人名"}


@pytest.mark.parametrize(
    "text",
    [
        "推广安全用药，普通化验当天出结果，合理区间内做好市场供应",
        "全县公立医院、乡镇卫生院和两县医院的骨干",
        "院长办公会定了，书记项目抓实，高年资医师带教",
        "以习近平同志为核心的党中央",
        "健全乡村医疗，保障粮食主产区，规范安宁疗护",
    ],
)
def test_ordinary_words_that_look_like_names_stay(text: str):
    assert not {k for _, _, k in named_spans(text)} & {"单位", "地名", "人名"}


def test_a_person_named_with_a_title_once_is_masked_without_it_too():
    document = understand(
        text_reading("工作总结\n一、例会\n分管副院长陈砚舟当场定了五件。\n月底陈砚舟又去看了一次，改了两处。")
    )

    (*_, last) = passages_of(document)

    assert "陈砚舟" not in last.masked


@pytest.mark.parametrize(
    "piece",
    [
        "县",
        "医院",
        "院长",
        "市第一人民",
        "、云埠",
        "大学附属",
        "王主任",
        "合肥镇",
        "泗县有限公司",
        "、王建国",
        "合肥市村",
    ],
)
def test_masking_hostile_repetition_ends_in_seconds(piece: str):
    began = time.process_time()
    masked(piece * (20_000 // len(piece)))

    assert time.process_time() - began < 10


# --- sentences ------------------------------------------------------------------------------------


def test_sentences_end_at_their_marks_but_not_inside_quotes_brackets_and_numbers():
    text = "完成3.5万例。实行“日会诊；夜巡查。”制度（含节假日；夜间）；效果好！他说：“都改了。”病区满意"

    assert sentences_of(text) == [
        "完成3.5万例。", "实行“日会诊；夜巡查。”制度（含节假日；夜间）；", "效果好！", "他说：“都改了。”", "病区满意",
    ]  # fmt: skip


def test_a_quote_that_is_never_closed_swallows_nothing():
    assert sentences_of("推进“强基工程。完成任务。") == ["推进“强基工程。", "完成任务。"]


@settings(deadline=None)
@given(st.text(alphabet="好。；！？“”（）《》\n，1.", max_size=80))
def test_sentences_joined_give_the_text_back(text: str):
    assert "".join(sentences_of(text)) == text


# --- folders --------------------------------------------------------------------------------------


def test_a_bad_file_becomes_a_finding_and_stops_nothing(tmp_path: Path):
    (tmp_path / "子").mkdir()
    (tmp_path / "子" / "好.txt").write_text("护理部2024年工作总结\n全年工作平稳有序，成效明显。", encoding="gb18030")
    (tmp_path / "坏.docx").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "空.txt").write_text("")
    (tmp_path / "~$锁.docx").write_bytes(b"x")
    (tmp_path / "数据.xlsx").write_bytes(b"x")

    loaded = load_folder(tmp_path)

    assert [d.title for d in loaded.documents] == ["护理部2024年工作总结"]
    assert sorted(f.quote for f in loaded.findings) == ["坏.docx", "空.txt"]
    assert all(f.severity is Severity.WARNING and "请" in f.hint for f in loaded.findings)


def test_a_folder_that_is_not_there_is_a_finding():
    assert "没有这个文件" in load_folder("/nowhere/at/all").findings[0].hint


def test_no_digit_and_no_place_of_the_shipped_reports_shows_in_what_an_engine_sees():
    for document in load_folder(shipped("corpus")).documents:
        assert not any(re.search(r"\d|石阜|云埠|柳津|望澜", p.masked) for p in passages_of(document))


def test_the_shipped_corpus_is_read_whole_and_belongs_to_its_hospital():
    loaded = load_folder(shipped("corpus"))

    assert loaded.findings == ()
    assert len(loaded.documents) >= 30
    for document in (d for d in loaded.documents if d.issuer == "望澜市第一人民医院"):
        assert is_own(document, "望澜市第一人民医院")
        assert not is_own(document, "别的医院", "医务科")
        assert document.kind is not None
        assert document.year is not None
        assert document.flags == ()
