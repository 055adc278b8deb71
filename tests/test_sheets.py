"""Reading workbook-like files into grids (documents.sheets)."""

import base64
import gzip
import io
import os
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from chugao.documents.binary_formats import read_dress
from chugao.documents.guard import MAX_UNPACKED_BYTES
from chugao.documents.sheets import read_sheets
from chugao.errors import InputError, UploadRejected

# A workbook of Excel 97 with a merged title, a date and a percent format; written once with xlwt.
LEGACY = (
    "H4sIAAAAAAACA+1YXUhUQRT+5t677q6suv4FGpgJWpmGGUFgeisse9nNn6IfonJ10VhZZVPIHkoziR6CIgiKXgQrerF6sf+oh6CHwP4gEAK3"
    "6CGCKCqIUG9nzt5bagoulJDc7zJnzpyZc+bMnJm5c+/TodSRvuvZUUxBBVSMG24kTJAJSm6r4AXVG4ZkrdxFybDxX8HtokAmOHAn6YlTxlDG"
    "OwoF17SHRIE3lHajDf7WcDB3DrGBfagX0odyogIXSJKMLPYqjWkD03SmV7nlXabrWHKSaTm1HRG7MKT7C9eYq3iHksd1yZB2b7DOMEtWIhOP"
    "5So+ckrE2jqwPrK/vmW+VORoHvSDIl0VDAcjspyCi0gEdhKKfb7iysoczY1L0ICSFSX5I8igJdGPb0Yu8NXa+w9ybfncygVI/n2y3DmD3EUR"
    "nU4uwzpVfkahQHfB2MdbrBcenNZkjSKcDc7mUbTwgS+TB6IUJSjFarTvKavrq33WWebvPiGbaeDWSVs/dZKVbXW+LSpEUdOiprXVVNUWDDcU"
    "BgIhYn/UBM7e9i8OUSuZOchkx+XDjzo2Nx8/QOs0P1H2xQeSd9KBlMQb1UO0ESnMp/J29dJYR698fu4LVOt7WdLFL6HYqypfjg0GuqUGKSdz"
    "jfaLFrLGcqZH2epC5rOZZtCWobygOtNkNvVwm2NcW0D9rGK80JdM4JcS3/uh5mZO71t9GfEDVdFDGQOv9D7k0Sw2kr58elAkisT5cxK3dCsX"
    "5rH2mmnWH0ecS/Gavhvm+zgFY3LvElKZ3qc5As+OfFTWENNoCNaQNFay5jNWUljXKqlU0szelWlsKWzLYbaPxUbG7B6PRtoablOJzx5STI+k"
    "bXWKFZWtOE0rKluRkVQpaipZScfgl7GXB99/1N+Z/oOtVChpGJQu0KH/G4mwYcOGDRs2bNiwMQPkVUrhq1TsUuwwr9xO87/OGKVx+zfJvEUt"
    "Wulpp8/CjQhTHkFnXOtnARzCsiVmqWP9L5TYTr1HEEKA/QjFvX7pI0NMHM+sFb1/bwvF2/94PH7+4/5/AsH2sk8AFgAA"
)


def legacy(path: Path) -> Path:
    path.write_bytes(gzip.decompress(base64.b64decode(LEGACY)))
    return path


def workbook(path: Path, rows: list[list[object]], sheet: str = "指标") -> Path:
    book = openpyxl.Workbook()
    book.worksheets[0].title = sheet
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def repacked(path: Path, extra: dict[str, bytes], replace: dict[str, tuple[bytes, bytes]] | None = None) -> Path:
    """The same workbook with parts added, or with bytes replaced in a part."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            before, after = (replace or {}).get(entry.filename, (b"", b""))
            new.writestr(entry.filename, data.replace(before, after, 1) if before else data)
        for name, data in extra.items():
            new.writestr(name, data)
    return path


def texts(path: Path) -> list[list[str]]:
    return [[c.text for c in row] for row in read_sheets(path).sheets[0].rows]


def complaint(path: Path, kind: type[InputError] = InputError) -> str:
    with pytest.raises(kind) as caught:
        read_sheets(path)
    return str(caught.value)


def test_a_workbook_gives_the_text_the_raw_value_and_the_place_of_each_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "医务科.xlsx", [["指标名称", "本期值"], ["甲级病案率", 0.966]])
    book = openpyxl.load_workbook(path)
    book.active["B2"].number_format = "0.0%"
    book.save(path)

    read = read_sheets(path)

    cell = read.sheets[0].rows[1][1]
    assert (cell.text, cell.value, cell.at) == ("96.6%", 0.966, "B2")
    assert (read.file, len(read.fingerprint), read.sheets[0].name) == ("医务科.xlsx", 16, "指标")
    assert str(read.source(read.sheets[0], cell)) == "医务科.xlsx “指标”表 B2单元格"


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (121.7, "0.00", "121.70"),
        (98.6437, "0.0", "98.6"),
        (98.6, "0", "98.6"),
        (0.04, "0.0", "0.04"),
        (98.6, '0.0"%"', "98.6%"),
        (45, '0"张"', "45张"),
        (1234567, "#,##0", "1234567"),
        (128031, '0!.0,"万"', "12.8031万"),
        (0.1 + 0.2, "General", "0.3"),
        (12.0, "General", "12"),
        (date(2025, 12, 31), "yyyy-mm-dd", "2025年12月31日"),
        (date(2025, 3, 1), 'yyyy"年"m"月"', "2025年3月"),
    ],
)
def test_a_cell_shows_what_its_format_shows_unless_that_would_hide_the_figure(
    tmp_path: Path, value: object, number_format: str, text: str
) -> None:
    path = workbook(tmp_path / "a.xlsx", [[value]])
    book = openpyxl.load_workbook(path)
    book.active["A1"].number_format = number_format
    book.save(path)

    assert texts(path) == [[text]]


def test_a_merged_value_is_repeated_over_its_area(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["2025年", None, "备注"], ["目标", "完成", None]])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A1:B1")
    book.active.merge_cells("C1:C2")
    book.save(path)

    assert texts(path) == [["2025年", "2025年", "备注"], ["目标", "完成", "备注"]]


def test_hidden_sheets_and_rows_are_marked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["指标"], ["门诊人次"], ["急诊人次"]])
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[2].hidden = True
    book.create_sheet("旧").sheet_state = "hidden"
    book.save(path)

    shown, hidden = read_sheets(path).sheets

    assert (shown.hidden, shown.hidden_rows, hidden.hidden) == (False, frozenset({2}), True)


def test_a_formula_with_a_stored_result_reads_as_its_result(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[2, 3, "=A1+B1"]])
    repacked(path, {}, {"xl/worksheets/sheet1.xml": (b"<f>A1+B1</f><v></v>", b"<f>A1+B1</f><v>5</v>")})
    repacked(path, {}, {"xl/worksheets/sheet1.xml": (b"<f>A1+B1</f><v/>", b"<f>A1+B1</f><v>5</v>")})

    assert texts(path) == [["2", "3", "5"]]


def test_a_formula_that_nobody_calculated_is_named_and_never_reads_as_empty(tmp_path: Path) -> None:
    path = workbook(tmp_path / "医务科.xlsx", [[2, 3, "=A1+B1"], [None, None, "=C1*2"]])

    message = complaint(path)

    assert "医务科.xlsx “指标”表 C1单元格：公式“=A1+B1”没有计算结果" in message
    assert "C2单元格" in message
    assert "保存一次再导入" in message


def test_a_legacy_workbook_is_read_whatever_its_extension(tmp_path: Path) -> None:
    rows = texts(legacy(tmp_path / "医务科.et"))

    assert rows[0] == ["2025年医务科主要指标"] * 4
    assert rows[2] == ["出院人次", "人次", "56374", "2025年12月31日"]
    assert rows[3][2] == "96.6%"
    assert not read_sheets(legacy(tmp_path / "医务科.xls")).legacy


def test_a_legacy_workbook_whose_formats_cannot_be_read_says_so(tmp_path: Path) -> None:
    path = legacy(tmp_path / "医务科.xls")
    data = bytearray(path.read_bytes())
    at = data.index(b"\x09\x08\x10\x00\x00\x06")
    data[at + 4 : at + 6] = b"\x00\x05"  # says it is of Excel 95, whose records differ
    path.write_bytes(data)

    read = read_sheets(path)

    assert read.legacy
    assert read.sheets[0].rows[3][2].text == "0.966"


def test_a_damaged_legacy_workbook_is_told_from_a_sound_one(tmp_path: Path) -> None:
    sound = legacy(tmp_path / "a.xls").read_bytes()
    for at in range(512, len(sound), 97):
        damaged = bytearray(sound)
        damaged[at] ^= 0xFF

        read_dress(bytes(damaged))  # raises nothing, whatever it finds

    assert read_dress(sound[:700]) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_the_encodings_and_delimiters_offices_use(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "医务科.csv"
    lines = [["指标名称", "单位", "本期值"], ["门诊人次", "万人次", "12.8"]]
    path.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))

    assert texts(path) == lines


def test_a_csv_cell_is_placed_by_the_line_an_editor_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('指标,备注\n\n门诊人次,"两行\n备注"\n急诊人次,x\n', encoding="utf-8")

    places = [c.at for row in read_sheets(path).sheets[0].rows for c in row if c.text]

    assert places == ["A1", "B1", "A3", "B3", "A5", "B5"]


def test_a_csv_in_neither_encoding_says_what_to_save_it_as(tmp_path: Path) -> None:
    path = tmp_path / "医务科.csv"
    path.write_bytes(b"\x81\xff\xfe,1\n")

    message = complaint(path)

    assert message.startswith("医务科.csv：文字编码既不是 UTF-8 也不是 GB18030")
    assert "另存为" in message


def test_a_page_renamed_to_xls_is_read_with_its_spans(tmp_path: Path) -> None:
    path = tmp_path / "门诊.xls"
    page = (
        "<html><head><meta charset='gbk'></head><body><table><tr><td colspan=2>2025年门诊</td></tr>"
        "<tr><th rowspan=2>指标名称</th><th>本期值</th></tr><tr><td>12.8&nbsp;万</td></tr></table></body></html>"
    )
    path.write_bytes(page.encode("gb18030"))

    assert texts(path) == [["2025年门诊", "2025年门诊"], ["指标名称", "本期值"], ["指标名称", "12.8 万"]]


def test_a_page_reads_no_file_of_ours(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("机密", encoding="utf-8")
    path = tmp_path / "a.xls"
    path.write_text(
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">]><html><table><tr><td>&x;甲</td></tr></table></html>',
        encoding="utf-8",
    )

    assert "机密" not in str(texts(path))


def test_a_workbook_that_is_not_one_is_told_what_it_seems_to_be(tmp_path: Path) -> None:
    text = tmp_path / "文本.xlsx"
    text.write_text("指标名称,本期值\n", encoding="utf-8")
    pdf = tmp_path / "扫描.xlsx"
    pdf.write_bytes(b"%PDF-1.7 ...")
    other = tmp_path / "稿子.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")

    assert "内容看起来是纯文本表格（.csv）" in complaint(text)
    assert "内容看起来是旧版 Excel 工作簿（.xls）" in complaint(legacy(tmp_path / "旧.xlsx"))
    assert "内容看起来是PDF 文件" in complaint(pdf)
    assert "内容看起来是Word 文档" in complaint(other)
    assert "另存为 .xlsx" in complaint(text)


def test_missing_empty_foreign_and_encrypted_files_say_what_to_do(tmp_path: Path) -> None:
    empty, folder, locked = tmp_path / "空.xlsx", tmp_path / "夹.xlsx", tmp_path / "密.xlsx"
    empty.write_bytes(b"")
    folder.mkdir()
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"))
    truncated = workbook(tmp_path / "坏.xlsx", [["指标"]])
    truncated.write_bytes(truncated.read_bytes()[:-200])

    assert "找不到这个文件" in complaint(tmp_path / "无.xlsx")
    assert "空.xlsx：是空文件" in complaint(empty)
    assert "这是文件夹" in complaint(folder)
    assert "打开密码" in complaint(locked)
    assert "已损坏" in complaint(truncated)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_whom_to_ask(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["指标"]])
    path.chmod(0)

    assert "没有权限" in complaint(path)


def test_a_bomb_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    path = workbook(tmp_path / "弹.xlsx", [["指标"]])
    repacked(path, {"xl/media/image1.bin": b"0" * (20 * 2**20)})

    assert "像是压缩炸弹" in complaint(path, UploadRejected)


def test_many_honest_parts_may_not_exceed_the_sum(tmp_path: Path) -> None:
    path = workbook(tmp_path / "大.xlsx", [["指标"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(MAX_UNPACKED_BYTES // 2**20 + 1):
            archive.writestr(f"xl/media/{number}.bin", bytes(2**20))

    assert "超过 100 MB" in complaint(path, UploadRejected)


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "谎.xlsx", [["指标"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/a.bin", bytes(8 * 2**20))
    size = (8 * 2**20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (1000).to_bytes(4, "little")))

    assert "请用 Excel 或 WPS" in complaint(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_doctype_in_any_part_is_refused(tmp_path: Path, encoding: str) -> None:
    path = workbook(tmp_path / "外.xlsx", [["指标"]])
    repacked(path, {"xl/extra.xml": '<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'.encode(encoding)})

    message = complaint(path, UploadRejected)

    assert "外.xlsx" in message
    assert "DOCTYPE" in message


def test_macros_and_too_many_parts_are_refused(tmp_path: Path) -> None:
    macro = repacked(workbook(tmp_path / "宏.xlsx", [["指标"]]), {"xl/vbaProject.bin": b"x"})
    many = repacked(workbook(tmp_path / "多.xlsx", [["指标"]]), {f"a/{i}.xml": b"<a/>" for i in range(2001)})

    assert "含有宏" in complaint(macro, UploadRejected)
    assert "超过 2000 个的上限" in complaint(many, UploadRejected)


@pytest.mark.parametrize(
    "element",
    [
        b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        b"<mergeCells><mergeCell  ref = 'A1:XFD1048576'/></mergeCells>",
        b'<hyperlinks><hyperlink display="x" ref="A1:XFD1048576"/></hyperlinks>',
        b'<mergeCells><mergeCell ref="&#65;1:XFD1048576"/></mergeCells>',
    ],
)
def test_an_area_over_the_whole_sheet_is_refused_before_a_parser_fills_it(tmp_path: Path, element: bytes) -> None:
    path = workbook(tmp_path / "并.xlsx", [["指标"]])
    repacked(path, {}, {"xl/worksheets/sheet1.xml": (b"</sheetData>", b"</sheetData>" + element)})

    assert "表格太大" in complaint(path, UploadRejected)


def test_a_cell_in_the_last_corner_does_not_blow_up_the_grid(tmp_path: Path) -> None:
    path = workbook(tmp_path / "角.xlsx", [["指标"]])
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"] = 1
    book.save(path)

    assert "表格太大" in complaint(path, UploadRejected)


def test_a_workbook_without_formulas_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = []
    load = openpyxl.load_workbook
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *a, **k: loads.append(1) or load(*a, **k))
    book = openpyxl.Workbook()
    book.active.append(["指标", "本期值"])
    book.active["A1"].font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "a.xlsx")

    read_sheets(tmp_path / "a.xlsx")

    assert len(loads) == 1
