"""A paragraph as it stands in a file, and the characters of a text file: what every reader of a format gives.

In: bytes.  Out: text, `Paragraph`s.
"""

from chugao.errors import InputError
from chugao.source import Frozen

FRONT_KEYS = ("发文单位", "部门", "文种", "年度", "公开范围", "层级", "标题")


class Paragraph(Frozen):
    """One paragraph or table row as it stands in the file, not cleaned."""

    text: str
    style_level: int | None = None
    """Outline level of its style: 0 the title, 1 标题 1 and so on; None for body text."""
    table: bool = False
    """A table row, its cells joined by tabs."""
    line: int = 0
    """1-based line of a text file, or paragraph (row) of a Word file counting empty ones."""
    page: int = 0
    """1-based page of a PDF; 0 for other files."""


def decode(data: bytes, name: str) -> str:
    """Text of a text file: by its byte order mark, else strict UTF-8, else strict GB18030.

    Raises `InputError` when it is none of them.
    """
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    encodings = [e for mark, e in marks if data.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{name}：文字编码不认识。请用记事本或 WPS 打开，另存为 UTF-8 编码的文本再导入。")
