"""Take off what a web page, a PDF or an old conversion left on a report, and say what was taken.

In: a `Reading`.  Out: `Cleaned`: paragraphs, flags, and a log from which every raw line can be got back.

Surprise: most scraped texts had every full-width comma folded to ASCII, so “1个2,4个60%” must become “1个2，4个60%”
while 8,600 stays.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from chugao.documents import noise
from chugao.documents.linebreaks import (
    BODY_END,
    NUMBERED,
    glued,
    is_title_like,
    number_runs_on,
    page_in_number,
    runs_on,
    wrap_width,
)
from chugao.documents.masks import is_masked
from chugao.documents.punctuation import close_gaps, restore_punctuation, restore_thousands
from chugao.documents.reading import Reading
from chugao.documents.soundness import soundness_flags
from chugao.source import Frozen

RULES = noise.LINE_RULES | {
    "invisible": "看不见的字符",
    "radical": "康熙部首等异体字形",
    "indent": "段首段尾空白",
    "site_suffix": "题目后面的网站名",
    "punctuation": "半角标点恢复为全角",
    "gap": "词中、数字旁多余的空格",
    "line_break": "硬换行接回一段",
    "page_in_number": "落进数字中间的页码",
    "separator": "合订文件的分篇标记、目录",
}
"""Rule id → what it mends, for people."""


class Change(Frozen):
    """One thing a rule did to one raw line."""

    rule: str
    """Key of `RULES`."""
    line: int
    """1-based position among the paragraphs of the `Reading`."""
    before: str
    after: str | None
    """None: the line was taken out, or joined to the one before it."""


class CleanParagraph(Frozen):
    """A paragraph as a person would have typed it."""

    text: str
    style_level: int | None = None
    table: bool = False
    lines: tuple[int, ...] = ()
    """Positions in the `Reading` it came from, 1-based; several when hard line breaks were healed."""


class Cleaned(Frozen):
    """A text without noise."""

    paragraphs: tuple[CleanParagraph, ...]
    flags: tuple[str, ...]
    """noisy, truncated (as far as the page itself says so), anonymised, spun, garbled, traditional, and what the file
    is flagged with."""
    changes: tuple[Change, ...]
    title_hints: tuple[str, ...] = ()
    """File names and page titles that may be the report's title."""
    told: dict[str, str] = {}
    """What the labels of the page said: 发文机关, 文号, 成文日期, 来源 and so on."""


def clean(reading: Reading) -> Cleaned:
    """Remove noise, restore punctuation, close gaps, heal line breaks.  Linear in the text."""
    page = _Page(reading)
    page.trim()
    page.drop_noise()
    page.mend()
    page.heal_breaks()
    return page.result()


def restored(cleaned: Cleaned) -> list[str]:
    """Every raw line of the reading, in order, from the cleaned text and its log."""
    lines = {p.lines[0]: p.text for p in cleaned.paragraphs if p.lines}
    for change in reversed(cleaned.changes):
        lines[change.line] = change.before
    return [lines[n] for n in sorted(lines)]


_SITE_SUFFIX = re.compile(r"\s{0,3}[｜|_\-—]\s{0,3}(?:[\w-]{1,30}\.){1,3}(?:com|cn|net|org|top|gov\.cn)\S{0,20}$")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_RADICALS = re.compile(r"[\u2e80-\u2fdf]")
_BESIDE_LATIN = re.compile(
    r"(?<=[\u4e00-\u9fff，。；：、（）“”《》])[ \u2002-\u200a](?=[0-9A-Za-z≤≥])"
    r"|(?<=[0-9A-Za-z%‰])[ \u2002-\u200a](?=[\u4e00-\u9fff，。；：、（）“”《》])"
)
_BARE_NUMBER = re.compile(r"^[-—–－\s]{0,3}(\d{1,3})[-—–－\s]{0,3}$")
_HEAD_LINES = 40
_EARLY_LINES = 10


def _closed_beside_latin(text: str) -> str:
    """Without the quarter space that programs set between 汉字 and digits, which a PDF keeps as a blank."""
    return _BESIDE_LATIN.sub("", text)


class _Page:
    """Raw lines on their way to clean paragraphs; every step notes what it changes."""

    def __init__(self, reading: Reading) -> None:
        self.pdf = reading.format == "pdf"
        self.format = reading.format
        self.raw = reading.paragraphs
        self.text: dict[int, str] = {n: p.text for n, p in enumerate(self.raw, 1)}
        self.joined: dict[int, list[int]] = {}
        self.changes: list[Change] = []
        self.flags: set[str] = set(reading.flags)
        self.told: dict[str, str] = {}
        self.hints: list[str] = [reading.front_matter["标题"]] if "标题" in reading.front_matter else []

    def change(self, rule: str, line: int, after: str | None) -> None:
        self.changes.append(Change(rule=rule, line=line, before=self.text[line], after=after))
        if after is None:
            del self.text[line]
        else:
            self.text[line] = after

    def drop(self, rule: str, lines: Iterable[int]) -> None:
        for n in lines:
            self.change(rule, n, None)

    def trim(self) -> None:
        """Zero-width and control characters, look-alike radicals, indents."""
        for n in list(self.text):
            before = self.text[n]
            after = _INVISIBLE.sub("", before)
            if after != before:
                self.change("invisible", n, after)
            if _RADICALS.search(after):
                self.change("radical", n, _RADICALS.sub(lambda m: unicodedata.normalize("NFKC", m[0]), after))
            bare = self.text[n].strip(" \t\u3000\xa0") if not self.raw[n - 1].table else self.text[n]
            if bare != self.text[n]:
                self.change("indent", n, bare or None)

    # --- what is not the report's ---

    def drop_noise(self) -> None:
        claimed = next(
            (
                m
                for t in self.text.values()
                if (len(t) < 20 or noise.is_noise_line(t)) and (m := noise.CLAIMED.search(t))
            ),
            None,
        )
        if any(len(t) < 60 and noise.PAYWALL.search(t) for t in self.text.values()):
            self.flags.add("truncated")
        self._drop_page_edges()
        self._drop_copyright()
        self._drop_tail()
        self._drop_head()
        for n in list(self.text):
            if rule := self._noise_rule(n):
                self.change(rule, n, None)
        if any(c.rule.startswith("web_") for c in self.changes):
            self.flags.add("noisy")
        if claimed and self._claims_more(claimed):
            self.flags.add("truncated")

    def _claims_more(self, claimed: re.Match[str]) -> bool:
        """“约4.62千字” over two thousand characters."""
        if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", claimed[1]) is None:
            return False
        han = sum(len(re.findall(r"[\u4e00-\u9fff]", t)) for t in self.text.values())
        return float(claimed[1]) * (1000 if claimed[2] == "千" else 10_000) > 1.5 * han

    def _noise_rule(self, n: int) -> str:
        text = self.text[n]
        if self.raw[n - 1].table:
            return ""
        if noise.is_noise_line(text):
            return "web_line"
        if len(text) <= 100 and (match := noise.FILE_NAME.match(text)):
            if n <= _EARLY_LINES:  # further down they are other people's reports
                self.hints.append(match[1])
            return "web_file_name"
        if noise.is_caption(text):
            return "web_caption"
        return "web_editor" if noise.is_editors(text) else ""

    def _drop_page_edges(self) -> None:
        """Page numbers, and lines that stand at the same edge of page after page."""
        pages = self._pages() if self.pdf else {}
        outer = {n for lines in pages.values() for n in (*lines[:2], *lines[-2:])}
        if self.pdf:
            self._drop_running_heads(outer, len(pages))
        numbers = [(n, int(m[1])) for n, t in self.text.items() if (m := _BARE_NUMBER.match(t))]
        if self.pdf:
            self.drop("page_number", [n for n, _ in numbers if n in outer])
            return
        # In a text nothing tells a page number from a lost figure, except that page numbers count on, or that the
        # sentence around it is one number.
        counted = {n for pair in pairwise(numbers) if pair[1][1] == pair[0][1] + 1 for n, _ in pair}
        lines = list(self.text)
        places = {n: i for i, n in enumerate(lines)}
        for n, _ in numbers:
            before, after = lines[max(places[n] - 1, 0)], lines[min(places[n] + 1, len(lines) - 1)]
            if before < n < after and number_runs_on(self.text[before], self.text[after]):
                counted.add(n)
        self.drop("page_number", sorted(counted))

    def _pages(self) -> dict[int, list[int]]:
        pages: dict[int, list[int]] = {}
        for n in self.text:
            pages.setdefault(self.raw[n - 1].page, []).append(n)
        return pages

    def _drop_running_heads(self, outer: set[int], pages: int) -> None:
        edges = sorted(n for n in outer if not self._is_numbered(n) and not _BARE_NUMBER.match(self.text[n]))
        shapes = Counter(re.sub(r"\d+", "0", self.text[n]) for n in edges)
        needed = max(3, (pages + 1) // 2)
        shown = [n for n in edges if shapes[re.sub(r"\d+", "0", self.text[n])] >= needed]
        title = next((n for n in shown if is_title_like(self.text[n]) and self.raw[n - 1].page <= 1), None)
        self.drop("page_head", [n for n in shown if n != title and len(self.text[n]) <= 40])

    def _is_numbered(self, n: int) -> bool:
        return NUMBERED.match(self.text[n]) is not None and not self.text[n].startswith(("-", "—"))

    def _drop_copyright(self) -> None:
        lines = [(n, t) for n, t in self.text.items() if not self.raw[n - 1].table]
        self.drop("web_copyright", sorted(noise.copyright_runs(lines)))

    def _drop_tail(self) -> None:
        """From the first tail marker on, when nothing after it is a report's own paragraph."""
        start: int | None = None
        titles: list[int] = []
        for n in reversed(list(self.text)):
            text = self.text[n]
            if noise.is_tail_start(text):
                start = n
            elif noise.is_listed_title(text):
                titles.append(n)
            elif self._is_body(text) or self.raw[n - 1].table:
                break
        if len(titles) >= 3 and start is None and not self._announced(titles[-1]):
            self.drop("web_list", sorted(titles))
        if start is not None:
            self.drop("web_tail", [n for n in self.text if n >= start])
        self._drop_labels(list(reversed(self.text)))

    def _announced(self, n: int) -> bool:
        """Whether the line before says that titles follow: 附件："""
        before = [self.text[m] for m in self.text if m < n][-1:]
        return bool(before) and re.search(r"附[件：:]|目\s?录|清单|[：:]$", before[0]) is not None

    def _drop_head(self) -> None:
        """Before the first paragraph: breadcrumbs, labels such as 来源：, and their values."""
        crumbs = False
        titles: set[str] = set()
        for n in list(self.text)[:_HEAD_LINES]:
            text = self.text[n]
            if is_title_like(text) and not noise.BREADCRUMB.match(text):
                crumbs = False
                if (bare := re.sub(r"\s", "", text)) in titles:
                    self.change("web_title", n, None)
                titles.add(bare)
            elif self._is_body(text):
                break
            elif noise.BREADCRUMB.match(text):
                crumbs = True
                if re.search(r"[>›»＞]", text):
                    self.change("web_breadcrumb", n, None)
            elif crumbs and len(text) <= 20:
                self.change("web_breadcrumb", n, None)
        self._drop_labels(list(self.text)[:_HEAD_LINES])

    def _drop_labels(self, order: list[int]) -> None:
        """Labels at an end of the page, up to its first body paragraph."""
        wanted: int | None = None
        label = ""
        for n in order:
            text = self.text[n]
            if noise.is_label_line(text):
                self.change("web_label", n, None)
                continue
            if self._is_body(text) or self.raw[n - 1].table:
                return
            match = noise.LABEL.match(text)
            if wanted is not None and n == wanted and not match and not is_title_like(text) and len(text) <= 20:
                self.told.setdefault(label, text)
                self.change("web_label", n, None)
            elif match:
                label = re.sub(r"\s", "", text.partition("：" if "：" in text else ":")[0]).strip("【[(（")
                if match[1]:
                    self.told.setdefault(label, match[1].strip())
                wanted = n + 1 if not match[1] else None
                self.change("web_label", n, None)

    def _is_body(self, text: str) -> bool:
        if noise.FILE_NAME.match(text[:120]) or noise.is_noise_line(text) or noise.LABEL.match(text[:300]):
            return False
        if noise.is_label_line(text) or noise.is_listed_title(text) or noise.is_editors(text):
            return False
        numbered = NUMBERED.match(text) is not None and not text.startswith(("-", "•", "·", "—"))
        return len(text) > 60 or numbered or (len(text) >= 12 and text.endswith(BODY_END))

    # --- what was bent ---

    def mend(self) -> None:
        """Site names after titles, punctuation, gaps."""
        menders = [("punctuation", restore_punctuation), ("punctuation", restore_thousands), ("gap", close_gaps)]
        if self.pdf:
            menders.append(("gap", _closed_beside_latin))
        for n in list(self.text):
            text = self.text[n]
            if len(text) <= 120 and (match := _SITE_SUFFIX.search(text[-80:])):
                self.change("site_suffix", n, text[: len(text) - len(match[0])])
            for rule, mender in menders:
                after = mender(self.text[n])
                if after != self.text[n]:
                    self.change(rule, n, after)
        if any(is_masked(t) for t in self.text.values()):
            self.flags.add("anonymised")
        page_text = self.format in ("pdf", "text")
        self.flags |= soundness_flags([t for n, t in self.text.items() if not self.raw[n - 1].table], page_text)

    def heal_breaks(self) -> None:
        """Join a line to the next when the sentence plainly runs on."""
        width = wrap_width([t for n, t in self.text.items() if not self.raw[n - 1].table])
        head: int | None = None
        tail = ""
        for n in list(self.text):
            text = self.text[n]
            if self.raw[n - 1].table or self.raw[n - 1].style_level is not None:
                head = None
                continue
            if head is not None and (without := page_in_number(tail, text)) is not None:
                self.change("page_in_number", n, without)
                text = without
            if head is not None and runs_on(tail, text, width, head=not self.joined.get(head)):
                self.joined.setdefault(head, [head]).append(n)
            else:
                head = n
            tail = text
        for first, members in self.joined.items():
            whole = restore_thousands("".join(glued([self.text[n] for n in members])))
            self.change("line_break", first, whole)
            self.drop("line_break", members[1:])

    def result(self) -> Cleaned:
        paragraphs = tuple(
            CleanParagraph(
                text=text,
                style_level=self.raw[n - 1].style_level,
                table=self.raw[n - 1].table,
                lines=tuple(self.joined.get(n, (n,))),
            )
            for n, text in self.text.items()
        )
        return Cleaned(
            paragraphs=paragraphs,
            flags=tuple(sorted(self.flags)),
            changes=tuple(self.changes),
            title_hints=tuple(dict.fromkeys(self.hints)),
            told=self.told,
        )
