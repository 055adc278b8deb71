"""The words around a number that tell what it does: patterns only, no decisions.

In: nothing.  Out: patterns for `roles` and `besides`, all of them for a clause that ends at the number (`$`)
or for the words right after it (`^`).

Surprise: most look for their first character in a small set, which is what keeps twenty of them a number cheap.  Half
of them are never asked for in a page, and compiling them took longer than reading it: `_TARGET` is written here,
`TARGET` is compiled when it is first used.
"""

import re

YEAR = r"(?:19|20)\d\d"
# 占比, 同比 and 比例 compare nothing with anything.
THAN = r"(?<![占同环对之])比(?![例重率值])"
RISE = "增长|增加|增收|增产|提高|提升|提价|上升|增|升|上涨|涨价|上调|扩大|延长|多|高出|多出|净增|增幅|涨|回升|攀升|新增|前移|前进"
FALL = "下降|降低|降价|减少|减支|减产|缩短|压缩|压减|压降|下调|降|减|少|缩减|缩小|收窄|下滑|回落|降幅|下浮|精简|低了|后移|后退|提前"
_IS_RISE, _IS_FALL = RISE, FALL
_CHANGE_VERB = rf"(?P<verb>{RISE}|{FALL})(?:幅度?)?(?:了|约|近|超过?|仅|达到?|为|的)?$"
_COMPARED = rf"较|{THAN}|同比|环比"
_TO = rf"(?P<verb>{RISE}|{FALL}|扩|扩容|充实|壮大|优化|拉低|拉高|拓展|扩展|压|控制|稳定|保持|维持|达|调整|改|跃居|跃升|升|位次?升|进)(?<![增降]幅)(?:展|制)?(?:至|到|在|为|成)(?:了)?(?:约|近|超过?|全[国省市区县])?$"
_TARGET = r"(?:目标(?:值|为|是|任务)?|力争|争取|确保|预计|计划|拟|预期(?!寿命)|底线|不低于|不少于|不高于|不超过|控制在|要求|指标|达标线|标准|下达(?:任务)?)[^，。；,;]{0,14}$"
_HARD_TARGET = r"(?:目标(?:值|为|是|任务)?|力争|争取(?:到20|实现|达|在|于|年内|早日)|预期(?!寿命))[^，。；,;]{0,16}$"
_ARRIVES = r"(?:达(?:到)?|以上|至|到)$"
_BASELINE_PAREN = rf"[（(](?:{YEAR}年?度?|上年|去年|上年同期|去年同期|原|此前|基线|原来|年初|前值)(?:同期)?(?:基线|为|的|是|：|:)*[^（）()。；，]{{0,10}}$"
_BEFORE = rf"(?:上年|去年|前年|上年同期|去年同期|年初|此前|{YEAR}年(?:同期|末|底)?)"
_BASELINE_WORDS = rf"(?:{_BEFORE}|原来|原有|同期)(?:值|数|水平|的|为|是|同期)*(?:约|近|超)?$"
_NO_BASELINE = r"(?:较|比|到|至)[^，]{0,10}$"
_AGAINST_LEVEL = rf"(?:较|{THAN}|由|从|与){_BEFORE}(?:同期|全年|全院|的|为)*$|(?:于){_BEFORE}(?:的|为)$"
# “比上年（18.6%）提高”, “去年同期（全院1200人次）”: the bracket holds what the word before it names.
_BASELINE_IN_PAREN = rf"(?P<when>{_BEFORE})(?:同期|全年|全院|水平|数|值|的)*[（(][^（）()。；，,;\d]{{0,8}}$"
_YEAR_BEFORE = rf"({YEAR})年(?:的|为|是|同期)*(?:约|近|超)?$"
_FROM = r"(?:由|从)[^，。；：,;（(]{0,14}$"
_GOES_ON = rf"^(?:[（(]截[至止][^（）()]{{1,12}}[）)])?[^，。；：,;）)]{{0,10}}?(?:{RISE}|{FALL}|扩|拓|压|调整|改|缩|变|跃|进|充实|壮大|优化|拉低|拉高|提)[^，。；,;]{{0,4}}?(?:至|到|为|成|居)"
_REPORTS_BACK = r"上年|去年|同期|年初|上月|上季|(?:19|20)\d\d年|此前|以前|前年|末期?$|上一|前一"
_OTHERS = r"(?:全国|全省|全市|全区|全县|省级?|国家|市级?|同级|同类|行业|平均|均值|平均水平|标准|未[^，。；,;]{1,8}人群|对照组|中位数|标准值|基准值|考核标准|规定|目标值?|预算|计划|任务|要求)[^，。；,;]{0,8}$"
_COMPARE_HEAD = rf"(?:较|{THAN}|高于|低于|优于|好于|快于|慢于|高出|超出|超过)(?P<base>[^，。；：,;（()）]{{1,14}}?)(?:低|高|提前|缩短|快|慢|多|少|超出|高出|减少|下降|提高)?了?$"
_AIM = r"(?:目标|预算|计划|任务)[数值线]?$"
_COMPARES = rf"高于|低于|优于|好于|快于|慢于|超过|超出|高出|较|{THAN}"
_LEVEL = r"(?:全国|全省|国家|省级?|同类)[^，。；,;]{0,6}(?:平均|标准|均值|水平|要求)[^，。；,;]{0,4}$"
# “每人每年50元”, “每千人口4.8个”: what is shared out among many is a level, what recurs is a parameter.
_PER_HEAD = r"人均|每(?:[十百千]?(?:万|千|百|十)|人|生|床日?|公斤|亩|户|平方米|立方米)(?!次?[^，。；]{0,2}元)"
_NEAR_PER_HEAD = _PER_HEAD + r"[^，。；,;]{0,12}$"
_EVERY = r"(?<!平均)每(?:年|月|周|日|天|季度?|个|次|例|人|床|百|千|万|名|家|班|科|半年|位|晚|组|小时|分钟)[^，。；,;：]{0,12}$"
_APIECE = r"(?:每[人生户床名亩日天周月年季班]度?){1,3}$"
_PARAMETER_RIGHT = r"^(?:内|以内|之内|以上|以下|前|后|左右|及以上)?(?:的)?(?:完成|响应|到达|到位|到场|处置|办结|回复|反馈|上报|报告|归档|转诊|转诊率|启动|由|实施|查房|床边|介入|再住院|非计划|归档率|老年人|老人|儿童|人群|妇女|以上老年|以上人口|岁|随访|内由|内无|以内由|主刀|内开展|内送达|内给予|内溶栓|随访率|[^，。；,;]{0,4}圈)"
_PARAMETER_LEFT = r"(?:前|连续|术后|发病|入院|出生|提前|满|最近|近|过去|出院|抵达|到达|每|超)$"
# “24小时开放”, “24h值班”: how a service is offered, whoever offers it.
_ROUND_THE_CLOCK = r"^(?:全天候|不间断|不打烊|轮流|轮班|双人|专人|医师|护士|都|均)*(?:开放|值班|值守|服务|在岗|待命|接诊|收治|在线|畅通|监测|监控|监护|急诊|轮值|备班|咨询|热线|营业|响应|应急|运行|供应|可|自助)"
_NAMES_A_RATE = r"^[\u4e00-\u9fffA-Za-z]{1,12}?(?:率|占比|比例)"
_SHARE_WITHIN = r"^的?(?:者|患者|病例)?(?:占|率|比例)"
_OF_SUCH = r"^(?:者|的?(?:患者|人员|人群)占)"
_LEADS_TO_LEVEL = r"(?:至|到|降|缩短|控制|稳定|保持|维持|压缩|时间|中位数|平均|住院日|由|从|周期|时长)[^，。；,;]{0,4}$"
_MOVES_IN_TIME = r"(?:缩短|延长|提前)[^，]{0,6}$"
_AGES_LEFT = r"(?:寿命|提高|达|至|到|为|年龄)[^，]{0,5}$"
_LEVEL_OF_YEARS = r"(?:年限|工龄|寿命|年龄)[^，。；,;]{0,8}$"
_PRESENT_LEVEL = r"(?:时间|时长|中位数|住院日|平均|缩短|降|控制|达|至|到|为|在)[^，]{0,6}$"
_AGED = r"^(?:岁|[-—~]\d)"
_OF_A_GRADE = r"^(?:及?以上|及?以下)?(?:占比|医院|手术|地震|大风|台风|的|病历|电子病历|机构)"
_IS_REQUIRED = r"要求[^，]{0,18}$"
_NAMED_AFTER = r"^(?:强(?![度调化弱])|型|号|届|版|级(?:医院|手术|以上电子病历)|号楼|号线|期工程|楼)"
_RANKING = r"排名|位次|名次"
_AMONG_THE_FIRST = r"(?:居|列|位于|排名?|进入|跻身|跃升|升[至到])[^，。；,;]{0,6}前$"
_ACTUALLY = r"实际(?:完成|达到?|为|是|仅)?$"
# In a plan a count is a promise, unless it describes what is already there.
_STANDING = r"(?:将|对|把|依托|现有|已有|原有|全部|按照|围绕|落实|坚持|利用|基于|针对|全院|全市|全县|全区|辖区)[^，。；,;]{0,14}$|分解为$"
_GROWTH_RATE = r"(?:增长率|增加率|上升率|下降率|降低率|增速|增幅|降幅|涨幅|跌幅)(?:均?值)?(?:为|达|达到|是)?(?:约|近)?$"
_GROWS_AFTER = r"^的?(?:高位|正)?(?:增长|增速|增幅|增量)(?!点)"
_MULTIPLE_OF_PAST = rf"(?:{_BEFORE}|同期)[^，。；,;]{{0,6}}$"
_SHARED_OUT = r"次均|人均|例均|床均|户均|日均|均次|平均|单价|[百千万]元(?!及?以[上下])[^，。；,;]{2,12}$"
_MEAN_OR_BEST = r"(?:平均|最[大小高低长短早晚]|中位)[^，。；,;]{0,8}$"
_RATE_IS = r"(?:率|占比|比例|指数)(?:为|达到?|是|[:：])?$"
_OTHERS_PAREN = (
    r"[（(](?!目标)(?:全国|全省|全市|省级?|国家|同级|同类|行业)(?:平均|均值|标准|中位数)?(?:水平|值|要求)?[为是]?$"
)
_FALLS_SHORT = r"(?:距|距离|离|与)[^，。；]{0,20}相?差(?:了|约)?$"
_ATTAINED = r"目标[^，。；,;]{0,10}(?:完成|实现|达成|达标)[^，。；,;目]{0,4}$"
_OUTDOES = rf"(?:较|{THAN})[^，。；,;]{{1,14}}(?:快|慢|早|晚|高|低)了?(?:约|近)?$"
_SCORES = r"得分|评分|分值|成绩|满意度|测评|考核|指数|平均|得$|获$"
_PASSES = r"(?:通过|达到?|获得?|评为|晋升|取得)[^，。；,;]{0,6}$"
_AT_LEAST = r"(?:至少|不少于|不低于)[\u4e00-\u9fff]{0,4}$"
_ASPECTS = r"^(?:大?方面|环节|维度)"
# “50万元以上设备” is a kind of equipment.
_A_KIND = r"^(?!用于|资金|支持|投入|增长)[\u4e00-\u9fff]{2}"
_DECIMAL = r"\d\.\d+(?:左右|以[上下内])?$"
_STANDS_ALONE = r"^[^\u4e00-\u9fffA-Za-z\d]|^[升降提增减下上较比以的高低]"
_LISTED = r"[、和及与]|以及"
_CLAUSE = r"[，。；：,;:\t|]"


def __getattr__(name: str) -> re.Pattern[str]:
    if (written := globals().get(f"_{name}")) is None:
        raise AttributeError(f"no pattern {name}")
    pattern = globals()[name] = re.compile(written)
    return pattern


DURATION_UNITS = frozenset("小时 分钟 天 日 周 周年 个月 个工作日 工作日 秒 年 个季度".split())
RATE_UNITS = frozenset(
    "% ‰ ‱ /10万 /十万 /10万人 /十万人 例/百床 1:x x:1 : DDDs DDD DDDs/百人天 个/百床 张/千人口".split()
)
SIZES = frozenset("元 千瓦 兆瓦 平方米 吨 公里 床 张 米".split())
POINTS = frozenset({"个百分点", "个千分点"})
COUNTED = frozenset(
    "人 人次 名 位 例 例次 台 台次 项 个 次 家 家次 份 张 支 所 处 场 期 篇 部 辆 件 起 条 种 类 组 批 户 间 元 剂次 床 门 支 幢 套 宗 单位".split()
)
