"""Words that an office may put for one another, and words that say nothing by themselves.

In: a text.  Out: the same with one word of each group for all of them, so that two wordings of one thing look alike.

Surprise: leaving a group out costs a second question to the model; putting two words of different meaning into one
costs a wrong sentence.  So a group holds only what may stand for one another in both directions.
"""

import re
from collections.abc import Sequence
from functools import cache

_GROUPS = """
患者 病人 病患
不必 不用 无需 无须 不需要 不需 用不着
不能 无法 不得 不可 不准 不许
须 必须 需要 应当 须要 需 应 还要 还需 还须 仍须 仍需 还需要 仍要
可 可以 能够 即可 就能 便可 就可 也可 能 就行 即行 就成
才可 才能 方可 方能 才可以 才准
仍 仍然 依然 依旧 还是 仍旧 还
仍有 还有 尚有
增到 增加到 增至 增加至 加到 扩到 扩充到 扩至
减到 减少到 减至 减为 压减到
缩到 缩短到 缩为 缩短为 缩短至 压缩到 压缩为 压缩至 缩至
改为 改由 改用 换用 换成 改做 转做 改成 变为 变成 转为 调整为 更改为
更换 换上新的 换了新的 换成新的 换新 替换 换
投用 投入使用 启用 投入运行 投运 用起来 用上
上线 上线运行
开设 开诊 开办 设立 设置 开出 新开 新设 增设 开
建立 建起 建了 组建 成立 搭建 建
配音 配了音
推广 推广到 推开 推向 延伸 延伸到 扩展 扩展到 铺开 扩大到 扩大
存放 放在 放
增开 加开 多开
自理 自行出 自付 自费
承担 负担 出钱 列支 支付 付
承诺 答应 允诺
其余 只剩 剩下 剩余 余下 其他 其它 别的
列入 放入 纳入 列进 归入
接入 接到 接进 联入 连到 接上 连上
通 打通 接通
逐一 逐个 一一 挨个
电话 打电话 致电 通过电话
查看 检查 查验 察看 检视
随访 回访
自行 自己
陪同 陪着
上门 入户 到家里 登门
拟 计划 打算 准备
未按时 未按期 逾期 超期
立即 马上 当即
提醒 提示
公示 公布 公开
购买 购置 采购 买入 购入 买
捐赠 捐献 捐出 捐
招聘 招录 招收
推迟 延后 延期 顺延 推后 往后推
搬到 改在 改到 移到 迁到 挪到 搬至 移至 放到
讲 说明 讲解 说 解释 告知 告诉
调离 离开
视 看
使用 用
当场 现场
移交 交给 转交 交由
具备 具有 拥有
聘请 请来 聘
讨论 商议 研究
张贴 贴
合格 达标
报销 报
配备 配置 配 配上 装上 加装 安装 装
切换 切到 切换到
报告 上报 汇报
监督 监管
预约 约
损坏 坏
赔偿 赔
核对 核
点选 点击
回升 反弹
避开 绕开 避让
收治 接收 收住
救治 治疗 抢救
宣传 宣讲
制作 拍摄 拍 录制
巡查 巡视
采集 采
维修 修理 修
到货 到位
衔接 对接
首批 第一批
错峰 错开
值守 值班
轮流 轮换
反馈 回复
督促 催促
免费 不收费 不要钱
看病 就诊 就医 看诊
排队 等候
开药 配药
检测 化验 送检
定为 确定为 定成
搬入 搬进 住进 住入 迁入
发放 发给
超过 超出
取消 废止
暂 暂时 暂且 临时
共同 合作 联合 会同 一起 一道 携手 协同 一同
因 因为 由于
缺 缺少 缺乏 不够 不足 紧缺
自动 直接
改造 改建
制定 制订 拟定 拟订
下放 下沉 下移
授课 讲课
领取 取走
查明 经查 查实 查清
导致 所致 造成 引起
停用 停止使用
派出 选派 派驻
当天 当日
大部分 占多数 占大多数 占大部分 多数 大多数 大多 大半 多半
部分 一部分 有的 有些
所有 全部 全体 各个 一律 悉数
只 仅 仅仅 只是
首次 第一次 初次 头一次
前 之前 以前
后 之后 以后
外 以外 之外
除 除了
内 之内 以内
时 的时候 时候
实行 推行 施行 实施
举办 举行 开办
请 邀请
送 送到 送往
转 转到 转至 转往 转诊到
乘车 坐车
减少 降低 下降 压减
增加 上升 提高 增长 提升
缩短 压缩
清洗 洗
上传 传到 传回
合并 并为
每日 每天
每周 一周
每月 一个月
每年 一年
指导 给予指导 予以指导 带教
家长 父母
老人 老年人
儿童 孩子
孕妇 孕产妇
建档 建立档案 建档案
建册 建立档册
一致 相同 一样 相等
返岗 回岗 返回 回来 回到
参加 参与
费用 钱 经费
同意 批准 准许
签字 签名 签
退回 退还 归还 退
补检 补查
进修 学习
方便 便利
难 困难
少 不多
到家 进家
开出 出具
按 按照 依照 照
医师 医生
归档 入档
整改 整治
办理 办 受理
收回 回收
登记 记录在册
分开 分设 分开设置 单独设置
复核 复查
"""
_SAYS_NOTHING = """
的 了 着 地 得 之 其 该 此 这 那 等 把 将 被 对 于 以 为 为了 和 与 同 跟 及 以及 并 并且 且 而 也 都 就 则 又 便 来 去 到 在 从 所 给 向 里 中 上 有 有了 是 即 由 做 做到
已 已经 现 现已 目前 现在 其中 同时 此外 另外 并将 继续 进一步 开展 进行 实行 落实 给予 予以 工作 情况 方面 今年 全年 本年 本年度 一年来 年内 全程 具体 主要 方式 办法 使 做法 统筹 组织 牵头 负责
通过 围绕 针对 按照 按 根据 结合 坚持 推进 推动 抓好 做好 完成 实现 积极 认真 扎实 切实 持续 不断 稳步 有序 分别 一并 随后 随即 相关 有关 涉及 相应 各 项 个 名 台 家 例 次 起 件 人 所有的 所 起来 出来 下来 进来
可 出 时 要 一直 自行 占 仍 仍有 尚 暂 先 再 后 前 才 然后 再次 有所 完毕 办完 做完 完 可见 不再 不必 不能 不是 不肯 不会 不予 并非 非 向 派 参加 走 就地 整个 一个 达到 达 共 合计 总计 累计 由此 经 经过 后续 成为 作为 算 属于 使用 采用 采取 用 让 请 带 地点 时间 期限 日期 者 们 自 本 每 均 凡 需 则由 直至 期 得到 情形 的话 一次 这一 这一关 关 这项 这个 那些 这些
"""
_LET_IN = "其余 我科 我院 本科 本院 科里 全院 患者 群众 人员 服务 事项 措施 制度 机制 管理 病例 医务 单位 科室 医院 工作人员 职工 方案 流程 项目 系统 活动 力量 安排 要求 问题"
WEIGHTY = frozenset(
    "不未没无非否成完毕结全半首初末多少上下前后内外增减升降高低加授摘停开入出东西南北左右老新大小正负早晚长短先再始终起止主副抽逐生死男女公私"
)
_CLASS = frozenset("科院室部所站局委办处县市省区镇乡村国人员师者生长会日周月年季度天时分级类种型次数量名台个每")


def _lines(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


_TO_FIRST = {word: group[0] for group in reversed(_lines(_GROUPS)) for word in group}
_FELLOWS = {word: group for group in reversed(_lines(_GROUPS)) for word in group}
_IN_A_ROW = 4
_SHORT = 4
SAYS_NOTHING = frozenset(_SAYS_NOTHING.split())
LET_IN = frozenset(_LET_IN.split())
VAGUE = frozenset("记录 情况 工作 制度 措施 机制 流程 事项 服务 管理 方案 项目 活动 安排 要求 问题 办法".split())


_STILL_TO = re.compile("[仍还][需须要]")
_CANNOT = re.compile("([一-鿿]{2})不了")
_SPARED = re.compile("省去了?|免去了?|免了|告别了?")
_BEFORE_DONE = re.compile("未([一-鿿]{1,6}?之?前)(?=$|[，,；;])")
_DENIED = re.compile("还没有|尚没有|没有能|没有|尚未|并未|未能|没能|还没|从未|未曾|没")


def canonical(text: str) -> str:
    """A text in which every denial of what was done is 未: 没有接通, 尚未接通."""
    text = _CANNOT.sub(r"不能\1", _SPARED.sub("不再", text))
    return _BEFORE_DONE.sub(r"\1", _DENIED.sub("未", _STILL_TO.sub("须", text)))


def canonical_words(words: Sequence[str]) -> list[tuple[str, str]]:
    """Words, the first of its group for each, or for words in a row, beside what was written."""
    words = [w for w in words if w != "了"]
    said: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        rows = (words[at:end] for end in range(min(len(words), at + _IN_A_ROW), at, -1))
        row = next((r for r in rows if "".join(r) in _TO_FIRST), words[at : at + 1])
        written = "".join(row)
        said.append((_TO_FIRST.get(written, written), written))
        at += len(row)
    return said


def said_in(word: str, text: str) -> bool:
    """Whether a text has a word, or another of its group."""
    return word in text or any(other in text for other in _FELLOWS.get(word, ()))


@cache
def much_alike(one: str, other: str) -> bool:
    """Whether two words share a character that says what they are about, and differ in none that turns a meaning."""
    one, other = _apart(one.replace("进", "入"), other.replace("进", "入"))
    ours, theirs = set(one), set(other)
    shared, apart = ours & theirs, ours ^ theirs
    if not ours or not theirs:
        return not apart & WEIGHTY
    within = ours <= theirs or theirs <= ours
    short = max(len(one), len(other)) <= _SHORT
    return (within or (short and bool(shared - _CLASS - WEIGHTY))) and not apart & WEIGHTY


def _apart(one: str, other: str) -> tuple[str, str]:
    """Both without the words that they begin or end with alike."""
    start = _in_common(one, other)
    one, other = (one[start:], other[start:]) if start > 1 else (one, other)
    end = _in_common(one[::-1], other[::-1])
    return (one[: len(one) - end], other[: len(other) - end]) if end > 1 else (one, other)


def _in_common(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
