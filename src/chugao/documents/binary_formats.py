"""How the cells of an old binary workbook (.xls, .et) are dressed: number formats, hidden rows and columns.

In: the bytes of the file.  Out: a `Dress` for each worksheet, or None when the file is of a kind we cannot read.

Surprise: the parser of values leaves all of this out, and 98.6% then reads as 0.986.  The records that say so are few
and fixed in size; every step here moves forward in the file, so that a hostile one ends as soon as an honest one.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
_END = 0xFFFFFFFE
_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_NUMBER, _RK, _MULRK, _FORMULA, _ROW, _COLINFO = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0208, 0x007D


@dataclass
class Dress:
    """Of one worksheet."""

    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    """(0-based row, column) → number format, for cells with numbers."""
    hidden_rows: set[int] = field(default_factory=set)
    """1-based."""
    hidden_columns: set[int] = field(default_factory=set)
    """0-based."""


def read_dress(data: bytes) -> list[Dress] | None:
    """One for each sheet in the order of the workbook; None for an older or a damaged file."""
    try:
        book = _stream(data)
        return _sheets(book) if book else None
    except (struct.error, IndexError, UnicodeDecodeError, ValueError):
        return None


# --- the container --------------------------------------------------------------------------------


def _stream(data: bytes) -> bytes | None:
    """The Workbook stream of a compound file."""
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        return None
    size = 1 << shift
    (directory,) = struct.unpack_from("<I", data, 48)
    cutoff, mini_first = struct.unpack_from("<II", data, 56)
    fat = _fat(data, size)
    entries = b"".join(_chain(data, fat, directory, size, 512))
    root = workbook = None
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        name = entries[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le")
        place = struct.unpack_from("<II", entries, at + 116)
        if kind == 5:
            root = place
        elif kind == 2 and name in ("Workbook", "Book"):
            workbook = place
    if workbook is None or root is None:
        return None
    first, length = workbook
    if length >= cutoff:
        return b"".join(_chain(data, fat, first, size, 512))[:length]
    container = b"".join(_chain(data, fat, root[0], size, 512))
    mini_fat_bytes = b"".join(_chain(data, fat, mini_first, size, 512))
    mini_fat = list(struct.unpack(f"<{len(mini_fat_bytes) // 4}I", mini_fat_bytes[: len(mini_fat_bytes) // 4 * 4]))
    return b"".join(_chain(container, mini_fat, first, 64, 0))[:length]


def _fat(data: bytes, size: int) -> list[int]:
    """The table of sector chains."""
    sectors = [s for s in struct.unpack_from("<109I", data, 76) if s < _END]
    following, count = struct.unpack_from("<II", data, 68)
    for _ in range(min(count, len(data) // size)):
        if following >= _END:
            break
        part = struct.unpack_from(f"<{size // 4}I", data, 512 + following * size)
        sectors += [s for s in part[:-1] if s < _END]
        following = part[-1]
    fat: list[int] = []
    for sector in sectors:
        fat += struct.unpack_from(f"<{size // 4}I", data, 512 + sector * size)
    return fat


def _chain(data: bytes, fat: list[int], first: int, size: int, offset: int) -> Iterator[bytes]:
    """The sectors of one stream; a chain that bites its tail is damaged."""
    seen, sector = 0, first
    while sector < _END:
        seen += 1
        if sector >= len(fat) or seen > len(fat):
            raise ValueError("broken chain")
        yield data[offset + sector * size : offset + (sector + 1) * size]
        sector = fat[sector]


# --- the records ----------------------------------------------------------------------------------


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + length]
        at += 4 + length


def _sheets(book: bytes) -> list[Dress] | None:
    kind, body = next(_records(book, 0))
    if kind != _BOF or struct.unpack_from("<H", body)[0] != 0x0600:
        return None  # older than Excel 97
    formats, styles, places = dict(_BUILT_IN), [], []
    for kind, body in _records(book, 0):
        if kind == _FORMAT:
            number, length, wide = struct.unpack_from("<HHB", body)
            text = body[5 : 5 + length * 2].decode("utf-16-le") if wide & 1 else body[5 : 5 + length].decode("latin-1")
            formats[number] = text
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _BOUNDSHEET:
            places.append(struct.unpack_from("<I", body)[0])
        elif kind == _EOF:
            break
    named = [formats.get(number, "General") for number in styles]
    return [_dress(book, at, named) for at in places]


def _dress(book: bytes, at: int, styles: list[str]) -> Dress:
    dress, depth = Dress(), 0
    for kind, body in _records(book, at):
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            break
        if depth > 1:
            continue  # a chart on the sheet has cells of its own
        if kind in (_NUMBER, _RK, _FORMULA):
            row, column, style = struct.unpack_from("<HHH", body)
            _put(dress, row, column, style, styles)
        elif kind == _MULRK:
            row, column = struct.unpack_from("<HH", body)
            for number in range((len(body) - 6) // 6):
                (style,) = struct.unpack_from("<H", body, 4 + number * 6)
                _put(dress, row, column + number, style, styles)
        elif kind == _ROW and struct.unpack_from("<H", body, 12)[0] & 0x20:
            dress.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind == _COLINFO and struct.unpack_from("<H", body, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", body)
            dress.hidden_columns.update(range(first, min(last, 255) + 1))
    return dress


def _put(dress: Dress, row: int, column: int, style: int, styles: list[str]) -> None:
    if style < len(styles) and styles[style] != "General":
        dress.formats[row, column] = styles[style]
