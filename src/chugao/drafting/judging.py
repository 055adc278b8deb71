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

from chugao.checks.inventions import find_inventions
from chugao.checks.numbers import Context, Given, verify
from chugao.drafting.binding import Bound, bind
from chugao.drafting.mending import metric_before, names_of
from chugao.drafting.offering import Offer
from chugao.kind import Kind
from chugao.manuscript import SLOT, Brief, Draft, Reply, ReplySentence, count_characters
from chugao.prompts import misread

_LONGEST_HEADING = 40
_ROOM = 1.2
_NAMED_FAR = 60
_AHEAD = ("plan", "items", "goals", "next")
_FREE = ("brief.",)
_ODD = re.compile(r"[*#`<>|\\_\[\]{}]|https?:|www\.|【|】|〔|〕|[①-⓿❶-➓㈠-㉟]|[A-Za-z0-9]+\.(?:com|cn|net|org)")
_ACT = re.compile(
    r"举办|召开|举行|承办|建成|启用|引进|购置|购入|采购|安装|获评|获得|荣获|获批|入选|通过|成立|组建|设立|出台|印发|制定|签订|揭牌|挂牌|上线|投入使用|投用"
    r"|选派|派出|邀请|发表|立项|授予|表彰|接待|完成了|开展了|组织了|实施了|新增|新建|改造|扩建|开设|开通|推出|首[次例家创]"
)
_ENOUGH, _ACT_ENOUGH = 0.34, 0.5
_LONG = 8
# Words of office writing that claim nothing.
_GLUE = """
全年 本年 上年 去年 同期 相比 比上年 较上年 今年 明年 下一步 一年来 工作 情况 方面 其中 同时 此外 另外 以及 并且 通过 围绕 针对 按照 根据 结合 坚持 持续 不断
进一步 加强 提升 提高 推进 推动 促进 完善 优化 强化 落实 做好 抓好 开展 组织 实施 建立 健全 规范 管理 服务 质量 安全 水平 能力 建设 发展 改善 改进 保障 重点 主要
着力 办了 几件 实事 做了 以下 完成 达到 实现 超过 高于 低于 上升 下降 增长 增加 减少 缩短 延长 降低 稳步 明显 有所 保持 稳定 平稳 持平 良好 较好 目标 年初 年底 年末 全部 总体 整体 医院 科室 患者
医务 人员 临床 医疗 汇报如下 报告如下 现将 如下 总结 计划 要点 我院 我科 全院 全科 各科室 存在 不足 问题 原因 仍然 还有 不够 需要 有待 还需 力争 确保 继续 努力 拟于
将 年内 季度 牵头 负责 责任 配合 时限 任务 措施 要求 进度 检查 督促 定期 及时 有序 积极 认真 切实 扎实 有效 较 比 由 到 从 至 为 了 的 在 和 与 及 等 对 把 被 也 均 都 已
""".split()


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
        if not problems:
            problems += self._printed_problems(bound, reply, offer)
            problems += self._given_problems(sentences, offer)
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
            over = [f"二、{year + 1}年工作计划" if offer.brief.role in _AHEAD else f"一、{year}年工作总结"]
        return [*over, *([f"（一）{heading}"] if heading else [])]

    # --- as words ---

    def _given_problems(self, sentences: list[ReplySentence], offer: Offer) -> Iterator[str]:
        """Sentences that say what nobody gave: of the past none may, of the future none that names an act done."""
        brief = offer.brief
        given = Covered(self.known.given, _texts(offer))
        for sentence in sentences:
            for clause in re.split(r"[，。；：！？]", sentence.text):
                words = _words(clause, offer)
                if len(words) < 4:
                    continue
                slotted = SLOT.search(clause) is not None
                if _ACT.search(words) and given.share(words) < _ACT_ENOUGH:
                    yield f"“{words[:24]}”在资料里没有依据，请删去或改写成资料里有的事"
                elif len(words) >= _LONG and not slotted and given.share(words) < _ENOUGH and brief.role not in _AHEAD:
                    yield f"“{words[:24]}”没有资料支撑，请删去或写具体的事"
            whole = _words(sentence.text, offer)
            if brief.role in _AHEAD and len(whole) >= _LONG and given.share(whole) < _ENOUGH / 2:
                yield f"“{whole[:24]}”与资料无关，请删去"


class Covered:
    """How much of a clause stands in what was given: pairs of characters, as Chinese words are mostly two."""

    def __init__(self, *texts: str, glue: bool = True) -> None:
        self._pairs = {t[i : i + 2] for t in (*texts, *(_GLUE if glue else ())) for i in range(len(t) - 1)}

    def share(self, words: str) -> float:
        """0 to 1: characters that lie in a pair that was given."""
        if len(words) < 2:
            return 1.0
        held = [words[i : i + 2] in self._pairs for i in range(len(words) - 1)]
        covered = sum(1 for i in range(len(words)) if (i and held[i - 1]) or (i < len(held) and held[i]))
        return covered / len(words)


def _words(clause: str, offer: Offer) -> str:
    """What a clause claims in words: without slots, marks and the names that stand before values."""
    text = SLOT.sub("，", clause)
    for constant in offer.constants:
        if constant:
            text = text.replace(constant, "，")
    return re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", text)


def _texts(offer: Offer) -> str:
    brief = offer.brief
    slots = (s.metric_name for s in brief.slots)
    matters = (f"{m.text}，{m.result}，{m.actor}，{m.category}" for m in brief.matters)
    passages = (p.text for p in brief.passages if p.own)
    own = (brief.heading, brief.topic, brief.department, brief.organisation, brief.theme, brief.guidance)
    return "\n".join((*slots, *matters, *passages, *own))


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
            if shared < min(3, max(1, len(pairs) // 3)):
                yield f"{match.group()}是“{matter.text[:20]}”这件事的，不能用在别的事上"


def _word_problems(reply: Reply, offer: Offer) -> Iterator[str]:
    """Quantities in Chinese numerals, marks of a markup, addresses, sentences told twice, too much of it."""
    texts = [s.text for b in reply.blocks for s in b.sentences]
    heading = [reply.heading] if reply.heading and not offer.brief.heading else []
    for text in (*texts, *heading):
        plain = SLOT.sub("", text)
        for constant in sorted(filter(None, offer.constants), key=len, reverse=True):
            plain = plain.replace(constant, "，")
        for quote in misread(plain, offer.brief):
            yield f"“{quote}”是数量：数量一律由槽位填入，或改成不带数的说法"
        if odd := _ODD.search(plain):
            yield f"不能有“{odd.group()}”这样的符号或网址"
    for text in dict.fromkeys(t for t in texts if texts.count(t) > 1):
        yield f"“{SLOT.sub('', text)[:20]}”写了两遍"
    length = sum(count_characters(SLOT.sub("数", t)) for t in texts)
    if length > offer.brief.max_chars * _ROOM:
        yield "写得太长，超出篇幅"
