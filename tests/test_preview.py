"""`word`'s preview: PDF and pictures by LibreOffice, and a clear word where there is none."""

from pathlib import Path

import pytest

from chugao.errors import InputError
from chugao.export import to_json
from chugao.word import preview as room
from chugao.word.judging import headings_of
from chugao.word.judging_pages import judge_pages, read_pages
from chugao.word.layout import gbt9704
from chugao.word.preview import faces_of, pictures, preview
from chugao.word.typesetting import typeset
from tests import drafts
from tests.cli import chugao

office = pytest.mark.skipif(room.office() is None, reason="soffice is not installed")


@pytest.fixture(scope="module")
def printed() -> list[room.Preview]:
    """Two drafts by one process."""
    return preview([typeset(drafts.long_draft()), typeset(drafts.notice())])


@office
def test_a_batch_is_set_by_one_process_and_the_pages_keep_to_the_grid(printed: list[room.Preview]):
    for seen, draft in zip(printed, (drafts.long_draft(), drafts.notice()), strict=True):
        assert judge_pages(seen.pdf, gbt9704(), headings_of(typeset(draft))) == []


@office
def test_a_page_says_what_stands_on_it(printed: list[room.Preview]):
    first = read_pages(printed[1].pdf)[0]

    assert any(line.text.replace("－", "—") == "—1—" for line in first.lines)
    assert printed[1].faces


@office
def test_another_pitch_is_seen_on_the_page(printed: list[room.Preview]):
    wider = gbt9704().model_copy(update={"grid": gbt9704().grid.model_copy(update={"line_pt": 26.0})})

    assert "layout.lines" in {f.rule for f in judge_pages(printed[0].pdf, wider)}


@office
def test_each_page_becomes_a_picture(printed: list[room.Preview]):
    found = pictures(printed[1].pdf, 40)

    assert len(found) == len(read_pages(printed[1].pdf))
    assert all(picture.startswith(b"\x89PNG") for picture in found)


@office
def test_the_command_writes_the_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("稿.json").write_text(to_json(drafts.draft()), encoding="utf-8")

    ran = chugao("export", "稿.json", "--pdf", "-o", "出", "--json")

    assert ran.code == 0
    assert Path(ran.json["files"]["pdf"]).read_bytes().startswith(b"%PDF")
    assert "本机字体" in ran.err


def test_without_libreoffice_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "office", lambda: None)

    with pytest.raises(InputError, match="LibreOffice"):
        preview([b""])


def test_faces_are_named_without_the_letters_of_a_subset():
    assert faces_of(b"<</FontName/ABCDEF+FandolFang-Regular/Flags 4>>") == ("FandolFang-Regular",)
