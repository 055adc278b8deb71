"""Cut past reports into passages.

In: documents.  Out: `Passage`s: the original for people, `masked` for engines.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, Protocol

from chugao.corpus.masking import Names, masked
from chugao.documents.headings import Role
from chugao.documents.reading import SUFFIXES
from chugao.documents.structure import Document, TextParagraph, understand
from chugao.errors import ChugaoError
from chugao.kind import Kind
from chugao.source import Finding, Frozen, Place, Release, Severity

MIN_PASSAGE = 12
"""Shorter paragraphs teach no wording."""
MAX_PASSAGE = 400


class Passage(Frozen):
    """A stretch of a past report: wording to learn from, never facts."""

    id: str
    """Document fingerprint and ordinal: “3f2a…-12”."""
    file: str
    title: str
    kind: Kind | None
    year: int | None
    plan_year: int | None
    department: str
    issuer: str
    level: str
    heading_path: tuple[str, ...]
    role: Role
    text: str
    """Original words, for people only."""
    masked: str
    """What an engine may see: no digit, no date, no name."""
    start: int
    """Code points, in the document's text."""
    end: int
    own: bool
    """Of the office itself: may lend sentences; others lend structure only."""
    release: Release
    flags: tuple[str, ...]
    owner: str = ""
    """Who may see it in a workspace; "" in a stateless index."""
    key: str = ""
    """Of what is embedded of it, where that was worked out before."""

    @property
    def document(self) -> str:
        """Fingerprint of the document it stands in."""
        return self.id.rpartition("-")[0]


class Loaded(NamedTuple):
    """A folder of reports, as far as it could be read."""

    documents: tuple[Document, ...]
    """First documents of their files; further ones are in `parts`."""
    findings: tuple[Finding, ...]
    """One for each file that was skipped."""


def load_folder(path: Path | str) -> Loaded:
    """Every report in a folder and below, or one file; a bad file becomes a finding and stops nothing."""
    root = Path(path)
    files = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file())
    documents, findings = [], []
    for file in files:
        hidden = any(part.startswith((".", "~$")) for part in file.relative_to(root).parts)
        if hidden or (file.suffix.lower() not in SUFFIXES and file != root):
            continue
        try:
            documents.append(understand(file))
        except ChugaoError as error:
            findings.append(_skipped(file.name, str(error)))
    if not root.exists():
        findings.append(_skipped(root.name, f"{root}：没有这个文件或文件夹。请检查路径。"))
    return Loaded(tuple(documents), tuple(findings))


def _skipped(name: str, why: str) -> Finding:
    return Finding(
        rule="corpus_file", severity=Severity.WARNING, place=Place(start=0, end=0, section=name), quote=name, hint=why
    )


class Written(Protocol):
    """What says who wrote a report."""

    @property
    def issuer(self) -> str: ...
    @property
    def department(self) -> str: ...


def is_own(document: Written, organisation: str, department: str = "") -> bool:
    """Whether the office itself wrote it: its issuer or department is that of `[office]`."""
    issuer = bool(organisation) and document.issuer == organisation
    return issuer or (bool(department) and not document.issuer and document.department == department)


def passages_of(document: Document, file: str = "", own: bool = False, owner: str = "") -> list[Passage]:
    """One passage for each paragraph of 12 characters and more, of this document and of its `parts`.

    Paragraphs over 400 characters are cut at 一是, 二是 and sentence ends.  Tables, titles and headings are left out.
    """
    passages = []
    for one in (document, *document.parts):
        names = Names.learned_from(one)
        ordinal = 0
        for paragraph in one.paragraphs:
            if paragraph.kind != "body":
                continue
            for start, end in _cuts(paragraph):
                text = one.text[start:end]
                if len(text) >= MIN_PASSAGE:
                    ordinal += 1
                    passages.append(_passage(one, paragraph, names, (start, end), ordinal, file, own, owner))
    return passages


def _passage(
    document: Document,
    paragraph: TextParagraph,
    names: Names,
    span: tuple[int, int],
    ordinal: int,
    file: str,
    own: bool,
    owner: str,
) -> Passage:
    text = document.text[span[0] : span[1]]
    return Passage(
        id=f"{document.fingerprint}-{ordinal}",
        file=file or document.file,
        title=document.title,
        kind=document.kind,
        year=document.year,
        plan_year=document.plan_year,
        department=document.department,
        issuer=document.issuer,
        level=document.level,
        heading_path=paragraph.heading_path,
        role=paragraph.role,
        text=text,
        masked=masked(text, names),
        start=span[0],
        end=span[1],
        own=own,
        release=document.release,
        flags=document.flags,
        owner=owner,
    )


_ITEM_START = re.compile(r"(?<=[。；：！？])(?=[一二三四五六七八九十]{1,2}[是要][^，。])")


def _cuts(paragraph: TextParagraph) -> Iterator[tuple[int, int]]:
    """Spans in the document's text, the inline heading left off."""
    text = paragraph.text[paragraph.body :]
    if len(text) < MIN_PASSAGE:
        text = paragraph.text
    offset = paragraph.end - len(text)
    if len(text) <= MAX_PASSAGE:
        yield offset, paragraph.end
        return
    bounds = [0, *(m.start() for m in _ITEM_START.finditer(text)), len(text)]
    for start, end in pairwise(bounds):
        yield from ((offset + start + a, offset + start + b) for a, b in _packed(text[start:end]))


def _packed(text: str) -> Iterator[tuple[int, int]]:
    """Whole sentences packed into spans of at most 400 characters; a longer sentence stays whole."""
    start = end = 0
    for sentence in sentences_of(text):
        if end > start and end + len(sentence) - start > MAX_PASSAGE:
            yield start, end
            start = end
        end += len(sentence)
    if end > start:
        yield start, end


# --- sentences ------------------------------------------------------------------------------------

_PAIRS = {"“": "”", "‘": "’", "（": "）", "(": ")", "《": "》", "【": "】", "「": "」", "〔": "〕"}
_CLOSERS = {v: k for k, v in _PAIRS.items()}
_ENDS = frozenset("。！？；!?;\n")


def sentences_of(text: str) -> list[str]:
    """Sentences with their marks; joined they give the text back.

    Cut at 。！？； and line ends, never inside quotes or brackets.  A bracket that is never closed counts for nothing.
    """
    depth_at = _depths(text)
    sentences, start = [], 0
    for i, char in enumerate(text):
        after = text[i + 1 : i + 2]
        if char == "\n" or (char in _ENDS and depth_at[i] == 0 and after not in ("”", "’", "）", ")")):
            if after and after in _ENDS:
                continue
            sentences.append(text[start : i + 1])
            start = i + 1
        elif char == "”" and after and after not in "，的、。；" and _ends_speech(text, i):
            sentences.append(text[start : i + 1])
            start = i + 1
    if start < len(text):
        sentences.append(text[start:])
    return sentences


def _ends_speech(text: str, i: int) -> bool:
    """Whether the quote closed at `i` is a whole sentence somebody says (说：“……。”), not a slogan."""
    opened = text.rfind("“", max(i - 200, 0), i)
    return text[i - 1 : i] in ("。", "！", "？") and opened > 0 and text[opened - 1] == "："


def _depths(text: str) -> list[int]:
    """How many closed pairs stand around each character; a pair never spans a line end."""
    change = [0] * (len(text) + 1)
    opened: list[tuple[str, int]] = []
    for i, char in enumerate(text):
        if char == "\n":
            opened.clear()
        elif char in _PAIRS:
            opened.append((char, i))
        elif char in _CLOSERS:
            for back in range(len(opened) - 1, max(len(opened) - 8, -1), -1):
                if opened[back][0] == _CLOSERS[char]:
                    change[opened[back][1]] += 1
                    change[i] -= 1
                    del opened[back:]
                    break
    depths, depth = [], 0
    for step in change[:-1]:
        depth += step
        depths.append(depth)
    return depths


# --- what is embedded -----------------------------------------------------------------------------


def embedded_text(passage: Passage) -> str:
    """What an embedding model sees of a passage: “title > headings > text”, all of it masked."""
    return _embedded(passage.title, passage.heading_path, passage.masked)


def embedding_key(passage: Passage) -> str:
    """Of what is embedded: equal words have one vector."""
    return passage.key or hashlib.sha256(embedded_text(passage).encode()).hexdigest()[:32]


def _embedded(title: str, headings: tuple[str, ...], text: str) -> str:
    return " > ".join((*map(_masked_line, (title, *headings)), text))


@lru_cache(maxsize=2048)
def _masked_line(line: str) -> str:
    """Masked once for all the passages below it."""
    return masked(line)


# --- duplicates -----------------------------------------------------------------------------------


def same_text_key(text: str) -> str:
    """Equal for two passages that differ in spaces and punctuation only."""
    return hashlib.sha256(re.sub(r"[\W_]+", "", text).encode()).hexdigest()[:24]
