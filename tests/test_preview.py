"""`word`'s preview: PDF and pictures by LibreOffice, and a clear word where there is none."""

import io
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import chugao
from chugao.errors import InputError
from chugao.export import to_json
from chugao.kind import Kind
from chugao.manuscript import Draft, Shell
from chugao.word import preview as room
from chugao.word import warm as warm_room
from chugao.word.judging import headings_of, judge, named_faces
from chugao.word.judging_pages import judge_pages, printed_faces, read_pages
from chugao.word.layout import gbt9704
from chugao.word.preview import faces_of, pictures, preview
from chugao.word.typesetting import typeset
from chugao.word.warm import WarmOffice
from tests import drafts
from tests.cli import chugao as run

ROOT = Path(__file__).parents[1]
HOSPITAL = "望澜市第一人民医院"
EXAMPLES, CORPUS = ROOT / "examples", ROOT / "corpus"
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


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmOffice]:
    with WarmOffice() as held:
        yield held


@office
def test_a_warm_office_prints_what_a_cold_one_prints_and_starts_once(warm: WarmOffice, printed: list[room.Preview]):
    files = [typeset(drafts.notice()), typeset(drafts.notice(), comments=True), typeset(drafts.notice())]

    seen = preview(files, warm)

    assert [read_pages(s.pdf) for s in (seen[0], seen[2])] == [read_pages(printed[1].pdf)] * 2
    assert warm.starts == 1, "comments do not end it"


@pytest.fixture(scope="module")
def drafted() -> list[Draft]:
    """A draft of each kind of the sample department."""
    figures = chugao.read_metrics(EXAMPLES / "figures" / "医务科-2025.xlsx")
    matters = chugao.read_matters(EXAMPLES / "matters" / "医务科-2025.xlsx")
    index, engine = chugao.open_index(CORPUS), chugao.open_engine("offline")
    outlines = [chugao.read_outline(k.value, department="医务科", year=2025, organisation=HOSPITAL) for k in Kind]
    return [chugao.draft(outline, figures, matters, index, engine) for outline in outlines]


@office
@pytest.mark.parametrize("shell", ["plain", "notice", "report"])
def test_pages_of_every_kind_in_every_shell_keep_to_the_standard(shell: str, drafted: list[Draft], warm: WarmOffice):
    dressed = [draft.model_copy(update={"shell": shell_of(shell, draft)}) for draft in drafted]
    files = [typeset(draft, signer="林望舒" if shell == "report" else "") for draft in dressed]

    seen = preview(files, warm)

    found = [judge_pages(s.pdf, gbt9704(), headings_of(f)) for s, f in zip(seen, files, strict=True)]
    assert found == [[]] * len(files)
    assert [judge(f, gbt9704()) for f in files] == [[]] * len(files)


def shell_of(name: str, draft: Draft) -> Shell:
    if name == "plain":
        return Shell(issuer=HOSPITAL + draft.department, date="2026年1月8日")
    if name == "notice":
        return drafts.NOTICE.model_copy(update={"title": f"{HOSPITAL}关于印发《{draft.title.text}》的通知"})
    return drafts.REPORT


@office
def test_signature_and_face_are_judged_on_the_page(printed: list[room.Preview], warm: WarmOffice):
    content = typeset(drafts.notice())
    moved = replaced(
        content, "word/document.xml", '<w:ind w:right="640"/><w:jc w:val="right"/>', '<w:jc w:val="right"/>'
    )

    rules = {f.rule for f in judge_pages(preview([moved], warm)[0].pdf, gbt9704())}
    faces = printed_faces(read_pages(printed[1].pdf), named_faces(content))

    assert rules == {"layout.signature_place"}
    assert {"仿宋_GB2312", "方正小标宋简体", "黑体"} <= set(faces)
    assert all(really for really in faces.values())


@office
def test_short_and_long_names_over_a_date_and_lines_of_latin_words_are_no_fault(warm: WarmOffice):
    latin = (
        "引进PD-1/PD-L1检测、ECMO（VA-ECMO、VV-ECMO）和Extracorporeal Membrane Oxygenation技术，CO₂浓度1000ppm。" * 3
    )
    long = "望澜市第一人民医院（望澜医学院附属第一医院、望澜市心血管病医疗中心）"
    shells = [Shell(issuer=name, date="2026年12月28日") for name in ("综合科", long)]
    made = [drafts.draft((drafts.section("l", "", "", 0, *[("", latin)] * 4),), shell=shell) for shell in shells]

    found = [judge_pages(page.pdf, gbt9704()) for page in preview([typeset(draft) for draft in made], warm)]

    assert found == [[], []]


def replaced(content: bytes, part: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            assert name != part or old in text
            target.writestr(name, text.replace(old, new) if name == part else text)
    return out.getvalue()


@office
def test_a_warm_office_that_died_is_started_anew_and_nothing_is_left_behind(
    warm: WarmOffice, printed: list[room.Preview]
):
    content = typeset(drafts.notice())
    preview([content], warm)
    process, home = warm._process, warm._home
    assert process is not None
    assert home is not None
    starts = warm.starts

    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    seen = preview([content], warm)[0]
    warm.close()

    assert read_pages(seen.pdf) == read_pages(printed[1].pdf)
    assert warm.starts == starts + 1
    assert not home.exists()


@office
@pytest.mark.soak
def test_a_warm_office_that_hangs_is_ended_and_the_file_is_printed_all_the_same():
    with WarmOffice(document_s=30) as held:
        preview([typeset(drafts.notice())], held)
        assert held._process is not None
        os.killpg(held._process.pid, signal.SIGSTOP)

        seen = preview([typeset(drafts.notice())], held)[0]

        assert read_pages(seen.pdf)
        assert held.starts == 2


@office
def test_another_pitch_is_seen_on_the_page(printed: list[room.Preview]):
    wider = gbt9704()._replace(grid=gbt9704().grid._replace(line_pt=26.0))

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

    ran = run("export", "稿.json", "--pdf", "-o", "出", "--json")

    assert ran.code == 0
    assert Path(ran.json["files"]["pdf"]).read_bytes().startswith(b"%PDF")
    assert "本机字体" in ran.err


def test_without_libreoffice_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(warm_room, "office", lambda: None)

    with pytest.raises(InputError, match="LibreOffice"):
        preview([b""])


def test_faces_are_named_without_the_letters_of_a_subset():
    assert faces_of(b"<</FontName/ABCDEF+FandolFang-Regular/Flags 4>>") == ("FandolFang-Regular",)
