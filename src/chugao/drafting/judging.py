"""Everything that can be wrong with what a model wrote for a section, said so that it can mend it.

In: a `Reply` with slots, its `Offer`, and what is `Known` of the whole document.  Out: sentences in Chinese, empty when
the reply may stand.

The same text is judged three ways: as slots (were they offered, does each stand at its metric's name, is its matter the
one spoken of), as words (nothing that nobody gave), and as it will be printed (the verifier of `checks`, which knows
nothing of slots).
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from chugao.checks.given import Context, Given
from chugao.checks.inventions import find_inventions
from chugao.checks.numbers import verify
from chugao.drafting.binding import Bound, bind
from chugao.drafting.grounding import AHEAD, Covered, Grounds
from chugao.drafting.mending import metric_before, names_of
from chugao.drafting.offering import Offer
from chugao.kind import Kind
from chugao.manuscript import SLOT, Brief, Draft, Reply, ReplySentence, count_characters
from chugao.prompts import misread

_LONGEST_HEADING = 40
_ROOM = 1.2
_TOLD = 0.6
_ABOUT_ITSELF = re.compile(
    r"本(?:节|段|章|部分|文)(?=[一-鿿])|(?:成效|时间|责任|结果|完成时限|类别|状态)：|(?:做完|没有做完?|没有做好|做完与否)的：|以上(?:是|为|就是)|作为(?:AI|人工智能)|提示词|系统(?:提示|指令)|(?:你|您)是|起草人员|(?:忽略|无视)(?:以上|上述|前面|之前)|根据(?:您|你|资料|提供)"
)
_NAMED_FAR = 60
_FREE = ("brief.",)
_ODD = re.compile(r"[*#`<>|\\_\[\]{}]|https?:|www\.|【|】|〔|〕|[①-⓿❶-➓㈠-㉟]|[A-Za-z0-9]+\.(?:com|cn|net|org)")


class Known(NamedTuple):
    """What the whole document may speak of."""

    empty: Draft
    """The draft before its first word: who writes, under which title."""
    context: Context
    given: str
    """Every text that somebody gave."""


class Judge:
    """Holds what is known while the sections of a document are judged."""

    def __init__(self, known: Known) -> None:
        self.known = known

    @cached_property
    def _grounds(self) -> Grounds:
        return Grounds(self.known.given)

    @cached_property
    def _read(self) -> Given:
        return Given(self.known.context)

    def __call__(self, reply: Reply, offer: Offer) -> list[str]:
        """What is wrong with a reply, each thing once."""
        sentences = [s for b in reply.blocks for s in b.sentences]
        if not sentences:
            return ["没有写出一句话"] if offer.brief.matters or offer.brief.slots else []
        bound = [bind(s.text, offer.values, offer.constants) for s in sentences]
        problems = [*_heading_problems(reply, offer), *(p for b in bound for p in b.problems)]
        problems += _slot_problems(sentences, offer)
        problems += _place_problems(reply, offer)
        problems += _matter_problems(sentences, offer)
        problems += _word_problems(reply, offer)
        problems += _untold(sentences, offer)
        if not problems:
            problems += self._printed_problems(bound, reply, offer)
            problems += self._grounds.problems(sentences, offer)
            problems += self._grounds.heading_problems(reply.heading or "", offer)
        return list(dict.fromkeys(problems))

    # --- as it will be printed ---

    def _printed_problems(self, bound: list[Bound], reply: Reply, offer: Offer) -> Iterator[str]:
        text = "\n".join([self.known.empty.title.text, *self._above(reply, offer), _joined(bound)])
        allowed = [c for c in offer.constants if c]
        for finding in find_inventions(
            text, self.known.empty, self.known.context.facts, tuple(self.known.context.matters)
        ):
            if not any(finding.quote in c for c in allowed) and finding.quote not in self.known.given:
                yield finding.hint
        for verdict in verify(text, self.known.context, self._read):
            if verdict.finding is not None and verdict.finding.severity.blocks:
                yield f"“{verdict.finding.quote}”：{verdict.finding.hint}"

    def _above(self, reply: Reply, offer: Offer) -> list[str]:
        """The headings over a section, which tell the verifier whether it looks back or ahead."""
        heading = offer.brief.heading or reply.heading or ""
        over = []
        if offer.brief.kind is Kind.SUMMARY_PLAN and offer.brief.role != "lead":
            year = self.known.empty.year
            over = [f"二、{year + 1}年工作计划" if offer.brief.role in AHEAD else f"一、{year}年工作总结"]
        return [*over, *([f"（一）{heading}"] if heading else [])]


def _joined(bound: Iterable[Bound]) -> str:
    return "".join(b.text for b in bound)


# --- as slots -------------------------------------------------------------------------------------


def _heading_problems(reply: Reply, offer: Offer) -> Iterator[str]:
    if not reply.heading or offer.brief.heading:
        return
    yield from bind(reply.heading, offer.values, offer.constants).problems
    if SLOT.search(reply.heading):
        yield "标题里不写槽位"
    if len(reply.heading) > _LONGEST_HEADING:
        yield f"标题太长，不超过{_LONGEST_HEADING // 2}字"


def _slot_problems(sentences: list[ReplySentence], offer: Offer) -> Iterator[str]:
    """Slots used twice, and what had to be said and was not."""
    used = [m.group()[1:-1] for s in sentences for m in SLOT.finditer(s.text)]
    for name in dict.fromkeys(used):
        if used.count(name) > 1 and not name.startswith(_FREE):
            yield f"槽位{{{name}}}用了{_times(used.count(name))}，只能用一次"
    said = {name.partition(".")[0] for name in used}
    for name in required(offer.brief):
        # A required metric may be told by its growth alone; what is 待补 has one slot only.
        if name not in used and (name.startswith(_FREE) or name.partition(".")[0] not in said):
            yield f"没有写必写的槽位{{{name}}}"
    offered = {p.id for p in offer.brief.passages}
    for passage in dict.fromkeys(p for s in sentences for p in s.passages):
        if passage not in offered:
            yield f"参考文句“{passage[:20]}”没有给过"


def required(brief: Brief) -> list[str]:
    """Slots that a reply cannot do without."""
    pending = [s.name for s in brief.slots if s.name == "brief.pending" or s.field == "missing"]
    return pending + [s.name for s in brief.slots if s.required and s.field != "missing" and brief.role == "results"]


def _times(count: int) -> str:
    return "两次" if count == 2 else "多次"


def _place_problems(reply: Reply, offer: Offer) -> Iterator[str]:
    """A metric's slot that does not stand at that metric's name."""
    names = names_of(offer)
    facts = {n: n.partition(".")[0] for n in offer.facts}
    for block in reply.blocks:
        told = ""
        for sentence in block.sentences:
            for match in SLOT.finditer(sentence.text):
                metric = facts.get(match.group()[1:-1])
                if metric is None:
                    continue
                before = (told + sentence.text[: match.start()])[-200:]
                plain = SLOT.sub("", before[-(_NAMED_FAR + 60) :])
                said = metric_before(plain, names)
                if said != metric:
                    name = names.get(metric, (metric,))[-1]
                    wrong = f"前面说的却是“{names[said][-1]}”" if said else "前面没有写出名称"
                    yield f"{match.group()}是“{name}”的值，{wrong}"
            told += sentence.text


def _matter_problems(sentences: list[ReplySentence], offer: Offer) -> Iterator[str]:
    """A number of one matter told of another."""
    matters = {m.id: m for m in offer.brief.matters}
    for sentence in sentences:
        words = SLOT.sub("，", sentence.text)
        for match in SLOT.finditer(sentence.text):
            matter = matters.get(match.group(1))
            if matter is None:
                continue
            theirs = SLOT.sub("，", f"{matter.text}，{matter.result}")
            pairs = {theirs[i : i + 2] for i in range(len(theirs) - 1) if "，" not in theirs[i : i + 2]}
            shared = sum(1 for pair in pairs if pair in words)
            said = len(re.sub("[^一-鿿]", "", words)) // 3
            if shared < min(3, max(1, len(pairs) // 3), max(1, said)):
                yield f"{match.group()}是“{matter.text[:20]}”这件事的，不能用在别的事上"


def _untold(sentences: list[ReplySentence], offer: Offer) -> Iterator[str]:
    """Matters that a section leaves out: of results the weightier half has to be told, of tasks and shortcomings all."""
    brief = offer.brief
    if brief.role not in ("results", "problems", *AHEAD) or not brief.matters:
        return
    said = Covered("，".join(SLOT.sub("，", s.text) for s in sentences), glue=False)
    matters = sorted(brief.matters, key=lambda m: -m.weight)
    if brief.role == "results":
        matters = matters[: (len(matters) + 1) // 2]
    if sum(len(m.text) + len(m.result) for m in matters) > brief.max_chars:
        return
    for matter in matters:
        words = re.sub(r"[^\u4e00-\u9fff]", "", SLOT.sub("", matter.text))
        if said.share(words) < _TOLD:
            yield f"没有写“{matter.text[:24]}”这件事"


def _word_problems(reply: Reply, offer: Offer) -> Iterator[str]:
    """Quantities in Chinese numerals, marks of a markup, addresses, sentences told twice, too much of it."""
    texts = [s.text for b in reply.blocks for s in b.sentences]
    heading = [reply.heading] if reply.heading and not offer.brief.heading else []
    offered = SLOT.sub("，", "，".join(f"{m.text}，{m.result}" for m in offer.brief.matters))
    for text in (*texts, *heading):
        plain = SLOT.sub("", text)
        for constant in sorted(filter(None, offer.constants), key=len, reverse=True):
            plain = plain.replace(constant, "，")
        for quote in misread(plain, offer.brief):
            # 两镇 and 三日内, as the material has them, are no slots and may be said as they are.
            if quote in offered:
                continue
            yield f"“{quote}”是数量：数量一律由槽位填入，或改成不带数的说法"
        if odd := _ODD.search(plain):
            yield f"不能有“{odd.group()}”这样的符号或网址"
    for text in (*texts, *heading):
        if about := _ABOUT_ITSELF.search(text):
            yield f"“{about.group()}”是资料的写法或对文稿的说明，不写进正文，直接写事"
    for text in dict.fromkeys(t for t in texts if texts.count(t) > 1):
        yield f"“{SLOT.sub('', text)[:20]}”写了两遍"
    length = sum(count_characters(SLOT.sub("数", t)) for t in texts)
    if length > offer.brief.max_chars * _ROOM:
        yield "写得太长，超出篇幅"
