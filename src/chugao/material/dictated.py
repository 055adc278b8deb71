"""What somebody said into a telephone, without the words that only talk has.

In: a sentence of a submission.  Out: the same with nothing added to it that was not said, and no number touched.

Surprise: a clerk mends such a sentence in seconds and yet no office sends it upstairs: “我们病区搞了” is what a reader sees.
"""

import re

_TALKED = re.compile(
    r"搞了|^[一-鿿]{2,4}(?:这一?块|这方面)|我们(?:病区|科|院)|一年下来|月份|[呢嘛哈啦][，。]|[一二三四五六七八九]十[一二三四五六七八九]?个"
)
"""Without one of these nobody dictated: what was written stays to the letter."""
_LABEL = re.compile(r"^[一-鿿]{2,4}(?:这一?块|这方面|方面)(?:呢|嘛|啊)?[，,]?(?=[^，。]{4})")
_WORDS = (
    (re.compile(r"^(?:我们)?今年(?:我们)?(?=[一-鿿])"), ""),
    (re.compile(r"(?<=[一-鿿])今年(?=[做带搞开加完办共])"), ""),
    (re.compile(r"(?<=[一二三四五六七八九十\d])月份"), "月"),
    (re.compile(r"我们(?=(?:病区|科室|科|院|中心|站|部门?)(?!长|属))"), ""),
    (re.compile(r"搞了"), "开展了"),
    (re.compile(r"(?<=[，。；])就是(?=[一-鿿]{4})"), ""),
    (re.compile(r"一年下来"), "全年"),
    (re.compile(r"(?<=[一-鿿])(?:呢|嘛|哈|啦)(?=[，。；])"), ""),
)


def as_written(text: str) -> str:
    """“夜班这块，十月份起加了帮班” is “十月起加了帮班”."""
    if _TALKED.search(text) is None:
        return text
    text = _LABEL.sub("", text)
    for spoken, written in _WORDS:
        text = spoken.sub(written, text)
    return text
