"""The command line: parse, call one room, print.

Exit codes: 0 done, 1 something for a person to look at, 2 fix the input, 3 the outside world failed.
Results go to stdout, talk to stderr; every command takes --json.  A user's mistake never shows a traceback.
"""

import sys

import typer

from chugao.cli import corpus, drafting, figures, material, workspace
from chugao.errors import ChugaoError

app = typer.Typer(
    name="chugao",
    help="初稿：起草医院和卫生健康部门的工作总结、工作计划，每个数字都可追溯。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
workspace.register(app)
drafting.register(app)
app.add_typer(figures.app, name="metrics", help="指标：导入、核对、模板、从文稿中提取。")
app.add_typer(material.app, name="material", help="今年的材料：收进来、列出、确认。")
app.add_typer(corpus.app, name="corpus", help="历年文稿：收进来、检索、查看。")


def main() -> None:
    """Run the command line; the entry point of the installed script."""
    try:
        app(standalone_mode=False)
    except ChugaoError as error:
        typer.echo(f"错误：{error}", err=True)
        sys.exit(error.exit_code)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("已停止。", err=True)
        sys.exit(3)
    except OSError as error:
        typer.echo(
            f"错误：读写文件失败：{error.strerror or error}（{error.filename or ''}）。请检查路径、权限和磁盘空间。",
            err=True,
        )
        sys.exit(3)
    except Exception as error:
        if _is_usage(error):
            _usage(error)
            sys.exit(2)
        raise


def _is_usage(error: Exception) -> bool:
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def _usage(error: Exception) -> None:
    """What is wrong with the words of a command, in Chinese."""
    name = type(error).__name__
    detail = str(error.format_message())  # type: ignore[attr-defined]
    texts = {
        "NoSuchOption": "没有这个选项",
        "MissingParameter": "缺少参数",
        "BadParameter": "参数不对",
        "BadOptionUsage": "选项用法不对",
        "BadArgumentUsage": "参数用法不对",
        "UsageError": "命令用法不对",
        "NoSuchCommand": "没有这个命令",
    }
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "chugao"
    typer.echo(f"错误：{texts.get(name, '命令用法不对')}：{detail}\n用法见：{path} --help", err=True)
