"""What Word refuses a file for, held against the bytes of a .docx: order of elements, ids, ranges, parts and relationships.

The orders are those of ECMA-376 (transitional), as far as our writers use them: an element that is not listed is a
fault too, so that a new one is looked up before it is written.
"""

import io
import posixpath
import re
import zipfile
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_PPR = (
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange"
)
_RPR = (
    "ins del moveFrom moveTo rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint "
    "noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText "
    "vertAlign rtl cs em lang eastAsianLayout specVanish oMath rPrChange"
)
_ORDER = {
    "pPr": _PPR,
    "rPr": _RPR,
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
    "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange",
    "tblBorders": "top left bottom right insideH insideV",
    "tblCellMar": "top left bottom right",
    "tr": "tblPrEx trPr tc",
    "trPr": "cantSplit trHeight tblHeader jc ins del trPrChange",
    "tc": "tcPr p tbl",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings sectPrChange",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
    "personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "styles": "docDefaults latentStyles style",
    "font": "altName panose1 charset family notTrueType pitch sig embedRegular",
    "settings": "writeProtection view zoom removePersonalInformation mirrorMargins trackRevisions defaultTabStop "
    "evenAndOddHeaders drawingGridVerticalSpacing characterSpacingControl footnotePr endnotePr compat docVars rsids "
    "themeFontLang clrSchemeMapping decimalSymbol listSeparator",
    "compat": "spaceForUL balanceSingleByteDoubleByteWidth doNotLeaveBackslashAlone ulTrailSpace "
    "doNotExpandShiftReturn adjustLineHeightInTable useFELayout compatSetting",
}
_SEQUENCES = {name: tuple(order.split()) for name, order in _ORDER.items()}
_MARKED = "ins del moveFrom moveTo moveFromRangeStart moveToRangeStart pPrChange rPrChange".split()
_LONGEST_NAME = 40


def faults_of(content: bytes) -> list[str]:
    """Everything Word would stumble over, in words; empty when there is nothing."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    trees = {name: etree.fromstring(data) for name, data in parts.items() if name.endswith((".xml", ".rels"))}
    faults = [f"{name} twice" for name in parts if list(parts).count(name) > 1]
    faults += _types(trees) + _relations(trees)
    for name, tree in trees.items():
        faults += [f"{name}: {fault}" for fault in _orders(tree)]
    return faults + _document(trees)


def _types(trees: dict[str, Any]) -> list[str]:
    types = trees["[Content_Types].xml"]
    told = {e.get("PartName").lstrip("/") for e in types.iter(f"{_TYPES}Override")}
    usual = {e.get("Extension") for e in types.iter(f"{_TYPES}Default")}
    missing = [n for n in trees if n.startswith("word/") and n.endswith(".xml") and n not in told]
    return [f"no content type: {n}" for n in missing] + [f"no part: {n}" for n in told - set(trees)] + (
        [] if {"rels", "xml"} <= usual else ["no default content types"]
    )  # fmt: skip


def _relations(trees: dict[str, Any]) -> list[str]:
    faults = []
    for name, tree in trees.items():
        if not name.endswith(".rels"):
            continue
        base = posixpath.dirname(posixpath.dirname(name))
        ids = [e.get("Id") for e in tree.iter(f"{_RELATIONS}Relationship")]
        faults += [f"{name}: id twice"] if len(ids) != len(set(ids)) else []
        for relation in tree.iter(f"{_RELATIONS}Relationship"):
            target = posixpath.normpath(posixpath.join(base, relation.get("Target")))
            if relation.get("TargetMode") == "External" or target not in trees:
                faults.append(f"{name}: leads to {relation.get('Target')}")
    own = {e.get("Id") for e in trees["word/_rels/document.xml.rels"]}
    used = {
        v
        for e in trees["word/document.xml"].iter()
        for k, v in e.attrib.items()
        if k.endswith("}id") and "officeDocument" in k
    }
    return faults + [f"relationship {i} is not there" for i in used - own]


def _orders(tree: Any) -> list[str]:
    faults = []
    for element in tree.iter():
        name = etree.QName(element).localname
        if not str(element.tag).startswith(W) or name not in _SEQUENCES:
            continue
        order = _SEQUENCES[name]
        children = [etree.QName(c).localname for c in element]
        faults += [f"{c} in {name} is not known" for c in children if c not in order]
        at = [order.index(c) for c in children if c in order]
        if at != sorted(at):
            faults.append(f"order in {name}: {children}")
        once = [c for c in children if name.endswith("Pr") and not c.endswith("Reference")]
        if len(once) != len(set(once)):
            faults.append(f"twice in {name}: {children}")
    return faults


def _document(trees: dict[str, Any]) -> list[str]:
    root = trees["word/document.xml"]
    faults = []
    for group in (_MARKED, ["bookmarkStart"]):
        ids = [e.get(W + "id") for name in group for e in root.iter(W + name)]
        faults += [f"id twice among {group[0]}"] if len(ids) != len(set(ids)) else []
    names = [e.get(W + "name") for e in root.iter(W + "bookmarkStart")]
    faults += ["bookmark twice"] if len({n.lower() for n in names}) != len(names) else []
    faults += [f"bookmark {n}" for n in names if len(n) > _LONGEST_NAME or not re.fullmatch(r"[^\W\d]\w*", n)]
    for name in ("moveFromRange", "moveToRange", "bookmark", "commentRange"):
        starts = [e.get(W + "id") for e in root.iter(W + name + "Start")]
        ends = [e.get(W + "id") for e in root.iter(W + name + "End")]
        faults += [f"{name}: {starts} {ends}"] if sorted(starts) != sorted(ends) else []
    comments = trees.get("word/comments.xml")
    told = [e.get(W + "id") for e in comments.iter(W + "comment")] if comments is not None else []
    referred = [e.get(W + "id") for e in root.iter(W + "commentReference")]
    if len(told) != len(set(told)) or sorted(told) != sorted(referred):
        faults.append(f"comments {told} {referred}")
    faults += ["w:t in w:del" for e in root.iter(W + "del") if e.find(f".//{W}t") is not None]
    faults += ["w:delText in a move" for e in root.iter(W + "moveFrom") if e.find(f".//{W}delText") is not None]
    faults += ["a cell without a paragraph" for e in root.iter(W + "tc") if not len(e) or e[-1].tag != W + "p"]
    faults += ["a body ends in a table" for e in root.iter(W + "body") if e[-2].tag == W + "tbl"]
    styles = {e.get(W + "styleId") for e in trees["word/styles.xml"].iter(W + "style")}
    named = ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link")
    used = {e.get(W + "val") for tree in trees.values() for name in named for e in tree.iter(W + name)}
    return faults + [f"style {s} is not there" for s in sorted(used - styles)]
