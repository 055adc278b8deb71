"""Look at a file before any parser does, and refuse what could hurt.

In: a path, or the bytes of a zip.  Out: the bytes, unchanged; or `UploadRejected`.

Surprise: the sizes in a zip's directory are only claims, and a 240 KB .docx can hold a 200 MB part.  So entries are
counted while they stream by, in pieces, and the first one that grows beyond reason ends the reading.
"""

import io
import re
import zipfile
from pathlib import Path
from typing import Literal, NoReturn

from chugao.errors import InputError, UploadRejected, reason_of

MAX_FILE_BYTES = 20 * 2**20
MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 100 * 2**20
MAX_RATIO = 100
RATIO_SLACK_BYTES = 2**20
"""Entries smaller than this may be packed as tightly as they like: an empty XML table shrinks 300-fold."""

Form = Literal["docx", "workbook", "package", "zip", "pdf", "ole", "rtf", "html", "image", "text", "binary"]
"""What a file is by its content: package is another OOXML or ODF file, zip a plain archive, ole .doc, .wps or .xls."""

MAX_STREAM_BYTES = 64 * 2**20
"""One stream of a PDF: a page photographed in colour at 300 dpi has 26 MB."""
MAX_STREAMS = 50_000
MAX_STREAMS_BYTES = 400 * 2**20
MAX_RTF_DEPTH = 400
MAX_RTF_GROUPS = 1_000_000
"""LibreOffice answers groups in groups with gigabytes."""
MAX_XML_BYTES = 32 * 2**20
MAX_XML_TAGS = 2_000_000
"""Of one XML part of a Word file: a tree of them needs a hundred bytes a tag and more."""

_CHUNK = 2**16
_OVERLAP = 64
_LONG_OVERLAP = 4096
_XML_NAMES = (".xml", ".rels", ".vml")
_DOCTYPES = tuple("<!DOCTYPE".encode(c) for c in ("ascii", "utf-16-le", "utf-16-be"))
_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_ENCODING = re.compile(rb"^[^>]{0,60}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})")
_ENCODINGS = (b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii", b"gb2312", b"gbk", b"gb18030")
_ACTIVE_NAMES = (
    ("vbaproject", "宏"),
    ("vbadata", "宏"),
    ("activex", "ActiveX 控件"),
    ("oleobject", "嵌入的 OLE 对象"),
    ("afchunk", "外来内容块"),
)
_ACTIVE_TYPES = ((b"macroEnabled", "宏"),)
_ACTIVE_ELEMENTS = ((b"altChunk", "外来内容块"),)
_ACTIVE_RELATIONS = (
    (b"/aFChunk", "外来内容块"),
    (b"/relationships/oleObject", "嵌入的 OLE 对象"),
    (b"/relationships/subDocument", "外部子文档"),
    (b"/relationships/frame", "外部框架"),
)
_RELATIONSHIP = re.compile(rb"<(?:\w{1,20}:)?Relationship\s[^<>]{0,4000}>")
_EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External", re.I)
_REMOTE = rb"Target\s*=\s*[\"'](?:https?:|ftp:|\\\\|//|file://(?:/{2}|(?!/)))"
_REMOTE_TEMPLATE = re.compile(rb"(?=.{0,4000}/attachedTemplate[\"']).{0,4000}?" + _REMOTE, re.I | re.S)
_FIELD = re.compile(
    rb"<(?:\w{1,20}:)?instrText\b[^<>]{0,200}>([^<]{0,2000})<|<(?:\w{1,20}:)?fldSimple\s[^<>]{0,200}?instr\s*=\s*[\"']([^\"']{0,2000})"
)
_ACTIVE_FIELD = re.compile(rb"(?<![A-Za-z])(?:DDE(?:AUTO)?|INCLUDETEXT)(?![A-Za-z])", re.I)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,200})?<(?:!doctype html|html|head|body|table|meta)", re.I
)


def guard(path: Path | str) -> bytes:
    """The bytes of a file that may be parsed.

    Raises `InputError` when it cannot be read, `UploadRejected` when it must not be: too large, a bomb, encrypted,
    with active content, or not a document at all.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            _refuse(path.name, f"有 {size / 2**20:.0f} MB，超过 20 MB 的上限", "请压缩图片或拆成几份再导入")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name}：打不开（{reason_of(error)}）。请检查路径和权限。") from None
    guard_bytes(data, path.name)
    return data


def guard_bytes(data: bytes, name: str) -> Form:
    """The same for a file that came over the web; says what the content is.  Raises as `guard` does."""
    if len(data) > MAX_FILE_BYTES:
        _refuse(name, f"有 {len(data) / 2**20:.0f} MB，超过 20 MB 的上限", "请压缩图片或拆成几份再导入")
    form = sniff(data)
    if form in ("docx", "workbook", "package", "zip"):
        guard_zip(data, name)
    if form == "ole":
        _guard_ole(data, name)
    if form == "pdf":
        _guard_pdf(data, name)
    if form == "rtf":
        _guard_rtf(data, name)
    if form == "binary":
        _refuse(name, "不是文档（内容是程序或未知的二进制格式）", "请确认选对了文件，另存为 .docx 后再导入")
    return form


def sniff(data: bytes) -> Form:
    """What the bytes are, whatever the file is called."""
    if data.startswith(b"PK"):
        return _sniff_zip(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(_OLE):
        return "ole"
    if data.startswith(_OLE[:4]):
        return "binary"  # cut off or overwritten; as GB18030 it would be read for characters
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(_IMAGES):
        return "image"
    if _HTML.match(data[:1024]):
        return "html"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in data[: 2**16]:
        return "text"
    return "binary"


def guard_zip(data: bytes, name: str) -> None:
    """Stream through every entry of a zip (docx, xlsx, et) without keeping it.

    `data` are the file's bytes, `name` is what messages call it.  Raises `UploadRejected`.
    """
    told = _told_entries(data)
    if told > MAX_ENTRIES:
        _refuse_entries(told, name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_directory(entries, len(data), name)
            word = any(e.filename.lower().startswith("word/") for e in entries)
            if word:
                _check_active_names(entries, name)
            total = 0
            for entry in entries:
                total = _stream(archive, entry, total, name, word)
    except UploadRejected:
        raise
    except Exception:  # a broken zip may raise almost anything: BadZipFile, zlib.error, KeyError, EOFError, OSError…
        _refuse(name, "文件已损坏，打不开", "请用 WPS 或 Word 打开后另存一份再导入")


def _told_entries(data: bytes) -> int:
    """How many entries a zip says it has: reading a directory of sixty thousand takes a second and 40 MB."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 2**16 - 22))
    return int.from_bytes(data[at + 10 : at + 12], "little") if at >= 0 else 0


def _refuse_entries(count: int, name: str) -> NoReturn:
    _refuse(name, f"里面有 {count} 个部件，超过 {MAX_ENTRIES} 个的上限", "请另存一份干净的文档再导入")


def _sniff_zip(data: bytes) -> Form:
    if _told_entries(data) > MAX_ENTRIES:
        return "zip"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {n.lower() for n in archive.namelist()[: MAX_ENTRIES + 1]}
    except Exception:  # guard_zip says it is broken
        return "zip"
    if "word/document.xml" in names or any(n.startswith("word/") for n in names):
        return "docx"
    if any(n.startswith("xl/") for n in names):
        return "workbook"
    return "package" if "[content_types].xml" in names or "mimetype" in names else "zip"


def _check_directory(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    if len(entries) > MAX_ENTRIES:
        _refuse_entries(len(entries), name)
    if len({e.filename.lower() for e in entries}) < len(entries):
        _refuse(name, "里面有重名的部件", "请用 WPS 或 Word 打开后另存一份再导入")
    end = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.flag_bits & 0x1:
            _refuse(name, "设有密码", "请取消密码后另存一份再导入")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            _refuse(name, "用了不支持的压缩方式", "请用 WPS 或 Word 打开后另存一份再导入")
        if entry.header_offset < end or entry.header_offset + entry.compress_size > size:
            _refuse(name, "里面的部件互相重叠", "请用 WPS 或 Word 打开后另存一份再导入")
        end = entry.header_offset + 30 + entry.compress_size


def _check_active_names(entries: list[zipfile.ZipInfo], name: str) -> None:
    for entry in entries:
        lowered = entry.filename.lower()
        for part, what in _ACTIVE_NAMES:
            if part in lowered:
                _refuse(name, f"含有{what}", "请删除后另存为不带宏的 .docx 再导入")


def _stream(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, total: int, name: str, word: bool) -> int:
    """Read one entry in pieces; returns the bytes unpacked so far."""
    own = 0
    part = _XmlPart(name, entry.filename.lower(), word) if entry.filename.lower().endswith(_XML_NAMES) else None
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            if part is not None:
                part.take(piece)
            own += len(piece)
            if total + own > MAX_UNPACKED_BYTES:
                _refuse(name, "解开后超过 100 MB", "请删去大图片或拆成几份再导入")
            if own > RATIO_SLACK_BYTES and own > MAX_RATIO * max(entry.compress_size, 1):
                _refuse(name, "压缩比异常，像是压缩炸弹", "请用 WPS 或 Word 打开后另存一份再导入")
    return total + own


class _XmlPart:
    """One XML part as it streams by."""

    def __init__(self, name: str, part: str, word: bool) -> None:
        self.name, self.word = name, word
        self.active: tuple[tuple[bytes, str], ...]
        if part.endswith(".rels"):
            self.active = _ACTIVE_RELATIONS
        else:
            self.active = _ACTIVE_TYPES if part.endswith("[content_types].xml") else _ACTIVE_ELEMENTS
        self.size = self.tags = 0
        self.tail = b""
        self.fields = b""

    def take(self, piece: bytes) -> None:
        if self.size == 0:
            _check_xml_start(piece, self.name)
        self.size += len(piece)
        window = self.tail[-_OVERLAP:] + piece
        # Each search costs as much as unpacking does, so the two-byte spellings are looked for where there are zeros.
        if _DOCTYPES[0] in window or (b"\0" in window and any(d in window for d in _DOCTYPES)):
            _refuse(
                self.name, "里面的 XML 带有 DOCTYPE 声明，可能读取外部文件", "请用 WPS 或 Word 打开后另存一份再导入"
            )
        if self.word:
            self._check_word(piece, window)
        self.tail = (self.tail + piece)[-_LONG_OVERLAP:]

    def _check_word(self, piece: bytes, window: bytes) -> None:
        for marker, what in self.active:
            if marker in window:
                _refuse(self.name, f"含有{what}", "请删除后另存为不带宏的 .docx 再导入")
        self.tags += piece.count(b"<")
        if self.size > MAX_XML_BYTES or self.tags > MAX_XML_TAGS:
            _refuse(self.name, "正文的部件太大，不像一份文稿", "请拆成几份再导入")
        whole = self.tail + piece
        if self.active is _ACTIVE_RELATIONS:
            self._check_targets(whole)
        elif b"instr" in whole:
            self._check_fields(whole)

    def _check_targets(self, whole: bytes) -> None:
        for match in _RELATIONSHIP.finditer(whole):
            if _EXTERNAL.search(match[0]) and _REMOTE_TEMPLATE.match(match[0]):
                _refuse(self.name, "套用了网络上的模板", "请在 Word 的“文档模板”里去掉后另存一份再导入")

    def _check_fields(self, whole: bytes) -> None:
        """The code of one field may be cut over several runs, so the pieces are read together."""
        old = len(self.tail)
        new = [m for m in _FIELD.finditer(whole) if m.end() > old]
        self.fields = (self.fields + b"".join(m[1] or m[2] or b"" for m in new))[-_LONG_OVERLAP:]
        if _ACTIVE_FIELD.search(self.fields) or any(_ACTIVE_FIELD.search(m[1] or m[2] or b"") for m in new):
            _refuse(self.name, "含有会自动取外部内容的域（DDE 或 INCLUDETEXT）", "请删除后另存一份再导入")


def _check_xml_start(piece: bytes, name: str) -> None:
    declared = _ENCODING.match(piece[:200])
    if not piece.lstrip().startswith(_XML_STARTS) or (declared and declared[1].lower() not in _ENCODINGS):
        _refuse(name, "里面的 XML 编码不认识", "请用 WPS 或 Word 打开后另存一份再导入")


def _guard_ole(data: bytes, name: str) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        _refuse(name, "设有密码", "请取消密码后另存一份再导入")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        _refuse(name, "含有宏", "请另存为不带宏的 .docx 再导入")


_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_DICTIONARY = 1000
"""Bytes before a stream in which it says how it is packed."""


def _guard_pdf(data: bytes, name: str) -> None:
    """Unpack every packed stream without keeping it, as far as it is reasonable."""
    import zlib

    total = 0
    for count, match in enumerate(_STREAM.finditer(data)):
        if count > MAX_STREAMS:
            _refuse(name, f"里面的数据流超过 {MAX_STREAMS} 个", "请另存为干净的 .docx 或 .pdf 再导入")
        if b"FlateDecode" not in data[max(0, match.start() - _DICTIONARY) : match.start()]:
            continue
        own, packed = 0, zlib.decompressobj()
        try:
            piece = packed.decompress(data[match.end() : match.end() + _CHUNK], _CHUNK)
            at = match.end() + _CHUNK
            while piece:
                own += len(piece)
                if own > MAX_STREAM_BYTES or total + own > MAX_STREAMS_BYTES:
                    _refuse(name, "解开后过大，像是压缩炸弹", "请另存为干净的 .docx 或 .pdf 再导入")
                following = packed.unconsumed_tail
                if not following and not packed.eof:
                    following, at = data[at : at + _CHUNK], at + _CHUNK
                piece = packed.decompress(following, _CHUNK) if following and not packed.eof else b""
        except zlib.error:
            pass  # the reader says what is broken
        total += own


def _guard_rtf(data: bytes, name: str) -> None:
    import numpy as np

    depth = groups = 0
    for at in range(0, len(data), 2**20):
        piece = data[at : at + 2**20].replace(b"\\{", b"").replace(b"\\}", b"")
        marks = np.frombuffer(piece, np.uint8)
        steps = (marks == ord("{")).astype(np.int32) - (marks == ord("}"))
        depths = depth + np.cumsum(steps)
        groups += int((steps > 0).sum())
        if groups > MAX_RTF_GROUPS or int(depths.max()) > MAX_RTF_DEPTH:
            _refuse(name, "里面层层嵌套，超出正常文档", "请用 WPS 或 Word 打开后另存为 .docx 再导入")
        depth = int(depths[-1])


def _refuse(name: str, what: str, remedy: str) -> NoReturn:
    raise UploadRejected(f"{name}：{what}，没有读入。{remedy}。")
