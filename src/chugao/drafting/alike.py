"""Words that an office may put for one another, and words that say nothing by themselves.

In: a text.  Out: the same with one word of each group for all of them, so that two wordings of one thing look alike.

Surprise: leaving a group out costs a second question to the model; putting two words of different meaning into one
costs a wrong sentence.  So a group holds only what may stand for one another in both directions.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import combinations

_GROUPS = """
患者 病人 病患 病员 就诊者
不必 不用 无需 无须 不需要 不需 用不着 毋须 不再需要 不再要求 不要求
不能 无法 不得 不可 不准 不许
须 必须 需要 应当 须要 需 应 还要 还需 还须 仍须 仍需 还需要 仍要 务必
可 可以 能够 即可 就能 便可 就可 也可 能 就行 即行 就成
才可 才能 方可 方能 才可以 才准
仍 仍然 依然 依旧 还是 仍旧 还
仍有 还有 尚有
增到 增加到 增至 增加至 加到 扩到 扩充到 扩至
减到 减少到 减至 减为 压减到 精简到 精简为 精减到 降到 降至 降为
缩到 缩短到 缩为 缩短为 缩短至 压缩到 压缩为 压缩至 缩至
改为 转作 改由 改用 换用 换成 改做 转做 改成 变为 变成 转为 调整为 更改为 变更为 转变为 改作
更换 换上新的 换了新的 换成新的 换新 替换 换
投用 投入使用 启用 投入运行 投运 用起来 用上 正式启用 投入运营
开通 上线 上线运行 开放
开设 设在 开在 开课 开诊 开办 设立 设置 开出 新开 新设 增设 开 办起 设了 设
建立 组成 建起 建了 组建 成立 搭建 建 创建 创立 构建
配音 配了音
推广 推广到 推开 推向 延伸 延伸到 扩展 扩展到 铺开 扩大到 扩大 拓展 拓展到
存放 放在 放 储存 保存 保管 贮存 留存
增开 加开 多开
自理 自行出 自付 自费
承担 负担 出钱 列支 支付 付
承诺 答应 允诺
其余 只剩 剩下 剩余 余下 其他 其它 别的 剩
列入 放入 纳入 列进 归入
接入 接到 接进 联入 连到 接上 连上
通 打通 接通
逐一 逐个 一一 挨个
电话 打电话 致电 通过电话
查看 检查 查验 察看 检视
随访 回访
自行 自己 自主
陪同 陪着 陪伴
上门 入户 到家里 登门
拟 计划 打算 准备
未按时 未按期 逾期 超期 超时 未如期
立即 马上 当即 即时 即刻 第一时间
提醒 提示
公示 公布 公开 公告 通告
购买 新购 购置 采购 买入 购入 买
捐赠 捐献 捐出 捐 赠送 赠 赠予
招聘 招录 招收
推迟 延后 延期 顺延 推后 往后推
搬到 改在 改到 移到 迁到 挪到 搬至 移至 放到 转移到 挪至 改至 调到 迁至 移往
讲 说明 讲解 说 解释 告知 告诉 通知 知会 解读 解说 讲明 打招呼
调离 离开
视 看
使用 用 运用 应用 利用 引入
当场 现场
移交 交给 转交 交由 交付 送交 转给
具备 具有 拥有
聘请 请来 聘
讨论 商议 研究 研讨 商讨 会商
张贴 贴 贴出
合格 达标
报销 报
配备 配置 配 配上 装上 加装 安装 装 配齐 添置 增配
切换 切到 切换到
报告 上报 汇报 报送 呈报
监督 监管 督导 督查
预约 约
损坏 坏 破损
赔偿 赔
核对 核 比对 核验 核实 校对
点选 点击
回升 反弹
避开 绕开 避让
收治 接收 收住 收入院
救治 治疗 抢救 诊治 医治
宣传 宣讲 宣教
制作 拍摄 拍 录制 摄制 拍成
巡查 巡视 巡检
采集 采
维修 修理 修 检修 修复
到货 到位
衔接 对接
首批 第一批 头一批
错峰 错开
值守 值班
轮流 轮换 轮岗
反馈 回复 答复 回应 回话 答
督促 催促 催办 敦促
免费 不收费 不要钱 无偿 不收钱
看病 就诊 就医 看诊
排队 等候 等待 候诊
开药 配药
检测 化验 送检 检验
定为 确定为 定成
搬入 搬进 住进 住入 迁入
发放 发给 派发 分发 配发
超过 超出
取消 废止 停用 停止使用 不再使用 弃用 撤销 不再保留 停 停了
暂 暂时 暂且 临时
共同 合作 联合 会同 一起 一道 携手 协同 一同 联手 协作
因 因为 由于 鉴于 囿于
缺 缺少 缺乏 不够 不足 紧缺
自动 直接
改造 改建
制定 制订 拟定 拟订 出台
下放 下沉 下移
授课 讲课 讲座
领取 取走 拿走 带走
查明 经查 查实 查清
导致 所致 造成 引起 引发 使得
派出 选派 派驻 派员 派遣
当天 当日 即日
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
实行 推行 施行 实施 落地 推出 采取
举办 举行 开办
请 邀请
送 送到 送往 护送
转 转到 转至 转往 转诊到 转入 转介 转送
乘车 坐车
减少 降低 下降 压减 精简 精减 缩减 削减
增加 上升 提高 增长 提升
缩短 压缩
清洗 洗
上传 传到 传回
合并 并为 归并 并到
每日 每天 按日
每周 一周 按周
每月 一个月 按月
每年 一年 按年
指导 给予指导 予以指导 带教
家长 父母
老人 老年 老年人
儿童 孩子 小孩 患儿 小儿
孕妇 孕产妇
建档 建立档案 建档案
建册 建立档册
一致 相同 一样 相等
返岗 回岗 返回 回来 回到
参加 参与
费用 钱 经费
同意 批准 准许
签字 签名 签
退回 退还 归还 退 还回 还给
补检 补查
进修 学习
方便 便利
难 困难 不易
少 不多
到家 进家
开出 出具
按 按照 依照 照
医师 医生 大夫
归档 入档 存档 入库
整改 整治 改正
办理 办 受理
收回 回收
登记 记录在册
分开 分设 分开设置 单独设置
复核 复查 复检 复验
次日 第二天 第二日 翌日
首日 第一天 第一日 首天
下年 明年 次年 下一年 来年 下年度 明年度
夜间 夜里 晚上 夜晚 晚间
早晨 早上 清晨
周末 双休日
节假日 假日
每季度 按季度 每季 按季
年底 年末
季度末 季末
月底 月末
发现 查出 查见 检出 排查出 找出
提交 递交 上交 交来
自选 自行选择 自主选择 自己选
选择 挑选 选
到 前往 走进 开进 下到 深入 来到 赴
服务 惠及 受益 受惠
先 先行 首先
再 再行
另行 另作 另
事先 事前 提前
线上 网上 在线 网络上
完工 竣工 建好
待 尚待 有待
悬挂 挂 挂上 挂起
取下 摘下 摘除 拿下
拨付 拨给 下拨
认定 确认 核定
申请 申报
处置 处理
补贴 补助 贴补
辨识 识别 辨别
推选 选出 推举
补登 补录 补登记
评估 评价
印发 下发 发布
缴费 付费 交费
结算 结账
职工 员工
群众 居民 百姓 老百姓 市民
家属 亲属 家人
培训 轮训
演练 演习
协助 帮着 帮助 帮扶
开始 启动 着手
纸质 纸版 纸面
专窗 专门窗口 专用窗口
原有 原来 原先 以往
单独 独立 独自
合办 联办 共办 联合举办
家中 家里
听课 上课
挂钩 关联
办结 办理完毕
不齐 不全 缺项 不完整
向 面向
住培 住院医师规范化培训
采血 抽血
观看 收看
抽查 抽检
全年 当年 本年 全年度 本年度
满 届满 期满
按时 按期 如期 准时
照护 看护 照料 照看 照顾
转运 运送 运输
寄 邮寄 寄送 寄到 寄至 寄往
收集 征集 搜集
奖励 奖赏
扣除 扣减
减免 免收
全天 整天 一整天
司机 驾驶员
志愿者 义工
厂家 厂商 生产企业
供应商 供货商
村医 乡村医生
老师 教师 教员
年轻 青年
设备 仪器 机器
食堂 餐厅
校内 校园内 校园里 学校里
确定 敲定
如果 如 若 倘若
优先 优先安排
共用 共享
处罚 惩处
追回 追缴
收费 收取费用
试行 试点 试用
租用 租赁 租
借用 借
关闭 关停
兴建 新建
拆除 拆掉 拆
加派 增派
引导 引领 指引
评选 评出
打分 评分
记录 记载
加快 提速
预防 防范
避免 防止
通风 换气
停电 断电
结束 收尾
保留 留用 留住
遴选 筛选
优化 改进
教 传授
拒收 不收
就近 附近
当面 面对面
短信 发短信
用房 房间
次序 顺序
报名 登记报名
同伴 伙伴
到岗 上岗
出院 离院
巡诊 巡回诊疗
代替 取代 替代
分管 主管
沿用 继续使用
补充 补齐
调配 调度 调剂
抽签 抽号
限制 限定
连续 接连
留样 保留样品 留存样品
互认 互相承认
扶持 支持
参观 走访参观
交流 座谈
采纳 采信
获得 取得
分担 分摊
并存 并行
逐步 分步 分阶段
挂牌 揭牌
竞聘 竞争上岗
调解 调处
咨询 问询
核发 颁发
转告 转达
停靠 停放
住宿 食宿
夜班 晚班
倒班 轮班
整理 清理
故障 出故障
耗材 医用耗材
"""
_ALSO = """
增设 增加 新增 增 开设 添
转 改为 进入 进
撰写 写出 提交 完成 形成
暂停 停止 中止
送 交 发给 寄
设 放 安排 布置
制定 建立 形成 印发
组成 成立 组建 建立
增加 扩大 扩充
负责 承担 承办
定期 按时
缩短 减少
降低 减轻
发现 检测
开展 举办
学习 培训
宣传 讲
走访 上门 看望
回访 走访
使用 配备
取消 不再
要求 须
征求 听取 收集
解决 办理 处理
更换 改造 更新
升级 改造 更新
完善 修订 健全
修订 制定
面谈 谈话
列入 放到 推迟 安排
带 带教 教 指导
统一 集中
新增 购买 添置
"""
"""Words with a second meaning: any two in a line may stand for one another, though they are of different groups."""
_SAYS_NOTHING = """
的 了 着 地 得 之 其 该 此 这 那 等 把 将 被 对 于 以 为 为了 和 与 同 跟 及 以及 并 并且 且 而 也 都 就 则 又 便 来 去 到 在 从 所 给 向 里 中 上 有 有了 是 即 由 做 做到
已 已经 现 现已 目前 现在 其中 同时 此外 另外 并将 继续 进一步 开展 进行 实行 落实 给予 予以 工作 情况 方面 今年 全年 本年 本年度 一年来 年内 全程 具体 主要 方式 办法 使 做法 统筹 组织 牵头 负责
通过 围绕 针对 按照 按 根据 结合 坚持 推进 推动 抓好 做好 完成 实现 积极 认真 扎实 切实 持续 不断 稳步 有序 分别 一并 随后 随即 相关 有关 涉及 相应 各 项 个 名 台 家 例 次 起 件 人 所有的 所 起来 出来 下来 进来
统一 发生 出现 制 版 办理 形成 发出 作出 做出 得以 加以 期间 其间 此前 至此 双方 基础上 过程中 前提下 条件下 层面 正式 明确 享受 共同 各自 安排 提供 同步 当年 依托 凭借 遇 遇有 遇到 如遇 凡是 一旦 各类 由专人 当中 之中 逐渐 现可 予 走 方面的 具体的 整体 上述
可 出 时 要 一直 自行 占 仍 仍有 尚 暂 先 再 后 前 才 然后 再次 有所 完毕 办完 做完 完 可见 不再 不必 不能 不是 不肯 不会 不予 并非 非 向 派 参加 走 就地 整个 一个 达到 达 共 合计 总计 累计 由此 经 经过 后续 成为 作为 算 属于 使用 采用 采取 用 让 请 带 地点 时间 期限 日期 者 们 自 本 每 均 凡 需 则由 直至 期 得到 情形 的话 一次 这一 这一关 关 这项 这个 那些 这些
"""
_LET_IN = "其余 我科 我院 本科 本院 科里 全院 患者 群众 人员 服务 事项 措施 制度 机制 管理 病例 医务 单位 科室 医院 工作人员 职工 方案 流程 项目 系统 活动 力量 安排 要求 问题 功能 方式 模式 环节 阶段 内容 手续 机会 政策 情形 结果 渠道 业务 任务 本人 名下"
WEIGHTY = frozenset(
    "不未没无非否成完毕结全半首初末多少上下前后内外增减升降高低加授摘停开入出东西南北左右老新大小正负早晚长短先再始终起止主副抽逐生死男女公私"
)
_CLASS = frozenset("科院室部所站局委办处县市省区镇乡村国人员师者生长会日周月年季度天时分级类种型次数量名台个每")


def _lines(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


_TO_FIRST = {word: group[0] for group in reversed(_lines(_GROUPS)) for word in group}
_FELLOWS = {word: group for group in reversed(_lines(_GROUPS)) for word in group}
_EITHER = {frozenset(p) for line in _lines(_ALSO) for p in combinations([_TO_FIRST.get(w, w) for w in line], 2)}
_IN_A_ROW = 4
_SHORT = 4
SAYS_NOTHING = frozenset(_SAYS_NOTHING.split())
LET_IN = frozenset(_LET_IN.split())
VAGUE = frozenset("记录 情况 工作 制度 措施 机制 流程 事项 服务 管理 方案 项目 活动 安排 要求 问题 办法".split())


_STILL_TO = re.compile("[仍还][需须要]")
_CANNOT = re.compile("([一-鿿]{2})不了")
_LIMITED = re.compile("受([一-鿿]{2,12}?)(?:所限|限制|制约)")
_TOUCHED = re.compile("受(?:到)?(?=影响)")
_NO_MORE_THAN = re.compile("(?:只需要?|仅需|只要)(?=[^，。]*(?:即可|就能|便可|就可))")
_WITH_HELP = re.compile("在([一-鿿]{2,12}?(?:配合|支持|指导|带教|协助|安排))下")
_NOT_BEFORE = re.compile("不(提前|事先|事前|预先)")
_NONE_CAME = re.compile("未(?:接到|收到|发生|出现)(?=[一-鿿])")
_SPARED = re.compile("省去了?|免去了?|免了|告别了?")
_BEFORE_DONE = re.compile("未([一-鿿]{1,6}?之?前)(?=$|[，,；;])")
_THAN = re.compile("较(?=[上去往][年月季周半]|年初|同期|以往|此前|之前|改造|实施|开展)")
_DENIED = re.compile("还没有|尚没有|没有能|没有|尚未|并未|未能|没能|还没|从未|未曾|没")


def canonical(text: str) -> str:
    """A text in which every denial of what was done is 未: 没有接通, 尚未接通; and what held it up stands behind 因."""
    text = _CANNOT.sub(r"不能\1", _SPARED.sub("不再", _NO_MORE_THAN.sub("", text)))
    text = _THAN.sub("比", _WITH_HELP.sub(r"\1", text))
    text = _NOT_BEFORE.sub(r"\1不", _TOUCHED.sub("", _LIMITED.sub(r"因\1", text)))
    text = _BEFORE_DONE.sub(r"\1", _DENIED.sub("未", _STILL_TO.sub("须", text)))
    return _NONE_CAME.sub("无", text)


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


def is_grouped(word: str) -> bool:
    """Whether a word has others that may stand for it."""
    return word in _TO_FIRST


def said_in(word: str, text: str) -> bool:
    """Whether a text has a word, or another of its group."""
    return word in text or any(other in text for other in _FELLOWS.get(word, ()))


@cache
def much_alike(one: str, other: str) -> bool:
    """Whether two words share a character that says what they are about, and differ in none that turns a meaning."""
    if frozenset((one, other)) in _EITHER:
        return True
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
