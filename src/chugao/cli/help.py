"""Help pages and complaints about the words of a command, in Chinese.

In: typer's commands and errors.  Out: what a clerk reads.

Typer writes “Usage:” and “Show this message” as plain literals, so no translation catalogue reaches them: a page is
written here as a whole, from the parameters, and an error from its fields, never from its English text.
"""

import re
import sys
from collections.abc import Callable, Iterable
from copy import copy
from inspect import getdoc
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_name
from typer.models import CommandInfo, TyperInfo

from chugao.errors import InputError

_TYPES = {"Path": "文件", "int": "数字", "float": "数字", "str": "文字"}
_HELP = "显示这段说明"
_GUTTER = 2
_WIDEST_NAME = 26
_CLOSING = "，。；：、）！？》”"


class Command(TyperCommand):
    """A command whose help page is Chinese."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(_page(self, ctx, formatter.width))


class Group(TyperGroup):
    """A group of commands whose help page is Chinese."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(_page(self, ctx, formatter.width))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, self.commands, n=1)
            guess = f"是不是“{near[0]}”？" if near else f"可用的命令：{'、'.join(self.commands)}。"
            raise InputError(f"没有“{name}”这个命令。{guess}用法见：{ctx.command_path} --help")
        return super().resolve_command(ctx, args)


class App(typer.Typer):
    """A `typer.Typer` in which every group and command is of the two kinds above."""

    def __init__(self, **settings: Any) -> None:
        defaults: dict[str, Any] = {
            "cls": Group,
            "no_args_is_help": True,
            "rich_markup_mode": None,
            "add_completion": False,
        }
        super().__init__(**(defaults | settings))

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        return super().command(name, **({"cls": Command} | settings))

    def __call__(self, *args: Any, **settings: Any) -> Any:
        """Run the command that was named; of the others, which typer would read as a whole, only name and help."""
        words = set(settings.get("args") or (args[0] if args else None) or sys.argv[1:])
        named = copy(self)
        named.registered_commands = [c if _name_of(c) in words else _only_told(c) for c in self.registered_commands]
        named.registered_groups = [g if g.name in words else _empty(g) for g in self.registered_groups]
        return super(App, named).__call__(*args, **settings)


def _name_of(command: CommandInfo) -> str:
    return command.name or get_command_name(getattr(command.callback, "__name__", ""))


def _only_told(command: CommandInfo) -> CommandInfo:
    """A command without its parameters: reading those of all seventy takes a fifth of the time of a start."""
    told = copy(command)
    told.name, told.help, told.callback = _name_of(command), command.help or getdoc(command.callback), _nothing
    return told


def _empty(group: TyperInfo) -> TyperInfo:
    """A group without its commands."""
    told = copy(group)
    told.typer_instance = empty = copy(group.typer_instance)
    assert empty is not None  # typer would refuse it
    empty.registered_commands, empty.registered_groups = [], []
    return told


def _nothing() -> None:
    """Stands for a command that was not named."""


# --- a page ---------------------------------------------------------------------------------------


def _page(command: TyperCommand | TyperGroup, ctx: Any, width: int) -> str:
    params = [p for p in command.get_params(ctx) if not getattr(p, "hidden", False)]
    arguments = [p for p in params if p.param_type_name == "argument"]
    options = [p for p in params if p.param_type_name == "option"]
    usage = " ".join([ctx.command_path, "[选项]", *map(_in_usage, arguments)])
    lines = [f"用法：{usage}" + (" <命令> …" if isinstance(command, TyperGroup) else "")]
    for paragraph in (command.help or "").strip().split("\n\n"):
        lines += ["", *_wrapped(" ".join(paragraph.split()), width, "  ")]
    lines += _section("参数", [(_in_usage(p), _about(p, ctx)) for p in arguments], width)
    lines += _section("选项", [(_option(p), _about(p, ctx)) for p in options], width)
    if isinstance(command, TyperGroup):
        named = ((n, command.get_command(ctx, n)) for n in command.list_commands(ctx))
        rows = [(n, " ".join((c.help or "").split())) for n, c in named if c is not None and not c.hidden]
        lines += _section("命令", rows, width)
    if command.epilog:
        lines += ["", *(part for line in command.epilog.splitlines() for part in _wrapped(line, width, ""))]
    return "\n".join(lines) + "\n"


def _section(name: str, rows: Iterable[tuple[str, str]], width: int) -> list[str]:
    """A heading and two columns, the first as wide as its longest short entry."""
    rows = list(rows)
    if not rows:
        return []
    column = min(max(_columns(left) for left, _ in rows), _WIDEST_NAME) + 2 * _GUTTER
    lines = ["", f"{name}："]
    for left, right in rows:
        head = " " * _GUTTER + left
        rest = _wrapped(right, width, " " * column)
        if rest and _columns(head) <= column - _GUTTER:
            rest[0] = head + " " * (column - _columns(head)) + rest[0].lstrip()
            lines += rest
        else:
            lines += [head, *rest]
    return lines


def _in_usage(param: Any) -> str:
    """An argument: <文件>, <文件>…, [文件夹]."""
    name = f"<{_filling(param)}>" if param.required else f"[{_filling(param)}]"
    return name + ("…" if param.nargs != 1 else "")


def _option(param: Any) -> str:
    """An option with what is to be filled in: --out, -o <文件夹>."""
    names = ", ".join(sorted(param.opts, key=len, reverse=True))
    return names if param.is_flag else f"{names} <{_filling(param)}>"


def _filling(param: Any) -> str:
    """A word for what is to be filled in: the one given, else one for its type."""
    if param.metavar:
        return str(param.metavar)
    annotation = param.type_descriptor.annotation
    kind = next((a for a in getattr(annotation, "__args__", ()) if isinstance(a, type)), annotation)
    return _TYPES.get(getattr(kind, "__name__", ""), "文字")


def _about(param: Any, ctx: Any) -> str:
    """The help text, then whether it must be given and what stands when it is not."""
    if "--help" in param.opts:
        return _HELP
    text = param.help or ""
    if param.required:
        return f"{text}（必填）"
    default = None if getattr(param, "is_flag", False) else param.get_default(ctx, call=False)
    if default in (None, "", [], ()):
        return text
    return f"{text}（默认：{'当前文件夹' if default == Path() else default}）"


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """Lines of at most `width` columns; Chinese breaks anywhere, a Latin word and a closing mark hold on."""
    lines: list[str] = []
    for token in re.findall(r"[!-~]+ ?|.", text):
        if not lines or (_columns(lines[-1] + token.rstrip()) > width and token not in _CLOSING):
            lines.append(indent + token.lstrip())
        else:
            lines[-1] += token
    return [line.rstrip() for line in lines]


def _columns(text: str) -> int:
    # Marks such as “ ” … are “ambiguous”: two columns in the fonts of a Chinese terminal.
    return sum(2 if east_asian_width(c) in "WFA" else 1 for c in text)


# --- a complaint ----------------------------------------------------------------------------------


def complaint(error: typer.TyperException) -> str:
    """What is wrong with the words of a command and where its usage is explained, in Chinese."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "chugao"
    return f"{_wrong(error)}\n用法见：{path} --help"


def is_bare_group(error: typer.TyperException) -> bool:
    """Whether somebody gave a group without a command: its page is the answer, and the error's whole text."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _wrong(error: Any) -> str:
    param = getattr(error, "param", None)
    name = type(error).__name__
    if name == "NoSuchOption":
        near = "、".join(sorted(error.possibilities or ()))
        return f"没有“{error.option_name}”这个选项。" + (f"是不是 {near}？" if near else "")
    if name == "BadOptionUsage":
        fault = "后面不能带内容" if "not take" in error.message else "后面没有写内容"
        return f"“{error.option_name}”{fault}。"
    if name == "MissingParameter" and param is not None:
        return f"缺少 {_called(param)}：{param.help or '必须填写'}。"
    if name == "BadParameter" and param is not None:
        return f"{_called(param)} 的写法不对：{_wanted(param)}。"
    if extra := re.search(r"unexpected extra argument\(s\) \((.*)\)$", error.message):
        return f"多写了“{extra[1]}”。文件名里有空格时请加引号。"
    return "命令的写法不对。"


def _called(param: Any) -> str:
    return str(max(param.opts, key=len)) if param.param_type_name == "option" else f"<{_filling(param)}>"


def _wanted(param: Any) -> str:
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    if low is not None and high is not None:
        return f"应是{low}到{high}之间的整数"
    whole = param.type_descriptor.annotation is int or "int" in str(param.type_descriptor.annotation)
    return "应写成整数，如 2025" if whole else f"应是{_filling(param)}"
