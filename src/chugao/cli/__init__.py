"""The command line: parse, call one room, print.

Exit codes: 0 done, 1 something for a person to look at, 2 fix the input, 3 the outside world failed.
Results go to stdout, talk to stderr; every command takes --json.  Nobody is ever shown a traceback unless
CHUGAO_DEBUG=1 asks for it.
"""

import io
import os
import sys

import typer

from chugao.cli import (
    batch,
    checking,
    comparing,
    corpus,
    drafting,
    exporting,
    figures,
    keeping,
    ledger,
    material,
    outlining,
    papers,
    prompts,
    returning,
    rewriting,
    serving,
    workspace,
)
from chugao.cli.help import App, complaint, is_bare_group
from chugao.errors import ChugaoError, reason_of

app = App(
    name="chugao",
    help="初稿：起草医院和卫生健康部门的工作总结、工作计划，每个数字都可追溯。",
    epilog=(
        "第一次用：chugao metrics template --department 医务科 --year 2025 写出要填的表，填好后用 chugao draft 起草。\n"
        "在命令后面加 --help 看它的用法。退出码：0 完成，1 有事要人看，2 请改输入，3 外部环境出错。"
    ),
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
workspace.register(app)
drafting.register(app)
checking.register(app)
exporting.register(app)
comparing.register(app)
returning.register(app)
rewriting.register(app)
app.add_typer(figures.app, name="metrics", help="指标：导入、核对、写出填报表、从文稿中提取。")
app.add_typer(material.app, name="material", help="今年的材料：收进来、列出、确认。")
app.add_typer(outlining.app, name="outline", help="上级的提纲：看要什么，写成可以改的文件，对照答了没有。")
app.add_typer(papers.app, name="paper", help="一稿多用：从一份稿子出简版、上报材料、职代会报告、述职、自评表等。")
app.add_typer(prompts.app, name="prompts", help="提示词：列出、查看、填好给模型的话。")
serving.register(app)
keeping.register(app)
batch.register(app)
app.add_typer(ledger.app, name="ledger", help="模型的账：问过什么，花了多少。")
app.add_typer(corpus.app, name="corpus", help="历年文稿：收进来、检索、查看。")


def main() -> None:
    """Run the command line; the entry point of the installed script."""
    _tolerant_streams()
    try:
        # Not standalone, typer hands back the code of an Exit instead of leaving with it; after Ctrl-C that is 130.
        code = app(standalone_mode=False, prog_name="chugao")
    except Exception as error:
        code = _explain(error)
    if code == 130:
        code = _stopped()
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception) -> int:
    """Say in Chinese what went wrong; the exit code it calls for."""
    if isinstance(error, ChugaoError):
        typer.echo(f"错误：{error}", err=True)
        return error.exit_code
    if isinstance(error, typer.Abort):
        return _stopped()
    if isinstance(error, typer.TyperException):
        bare = is_bare_group(error)
        typer.echo(error.format_message() if bare else f"错误：{complaint(error)}", err=True)
        return 2
    if isinstance(error, BrokenPipeError):
        # The reader of our output has gone (chugao … | head); closing stdout at exit must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 3
    _debug()
    if isinstance(error, OSError):
        where = f"“{error.filename}”" if error.filename else ""
        typer.echo(f"错误：读写文件失败：{where}{reason_of(error)}。请检查路径、权限和磁盘空间。", err=True)
        return 3
    what = f"{type(error).__name__}: {error}（{_where(error)}）"
    typer.echo(f"错误：程序自身出了问题，没有做完：{what}。\n请把这段话和文件发给管理员。", err=True)
    return 3


def _stopped() -> int:
    typer.echo("已停止。", err=True)
    return 3


def _debug() -> None:
    if os.environ.get("CHUGAO_DEBUG") == "1":
        import traceback

        traceback.print_exc()


def _where(error: Exception) -> str:
    """File and line in which it broke, for whoever mends it."""
    import traceback
    from pathlib import Path

    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name} 第{last.lineno}行"


def _tolerant_streams() -> None:
    """A character that the terminal cannot show is spelled out instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
