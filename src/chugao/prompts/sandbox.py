"""Parse and render templates where they can do no harm: no code, no files, little memory, little time.

In: templates by name, and plain data.  Out: what a template uses, or the texts it renders; else a `Fault` with its line.

Run as a script this file is the child process in which an office's own templates are handled; it imports nothing of
chugao, so there is nothing to reach and the start is quick.  Surprise: jinja2's sandbox stops code but lets
'a'*10**9 and '{:>999999999}'.format(1) through, and it folds constant filters while it merely *inspects* a template.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

LARGEST_OUTPUT = 200_000
_AT_ONCE = 64
"""Pieces of a text between two looks at its length."""
LONGEST_RANGE = 1000
MEMORY_BYTES = 400 * 2**20
CPU_S = 2
WALL_S = 20
"""Only for a child that waits, which no template can make it do; a busy machine needs the slack."""

_FILTERS = (
    "abs count d default first groupby int join last length list lower map max min reject rejectattr replace reverse "
    "select selectattr sort string sum trim truncate unique upper"
).split()
_TEXT = frozenset("count endswith find isdigit lower lstrip rstrip split startswith strip upper".split())
_MAPPING = frozenset(("get", "items", "keys", "values"))
_LOOP = frozenset("changed cycle depth first index index0 last length nextitem previtem revindex".split())
_INCLUDING = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
_LARGEST_FACTOR, _LARGEST_EXPONENT = 10**9, 16
_HAN = "零一二三四五六七八九"


class Fault(Exception):
    """What is wrong with a template and where: (message, template, line)."""


class Environment(ImmutableSandboxedEnvironment):
    """Jinja with a short list of filters and attributes, and arithmetic for numbers only."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(
            undefined=StrictUndefined,
            loader=FunctionLoader(lambda name: (texts[name], name, None) if name in texts else None),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            cache_size=64,
        )
        self.globals = {"range": _range}
        self.filters = {name: self.filters[name] for name in _FILTERS} | {"han": han}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        allowed = _TEXT if isinstance(obj, str) else _MAPPING if isinstance(obj, dict) else frozenset()
        allowed = _LOOP if isinstance(obj, LoopContext) else allowed
        return attr in allowed and super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        # What templates do most, without the detour over an attribute that a dict does not have.
        if type(obj) is dict and attribute in obj and attribute not in _MAPPING:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def wrap_str_format(self, value: Any) -> Any:
        # jinja2 hands out a guarded str.format here, whose widths nobody guards; without it the method is refused.
        return None

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not all(isinstance(x, int | float) and abs(x) <= _LARGEST_FACTOR for x in (left, right)):
            raise SecurityError(f"“{operator}”只能用于不太大的数")
        if operator == "**" and abs(right) > _LARGEST_EXPONENT:
            raise SecurityError("乘方太大")
        return super().call_binop(context, operator, left, right)


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > LONGEST_RANGE:
        raise SecurityError(f"range 最多{LONGEST_RANGE}个")
    return numbers


def han(number: int) -> str:
    """A whole number below a hundred million in Chinese numerals: 1200 → 一千二百."""
    if not 0 <= number < 10**8:
        raise SecurityError("数太大，不能写成中文数字")
    if number >= 10**4:
        rest = number % 10**4
        return han(number // 10**4) + "万" + (("零" if rest < 1000 else "") + han(rest) if rest else "")
    text = "".join(
        _HAN[int(d)] + (u if d != "0" else "") for d, u in zip(f"{number:04}", ("千", "百", "十", ""), strict=True)
    )
    while "零零" in text:
        text = text.replace("零零", "零")
    text = text.strip("零") or "零"
    return text.removeprefix("一") if text.startswith("一十") else text


# --- the two things that are done with templates --------------------------------------------------


def inspect(texts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Of each template the variables it takes from outside, with the line, and the templates it includes."""
    environment, found = Environment(texts), {}
    for name, text in texts.items():
        try:
            tree = environment.parse(text, name, name)
            lines = [(n.name, n.lineno) for n in tree.find_all(nodes.Name) if n.ctx == "load"]
            unknown = next((f for f in tree.find_all(nodes.Filter) if f.name not in environment.filters), None)
            if unknown is not None:
                raise Fault(f"过滤器“{unknown.name}”不能用", name, unknown.lineno)
            undeclared = meta.find_undeclared_variables(tree)
            references = [(_constant(n), n.lineno) for n in tree.find_all(_INCLUDING)]
        except (TemplateError, RecursionError, MemoryError) as error:
            raise _fault(error, name) from None
        found[name] = {
            "variables": {v: min((line for n, line in lines if n == v), default=1) for v in sorted(undeclared)},
            "references": references,
        }
    return found


def _constant(including: nodes.Node) -> str | None:
    """The file name an include gives, None when it is worked out."""
    template = getattr(including, "template", None)
    return template.value if isinstance(template, nodes.Const) and isinstance(template.value, str) else None


def render(texts: Mapping[str, str], wanted: list[str], job: Mapping[str, Any]) -> list[str]:
    """The `wanted` templates with the data of a job.

    What is not to be trusted comes as `fenced`, name → (block template, items): it is laid out by that block, put into
    the fence, and only then shown to a template, which cannot take it out again.
    """
    environment = _environment(tuple(sorted(texts.items())))
    data = dict(job["data"])
    for name, (block, items) in job["fenced"].items():
        laid_out = _rendered(environment, block, {"items": items})
        lines = [f"│ {line}" for line in laid_out.replace("<<<", "").replace(">>>", "").splitlines() if line.strip()]
        data[name] = "\n".join([f"<<<资料 {job['fence']}", *lines, f"资料 {job['fence']}>>>"]) if lines else ""
    return [_rendered(environment, name, data) for name in wanted]


@lru_cache(maxsize=32)
def _environment(texts: tuple[tuple[str, str], ...]) -> Environment:
    return Environment(dict(texts))


def _rendered(environment: Environment, name: str, data: Mapping[str, Any]) -> str:
    pieces: list[str] = []
    length = 0
    try:
        written = environment.get_template(name).generate(data)
        while some := list(islice(written, _AT_ONCE)):
            length += sum(map(len, some))
            if length > LARGEST_OUTPUT:
                raise SecurityError(f"写出的文字超过{LARGEST_OUTPUT}字")
            pieces += some
    except Exception as error:  # a template may fail in any way at all
        raise _fault(error, name) from None
    return "".join(pieces)


def _fault(error: BaseException, name: str) -> Fault:
    """An error of jinja2 or of a template, with the template and the line it stands in."""
    if isinstance(error, Fault):
        return error
    line = 0
    if isinstance(error, TemplateSyntaxError):
        name, line = error.name or name, error.lineno
    trace = error.__traceback__
    while trace is not None and not isinstance(error, TemplateSyntaxError):
        if "__jinja_exception__" in trace.tb_frame.f_globals:  # a frame that jinja2 made up to point into a template
            name, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    message = error.message if isinstance(error, TemplateError) else str(error)
    return Fault(message or type(error).__name__, name, line)


# --- the child process ----------------------------------------------------------------------------


def in_child(task: str, **arguments: Any) -> Any:
    """`inspect` or `render` in a process of its own, with limits of memory and time and an empty environment."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__],
            input=json.dumps({"task": task, "arguments": arguments}),
            capture_output=True,
            encoding="utf-8",
            timeout=WALL_S,
            env={},
            check=False,
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise Fault(f"用的时间或内存太多（限{CPU_S}秒、{MEMORY_BYTES // 2**20} MB），已停止", "", 0) from None
    if "fault" in answer:
        raise Fault(*answer["fault"])
    return answer["result"]


def _main() -> None:
    _limit()
    job = json.load(sys.stdin)
    try:
        arguments = job["arguments"]
        result: Any = inspect(**arguments) if job["task"] == "inspect" else render(**arguments)
        answer = {"result": result}
    except Fault as fault:
        answer = {"fault": fault.args}
    print(json.dumps(answer))


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: only the time-out of the parent holds there
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _main()
