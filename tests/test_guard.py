"""The guard: what could hurt a parser never reaches one."""

import io
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from chugao.documents.guard import guard, guard_bytes, guard_zip, sniff
from chugao.documents.xml import tree_of
from chugao.errors import InputError, UploadRejected

CONTENT_TYPES = b'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="x"/>'
BODY = b'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w"><w:body/></w:document>'


def zipped(*parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in (("[Content_Types].xml", CONTENT_TYPES), ("word/document.xml", BODY), *parts):
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_plain_docx_passes_and_is_known_by_its_content_not_its_name(tmp_path: Path):
    file = tmp_path / "报告.txt"
    file.write_bytes(zipped())

    assert guard(file) == zipped()
    assert sniff(zipped()) == "docx"


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ([("word/vbaProject.bin", b"x")], "宏"),
        ([("word/activeX/activeX1.xml", b"<a/>")], "ActiveX"),
        ([("word/embeddings/oleObject1.bin", b"x")], "OLE"),
        ([("word/afchunk1.htm", b"<html/>")], "外来内容块"),
        ([("word/footer1.xml", b'<w:ftr xmlns:w="w"><w:altChunk/></w:ftr>')], "外来内容块"),
        ([("word/styles.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')], "DOCTYPE"),
        ([("word/styles.xml", "<!DOCTYPE a><a/>".encode("utf-16"))], "DOCTYPE"),
        ([("word/styles.xml", b" " * 70_000 + b"<!DOCTYPE a><a/>")], "XML"),
        ([("word/styles.xml", b"<a>" + b"x" * 65_530 + b"<!DOCTYPE a>")], "DOCTYPE"),
        ([("word/styles.xml", '<?xml version="1.0" encoding="cp037"?><a/>'.encode("cp037"))], "编码"),
        ([(f"word/media/{i}.xml", b"<a/>") for i in range(2000)], "2000"),
    ],
)
def test_an_active_or_hostile_part_is_refused_in_chinese(parts: list[tuple[str, bytes]], word: str):
    with pytest.raises(UploadRejected) as refused:
        guard_bytes(zipped(*parts), "坏.docx")

    assert word in str(refused.value)
    assert "坏.docx" in str(refused.value)
    assert "请" in str(refused.value)


def test_a_bomb_is_refused_quickly_by_ratio_and_by_size():
    bomb = zipped(("word/media/a.bin", b"\0" * 60 * 2**20))
    began = time.process_time()

    with pytest.raises(UploadRejected, match="压缩"):
        guard_zip(bomb, "炸弹.docx")

    assert time.process_time() - began < 3


def test_many_parts_that_unpack_to_more_than_100_mb_together_are_refused():
    part = (b"0123456789abcdef" * 2 + bytes(range(256))) * 3400  # about 1 MB, under the slack
    parts = [(f"word/media/{i}.bin", part[: 2**20 - 1]) for i in range(110)]

    with pytest.raises(UploadRejected, match="100 MB"):
        guard_zip(zipped(*parts), "大.docx")


def test_a_pdf_whose_page_unpacks_without_end_is_refused_before_it_is_read():
    page = zlib.compress(b"BT (a) Tj ET " * 6_000_000)
    bomb = b"%PDF-1.4\n4 0 obj<</Filter/FlateDecode/Length 9>>stream\n" + page + b"\nendstream endobj\n%%EOF"
    began = time.process_time()

    with pytest.raises(UploadRejected, match="解开"):
        guard_bytes(bomb, "炸弹.pdf")

    assert time.process_time() - began < 3


@pytest.mark.parametrize("rtf", [b"{\\rtf1" + b"{" * 500 + b"}" * 501, b"{\\rtf1" + b"{}" * 1_000_001 + b"}"])
def test_groups_within_groups_of_an_rtf_are_refused_before_they_take_all_memory(rtf: bytes):
    with pytest.raises(UploadRejected, match="嵌套"):
        guard_bytes(rtf, "炸弹.rtf")


def test_an_ordinary_rtf_with_braces_in_its_text_passes():
    assert guard_bytes(b"{\\rtf1" + b"\\{" * 1000 + b"{\\b x}" * 1000 + b"}", "总结.rtf") == "rtf"


def test_a_zip_of_very_many_parts_is_refused_without_reading_its_directory():
    many = zipped(*[(f"word/{i}.xml", b"") for i in range(1999)])

    with pytest.raises(UploadRejected, match="2001 个部件"):
        guard_zip(many, "多.docx")


def test_a_small_part_may_be_packed_tightly():
    guard_zip(zipped(("word/tiny.xml", b"<a>" + b" " * 900_000 + b"</a>")), "紧.docx")


def test_an_encrypted_duplicated_or_overlapping_entry_is_refused():
    plain = zipped()
    flagged = bytearray(plain)
    flagged[plain.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UploadRejected, match="密码"):
        guard_zip(bytes(flagged), "密.docx")

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", BODY)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("word/document.xml", BODY)
    with pytest.raises(UploadRejected, match="重名"):
        guard_zip(buffer.getvalue(), "重.docx")

    overlapping = bytearray(plain)
    second = plain.rindex(b"PK\x01\x02")
    overlapping[second + 42 : second + 46] = b"\0\0\0\0"  # points at the first entry's bytes
    with pytest.raises(UploadRejected):
        guard_zip(bytes(overlapping), "叠.docx")


@pytest.mark.parametrize("cut", [10, 60, 200, 400])
def test_a_broken_zip_is_refused_with_one_clear_error(cut: int):
    with pytest.raises(UploadRejected, match=r"损坏|重叠"):
        guard_zip(zipped()[:-cut], "断.docx")


def test_every_single_byte_flip_either_passes_or_is_refused_and_nothing_else():
    whole = zipped()
    for place in range(len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        try:
            guard_zip(bytes(broken), "翻.docx")
        except UploadRejected:
            continue


def test_encrypted_office_files_macros_in_old_files_and_programs_are_refused():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    for data, word in (
        (ole + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (ole + "_VBA_PROJECT".encode("utf-16-le"), "宏"),
        (b"MZ\x90\0\x03\0\0\0", "不是文档"),
    ):
        with pytest.raises(UploadRejected, match=word):
            guard_bytes(data, "文件")


def test_a_file_over_20_mb_or_missing_is_named(tmp_path: Path):
    big = tmp_path / "大.txt"
    with big.open("wb") as stream:
        stream.truncate(20 * 2**20 + 1)

    with pytest.raises(UploadRejected, match="20 MB"):
        guard(big)
    with pytest.raises(InputError, match=r"没有\.docx"):
        guard(tmp_path / "没有.docx")


def test_xml_of_a_stranger_reads_no_file_and_grows_no_entity(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("机密")
    reads = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'
    grows = '<!DOCTYPE a [<!ENTITY x "哈">]><a>&x;</a>'

    assert [tree_of(xml.encode()).text for xml in (reads, grows)] == [None, None]
