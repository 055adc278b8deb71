"""The words of the screen for what the rooms say in the words of the command line.

In: a sentence that ends in “运行 chugao metrics rule …” or speaks of --year.  Out: the same, naming the page or the
field where a person does it.

Surprise: the rooms must not know who shows their words, so the translation stands here alone; a test reads every
sentence of theirs and lets none through that still names a command.
"""

import re

_FIELDS = {
    "--year": "“题目中的年度”",
    "--period": "“期间”",
    "--metrics": "指标表",
    "--matters": "事项表",
    "--material": "科室报来的材料",
    "--corpus": "往年文稿",
    "--department": "“科室或单位”",
    "--departments": "科室",
    "--length": "“字数上限”",
    "--outline": "上级的提纲",
    "--instructions": "领导意见",
    "--kind": "“文种”",
    "--level": "“级别”",
    "--by": "谁定的",
    "--reason": "理由",
    "--override-by": "谁放行",
    "--when": "时间",
    "--confirmed-by": "谁核实",
    "--html": "网页",
    "--json": "",
    "--text": "内容",
    "--result": "成效",
    "--value": "数值",
    "--release": "公开范围",
    "--cause": "原因",
    "--into": "导出它的那一版",
    "--items": "考核细则",
    "--name": "姓名",
    "--post": "职务",
    "--only": "只放行哪一处",
    "--max-cost": "费用上限",
    "--choose": "以哪个为准",
    "--port": "端口",
}
_WORD = r"[^\s，。；：“”（）()]+"
_TO_THE_END = r"[^，。；\n（）]*"
_PLACES: tuple[tuple[str, str], ...] = (
    (r"起草时写在 --matters 后面，或用 chugao material add 收进来", "请在“当作”一栏选“事项表”，或在“材料”里收进来"),
    (
        r"起草时写在 --material 后面，或用 chugao material add 收进来",
        "请在“当作”一栏选“科室报来的材料”，或在“材料”里收进来",
    ),
    (r"（--(?:by 姓名|reason 理由|value|release)）", ""),
    (r"--override-by 姓名 --reason 理由", "写明姓名和理由"),
    (r"--override-by（姓名）和 --reason（理由）", "姓名和理由"),
    (r"请用 --by 写明姓名", "请写明姓名"),
    (r"请用 --departments 写明，如 --departments 医务科,护理部", "请写明，几个科室用逗号隔开"),
    (r"请用 --department 写明", "请写明"),
    (r"(?:；|，)?确实要并到这一稿的，加 --force", ""),
    (r"，?加 --only all 全部列出", ""),
    (r"把两个文件一起给：chugao outline write [^，]*，起草时用 --outline 提纲.toml", "把两个文件一起拖到工作台"),
    (r"，?起草时写 --outline 本文件", ""),
    (r"或运行 chugao init 建立工作区", "或请信息科建立工作区"),
    (r"请先运行 chugao init", "请信息科先建立工作区"),
    (r"请按 chugao init 生成的样子", "请按建工作区时生成的样子"),
    (r"请用 chugao check 核对", "请在“检查”里核对"),
    (r"chugao draft 写出的", "起草时写出的"),
    (r"请对照 chugao outline write 写出的样子改", "请对照起草时给的样子改"),
    (r"，?或用 chugao export --html 出网页预览", ""),
    (rf"(?:，|，?请?由负责人裁定：)chugao metrics rule{_TO_THE_END}", "请由负责人在“指标—口径裁定”里定以哪个为准"),
    (rf"(?:，)?或运行 chugao metrics learn {_TO_THE_END}", "，或在这里写明它是什么"),
    (rf"(?:请)?运行 chugao metrics learn {_TO_THE_END}", "请在“逐条查看”的页面写明它是什么"),
    (rf"，?如：chugao metrics learn {_TO_THE_END}", ""),
    (rf"chugao metrics learn {_TO_THE_END}", "“指标—导入”"),
    (rf"chugao metrics rule(?: {_WORD})*", "“指标—口径裁定”"),
    (r"chugao metrics (?:import|check)", "“指标—导入”"),
    (r"chugao metrics template", "指标模板"),
    (r"chugao material board[a-z ]*", "“材料—报送进度”"),
    (r"（chugao material correct[^）]*）", "（在“材料”里点“改正”）"),
    (r"（chugao material add --instruction）", "（“材料”里的“领导意见”）"),
    (r"填好后：chugao material answer [^。]*。", "填好后交回。"),
    (r"chugao material (?:[a-z]+)", "“材料”"),
    (r"chugao corpus (?:[a-z]+)", "“往年文稿”"),
    (r"chugao outline write[^，。；\n]*", "“工作台”"),
    (r"chugao paper [a-z]+", "一稿多用"),
    (r"chugao (?:init|serve|doctor|worker|ledger|users|batch)(?: [a-z]+)?", "服务器上的设置"),
    (r"chugao (?:draft|export|import|check|compare|backup|restore|prompts)(?: [a-z]+)?", "“文稿”"),
)
_RULES = tuple((re.compile(f" ?{pattern} ?"), told) for pattern, told in _PLACES)
_FIELD = re.compile(r" ?(?<![\w-])(--[a-z][a-z-]+) ?")


def on_screen(words: str) -> str:
    """A sentence for who never saw a command line."""
    if "chugao " not in words and "--" not in words:
        return words
    for pattern, told in _RULES:
        words = pattern.sub(told, words)
    return _FIELD.sub(lambda m: _FIELDS.get(m[1], m[0]), words)
