"""Recognise the words of scanned pages and pictures, with the extra `ocr`.

In: pages of a PDF, or an image.  Out: lines in reading order, and whether a line may be missing.

Surprise: the recogniser reads characters almost without fault but drops whole lines.  So pages are drawn at 200 dpi
at least, a gap in the pitch of the lines with ink in it is read again by itself, and so is a line of which far less was
read than there is ink (“、、” of twenty-six characters); what stays unread is flagged.
"""

import importlib.util
import math
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from chugao.documents.headings import number_of
from chugao.documents.paragraph import Paragraph
from chugao.errors import InputError

DPI = 200
MAX_SCANNED_PAGES = 40
"""About five seconds of CPU each."""
_MAX_SIDE = 6000
_GAP = 1.6
"""A distance between two lines of more than so many pitches has room for another line."""
_INK = 0.004
"""Share of dark pixels from which a band is not empty."""


_SHORT = 0.5
"""A line is read whole when it has at least this share of the characters that its ink has room for."""
_RULE = 3
"""Dark pixels one above the other, up to which they are a rule and no letter."""


class _Line(NamedTuple):
    top: float
    bottom: float
    left: float
    text: str
    size: float
    """Height of its letters, also where the page lies askew."""


def can_recognise() -> bool:
    return all(importlib.util.find_spec(module) is not None for module in ("rapidocr", "onnxruntime"))


def missing(name: str) -> InputError:
    """What to do without the extra."""
    return InputError(
        f"{name}：没有文字层，多半是扫描件或图片，本机没有安装文字识别。请向发文部门要 Word 原件，或用 WPS 的“PDF 转 Word"
        "（识别文字）”转好再导入；也可以请信息科安装文字识别：pip install 'chugao[ocr]'。"
    )


def not_asked(name: str) -> InputError:
    """An upload that only recognition could read, where it was not allowed to take that long."""
    return InputError(
        f"{name}：没有文字层，是扫描件或图片，网页上传时不做文字识别。请用 WPS 的“PDF 转 Word（识别文字）”转好再传；"
        "也可以用 chugao material add 收进来，命令行会识别，每页约五秒。"
    )


def read_image(data: bytes, name: str, ocr: bool) -> tuple[list[Paragraph], tuple[str, ...]]:
    """A photographed page.  Raises `InputError` without the extra, or when nothing can be read."""
    if not (ocr and can_recognise()):
        raise missing(name) if ocr or not can_recognise() else not_asked(name)
    import cv2
    import numpy

    picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
    if picture is None or max(picture.shape[:2]) > 4 * _MAX_SIDE:
        raise InputError(f"{name}：图片打不开或太大。请另存为清晰的 .jpg 或 .png 再导入。")
    lines, gaps = _read_picture(picture)
    if not lines:
        raise InputError(f"{name}：图片里认不出文字。请换一张清晰、端正的再导入。")
    paragraphs = [Paragraph(text=text, line=n, page=1) for n, text in enumerate(_unbroken(lines), 1)]
    return paragraphs, ("ocr", "ocr_gaps") if gaps else ("ocr",)


def _unbroken(lines: list[str]) -> list[str]:
    """Lines that run to the right edge and end no sentence go on in the next one: a photo knows no paragraphs."""
    widest = max(map(_width, lines))
    whole: list[str] = []
    goes_on = False
    for line in lines:
        if goes_on and number_of(line) is None:
            whole[-1] += line
        else:
            whole.append(line)
        goes_on = (
            widest > _FULL_LINE and _width(line) > 0.88 * widest and not line.rstrip().endswith(tuple("。；：！？”）"))
        )
    return whole


def _width(line: str) -> int:
    """In halves of a Han character."""
    return sum(1 if c.isascii() else 2 for c in line.strip())


def read_pages(document: Any, indexes: list[int], name: str) -> tuple[dict[int, list[str]], bool]:
    """Lines of each page of an open PDF, and whether some line may be missing."""
    if len(indexes) > MAX_SCANNED_PAGES:
        raise InputError(
            f"{name}：有 {len(indexes)} 页扫描件，超过 {MAX_SCANNED_PAGES} 页。请拆开，或要 Word 原件再导入。"
        )
    read, gaps = {}, False
    for index in indexes:
        page = document[index]
        scale = min(DPI / 72, _MAX_SIDE / max(*page.get_size(), 1))
        picture = page.render(scale=scale).to_numpy()
        page.close()
        read[index], lost = _read_picture(picture[:, :, :3])
        gaps = gaps or lost
    return read, gaps


_FULL_LINE = 36
"""Half characters: lines of a list are shorter."""


@lru_cache(maxsize=1)
def _recogniser() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.max_side_len": _MAX_SIDE, "Global.log_level": "error"})


def _read_picture(picture: Any) -> tuple[list[str], bool]:
    """Lines from top to bottom; True when a band between two lines has ink that nobody could read."""
    lines = _recognised(picture)
    found: list[_Line] = []
    lost = False
    for row in _rows(lines):
        whole = row if _is_read(picture, row) else _again(picture, min(x.top for x in row), max(x.bottom for x in row))
        longer = whole if _length(whole) > _length(row) else row
        lost = lost or not _is_read(picture, longer)
        found += longer
    for top, bottom in _gaps(picture, lines):
        again = _again(picture, top, bottom)
        found += again
        lost = lost or not again
    return [" ".join(x.text for x in row) for row in _rows(found)], lost


def _again(picture: Any, top: float, bottom: float) -> list[_Line]:
    """A band of the page read by itself, enlarged."""
    band = picture[max(0, int(top)) : int(bottom)]
    if band.shape[0] < 4:
        return []
    large = _enlarged(band)
    scale = (bottom - top) / max(large.shape[0], 1)
    return [
        _Line(top + x.top * scale, top + x.bottom * scale, x.left * scale, x.text, x.size * scale)
        for x in _recognised(large)
    ]


def _length(row: list[_Line]) -> int:
    return sum(len(x.text) for x in row)


def _is_read(picture: Any, row: list[_Line]) -> bool:
    """Whether a row has about as many characters as there is ink for; a Han character is as wide as it is high."""
    if not row:
        return False
    size = max(x.size for x in row)
    band = picture[max(0, int(min(x.top for x in row))) : int(max(x.bottom for x in row))]
    if band.shape[0] > 2 * size or size < 4:  # two lines, or a page askew: its ink is not this row's alone
        return True
    inked = int(((band.mean(axis=2) < 128).sum(axis=0) > _RULE).sum())
    return _length(row) >= _SHORT * inked / size


def _recognised(picture: Any) -> list[_Line]:
    result = _recogniser()(picture)
    if result.boxes is None or result.txts is None:
        return []
    return [
        _Line(
            min(float(p[1]) for p in box),
            max(float(p[1]) for p in box),
            min(float(p[0]) for p in box),
            text,
            math.dist(map(float, box[0]), map(float, box[3])),
        )
        for box, text in zip(result.boxes, result.txts, strict=True)
        if text.strip()
    ]


def _rows(lines: list[_Line]) -> list[list[_Line]]:
    """Pieces that stand at one height, from left to right."""
    rows: list[list[_Line]] = []
    for line in sorted(lines, key=lambda x: (x.top + x.bottom) / 2):
        middle = (line.top + line.bottom) / 2
        if rows and middle < rows[-1][0].bottom - 0.25 * (rows[-1][0].bottom - rows[-1][0].top):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda x: x.left) for row in rows]


def _gaps(picture: Any, lines: list[_Line]) -> list[tuple[float, float]]:
    """Bands with ink between two rows, and above the first and below the last, that are wide enough for a line."""
    rows = _rows(lines)
    height = float(picture.shape[0])
    if len(rows) < 3:
        return (
            [] if not rows else [b for b in ((0.0, rows[0][0].top), (rows[-1][0].bottom, height)) if _inked(picture, b)]
        )
    middles = [(r[0].top + r[0].bottom) / 2 for r in rows]
    pitches = sorted(b - a for a, b in pairwise(middles))
    pitch = pitches[len(pitches) // 2]
    bands = [
        (upper[0].bottom, lower[0].top)
        for (upper, lower), (a, b) in zip(pairwise(rows), pairwise(middles), strict=True)
        if b - a > _GAP * pitch
    ]
    bands += [(0.0, rows[0][0].top), (max(x.bottom for x in rows[-1]), height)]
    return [band for band in bands if band[1] - band[0] > 0.5 * pitch and _inked(picture, band)]


def _inked(picture: Any, band: tuple[float, float]) -> bool:
    part = picture[int(band[0]) : int(band[1])]
    if part.size == 0:
        return False
    dark = part.mean(axis=2) < 128
    # A rule across the page is dark in one or two rows only; letters are in many.
    return float(dark.mean()) > _INK and int((dark.any(axis=1)).sum()) >= 8


def _enlarged(band: Any) -> Any:
    import cv2

    padded = cv2.copyMakeBorder(band, 30, 30, 30, 30, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    return cv2.resize(padded, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
