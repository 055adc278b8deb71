"""Take off what a web page, a PDF or an old conversion left on a report, and say what was taken.

In: a `Reading`.  Out: `Cleaned`: paragraphs, flags, and a log from which every raw line can be got back.

Surprise: the worst noise looks like a report: lists of “2025年医院总务科工作总结.docx”, and a copyright notice
numbered 1 to 7.  And most scraped texts had every full-width comma folded to ASCII, so “1个2,4个60%” must become
“1个2，4个60%” while 8,600 stays.
"""

import re
import unicodedata
from collections.abc import Iterator

from chugao.documents.punctuation import close_gaps, restore_punctuation
from chugao.documents.reading import Reading
from chugao.source import Frozen


class Change(Frozen):
    """One thing a rule did to one raw line."""

    rule: str
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
    """noisy, truncated (as far as the page itself says so), anonymised."""
    changes: tuple[Change, ...]
    title_hints: tuple[str, ...] = ()
    """File names and page titles that may be the report's title."""


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


# --- what noise looks like ------------------------------------------------------------------------

_NOISE = re.compile(
    r"""^(?:
      [-—–－─]\s?\d{1,5}\s?[-—–－─]?                                   # counters and page numbers: “- 0”, “— 3 —”
    | 第\s?\d{1,3}\s?页(?:\s?[,，/]?\s?共\s?\d{1,3}\s?页)?
    | [·•]?\s?约\s?[\d.]{1,8}\s?千?万?字 | [·•]?\s?约?\s?\d{1,4}\s?页
    | (?:20\d\d-\d\d-\d\d\s?)?发布于\s?\S{1,8}
    | 举报 | 下载 | 打印 | 收藏 | 全屏 | 分享 | 复制 | 点赞 | 赞赏 | 赏赞 | 打赏 | 评论 | 返回顶部 | 上一篇.{0,60} | 下一篇.{0,60}
    | [》>]{2}.{0,20}[《<]{2} | 加大 | 还原 | 减小 | 【?字[体号][:：]?(?:\s?[大中小】]){0,5} | [大中小】【>×›»|]
    | 【?\s?(?:打印本页|关闭窗口|打印|关闭)\s?】?
    | (?:您的|您?当前|当前|所在)(?:的)?位置\s?[:：].{0,60}
    | (?:微信)?扫一扫.{0,30} | 分享到\s?[:：]?.{0,10} | 分享\s?[:：] | 二维码 | 微信订阅号 | 联系客服.{0,20} | 我要留言
    | (?:阅读|浏览|点击)(?:量|次数|数)?\s?[:：].{0,12} | (?:发布|发表|更新)(?:时间|日期)\s?[:：].{0,24}
    | (?:相关|热门|推荐|猜你喜欢|最新)(?:的)?(?:报道|文档|内容|阅读|文章|推荐|资料)\s?[:：]? | 您可能关注的文档 | [•·]?\s?本[周月]热门 | 热门推荐
    | 原创力文档.{0,20} | 文档评论\s?[(（]\d{0,5}[)）] | 阅读全文 | 查看更多.{0,6} | 关于本文 | (?:本文标题|链接地址|本文链接|转载请注明)\s?[:：].{0,200}
    | [(（]想阅读完?全部.{0,60} | .{0,12}(?:登[录陆]后|剩余.{0,8}未读|付费后|开通VIP|成为VIP).{0,40} | 如果喜欢本篇.{0,30} | 尚未有人.{0,30} | 请选择打赏.{0,6}
    | [¥￥]\s?[\d.]{1,8} | (?:https?://|www\.)\S{1,300}
    | 编辑\s?[:：].{0,12} | 责任编辑\s?[:：].{0,12} | [(（]\s?来源\s?[:：].{0,30}[)）]
    | \d{4}-\d\d-\d\d\s\d\d:\d\d(?::\d\d)?(?:\s\d{1,9})?
    | 本文档?(?:由|来自).{1,30}(?:网|文库)(?:.{0,20}) | 文档.{0,6}(?:上传|贡献)者.{0,30} | VIP
    )$""",
    re.VERBOSE,
)
_BULLET = re.compile(r"^[-•·*]\s{1,3}(?!\d{1,5}$)")
_LABEL = re.compile(r"^(?:来源|时间|作者|供稿|责编|编辑|阅读量|浏览量|发[表布]时间|发[表布]日期)\s?[:：]\s?(.{0,24})$")
_BREADCRUMB = re.compile(r"^(?:您的|您?当前|当前|所在)(?:的)?位置\s?[:：]")
_FILE_NAME = re.compile(r"^[-•·*]?\s{0,3}(.{2,90})\.(?:docx?|pdf|wps|pptx?|txt)(?:\s{0,3}VIP)?$", re.I)
_LEGAL_WORDS = (
    "原创力文档",
    "本站",
    "VIP",
    "付费",
    "网友上传",
    "版权申诉",
    "举报电话",
    "下载权益",
    "二次下载",
    "侵权",
    "book118",
)
_PAYWALL = re.compile(r"想阅读完?全部|阅读全文|登[录陆]后.{0,6}(?:阅读|查看)|剩余.{0,8}未读|试读结束|免费预览")
_CLAIMED = re.compile(r"约\s?([\d.]{1,8})\s?(千|万)字")
_TAIL_START = re.compile(
    r"^(?:您可能关注的文档|相关(?:报道|文档|内容|阅读|推荐)\s?[:：]?|阅读全文|文档评论.*|分享到?\s?[:：]?.{0,10}|热门推荐|猜你喜欢|如果喜欢本篇.*|微信扫一扫.*)$"
)
_SITE_SUFFIX = re.compile(r"\s{0,3}[｜|_\-—]\s{0,3}(?:[\w-]{1,30}\.){1,3}(?:com|cn|net|org|top|gov\.cn)\S{0,20}$")
_TITLE_WORDS = re.compile(r"总结|计划|要点|思路|报告|安排|打算|汇报|通知|方案|规划|意见|设想")
_BODY_END = tuple("。！？；：”）!?;:)")

_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_RADICALS = re.compile(r"[\u2e80-\u2fdf]")
MASKED = re.compile(
    r"(?<![A-Za-z-])[xX×ＸｘＸ]{2,}(?![A-Za-z\d])|\*{2,}|20[xX×*_]{1,2}年?|某(?=[某省市县区镇乡院科局委])"
    r"|(?<![A-Za-z])[xXＸ×](?=[省市县区镇乡院])|(?<=[\u4e00-\u9fff])\*(?=[\u4e00-\u9fff])"
)
_NUMBERED = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、．.]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d)|第[一二三四五六七八九十]{1,3}[章节部篇条]"
    r"|[一二三四五六七八九十]{1,2}[是要]|——|[-—•·●◆①②③④⑤⑥⑦⑧⑨⑩]|【|附[件表录：:]|《.{1,60}》$)"
)
_SALUTATION = re.compile(r"^(?:各位.{0,12}|同志们|尊敬的.{0,20})[，,：:！!]$")
_LEADER_LINE = re.compile(r"^.{0,16}(?:总理|省长|市长|主席|主任|院长|局长|科长|书记)[ \u3000]{1,4}.{2,6}$")


_BESIDE_LATIN = re.compile(
    r"(?<=[\u4e00-\u9fff，。；：、（）“”《》])[ \u2002-\u200a](?=[0-9A-Za-z≤≥])"
    r"|(?<=[0-9A-Za-z%‰])[ \u2002-\u200a](?=[\u4e00-\u9fff，。；：、（）“”《》])"
)


def _closed_beside_latin(text: str) -> str:
    """Without the quarter space that programs set between 汉字 and digits, which a PDF keeps as a blank."""
    return _BESIDE_LATIN.sub("", text)


class _Page:
    """Raw lines on their way to clean paragraphs; every step notes what it changes."""

    def __init__(self, reading: Reading) -> None:
        self.pdf = reading.format == "pdf"
        self.raw = reading.paragraphs
        self.text: dict[int, str] = {n: p.text for n, p in enumerate(self.raw, 1)}
        self.joined: dict[int, list[int]] = {}
        self.changes: list[Change] = []
        self.flags: dict[str, bool] = {}
        self.hints: list[str] = [reading.front_matter["标题"]] if "标题" in reading.front_matter else []

    def change(self, rule: str, line: int, after: str | None) -> None:
        self.changes.append(Change(rule=rule, line=line, before=self.text[line], after=after))
        if after is None:
            del self.text[line]
        else:
            self.text[line] = after

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

    def drop_noise(self) -> None:
        claimed = next((m for t in self.text.values() if len(t) < 20 and (m := _CLAIMED.search(t))), None)
        if any(len(t) < 60 and _PAYWALL.search(t) for t in self.text.values()):
            self.flags["truncated"] = True
        self._drop_tail()
        self._drop_head()
        for n in list(self.text):
            rule = self._noise_rule(n)
            if rule:
                self.change(rule, n, None)
        self.flags["noisy"] = any(c.rule.startswith("web_") for c in self.changes)
        if claimed:
            han = sum(len(re.findall(r"[\u4e00-\u9fff]", t)) for t in self.text.values())
            promised = float(claimed[1]) * (1000 if claimed[2] == "千" else 10_000) if _is_float(claimed[1]) else 0
            if promised > 1.5 * han:
                self.flags["truncated"] = True

    def _noise_rule(self, n: int) -> str:
        text = self.text[n]
        if self.raw[n - 1].table:
            return ""
        if _is_noise(text):
            return "web_line"
        if len(text) <= 100 and (match := _FILE_NAME.match(text)):
            if n <= 10:  # further down they are other people's reports
                self.hints.append(match[1])
            return "web_file_name"
        if _NUMBERED.match(text) and sum(w in text for w in _LEGAL_WORDS) >= 2:
            return "web_copyright"
        if self.pdf and re.fullmatch(r"\d{1,3}", text):
            return "page_number"
        return ""

    def _drop_tail(self) -> None:
        """From the first tail marker on, when nothing after it is a report's own paragraph."""
        start: int | None = None
        for n in reversed(list(self.text)):
            text = self.text[n]
            if len(text) <= 40 and _TAIL_START.match(text):
                start = n
            elif self._is_body(text) or self.raw[n - 1].table:
                break
        if start is not None:
            for n in [n for n in self.text if n >= start]:
                self.change("web_tail", n, None)
        self._drop_labels(reversed(list(self.text)))

    def _drop_head(self) -> None:
        """Before the first paragraph: breadcrumbs, labels such as 来源：, and their values."""
        crumbs = False
        for n in list(self.text)[:40]:
            text = self.text[n]
            if _is_title_like(text):
                crumbs = False
            elif self._is_body(text):
                break
            elif _BREADCRUMB.match(text):
                crumbs = True
            elif crumbs and len(text) <= 20:
                self.change("web_breadcrumb", n, None)
        self._drop_labels(list(self.text)[:40])

    def _drop_labels(self, order: "Iterator[int] | list[int]") -> None:
        """Labels at an end of the page, up to its first body paragraph."""
        wanted: int | None = None
        for n in order:
            text = self.text[n]
            if self._is_body(text) or self.raw[n - 1].table:
                return
            match = _LABEL.match(text)
            if wanted is not None and n == wanted and not match and not _is_title_like(text) and len(text) <= 20:
                self.change("web_label", n, None)
            elif match:
                wanted = n + 1 if not match[1] else None
                self.change("web_label", n, None)

    def _is_body(self, text: str) -> bool:
        if _FILE_NAME.match(text[:120]) or _is_noise(text) or _LABEL.match(text[:300]):
            return False
        if sum(w in text for w in _LEGAL_WORDS) >= 2:
            return False
        numbered = _NUMBERED.match(text) is not None and not text.startswith(("-", "•", "·", "—"))
        return len(text) > 60 or numbered or (len(text) >= 12 and text.endswith(_BODY_END))

    def mend(self) -> None:
        """Site names after titles, punctuation, gaps."""
        for n in list(self.text):
            text = self.text[n]
            if len(text) <= 120 and (match := _SITE_SUFFIX.search(text[-80:])):
                self.change("site_suffix", n, text[: len(text) - len(match[0])])
            menders = [("punctuation", restore_punctuation), ("gap", close_gaps)]
            if self.pdf:
                menders.append(("gap", _closed_beside_latin))
            for rule, mender in menders:
                after = mender(self.text[n])
                if after != self.text[n]:
                    self.change(rule, n, after)
        self.flags["anonymised"] = any(MASKED.search(t) for t in self.text.values())

    def heal_breaks(self) -> None:
        """Join a line to the next when the sentence plainly runs on."""
        lines = [n for n in self.text if not self.raw[n - 1].table]
        width = _wrap_width([self.text[n] for n in lines])
        head: int | None = None
        tail = ""
        for n in list(self.text):
            text = self.text[n]
            if self.raw[n - 1].table or self.raw[n - 1].style_level is not None:
                head = None
                continue
            if head is not None and _runs_on(tail, text, width, head=not self.joined.get(head)):
                self.joined.setdefault(head, [head]).append(n)
            else:
                head = n
            tail = text
        for first, members in self.joined.items():
            whole = "".join(_glued([self.text[n] for n in members]))
            self.change("line_break", first, whole)
            for n in members[1:]:
                self.change("line_break", n, None)

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
        flags = tuple(sorted(name for name, on in self.flags.items() if on))
        return Cleaned(
            paragraphs=paragraphs,
            flags=flags,
            changes=tuple(self.changes),
            title_hints=tuple(dict.fromkeys(self.hints)),
        )


def _is_noise(text: str) -> bool:
    """A line that only web pages have, with or without a list bullet before it."""
    return len(text) <= 300 and _NOISE.match(_BULLET.sub("", text) or text) is not None


def _is_float(text: str) -> bool:
    return re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", text) is not None


def _is_title_like(text: str) -> bool:
    return 4 <= len(text) <= 60 and _TITLE_WORDS.search(text) is not None and not text.endswith(_BODY_END)


# --- line breaks ----------------------------------------------------------------------------------


def _wrap_width(lines: list[str]) -> int:
    """Characters a line of a hard-wrapped text holds; 0 when the text is not hard-wrapped."""
    long = [len(t) for t in lines if len(t) >= 8]
    open_ended = [
        len(t) for t in lines if len(t) >= 8 and not t.endswith((*_BODY_END, "，", "、")) and not _NUMBERED.match(t)
    ]
    if len(open_ended) < 3 or len(open_ended) * 4 < len(long):
        return 0
    ordered = sorted(long)
    width = ordered[int(len(ordered) * 0.9)]
    return width if width <= 60 else 0


def _runs_on(line: str, following: str, width: int, head: bool) -> bool:
    if _NUMBERED.match(following) or _SALUTATION.match(line) or _LEADER_LINE.match(following):
        return False
    if line.endswith(("，", "、")):
        return True
    heading = head and "。" not in line and _NUMBERED.match(line) is not None
    if width and ("，" in line or "。" in line) and not line.endswith(_BODY_END) and not heading:
        return True
    if not width or line.endswith(_BODY_END) or (head and _is_title_like(line)):
        return False
    return len(line) >= (width - 1 if heading else 0.7 * width)


def _glued(pieces: list[str]) -> Iterator[str]:
    """Lines set end to end; a space between two Latin words only."""
    before = ""
    for piece in pieces:
        latin = before[-1:].isascii() and before[-1:].isalpha() and piece[:1].isascii() and piece[:1].isalpha()
        yield " " + piece if latin else piece
        before = piece
