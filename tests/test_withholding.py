"""What a sender wants kept in, in whatever words, and ordinary sentences that use the same ones."""

from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from chugao.material.submission import Item, Submission, understand_submission
from chugao.material.withholding import kept_in, release_wished


def report(folder: Path, *paragraphs: str) -> Submission:
    document = Document()
    document.add_paragraph("检验科2026年工作总结")
    document.add_paragraph("一、工作情况")
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(folder / "检验科.docx"))
    return understand_submission(folder / "检验科.docx", department="检验科", year=2026)


def told(sent: Submission) -> list[tuple[str, str]]:
    return [(i.text.rstrip("。"), i.release.value) for i in sent.items]


@pytest.mark.parametrize(
    ("text", "left", "release"),
    [
        ("和两家试剂商打官司，这个先别往外说。", "和两家试剂商打官司", "不写"),
        ("和两家试剂商打官司，这事不要对外", "和两家试剂商打官司", "内部"),
        ("室间质评有2项不合格，仅限内部。", "室间质评有2项不合格", "内部"),
        ("室间质评有2项不合格（院内掌握）。", "室间质评有2项不合格", "内部"),
        ("室间质评有2项不合格，暂不对外公布。", "室间质评有2项不合格", "内部"),
        ("室间质评有2项不合格，请不要写进材料。", "室间质评有2项不合格", "不写"),
        ("室间质评有2项不合格，总结里别提。", "室间质评有2项不合格", "不写"),
        ("（此段不报县里）室间质评有2项不合格。", "室间质评有2项不合格。", "不写"),
        ("【不对外】室间质评有2项不合格。", "室间质评有2项不合格。", "内部"),
    ],
)
def test_a_wish_to_keep_something_in_is_understood_however_it_is_put(text: str, left: str, release: str) -> None:
    kept = kept_in(text)

    assert kept is not None
    assert (kept.text, kept.release.value) == (left, release)


@pytest.mark.parametrize(
    "text",
    [
        "坚持实事求是，不报虚数。",
        "值班到岗，不提前离开。",
        "全年组织保密检查4次，签承诺书118份。",
        "建立病历不写进度通报制度。",
        "绩效向一线倾斜，不能体现平均主义。",
    ],
)
def test_ordinary_sentences_ask_for_nothing(text: str) -> None:
    assert kept_in(text) is None
    assert release_wished(text) is None


def test_a_wish_in_brackets_holds_for_its_paragraph_or_for_the_sentence_before_it(tmp_path: Path) -> None:
    sent = report(
        tmp_path,
        "（此段不报县里）5月停电损失试剂42盒。已向供电所索赔。",
        "完成培训12场。调换标本3次。（以上不对外公开）",
        "下乡义诊6次。退回检验单9张。（这条不要对外）",
    )

    assert told(sent) == [
        ("5月停电损失试剂42盒", "不写"),
        ("已向供电所索赔", "不写"),
        ("完成培训12场", "内部"),
        ("调换标本3次", "内部"),
        ("下乡义诊6次", "公开"),
        ("退回检验单9张", "内部"),
    ]


def test_a_part_of_a_count_that_is_not_to_be_written_leaves_the_count(tmp_path: Path) -> None:
    sent = report(tmp_path, "上报危急值612例，其中漏报的5例这个不用写了。")

    assert told(sent) == [("上报危急值612例", "公开")]
    assert [(u.text, u.why) for u in sent.unused] == [("5例", "报送人说这个数不写")]


def workbook(folder: Path, *sheets: tuple[str, list[list[object]]]) -> tuple[Item, ...]:
    book = Workbook()
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(folder / "检验科.xlsx")
    return understand_submission(folder / "检验科.xlsx", department="检验科", year=2026).items


def test_the_remarks_of_a_row_hold_for_its_figure_and_its_matter(tmp_path: Path) -> None:
    items = workbook(
        tmp_path,
        (
            "指标",
            [
                ["指标名称", "单位", "2026年", "说明"],
                ["血液标本", "份", 8120, ""],
                ["标本不合格", "份", 93, "内部掌握"],
            ],
        ),
        ("工作", [["事项", "成效", "备注"], ["更换生化仪", "7月启用", ""], ["与外院送检", "还在谈价", "不要对外"]]),
    )

    released = {i.text: i.release.value for i in items}
    assert released["2026年血液标本8120份"] == "公开"
    assert released["2026年标本不合格93份"] == "内部"
    assert released["更换生化仪，7月启用"] == "公开"
    assert released["与外院送检，还在谈价"] == "内部"
