"""Every Word file we write keeps to the order, ids and parts that Word insists on."""

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document

from chugao.export.pack import review_pack
from chugao.kind import Kind
from chugao.manuscript import Shell
from chugao.word.annotating import Remark, annotate
from chugao.word.layout import gbt9704
from chugao.word.looks import Look, set_draft
from chugao.word.master import read_master
from chugao.word.redline import redline
from chugao.word.typesetting import typeset
from tests import drafts, redline_cases
from tests.word_schema import faults_of

SHELLS = [Shell(), drafts.NOTICE, drafts.REPORT]


@pytest.mark.parametrize("shell", SHELLS, ids=["plain", "notice", "report"])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_typeset_file_of_every_kind_and_shell(kind: Kind, shell: Shell):
    draft = drafts.draft(shell=shell, kind=kind)

    assert faults_of(typeset(draft)) == []
    assert faults_of(typeset(draft, comments=True, signer="林望舒")) == []
    assert faults_of(typeset(draft, final=True, clean=True, landscape=["shown_2"])) == []


@pytest.mark.parametrize("seed", range(12))
def test_a_redline_with_moves_rows_and_reasons(seed: int):
    assert faults_of(redline(*redline_cases.pair(seed, (3, 10, 25)[seed % 3]))) == []


def test_a_redline_between_shells():
    old = drafts.draft(shell=drafts.NOTICE)

    assert faults_of(redline(old, drafts.draft(drafts.sections()[:-2], shell=drafts.REPORT))) == []


def test_every_word_file_of_the_review_pack():
    pack = review_pack(drafts.draft(), previous=drafts.draft(drafts.sections()[:-2]))

    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        files = {n: archive.read(n) for n in archive.namelist() if n.endswith(".docx")}

    assert len(files) >= 3
    assert {name: faults_of(content) for name, content in files.items()} == {name: [] for name in files}


def test_a_copy_with_remarks_beside_the_text():
    content, _ = annotate(typeset(drafts.draft()), [Remark("病案归档仍然偏慢", "", "", "请核对")])

    assert faults_of(content) == []


def test_a_draft_in_an_offices_master(tmp_path: Path):
    path = tmp_path / "母版.docx"
    document = Document()
    document.styles["Heading 1"].font.name = "隶书"
    document.save(str(path))

    content = set_draft(drafts.draft(), Look(gbt9704(), read_master(path)))

    assert [f for f in faults_of(content) if "word/styles.xml" not in f] == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('<w:pStyle w:val="BodyText"/></w:pPr>', '<w:jc w:val="both"/><w:pStyle w:val="BodyText"/></w:pPr>', "order in"),
        ('<w:cantSplit/><w:tblHeader/>', '<w:tblHeader/><w:cantSplit/>', "order in trPr"),
        ('w:val="BodyText"', 'w:val="Prose"', "style Prose"),
        ('w:name="chugao_title"', 'w:name="1"', "bookmark 1"),
        ('<w:bookmarkEnd w:id="0"/>', "", "bookmark:"),
        ("<w:kinsoku/>", "", ""),
    ],
)  # fmt: skip
def test_what_word_would_refuse_is_seen(old: str, new: str, fault: str):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(typeset(drafts.draft()))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).decode().replace(old, new))

    faults = faults_of(out.getvalue())

    assert any(fault in f for f in faults) if fault else faults == []
