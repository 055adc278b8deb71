"""Whether a Word file keeps to the page of GB/T 9704, or of a house: margins, grid, type, page numbers.

In: the bytes of a .docx and a `Layout`.  Out: `Finding`s, never above a warning: a page is for a person to judge.

What counts is what a program will print, so styles are followed to their root and a run's own settings go first.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from chugao.documents.headings import read_heading
from chugao.documents.xml import tree_of
from chugao.errors import UploadRejected
from chugao.source import Finding
from chugao.word.judging_lines import Rule, drawn_in, rule_of
from chugao.word.judging_parts import Looks, Told, face_of, found, judge_parts, part_of
from chugao.word.layout import Layout, TextStyle, twips_of_mm, twips_of_pt
from chugao.word.revisions import child, tag_of, value_of

_TOLERANCE = 57
"""Twips; 1 mm."""
_LARGEST = 50 * 2**20
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z0-9]")
_DATE = re.compile(r"^\s*20\d\d年\s*\d{1,2}月\s*\d{1,2}日\s*$")
_BAD_ZERO = re.compile(r"年\s*0\d月|月\s*0\d日")
_NOTE = re.compile(r"^[（(][^（()）]{2,80}[）)]$")
_ADDRESSEE = re.compile(r"^[^。；！？]{2,60}[:：]$")
_LEADS = re.compile(r"如下|以下|[，,]")
"""Words of a sentence that a list follows, not of those a paper is sent to."""
_INDENTED = "\u3000" * 8
_NUMBERED = (
    (re.compile(r"[一二三四五六七八九十]{1,3}、"), "1"),
    (re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]"), "2"),
)
_LONGEST_TITLE = 80
_SIGNER = re.compile(r"\s{0,40}签发人\s?[:：]\s{0,4}")
_NAMES = {
    "body": "正文",
    "title": "标题",
    "heading1": "一级标题",
    "heading2": "二级标题",
    "heading3": "三级标题",
    "heading4": "四级标题",
    "addressee": "主送机关",
    "label": "附件（附表）字样",
}


def judge(content: bytes, layout: Layout, name: str = "文件") -> list[Finding]:
    """Every departure from the page, each rule and kind of paragraph once, in the order of the file.

    Raises `UploadRejected` when the file is not a Word file.
    """
    parts = _parts(content, name)
    styles = _Styles(parts.get("word/styles.xml"))
    body = child(parts["word/document.xml"], "body")
    told = list(_paragraphs(body, styles))
    findings = [
        *_pages(body, layout),
        *_type(told, layout),
        *_wording(told),
        *judge_parts(told, layout),
        *_signed(told, layout),
        *_signers(body, styles),
        *_mirrored(parts),
        *_footers(parts, body, layout, styles),
        *_tables(body),
        *_images(body),
    ]
    return sorted(findings, key=lambda f: f.place.start)


def headings_of(content: bytes, name: str = "文件") -> list[str]:
    """Texts of the headings."""
    parts = _parts(content, name)
    told = _paragraphs(child(parts["word/document.xml"], "body"), _Styles(parts.get("word/styles.xml")))
    return [p.text.strip() for p in told if p.role.startswith("heading")]


def named_faces(content: bytes, name: str = "文件") -> list[tuple[str, str]]:
    """(text, face it names) of each paragraph."""
    parts = _parts(content, name)
    told = _paragraphs(child(parts["word/document.xml"], "body"), _Styles(parts.get("word/styles.xml")))
    return [(p.text, p.looks.east_asia) for p in told if p.looks.east_asia]


def _parts(content: bytes, name: str) -> dict[str, Any]:
    import lxml.etree

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [
                i
                for i in archive.infolist()
                if i.filename.startswith("word/") and i.filename.endswith((".xml", ".rels"))
            ]
            if sum(i.file_size for i in wanted) > _LARGEST:
                raise UploadRejected(f"{name} 展开后过大，没有检查。请另存一份再试。")
            parts = {i.filename: tree_of(archive.read(i)) for i in wanted[:200]}
    except (zipfile.BadZipFile, lxml.etree.XMLSyntaxError, RuntimeError, NotImplementedError):
        raise UploadRejected(f"{name} 不是完整的 Word 文档。请用 WPS 或 Word 打开后另存为 .docx 再试。") from None
    if child(parts.get("word/document.xml"), "body") is None:
        raise UploadRejected(f"{name} 不是完整的 Word 文档。请用 WPS 或 Word 打开后另存为 .docx 再试。")
    return parts


# --- what is set how ------------------------------------------------------------------------------


class _Styles:
    """Settings of each style, the nearest first."""

    def __init__(self, root: Any | None) -> None:
        children = list(root) if root is not None else []
        self.styles = {value_of(s, "styleId"): s for s in children if tag_of(s) == "style"}
        paragraphs = [s for s in self.styles.values() if value_of(s, "type") == "paragraph"]
        self.default = next((s for s in paragraphs if value_of(s, "default") in ("1", "true")), None)
        self.defaults = next((c for c in children if tag_of(c) == "docDefaults"), None)

    def chain(self, paragraph: Any) -> list[Any]:
        """Styles of a paragraph, own first."""
        style = self.styles.get(value_of(child(paragraph, "pPr", "pStyle"), "val"), self.default)
        out: list[Any] = []
        while style is not None and len(out) < 12:
            out.append(style)
            style = self.styles.get(value_of(child(style, "basedOn"), "val"))
        return out

    def name(self, paragraph: Any) -> str:
        chain = self.chain(paragraph)
        return value_of(child(chain[0], "name"), "val") if chain else ""

    def rules(self, paragraph: Any) -> tuple[Rule | None, Rule | None]:
        """The lines over and under a paragraph."""
        blocks = [child(paragraph, "pPr"), *(child(s, "pPr") for s in self.chain(paragraph))]
        whole = all(abs(_number(_first(blocks, "ind", side))) <= _TOLERANCE for side in ("left", "right"))
        return rule_of(blocks, "top", whole), rule_of(blocks, "bottom", whole)

    def looks(self, paragraph: Any) -> Looks:
        """A paragraph as most of its characters are printed."""
        chain = self.chain(paragraph)
        defaults = self.defaults
        blocks = [child(paragraph, "pPr"), *(child(s, "pPr") for s in chain), child(defaults, "pPrDefault", "pPr")]
        below = [*(child(s, "rPr") for s in chain), child(defaults, "rPrDefault", "rPr")]
        runs: Counter[tuple[Any, ...]] = Counter()
        for run in paragraph.iter():
            if tag_of(run) == "r" and (text := "".join(t.text or "" for t in run if tag_of(t) == "t")):
                runs[_type_of([child(run, "rPr"), *below])] += len(text)
        east_asia, latin, size, bold, spacing, colour = runs.most_common(1)[0][0] if runs else _type_of(below)
        line = _first(blocks, "spacing", "line")
        chars, twips = _first(blocks, "ind", "firstLineChars"), _first(blocks, "ind", "firstLine")
        first = _number(chars) / 100 if chars else _number(twips) / (size or 10.5) / 20
        outline = _first(blocks, "outlineLvl", "val")
        return Looks(
            east_asia,
            latin,
            size,
            bold,
            spacing,
            _first(blocks, "jc", "val") or "left",
            _number(line) if line else None,
            _first(blocks, "spacing", "lineRule") == "exact",
            first,
            _number(outline) if outline else None,
            any(_switched(b, "pageBreakBefore") for b in blocks[:2]),
            colour,
            _side_of(blocks, "left", size or 10.5),
            _number(_first(blocks, "spacing", "before")),
            _number(_first(blocks, "spacing", "after")),
            _side_of(blocks, "right", size or 10.5),
        )


def _type_of(blocks: list[Any]) -> tuple[Any, ...]:
    size = _first(blocks, "sz", "val")
    bold = next((b for b in blocks if child(b, "b") is not None), None)
    return (
        _first(blocks, "rFonts", "eastAsia"),
        _first(blocks, "rFonts", "ascii"),
        _number(size) / 2 if size else None,
        _switched(bold, "b"),
        _number(_first(blocks, "spacing", "val") or "0"),
        (_first(blocks, "color", "val") or "").upper(),
    )


def _side_of(blocks: list[Any], side: str, size_pt: float) -> float:
    """Characters from an edge of the text to a paragraph."""
    chars = _first(blocks, "ind", f"{side}Chars")
    return _number(chars) / 100 if chars else _number(_first(blocks, "ind", side)) / size_pt / 20


def _first(blocks: Iterable[Any], element: str, attribute: str) -> str | None:
    """The nearest setting."""
    for block in blocks:
        if found := value_of(child(block, element), attribute):
            return found
    return None


def _number(text: str | None) -> int:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,7}", text) else 0


def _switched(block: Any, name: str) -> bool:
    element = child(block, name)
    return element is not None and value_of(element, "val") not in ("0", "false", "off")


def _paragraphs(body: Any, styles: _Styles) -> Iterator[Told]:
    """The printed paragraphs outside tables."""
    at, titled, dated, previous = 0, False, False, ""
    broken, blank = False, 0
    ruled: Rule | None = None
    for element in body:
        if tag_of(element) != "p":
            continue
        above, below = styles.rules(element)
        shape = drawn_in(element)
        text = "".join("\n" if tag_of(t) == "br" else t.text or "" for t in element.iter() if tag_of(t) in ("t", "br"))
        broken = broken or any(value_of(b, "type") == "page" for b in element.iter() if tag_of(b) == "br")
        if text.strip():
            looks = styles.looks(element)
            role = _role(text.strip(), styles.name(element), looks, titled, previous)
            if dated and role == "body" and _NOTE.match(text.strip()):
                role = "note"
            # Behind the date of a 通知 another paper may begin, with a title of its own.
            titled, dated = (titled or role == "title") and role not in ("date", "label"), role == "date"
            looks = looks._replace(new_page=looks.new_page or broken)
            yield Told(role, text, at, looks, blank, above or ruled, below or shape)
            broken, blank, ruled, previous = False, 0, None, role
        else:
            blank += 1
            ruled = ruled or above or below or shape
        broken = broken or child(element, "pPr", "sectPr") is not None
        at += len(text) + 1


def _role(text: str, style: str, looks: Looks, titled: bool, previous: str) -> str:
    """What a paragraph is, by its style where that says so, else by its words and what stands above it."""
    name = style.lower()
    if role := part_of(text, looks.colour, looks.size_pt or 10.5):
        return role
    if name in ("title", "标题") or (
        not titled and looks.align != "right" and (looks.size_pt or 0) >= 18 and len(text) <= _LONGEST_TITLE
    ):
        return "title"
    if re.fullmatch(r"附[件表]\s*\d{0,2}", text):
        return "label"
    if match := re.fullmatch(r"(?:heading|标题)\s*([1-4])", name):
        # “一、” is of the first level, whatever style somebody gave it.
        numbered = next((level for pattern, level in _NUMBERED if pattern.match(text)), match[1])
        return f"heading{numbered}"
    found = read_heading(text[:400], None)
    if found and 1 <= found.level <= 2 and found.end >= len(text) and len(text) <= 60 and "。" not in text:
        return f"heading{found.level}"
    addressed = titled and _ADDRESSEE.match(text) and (looks.first_chars == 0 or previous == "title")
    if name == "salutation" or (addressed and not _LEADS.search(text)):
        return "addressee"
    if _DATE.match(text):
        return "date"
    if name in ("caption", "题注", "signature", "签发人") or looks.align in ("center", "right"):
        return "other"
    return "body"


# --- the rules ------------------------------------------------------------------------------------


def _pages(body: Any, layout: Layout) -> Iterator[Finding]:
    """Paper, margins and grid of every section."""
    page = layout.page
    width, height = twips_of_mm(page.width_mm), twips_of_mm(page.height_mm)
    sections = [e for e in body.iter() if tag_of(e) == "sectPr"]
    if not any(child(section, name) is not None for section in sections for name in ("pgSz", "pgMar")):
        yield found("layout.paper", "", "没有页面设置。请把纸张设为 A4，页边距按国标设置。")
        return
    for number, section in enumerate(sections, 1):
        size, margins, grid = child(section, "pgSz"), child(section, "pgMar"), child(section, "docGrid")
        wide, high = _number(value_of(size, "w")), _number(value_of(size, "h"))
        turned = wide > high
        where = f"第{number}节" if len(sections) > 1 else "页面"
        if abs(min(wide, high) - width) > _TOLERANCE or abs(max(wide, high) - height) > _TOLERANCE:
            yield found(
                "layout.paper",
                "",
                f"{where}纸张为{_mm(wide)}×{_mm(high)}毫米，应为{page.width_mm:g}×{page.height_mm:g}毫米（A4）。",
            )
        wanted = (page.top_mm, page.right_mm, page.bottom_mm, page.left_mm)
        if turned:
            wanted = (page.left_mm, page.top_mm, page.right_mm, page.bottom_mm)
        names = (("top", "上"), ("right", "右"), ("bottom", "下"), ("left", "左"))
        for (side, word), mm in zip(names, wanted, strict=True):
            given = _number(value_of(margins, side))
            if abs(given - twips_of_mm(mm)) > _TOLERANCE:
                yield found(
                    f"layout.margin_{side}", "", f"{where}{word}边距{_mm(given)}毫米，应为{mm:g}毫米（±1毫米）。"
                )
        pitch = _number(value_of(grid, "linePitch"))
        if pitch and value_of(grid, "type") in ("lines", "linesAndChars") and abs(pitch - layout.grid.line) > 20:
            yield found(
                "layout.grid", "", f"{where}网格行距{pitch / 20:g}磅，应为{layout.grid.line_pt:g}磅（每页22行）。"
            )


def _type(told: list[Told], layout: Layout) -> Iterator[Finding]:
    """Faces, sizes, indents, pitch and heading levels; each rule once for each kind of paragraph."""
    styles = layout.styles
    wanted = {"body": styles.body, "title": styles.title, "addressee": styles.addressee, "label": styles.label}
    wanted |= {f"heading{n}": getattr(styles, f"heading_{n}") for n in (1, 2, 3, 4)}
    if not any(p.role == "title" for p in told):
        yield found("layout.title", "", "没有找到标题：应居中、2号小标宋。")
    faults: dict[tuple[str, str], list[tuple[Told, str]]] = {}
    for paragraph in told:
        if style := wanted.get(paragraph.role):
            for rule, words in _faults(paragraph, style, layout):
                faults.setdefault((rule, paragraph.role), []).append((paragraph, words))
    for (rule, role), places in faults.items():
        first, words = places[0]
        more = f"（共{len(places)}处）" if len(places) > 1 else ""
        yield found(f"layout.{rule}", first.text.strip()[:20], f"{_NAMES[role]}{words}{more}。", first.at)


def _faults(paragraph: Told, style: TextStyle, layout: Layout) -> Iterator[tuple[str, str]]:
    """(rule, what is wrong) of one paragraph."""
    looks, role = paragraph.looks, paragraph.role
    if _HAN.search(paragraph.text) and face_of(looks.east_asia) != face_of(style.east_asia):
        yield "font", f"字体为{looks.east_asia or '默认字体'}，应为{style.east_asia}"
    if (
        _LATIN.search(paragraph.text)
        and looks.latin != style.latin
        and face_of(looks.latin) != face_of(style.east_asia)
    ):
        yield "latin_font", f"数字和西文字体为{looks.latin or '默认字体'}，应为{style.latin}"
    if looks.size_pt != style.size_pt:
        yield "size", f"字号{looks.size_pt or 10.5:g}磅，应为{style.size_pt:g}磅"
    led = role == "body" and layout.items.bold_lead and looks.bold  # a short item is its bold lead and little more
    if looks.bold != style.bold and not led:
        yield "bold", "应加粗" if style.bold else "不应加粗"
    if abs(looks.first_chars - style.first_line_chars) > 0.1:
        yield "indent", f"首行缩进{round(looks.first_chars, 1):g}字，应为{style.first_line_chars:g}字"
    if (
        role in ("body", "title")
        and looks.align != style.align
        and not (role == "body" and looks.align == "distribute")
    ):
        words = {"both": "两端对齐", "center": "居中", "left": "左对齐", "right": "右对齐"}
        yield "align", f"为{words.get(looks.align, looks.align)}，应{words[style.align]}"
    pitch = style.line_pt or layout.grid.line_pt
    if role == "title":
        fits = looks.exact and looks.line is not None and abs(looks.line - twips_of_pt(pitch)) <= 40
    else:
        least = twips_of_pt(min(28.0, pitch))
        fits = looks.exact and looks.line is not None and least <= looks.line <= twips_of_pt(pitch) + 1
    if not fits:
        given = "不是固定值" if not looks.exact else f"{(looks.line or 0) / 20:g}磅"
        yield "line", f"行距{given}，应为固定值{pitch:g}磅"
    if (
        role == "body"
        and looks.size_pt == style.size_pt
        and abs(looks.spacing - twips_of_pt(layout.grid.spacing_pt)) > 2
    ):
        yield "spacing", f"字间距{looks.spacing / 20:g}磅，应为{layout.grid.spacing_pt:g}磅，否则每行排不满28字"
    if role.startswith("heading") and looks.outline != int(role[-1]) - 1:
        yield "outline", "没有大纲级别，导航窗格里看不到；请用“标题”样式"
    if role == "label" and not looks.new_page:
        yield "annex_page", "没有另起一页"


def _wording(told: list[Told]) -> Iterator[Finding]:
    """Colon of the addressee, form of the date, brackets of the paper's number."""
    for p in told:
        text = p.text.strip()
        if p.role == "addressee" and not text.endswith("："):
            yield found("layout.addressee_colon", text[-10:], "主送机关后应为全角冒号“：”。", p.at)
        if p.role == "date" and (match := _BAD_ZERO.search(text)):
            yield found("layout.date", text, "成文日期的月、日不写0，如“2026年1月8日”。", p.at + match.start())


def _signed(told: list[Told], layout: Layout) -> Iterator[Finding]:
    """署名 and 成文日期: to the right, and as far from the edge as the rule has it."""
    rule = layout.signature
    for issuer, date in zip([None, *told], told, strict=False):
        if date.role != "date":
            continue
        away = rule.sealed_right_chars if rule.sealed else rule.right_chars
        if _from_right(date) < away - 0.6:
            hint = f"成文日期应右空{away:g}字（加盖印章的右空四字）。"
            yield found("layout.date_place", date.text.strip(), hint, date.at)
        if issuer is not None and issuer.role == "other" and _from_right(issuer) < min(away, rule.right_chars) - 0.6:
            hint = f"署名应右空{rule.right_chars:g}字，成文日期在它的下一行。"
            yield found("layout.issuer_place", issuer.text.strip()[:20], hint, issuer.at)


def _from_right(told: Told) -> float:
    """Characters between a paragraph and the right edge, as far as the file says; one set from the left stands free."""
    if told.looks.align == "right":
        return told.looks.right_chars + len(told.text) - len(told.text.rstrip())
    return 99.0 if told.looks.left_chars + told.looks.first_chars > 8 or told.text.startswith(_INDENTED) else 0.0


def _signers(body: Any, styles: _Styles) -> Iterator[Finding]:
    """“签发人：” in 仿宋, the name behind it in 楷体, both 3号."""
    at = 0
    for element in body:
        if tag_of(element) != "p":
            continue
        runs = [(_said(r), child(r, "rPr")) for r in element.iter() if tag_of(r) == "r"]
        text = "".join(said for said, _ in runs)
        if match := _SIGNER.match(text):
            below = [child(s, "rPr") for s in styles.chain(element)]
            name = [
                own for k, (said, own) in enumerate(runs) if said and sum(len(s) for s, _ in runs[:k]) >= match.end()
            ]
            label = next((own for said, own in runs if said), None)
            for own, wanted in [(label, "仿宋"), *((n, "楷体") for n in name)]:
                looks = _type_of([own, *below])
                if face_of(looks[0]) != wanted or looks[2] != 16:
                    hint = "“签发人：”应为3号仿宋，后面的姓名应为3号楷体。"
                    yield found("layout.signer", text[:12], hint, at)
                    break
        at += len(text) + 1


def _said(run: Any) -> str:
    return "".join(t.text or "" for t in run if tag_of(t) == "t")


def _mirrored(parts: dict[str, Any]) -> Iterator[Finding]:
    if child(parts.get("word/settings.xml"), "mirrorMargins") is not None:
        yield found("layout.mirrored", "", "设了对称页边距，双页的订口会跑到右边。请在页面设置里改为“普通”。")


def _footers(parts: dict[str, Any], body: Any, layout: Layout, styles: _Styles) -> Iterator[Finding]:
    """A page number on odd and on even pages, its dashes, size and side."""
    targets = {value_of(r, "Id"): value_of(r, "Target") for r in parts.get("word/_rels/document.xml.rels", ())}
    used = {}
    for reference in (e for e in body.iter() if tag_of(e) == "footerReference"):
        identity = next((str(v) for k, v in reference.attrib.items() if k.endswith("}id")), "")
        used[value_of(reference, "type")] = parts.get(f"word/{targets.get(identity, '')}")
    odd, even = used.get("default"), used.get("even")
    if not any(_numbers(f) for f in used.values()):
        yield found("layout.page_number", "", "没有页码。应为4号半角宋体数字，左右各一条一字线，单页居右、双页居左。")
        return
    if child(parts.get("word/settings.xml"), "evenAndOddHeaders") is None or not (_numbers(odd) and _numbers(even)):
        yield found("layout.page_number_sides", "", "单双页页码没有分开设置：单页居右空一字，双页居左空一字。")
    for footer, side, word in ((odd, "right", "单页"), (even, "left", "双页")):
        if footer is None or not _numbers(footer):
            continue
        paragraph = next(p for p in footer.iter() if tag_of(p) == "p" and _numbers(p))
        looks = styles.looks(paragraph)
        if looks.align != side:
            yield found("layout.page_number_side", "", f"{word}页码应居{'右' if side == 'right' else '左'}，空一字。")
        if looks.size_pt != layout.styles.page_number.size_pt:
            yield found(
                "layout.page_number_size",
                "",
                f"{word}页码{looks.size_pt or 10.5:g}磅，应为{layout.styles.page_number.size_pt:g}磅（4号）。",
            )
        if face_of(looks.east_asia) != face_of(layout.styles.page_number.east_asia):
            yield found("layout.page_number_font", "", f"{word}页码字体为{looks.east_asia or '默认字体'}，应为宋体。")
        said = "".join(t.text or "" for t in paragraph.iter() if tag_of(t) == "t")
        if not re.match(r"^[—－-]\s*\d*\s*[—－-]$", said.strip()) or "—" not in said:
            yield found("layout.page_number_dash", said[:10], f"{word}页码两侧应各有一条一字线，如“— 1 —”。")


def _numbers(element: Any | None) -> bool:
    """Whether a page number stands in it."""
    if element is None:
        return False
    fields = [e.text or "" for e in element.iter() if tag_of(e) == "instrText"]
    fields += [value_of(e, "instr") for e in element.iter() if tag_of(e) == "fldSimple"]
    return any("PAGE" in field for field in fields)


def _tables(body: Any) -> Iterator[Finding]:
    for number, table in enumerate((e for e in body if tag_of(e) == "tbl"), 1):
        rows = [r for r in table if tag_of(r) == "tr"]
        if len(rows) > 8 and not any(_switched(child(r, "trPr"), "tblHeader") for r in rows[:2]):
            yield found("layout.table_header", "", f"第{number}个表的表头没有设为跨页重复。")


def _images(body: Any) -> Iterator[Finding]:
    if any(tag_of(e) in ("drawing", "pict") for e in body.iter()):
        yield found("layout.image", "", "文件里有图片。印章不能用图片代替；确是图表的，请核对位置。")


def _mm(twips: int) -> str:
    return f"{twips * 25.4 / 1440:.0f}"
