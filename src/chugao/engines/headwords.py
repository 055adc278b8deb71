"""What a heading may call the things that matters speak of: the nouns of each field of work, and when one fits.

In: `templates/frames/headings.toml`, a matter.  Out: fields with their nouns and verbs; whether a noun says too much.

Surprise: a noun of a heading is an assertion.  “改进日间手术服务” over a 日间雾化室 announces operations that nobody did.
"""

import re
import tomllib
from collections import Counter
from functools import cache
from typing import Any, NamedTuple, cast

from chugao.manuscript import BriefMatter
from chugao.shipped import shipped

STEM = re.compile(
    r"(?:建设|管理|服务|工作|处理|整改|改善|培训|防控|处置|保障|救治|技术|监管|应用|更新|配备|办理|创建|质量|安全|队伍|培养)$"
)


class Field(NamedTuple):
    """How one field of work may be spoken of in a heading."""

    nouns: dict[str, str]
    """What matters say → how a heading says it."""
    verbs: tuple[str, ...]
    plain: tuple[str, ...]
    end: str
    """What is done for the field, as the last words of “围绕手术、病历……”: 抓质量."""
    tail: str
    """What two of its nouns share at their end and say once: 手术、病历质量."""


@cache
def field_words() -> dict[str, Field]:
    rows = cast(
        dict[str, dict[str, Any]],
        tomllib.loads((shipped("templates") / "frames" / "headings.toml").read_text(encoding="utf-8")),
    )
    return {
        topic: Field(
            nouns=row["nouns"], verbs=tuple(row["verbs"]), plain=tuple(row["plain"]), end=row["end"], tail=row["tail"]
        )
        for topic, row in rows.items()
    }


def says_word(word: str, text: str) -> bool:
    """Whether a text says a word, and not the name of a room or an office that begins with it: 手术室, 检验科.

    A building is spoken of where something is done to it: “更换病房楼三部电梯” is about lifts.
    """
    behind = _BUILDING_WORKS if word.endswith("楼") else "(?![室科部])"
    return word in text and re.search(rf"{re.escape(word)}{behind}", text) is not None


def goes_beyond(word: str, said: str, matter: BriefMatter) -> bool:
    """Whether a heading's noun says of a matter what it does not: “日间手术服务” of a 日间雾化室, “机房迁移” of a bigger one.

    What many nouns of headings begin or end with (服务, 管理, 救治) says nothing more.
    """
    before, found, after = said.partition(word)
    told = matter.text + matter.result
    for piece in (before, after) if found else ():
        rest = piece if piece in _usual_ends() else STEM.sub("", piece)
        if (
            rest not in _usual_ends()
            and len(rest) > 1
            and not any(rest[i : i + 2] in told for i in range(len(rest) - 1))
        ):
            return True
    return False


_USUAL_FROM = 3  # nouns that begin or end alike
_AN_ACT = re.compile(r"改造|改善|整治|工程|改革|整改|学习|教育")
"""What is done to a thing is news, however often headings say it."""


@cache
def _usual_ends() -> frozenset[str]:
    """What the nouns of headings share before or behind the word of a matter: 服务 of 配送服务, 陪护服务."""
    counts: Counter[str] = Counter()
    for field in field_words().values():
        for word, said in field.nouns.items():
            before, found, after = said.partition(word)
            counts.update({before, after} if found else ())
    return frozenset(e for e, n in counts.items() if n >= _USUAL_FROM and not _AN_ACT.fullmatch(e)) | {""}


_BUILDING_WORKS = r"(?=$|[，。；、（]|(?:主体|项目|工程|整体|全面)?(?:新建|改造|建设|装修|启用|投用|投入|扩建|改扩建|加固|修缮|竣工|封顶|开工|动工|完工|落成|交付|搬迁|验收))"
