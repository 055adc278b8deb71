"""What a web page leaves on a report, line by line.

In: one line, or the lines of a page in order.  Out: the id of the rule that takes it out; "" for a report's own words.

Surprise: the worst noise looks like a report: lists of “2025年医院总务科工作总结.docx”, and a copyright notice
numbered 1 to 7.  So a line is judged by its words only where no report would use them, and else by its place.
"""

import re

LINE_RULES = {
    "web_line": "网页按钮、页码、计数、付费提示等",
    "web_label": "来源、时间、作者等标签",
    "web_breadcrumb": "网站栏目路径",
    "web_file_name": "文件名",
    "web_title": "重复的题目",
    "web_list": "别的文稿的题目",
    "web_copyright": "网站的版权声明",
    "web_caption": "新闻图片说明",
    "web_editor": "网站编者的话",
    "web_tail": "正文之后的推荐、评论、分享",
    "page_number": "页码",
    "page_head": "每页重复的页眉或页脚",
}
"""Rule id → what it takes out, for people."""

_NOISE = re.compile(
    r"""^(?:
      [-—–－─·]\s?\d{1,5}\s?[-—–－─·]?                                   # counters and page numbers: “- 0”, “— 3 —”
    | 第\s?\d{1,3}\s?页(?:\s?[,，/]?\s?[共总]\s?\d{1,3}\s?页)? | \d{1,3}\s?/\s?\d{1,3} | PAGE\s.{0,30} | 共\s?\d{1,3}\s?页
    | [·•]?\s?约\s?[\d.]{1,8}\s?千?万?字 | [·•]?\s?约?\s?\d{1,4}\s?页
    | (?:20\d\d-\d\d-\d\d\s?)?发布于\s?\S{1,8}
    | (?:举报|下载|打印|收藏|全屏|分享|复制|点赞|赞赏|赏赞|打赏|评论|纠错|朗读|转发|关注|点击下载|在线预览|免责声明|隐私政策)
    | 返回(?:顶部|首页|上[一级]页|列表) | [上下]一[篇页条个].{0,60} | (?:首|尾|末)页
    | [》>]{2}.{0,20}[《<]{2} | 加大 | 还原 | 减小 | 【?字[体号][:：]?(?:\s?[大中小】\[\]]){0,7} | [大中小】【>×›»|]
    | 【?\[?\s?(?:我要)?(?:打印本[页文]|打印此页|关闭(?:窗口|此页|本页)|打印|关闭|纠错)\s?[】\]]?(?:\s?【?\[?\s?(?:关闭(?:窗口|此页|本页)?|收藏)\s?[】\]]?)?
    | (?:您的|您?现在的?|您?当前|当前|所在)(?:的)?位置\s?[:：].{0,80}
    | (?:微信)?(?:长按|扫一扫|扫码|扫描).{0,30} | 分享[到至]\s?[:：]?.{0,16} | 分享\s?[:：] | 二维码 | 微信(?:订阅|公众)号.{0,20} | 联系客服.{0,20} | 我要留言
    | 点击.{0,8}(?:蓝字|上方|关注).{0,16} | 喜欢此内容的人还喜欢.{0,10} | 预览时标签不可点 | 在看 | 轻点两下取消(?:赞|在看)
    | (?:阅读|浏览|点击|访问|下载)(?:量|次数|数|人数)?\s?[:：].{0,12} | (?:浏览|阅读)\s?\d{1,9}\s?次?
    | (?:发布|发表|更新|上传)(?:时间|日期|人|者)\s?[:：].{0,24}
    | (?:相关|热门|推荐|猜你喜欢|最新|精品|同类|相似)(?:的)?(?:报道|文档|内容|阅读|文章|推荐|资料|范文|下载|链接|资讯|新闻)\s?[:：]?
    | 您可能(?:关注|感兴趣|喜欢)的.{0,6} | [•·]?\s?本[周月]热门 | 热门推荐 | 为您推荐
    | 原创力文档.{0,20} | 文档评论\s?[(（]\d{0,5}[)）] | (?:阅读|查看|展开|显示)(?:全文|全部|更多).{0,8} | 关于本文 | 收起
    | 评论\s?\d{1,5}\s?/\s?\d{1,5}.{0,10} | 提交评论 | 网友评论.{0,20} | 发表评论.{0,20}
    | (?:本文标题|链接地址|本文链接|本文地址|原文链接|转载请注明|文章来源|本文来源)\s?[:：]?.{0,200}
    | [(（]想阅读完?全部.{0,60} | .{0,12}(?:登[录陆]后|剩余.{0,8}未读|付费后|开通VIP|成为VIP).{0,40} | 如果喜欢本篇.{0,30} | 尚未有人.{0,30} | 请选择打赏.{0,6}
    | 已阅读\d{1,4}页.{0,30} | 还剩\d{1,4}页.{0,30} | (?:立即|免费|VIP免费|本站|最低[\d.]元|\d{1,4}积分)?下载(?:本文档|文档|原文|此文档|原文档|该文档|Word文档)? | 继续(?:免费)?阅读.{0,10} | 试读结束.{0,30}
    | 君?[,，]?已阅读到文档的结尾.{0,10} | 文档(?:简介|信息|格式|大小|编号|贡献者|标签|热度|下载|属性)\s?[:：]?.{0,30} | 内容提示\s?[:：].{0,200} | 下载积分\s?[:：]?.{0,10}
    | [¥￥]\s?[\d.]{1,8} | (?:https?://|www\.)\S{1,300}
    | 编辑\s?[:：].{0,12} | 责任编辑\s?[:：].{0,12} | [(（【\[]\s?(?:来源|责任编辑|编辑|作者|责编)\s?[:：].{0,30}[)）】\]]
    | \d{4}[-/]\d\d?[-/]\d\d?\s\d\d?:\d\d(?::\d\d)?(?:\s\d{1,9})?
    | 本文档?(?:由|来自).{1,30}(?:网|文库)(?:.{0,20}) | 文档.{0,6}(?:上传|贡献)者.{0,30} | VIP | 推荐度\s?[:：]?.{0,10} | ★{1,5}☆{0,5}
    | (?:.{0,20}(?:ICP备|公网安备|网站标识码)|(?:版权所有|主办单位?|承办单位?|技术支持|Copyright)(?:\s?[:：©]|\s)).{0,80}
    | (?:联系我们|关于我们|网站地图|网站声明|站点地图|无障碍(?:浏览|阅读)?|长者(?:模式|专区|助手)|繁體|简体|English|手机版|登录|注册|设为首页|加入收藏)(?:\s?[|｜]?\s?(?:联系我们|关于我们|网站地图|网站声明|登录|注册|无障碍|长者模式))*
    )$""",
    re.VERBOSE,
)
_COUNTERS = re.compile(
    r"(?=.{0,80}(?:字|页|发布于|举报|VIP|文档|下载))(?:(?:[-—–－]\s?\d{1,5}(?!\d)\s?[-—–－]?|约\s?[\d.]{1,8}\s?[千万]?字|约?\s?\d{1,4}\s?页|20\d\d[-/.]\d\d?[-/.]\d\d?|发布于\s?[\u4e00-\u9fff]{2,6}?(?=\s|举报|$)"
    r"|举报|VIP|下载|收藏|分享|[¥￥]\s?[\d.]{1,8}|[·•|｜])\s{0,3}){2,9}$"
)
"""Several counters on one line: “- 0 - 约3.2千字 约7页 2025-01-12 发布于江苏 举报”."""
_BULLET = re.compile(r"^[-•·*]\s{1,3}(?!\d{1,5}$)")
_LABELS = (
    r"(?:(?:文章|信息|稿件|内容)?来\s?源|(?:发[布表]|更新|上传|发文|成文|生成|公开)?(?:时\s?间|日\s?期)|作\s?者|供稿(?:人|单位)?|撰稿|责编|(?:责任)?编\s?辑|审[核校稿](?:人)?|录入(?:人|者)?"
    r"|(?:阅读|浏览|点击|访问)(?:量|次数|数)?|字体(?:大小)?|字号|索\s?引\s?号|主题(?:分类|词)|信息(?:分类|名称|类别)|发布(?:机构|单位|机关|部门|者|人)|发文(?:机关|字号|单位)|文\s{0,4}号|(?:公文)?时效性?|有效性|公开(?:方式|类别|形式|属性)|体裁(?:分类)?|服务对象|关键[词字])"
)
LABEL = re.compile(rf"^[【\[(（]?\s?{_LABELS}\s?[:：]\s?(.{{0,24}})$")
_LABEL_START = re.compile(rf"(?:^|(?<=[\s　|｜]))[【\[]?{_LABELS}\s?[:：]")
BREADCRUMB = re.compile(r"^(?:您的|您?现在的?|您?当前|当前|所在)(?:的)?位置\s?[:：]|^(?:首页|网站首页|主页)\s?[>›»＞]")
FILE_NAME = re.compile(r"^[-•·*]?\s{0,3}(.{2,90})\.(?:docx?|pdf|wps|pptx?|xlsx?|txt|rar|zip)(?:\s{0,3}VIP)?$", re.I)
PAYWALL = re.compile(
    r"想阅读完?全部|登[录陆](?:后|即可).{0,6}(?:阅读|查看|复制|浏览)|剩余.{0,8}未读|还剩.{0,6}页未读|试读(?:结束|到此)|免费预览|(?:付费|购买|下载)后.{0,8}(?:阅读|查看)(?:全|完整|剩余)|此处(?:隐藏|省略)\d|仅(?:展示|显示)前"
)
CLAIMED = re.compile(r"约\s?([\d.]{1,8})\s?(千|万)字")
_TAIL_START = re.compile(
    r"^[【\[]?(?:您可能(?:关注|感兴趣|喜欢)的.{0,6}|.{0,40}(?:相关|延伸|推荐|拓展)(?:报道|文档|内容|阅读|推荐|文章|范文|资料|链接|资讯|新闻)\s?[】\]]?\s?[:：]?|(?:阅读|查看|展开)全文.{0,4}"
    r"|文档评论.*|分享[到至]?\s?[:：]?.{0,10}|(?:热门|最新|精品|猜你).{0,6}(?:推荐|文章|文档|阅读|喜欢|感兴趣)?|大家(?:都|还)在(?:看|搜).{0,6}|.{0,6}阅读了?(?:该|此|本)(?:文档|文)的.{0,16}|(?:同类|相似)(?:文档|文章).{0,6}"
    r"|如果喜欢本篇.*|微信扫一扫.*|上一[篇条].{0,60}|喜欢此内容的人.{0,10}|(?:版权|免责)声明\s?[:：]?|温馨提示\s?[:：]?|关于本文|为您推荐.{0,6})$"
)
_STRONG_LEGAL = re.compile(
    r"原创力|本站|VIP|付费|网友上传|用户(?:提供并)?上传|上传(?:者|人|用户)|版权(?:申诉|归|问题|纠纷|为|所有|说明)|举报电话|下载权益|二次下载|侵权|侵犯|文库|book118|存储空间|免责|权益所有人|不当内容|盈利用途|RAR|压缩包|OFFICE|阅读器",
    re.I,
)
_WEAK_LEGAL = re.compile(r"网站|下载|文档|会员|退款|举报|客服|立即纠正|转载|收益|删除|文件|损失|准确性")
_NUMBERED_LINE = re.compile(r"^(?:[（(]?\d{1,2}[)）.．、]|[一二三四五六七八九十]{1,2}、)\s?\D")
_LISTED = re.compile(
    r"^(?:[-•·*]\s?|[\[【(（]?\d{1,2}[\]】)）.．、]?\s?)?[《「]?[^。，；,;!！?？]{4,60}?(?:总结|计划|要点|思路|报告|方案|范文|汇报|体会|心得|模板|讲话|通知|意见|打算|安排|制度|发言|材料|规划)"
    r"(?:范文|报告|模板|大全|优秀|最新版?|精选|锦集|集锦|合集|[\d一二三四五六七八九十]{1,3}篇|通用|\s){0,4}[》」]?(?:[（(【\[].{1,14}[)）】\]])?\s{0,4}(?:\d{2}-\d{2}|\d{4}[-/]\d\d?[-/]\d\d?|VIP|\d{1,4}\s?页)?$"
)
_CAPTION = re.compile(
    r"(?:日报|晚报|时报|新闻|本报|本网|通讯社|新华社|客户端|融媒体?|电视台|中心)[^。，]{0,14}(?:记者|通讯员)\s?[:：]?\s?[\u4e00-\u9fff·、\s]{2,24}$"
    r"|(?:记者|通讯员|摄影)\s?[:：]?\s?[\u4e00-\u9fff·、\s]{2,24}(?:摄|/图|供图)[)）]?$|^[（(]?(?:图片?|供图|摄影)[/／:：].{2,20}$"
)
_EDITOR = re.compile(
    r"小编.{0,40}(?:整理|分享|收集|带来|推荐|准备|精心|提供)|(?:以下|下面)(?:是|为|就是).{0,30}(?:范文|资料|内容).{0,20}(?:参考|阅读|借鉴|下载)"
    r"|欢迎(?:大家|您)?(?:阅读|下载|参考|借鉴|查看|收藏).{0,24}$|希望.{0,20}(?:大家|您|你|各位).{0,6}有所?帮助|本文(?:格式|文档).{0,20}(?:下载|编辑)|(?:将本文|点击).{0,20}下载到电脑|Word(?:版|文档).{0,12}(?:下载|编辑)"
)


def is_noise_line(text: str) -> bool:
    """A line that only web pages have, with or without a list bullet before it."""
    if len(text) > 300:
        return False
    bare = _BULLET.sub("", text)
    return any(_NOISE.match(t) or _COUNTERS.match(t) for t in (text, bare) if t)


def is_label_line(text: str) -> bool:
    """“来源：某报　作者：某某　浏览：12次”: nothing but labels and short values, two of them at least."""
    if len(text) > 160:
        return False
    starts = [m.end() for m in _LABEL_START.finditer(text)]
    if len(starts) < 2 or _LABEL_START.match(text) is None:
        return False
    return all(b - a <= 40 for a, b in zip(starts, [*starts[1:], len(text)], strict=True))


def is_caption(text: str) -> bool:
    """Who took a photograph."""
    return len(text) <= 160 and _CAPTION.search(text) is not None


def is_editors(text: str) -> bool:
    """What a site says of the text it took over."""
    return len(text) <= 220 and _EDITOR.search(text) is not None


def is_listed_title(text: str) -> bool:
    """A line that is nothing but some document's title, as in a list of recommendations."""
    return len(text) <= 90 and _LISTED.match(text) is not None


def is_tail_start(text: str) -> bool:
    """A line after which pages offer other things."""
    return len(text) <= 60 and _TAIL_START.match(text) is not None


def legal_weight(text: str) -> int:
    """How much a line speaks as the terms of a site do; 2 is enough to be one."""
    strong = len({m[0].lower() for m in _STRONG_LEGAL.finditer(text[:400])})
    weak = len({m[0] for m in _WEAK_LEGAL.finditer(text[:400])})
    return strong * 2 + weak - 1 if strong else 0


def copyright_runs(lines: list[tuple[int, str]]) -> set[int]:
    """Numbers of the lines that belong to a numbered copyright notice.

    One of its items may say nothing telling (“如有问题，请联系”); its neighbours do, so the run is judged as a whole.
    """
    found: set[int] = set()
    run: list[tuple[int, str]] = []
    for number, text in [*lines, (0, "")]:
        if number and (_NUMBERED_LINE.match(text) or (run and legal_weight(text) >= 2)) and len(text) <= 400:
            run.append((number, text))
            continue
        telling = [n for n, t in run if legal_weight(t) >= 2]
        if len(telling) >= 2 and len(telling) * 2 >= len(run):
            found |= {n for n, _ in run}
        elif telling:
            found |= set(telling)
        run = []
    return found | {n for n, t in lines if len(t) <= 400 and legal_weight(t) >= 4}
