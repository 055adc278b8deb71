"""Whether every frame puts each value where its own words want it, read from the frames as they stand.

In: `templates/frames/metrics.toml`.  Out: answers for `eval.probes`.

A case shows the frames it happens to use.  “{name}{to}{prev}，上年为{now}” is wrong in whichever office's paper it turns up first,
and no draft of today need hold it.  A question is a rule and an answer a frame that breaks it: a frame more is no other question.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

Answer = tuple[str, str]

_FILE = Path(__file__).parents[1] / "templates" / "frames" / "metrics.toml"
_SLOT = re.compile(r"\{(\w+)\}")
_SINCE = r"(?:比|较|与|和)(?:上年|去年)(?:同期)?(?:相比)?，?"
_NOW, _AIMED = {"now"}, {"target", "attainment", "gap"}
_MOVED = {"change", "growth", "multiple", "than", "better_than"}

RULES: tuple[tuple[str, str, dict[str, set[str]]], ...] = (
    ("升至、降到后面是本年的值", r"\{(?:to|reach)\}@", {"": _NOW}),
    ("力争升到后面是目标", r"\{aim\}@", {"": {"goal"}}),
    ("“上年为”“上年的”后面是上年的值", r"(?<![比较与和])(?:上年|去年)(?:同期)?[为的是]?@", {"": {"prev"}, "goals": _NOW}),
    ("“由”“从”后面是起点", r"[由从]@", {"": {"prev"}, "goals": _NOW}),
    ("“比上年”后面是变化", rf"{_SINCE}@", {"": _MOVED, "goals": {"step"}}),
    ("“目标”“计划”后面是目标或完成率", r"(?:目标|计划|定的)[为是的（]?@", {"": _AIMED, "goals": {"goal"}}),
    ("“……的目标”前面是目标", r"@的(?:年度)?(?:目标|计划)", {"": {"target"}, "goals": {"goal"}}),
)  # fmt: skip
"""What is asked, the words around a slot (@), and by role the slots that may stand there (“” for roles without their own)."""
_ONCE = "每个空只填一次，都有指标名"


def frames() -> list[tuple[str, str, str]]:
    """(id, role, text) of each frame."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["frame"]
    return [(row["id"], row["role"], row["text"]) for row in rows]


def framed() -> Iterator[Answer]:
    """What each frame does against its own words."""
    for question, around, allowed in RULES:
        yield question, ""
        for name, role, text in frames():
            for slot in _SLOT.finditer(text):
                fits = slot[1] in allowed.get(role, allowed[""])
                if not fits and slot[1] != "name" and re.search(around, f"{text[: slot.start()]}@{text[slot.end() :]}"):
                    yield question, f"{name} {text}"
    yield _ONCE, ""
    for name, _, text in frames():
        slots = _SLOT.findall(text)
        if "name" not in slots or len(slots) != len({*slots}):
            yield _ONCE, f"{name} {text}"
