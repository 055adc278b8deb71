"""Heal what a fixed line width cut: sentences over two lines, and numbers over two lines.

In: lines of a text.  Out: whether one runs on into the next, and the joined text.

Surprise: a line that ends in “15.” or “，完成23” has not ended, however short it is; and “第3项” on the next page may
stand behind a page number that falls into the middle of a figure.
"""

import re
from collections.abc import Iterator

BODY_END = tuple("。！？；：”）!?;:)")
NUMBERED = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、．.]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d)|第[一二三四五六七八九十]{1,3}[章节部篇条]"
    r"|[一二三四五六七八九十]{1,2}[是要]|——|[-—•·●◆①②③④⑤⑥⑦⑧⑨⑩]|【|附[件表录：:]|《.{1,60}》$)"
)
_TITLE_WORDS = re.compile(r"总结|计划|要点|思路|报告|安排|打算|汇报|通知|方案|规划|意见|设想")
_SALUTATION = re.compile(r"^(?:各位.{0,12}|同志们|尊敬的.{0,20})[，,：:！!]$")
_LEADER_LINE = re.compile(r"^.{0,16}(?:总理|省长|市长|主席|主任|院长|局长|科长|书记)[ \u3000]{1,4}.{2,6}$")
_CUT_NUMBER = re.compile(r"(?:\d[.．]|[\u4e00-\u9fff（“，；：、]\d{1,6}(?:[.．]\d{0,4})?)$")
_GOES_ON = re.compile(
    r"[.．]\d{1,3}(?:[%％‰万亿千百余多]|个百分点|人次|例|天|元|分钟|小时|[，。；、）])|\d{1,4}(?:[.．]\d{1,4})?(?:[%％‰万亿千百余多]|个百分点|人次|例|人|个|台|份|次|张|天|元|家|项|名|分钟|小时|床|篇|[，。；、）])|[%％‰]|(?:万|亿)?(?:个百分点|人次|例次?|台次?|张次?|份|元)[，。；、（）\u4e00-\u9fff]"
)
_CUT_GROUP = re.compile(r"(?<![\d,，.])\d{1,3}(?:[,，]\d{3})*[,，](\d{0,2})$")
_GROUP = re.compile(r"\d{1,3}(?=[\u4e00-\u9fff,，]|\.\d)")
_CUT_WORDS = frozenset(
    "增加 增长 增收 增幅 减少 减幅 下降 上升 提高 提升 缩短 公里 万元 亿元 千克 人次 例次 台次 件次 场次 人份 小时 分钟 个月 季度 年度 完成 开展 实现 达到 同比 同期 上年 去年 全年 全院 全县 全市 全省 其中 "
    "占比 患者 医院 科室 门诊 急诊 手术 住院 出院 医疗 医务 医师 医生 护理 护士 服务 工作 管理 质量 安全 培训 检查 建设 组织 落实 推进 加强 进一 一步 百分 分点 满意 意度 制度 规范 设备 项目 技术 能力 "
    "水平 情况 问题 措施 机制 体系 重点 基层 卫生 健康 人员 干部 职工 会议 活动 宣传 考核 评价 指标 比例 合格 格率 生院 诊疗 病历 病床 床位 平均 收入 支出".split()
)
"""Words a line of fixed width cuts in two as often as it ends: 增|加12场次."""
_FALSE_NUMBER = re.compile(r"^(?:19|20)\d\d(?:年|[-/.]\d)|^\d{1,2}[.．、][^\d]")
_PAGE_IN_NUMBER = re.compile(r"^(\d{1,3})、(?=\d)")


def wrap_width(lines: list[str]) -> int:
    """Characters a line of a hard-wrapped text holds; 0 when the text is not hard-wrapped."""
    lines = [t for t in lines if "\t" not in t]
    long = [len(t) for t in lines if len(t) >= 8]
    open_ended = [
        len(t) for t in lines if len(t) >= 8 and not t.endswith((*BODY_END, "，", "、")) and not NUMBERED.match(t)
    ]
    if len(open_ended) < 3 or len(open_ended) * 4 < len(long):
        return 0
    ordered = sorted(long)
    width = ordered[int(len(ordered) * 0.9)]
    return width if width <= 60 else 0


def runs_on(line: str, following: str, width: int, head: bool) -> bool:
    """Whether the sentence of `line` goes on in `following`; `head`: `line` is the first of its paragraph."""
    if "\t" in line or "\t" in following:  # a row of a table
        return False
    if number_runs_on(line, following):
        return True
    if len(line) >= 12 and line[-1:] + following[:1] in _CUT_WORDS and not (head and is_title_like(line)):
        return True
    if NUMBERED.match(following) or _SALUTATION.match(line) or _LEADER_LINE.match(following):
        return False
    if line.endswith(("，", "、")):
        return True
    heading = head and "。" not in line and NUMBERED.match(line) is not None
    if width and ("，" in line or "。" in line) and not line.endswith(BODY_END) and not heading:
        return True
    if not width or line.endswith(BODY_END) or (head and is_title_like(line)):
        return False
    return len(line) >= (width - 1 if heading else 0.7 * width)


def number_runs_on(line: str, following: str) -> bool:
    """“整改率15.” / “03%，” or “完成23” / “0例。”: one number, two lines."""
    if (cut := _CUT_GROUP.search(line[-16:])) is not None and len(line) >= 6:
        group = _GROUP.match(following)
        return group is not None and len(cut[1]) + len(group[0]) == 3
    if len(line) < 6 or _CUT_NUMBER.search(line[-16:]) is None:
        return False
    return _GOES_ON.match(following) is not None and not _FALSE_NUMBER.match(following)


def page_in_number(line: str, following: str) -> str | None:
    """“15.0” / “3、8‰”: `following` without the page number that fell into the figure; None when none did."""
    if re.search(r"\d[.．]\d{0,3}$", line) and (match := _PAGE_IN_NUMBER.match(following)):
        return following[match.end() :]
    return None


def is_title_like(text: str) -> bool:
    """A short line that names a kind of document and ends without a mark."""
    return 4 <= len(text) <= 60 and _TITLE_WORDS.search(text) is not None and not text.endswith(BODY_END)


def glued(pieces: list[str]) -> Iterator[str]:
    """Lines set end to end; a space between two Latin words only."""
    before = ""
    for piece in pieces:
        latin = before[-1:].isascii() and before[-1:].isalpha() and piece[:1].isascii() and piece[:1].isalpha()
        yield " " + piece if latin else piece
        before = piece
