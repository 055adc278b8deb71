"""Files that offices never wrote: documents and workbooks bent byte by byte and part by part, and bombs.

In: a number.  Out: a name and bytes, always the same for that number.
"""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PLACES = (b"<w:p>", b"<w:r>", b"<w:t>", b"</w:p>", b"<w:tbl>", b"<w:tr>", b"<row", b"<c ", b"</sheetData>")
_INSERTS = (
    b"<w:p>" * 300, b"</w:body>", b"<w:tbl><w:tr><w:tc>", b"\0", b"\xff\xfe", b"&#0;", b"&nbsp;", b"<!--", b"<![CDATA[", b"<?xml?>",
    b'<w:numPr><w:ilvl w:val="99999"/><w:numId w:val="-1"/></w:numPr>', b'<w:sz w:val="x"/>', b"<w:footnoteReference/>",
    b"<w:sdt><w:sdtContent><w:sdt>", b'<w:pStyle w:val="Heading1"/>', b'<v t="s">9999999</v>', b'<c r="ZZZZ99999999"><v>1</v></c>',
    b"<w:txbxContent><w:p/></w:txbxContent>", "\U000e0041".encode() * 50, b"<w:ins><w:del>",
)  # fmt: skip
_VALUES = (b"-1", b"99999999999999999999", b"", b"NaN", b"\xc3\x28", b"A1:XFD1048576", b"../../../etc/passwd", b"rId0")


@lru_cache(maxsize=1)
def plain_docx() -> bytes:
    import docx

    file = docx.Document()
    file.add_paragraph("护理部2025年工作总结", style="Title")
    file.add_heading("一、质量", 1)
    for words in ("完成查房120次。", "满意度96.2%。"):
        file.add_paragraph(words, style="List Number")
    table = file.add_table(rows=2, cols=2)
    for cell, words in zip((c for r in table.rows for c in r.cells), "指标 本年 满意度 96".split(), strict=True):
        cell.text = words
    return _saved(file.save)


@lru_cache(maxsize=1)
def plain_xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["指标名称", "本期值", "单位"], ["门诊人次", 32000, "人次"], ["满意度", 0.962, "%"]):
        sheet.append(row)
    sheet.merge_cells("A5:C5")
    return _saved(book.save)


@lru_cache(maxsize=1)
def plain_pdf() -> bytes:
    import pypdfium2

    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(595, 842)
    return _saved(pdf.save)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()


_TEXT = "护理部2025年工作总结\n一、质量\n完成查房120次，满意度96.2%。\n（一）下一步\n继续努力。\n"
_PAGE = f"<!DOCTYPE html><html><head><meta charset='gbk'></head><body><h1>总结</h1><table><tr><td>{_TEXT}</td><td>1</td></tr></table></body></html>"


def broken_file(number: int) -> tuple[str, bytes]:
    """The file of that number: two of three bent in their parts, the rest in their bytes."""
    chance = random.Random(number)
    kind = ("docx", "docx", "xlsx", "docx", "xlsx", "txt", "html", "pdf")[number % 8]
    whole = {
        "docx": plain_docx, "xlsx": plain_xlsx, "pdf": plain_pdf,
        "txt": lambda: _TEXT.encode("gb18030"), "html": lambda: _PAGE.encode("gb18030"),
    }[kind]()  # fmt: skip
    if kind in ("docx", "xlsx") and chance.random() < 0.7:
        return f"坏{number}.{kind}", _bent_parts(whole, chance)
    return f"坏{number}.{kind}", _bent_bytes(whole, chance)


def _bent_bytes(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 3, 20, 200))):
        if not out:
            break
        place = chance.randrange(len(out))
        match chance.randrange(4):
            case 0:
                out[place] = chance.randrange(256)
            case 1:
                del out[place : place + chance.choice((1, 10, 1000))]
            case 2:
                out[place:place] = chance.randbytes(chance.choice((1, 8, 400)))
            case _:
                size = chance.choice((4, 100))
                out[place : place + size] = out[:size]
    return bytes(out)


def _bent_parts(data: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    for _ in range(chance.choice((1, 2, 5))):
        name = chance.choice(sorted(parts))
        match chance.randrange(7):
            case 0 if len(parts) > 1:
                del parts[name]
            case 1:
                parts[name] = _bent_bytes(parts[name], chance)
            case 2:
                parts[name] = parts[name][: chance.randrange(len(parts[name]) + 1)]
            case 3:
                parts[name] = _with_insert(parts[name], chance)
            case 4:
                parts[name] = _with_value(parts[name], chance)
            case 5:
                parts[chance.choice(("word/document.xml", "xl/workbook.xml", "x", "a/" * 40 + "b.xml"))] = parts[name]
            case _:
                other = chance.choice(sorted(parts))
                parts[name], parts[other] = parts[other], parts[name]
    return packed(parts.items())


def _with_insert(part: bytes, chance: random.Random) -> bytes:
    place = part.find(chance.choice(_PLACES))
    place = chance.randrange(len(part) + 1) if place < 0 or chance.random() < 0.2 else place
    return part[:place] + chance.choice(_INSERTS) + part[place:]


def _with_value(part: bytes, chance: random.Random) -> bytes:
    pieces = part.split(b'"')
    if len(pieces) < 3:
        return part
    pieces[chance.randrange(len(pieces) // 2) * 2 + 1] = chance.choice(_VALUES)
    return b'"'.join(pieces)


def packed(parts: "Iterator[tuple[str, bytes]] | object") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:  # type: ignore[attr-defined]
            archive.writestr(name, content)
    return buffer.getvalue()


# --- bombs ----------------------------------------------------------------------------------------

_OPEN = f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>'.encode()
_TYPES = (
    "[Content_Types].xml",
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
)


def bombs() -> dict[str, bytes]:
    """Small files that would fill a machine."""
    zeros = b"\0" * (100 * 2**20)
    noise = random.Random(1).randbytes(2**16)
    found = {
        "one part of 100 MB": packed([_TYPES, ("word/document.xml", _OPEN), ("word/media/a.bin", zeros)]),
        "a text of 90 MB in the document": packed(
            [_TYPES, ("word/document.xml", _OPEN + b"<w:p><w:r><w:t>" + b"a" * (90 * 2**20))]
        ),
        "three million paragraphs": packed([_TYPES, ("word/document.xml", _OPEN + b"<w:p/>" * 3_000_000)]),
        "many parts, 120 MB together": packed(
            [
                _TYPES,
                ("word/document.xml", _OPEN),
                *((f"word/media/{i}.bin", (noise + bytes(2**20 - 2**16))) for i in range(120)),
            ]
        ),
        "five thousand parts": packed(
            [_TYPES, ("word/document.xml", _OPEN), *((f"word/media/{i}.bin", b"") for i in range(5000))]
        ),
        "nested entities": packed(
            [
                _TYPES,
                (
                    "word/document.xml",
                    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "'
                    + b"b" * 1000
                    + b'"><!ENTITY c "'
                    + b"&b;" * 1000
                    + b'">]><a>&c;</a>',
                ),
            ]
        ),
    }
    found["sizes that lie"] = _lying(found["one part of 100 MB"])
    return found


def _lying(data: bytes) -> bytes:
    return data.replace((100 * 2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
