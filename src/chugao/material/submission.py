"""What a department sent this year: facts and matters that somebody still has to confirm.

In: a Word file, a sheet, a scan or pasted text.  Out: `Submission`: `Item`s with the paragraph each stands in, the
numbers that went into none of them, and who sent and signed it.

Nothing of it is drafted before a person confirms it; what is copied from an earlier report is shown and never used.
Surprise: a value at a metric's name is a figure of the department only when its sentence speaks of the whole; in
“开展机器人置换，平均住院日缩短到7.8天” it belongs to that one thing and stays in its matter.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.catalogue import Catalogue, load_catalogue
from chugao.errors import InputError
from chugao.material.chats import Whence, as_report, department_of, is_pasted
from chugao.material.copied import Earlier, copied_from, earlier_texts
from chugao.material.honours import NOT_YET
from chugao.material.instructions import said_of_the_paper
from chugao.material.items import Item, confirmed, figures_of, matters_of
from chugao.material.prose import Reader, Unused
from chugao.material.rows import off_by
from chugao.material.statements import take_apart, with_rows
from chugao.material.workbooks import read_workbook
from chugao.source import Frozen

if TYPE_CHECKING:
    from chugao.documents.structure import Document
    from chugao.index import Index

__all__ = [
    "Item",
    "Submission",
    "Unused",
    "confirmed",
    "figures_of",
    "matters_of",
    "read_submission",
    "understand_submission",
]

SHEETS = (".xlsx", ".xls", ".et", ".csv")
_CLAIM = re.compile(r"首例|首家|首创|首个|第一例|第一家|填补.{0,6}空白|率先|领先")


_AS_SPOKEN = re.compile(r"[^\s，。；：、！？,.;:!?（）()|\t]{45,}")


class Submission(Frozen):
    """A submission, read."""

    file: str
    fingerprint: str
    items: tuple[Item, ...]
    unused: tuple[Unused, ...] = ()
    remarks: tuple[str, ...] = ()
    """What the sender says to the office."""
    phrases: tuple[str, ...] = ()
    """Sentences that fit any year and were not taken for matters."""
    submitter: str = ""
    signed_by: str = ""
    """审签: who signed it, as far as the file says."""
    scanned: bool = False


def read_submission(
    path: Path | str,
    *,
    department: str,
    year: int,
    index: "Index | None" = None,
    catalogue: Catalogue | None = None,
) -> tuple[Item, ...]:
    """Everything a submission says, in order; `year` is the year it reports on.

    Raises `InputError` for a file that cannot be read or says nothing.
    """
    return understand_submission(path, department=department, year=year, index=index, catalogue=catalogue).items


def understand_submission(
    path: Path | str,
    *,
    department: str,
    year: int,
    index: "Index | None" = None,
    catalogue: Catalogue | None = None,
    submitter: str = "",
) -> Submission:
    """The same with the numbers it did not use, its remarks, sender and signature.  Raises as `read_submission`."""
    file = Path(path)
    catalogue = catalogue or load_catalogue()
    earlier = earlier_texts(index, department, year)
    if file.suffix.lower() in SHEETS:
        found, unused = read_workbook(file, department, year, catalogue)
        items = _in_order(_marked(i, earlier, submitter) for i in found)
        fingerprint = items[0].source.fingerprint
        return Submission(file=file.name, fingerprint=fingerprint, items=items, unused=unused, submitter=submitter)
    document, scanned, whence = _document(file, f"{department}{year}年工作材料")
    reader = Reader(document, department, year, catalogue, whence)
    sent = take_apart(document, whence)
    sender = submitter or sent.submitter
    items = _in_order(_marked(_of_its_speaker(i), earlier, sender) for i in reader.items(sent))
    if title := _earlier_report(document, year):
        items = tuple(i.model_copy(update={"copied_from": i.copied_from or title}) for i in items)
    if not items:
        raise InputError(f"{file.name}：没有读到可用的内容。请确认这是科室报送的材料，文字不要放在图片或文本框里。")
    return Submission(
        file=document.file,
        fingerprint=document.fingerprint,
        items=items,
        unused=tuple(reader.unused(sent)),
        remarks=tuple(r.text for r in sent.remarks),
        phrases=tuple(p.text for p in sent.phrases),
        submitter=sender,
        signed_by=sent.signed_by,
        scanned=scanned,
    )


_TITLED = re.compile(r"20\d\d(?=年)")


def _earlier_report(document: "Document", year: int) -> str:
    """The title of a report that names an earlier year: sent along, it is none of this year's material; "" for others."""
    titles = [p.text.strip() for p in document.paragraphs[:2] if p.kind in ("title", "front")]
    title = next((t for t in titles if re.search(r"总结|小结|汇报|报告|材料|计划|打算", t)), "")
    years = [int(y) for y in _TITLED.findall(title)]
    return title if years and max(years) < year else ""


def _document(file: Path, title: str) -> "tuple[Document, bool, Whence]":
    """The submission as a document, whether it was read from a picture, and where pasted lines stood."""
    from chugao.documents.reading import read_text
    from chugao.documents.structure import understand

    reading = with_rows(read_text(file))
    scanned = "ocr" in reading.flags
    if not is_pasted(reading):
        document = understand(reading)
        if document.kind is not None or document.paragraphs[0].kind != "front":
            return document, scanned, {}
    report, whence = as_report(reading, title)
    return understand(report), scanned, whence


def _in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Each item once, with its place."""
    once = {i.id: i for i in items}.values()
    return tuple(i.model_copy(update={"order": n}) for n, i in enumerate(once, 1))


def _of_its_speaker(item: Item) -> Item:
    """What 骨科-王 says in a chat is 骨科's, whichever department the chat was taken in for."""
    department = department_of(item.submitter or "")
    if not department or department == item.department:
        return item
    changed: dict[str, object] = {"department": department}
    for name in ("matter", "observation", "previous", "change"):
        if (part := getattr(item, name)) is not None:
            changed[name] = part.model_copy(update={"department": department})
    return item.model_copy(update=changed)


def _marked(item: Item, earlier: Sequence[Earlier], submitter: str) -> Item:
    """With who sent it, what is asked for, and the report it was copied from."""
    claim = _CLAIM.search(item.text)
    evidence = item.matter.evidence if item.matter else ""
    changed: dict[str, object] = {"submitter": item.submitter or submitter}
    if leader := said_of_the_paper(item.text):
        changed["asks"] = f"像是{leader}的意见，登记成领导意见才会照办（chugao material add --instruction）"
    elif _AS_SPOKEN.search(item.text):
        changed["asks"] = "没有标点，像是语音转的文字，请改正后再确认"
    elif not_yet := NOT_YET.search(item.text):
        changed["asks"] = f"“{not_yet[0].strip('（）()')}”还不是荣誉，请写明结果"
    elif claim and not evidence:
        changed["asks"] = f"“{claim[0]}”要有佐证"
    elif odd := off_by(item):
        changed["asks"] = odd
    elif item.matter and item.matter.honour and item.matter.honour.lacks:
        changed["asks"] = f"荣誉缺{'、'.join(item.matter.honour.lacks)}"
    if item.copied_from is None:
        changed["copied_from"] = copied_from(item.text, earlier)
    return item.model_copy(update=changed)
