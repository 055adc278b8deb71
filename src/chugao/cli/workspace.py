"""init and doctor: the workspace and what this machine can do."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import ChugaoError, InputError, reason_of

_SETTINGS = """# chugao 工作区设置；改后立即生效。

[office]
# 单位全称，与历年文稿的发文单位一致时，起草会沿用本单位的句式
name = ""
# 级别：科室 医院 乡镇 区县 市
level = "科室"
# 署名；不写则用科室或单位名称
signature = ""
# 本年主线，一句话，不带句号
theme = ""
# 文稿开头的指导思想，由党办提供；不写就不出现
guidance = ""

# [model]
# base_url = "http://127.0.0.1:8099/v1"     # 任何兼容 OpenAI 的接口；密钥放在环境变量 CHUGAO_API_KEY
# private = true        # 接口在单位内网、用域名访问时写
# temperature = 0.4
# concurrency = 8       # 同时问几处；接口说忙会自动减半

# [prompts."summary/part"]      # 某个提示词另有设定时写；名称见 chugao prompts list
# temperature = 0.2

# [prices]              # 每百万词元的价格，用来算花费、守住 --max-cost
# currency = "元"
# [prices.models."模型名"]
# input = 0
# output = 0

# [privacy]
# remote = "mask"       # 患者姓名等发给模型前：mask 遮住，refuse 不发，allow 不管
"""


def register(app: typer.Typer) -> None:
    """Hang the commands on the app."""
    app.command("init")(init_command)
    app.command("doctor")(doctor_command)


def require_workspace() -> Path:
    """The workspace around the current folder, or a sentence that says how to make one."""
    from chugao.config import find_workspace

    folder = find_workspace()
    if folder is None:
        raise InputError("这里不是工作区。请先在要用的文件夹里运行 chugao init，再在其中执行本命令。")
    return folder


def init_command(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="建在哪里；没有这个文件夹就新建")] = Path(),
    as_json: Json = False,
) -> None:
    """建一个工作区：一个放设置和数据的文件夹，指标、材料、历年文稿都存在里面。已有的不动。"""
    from chugao.desk import open_workspace

    try:
        (folder / ".chugao").mkdir(parents=True, exist_ok=True)
        settings = folder / "chugao.toml"
        existed = settings.exists()
        if not existed:
            settings.write_text(_SETTINGS, encoding="utf-8")
    except OSError as error:
        raise InputError(f"工作区“{folder}”建不了（{reason_of(error)}）。请换一个能写的文件夹。") from None
    open_workspace(folder.resolve()).close()
    if as_json:
        show_json({"workspace": str(folder.resolve()), "created": not existed})
        return
    show(f"工作区：{folder.resolve()}" + ("（已有，设置未改）" if existed else ""))
    say("下一步，进入这个文件夹：")
    say("  1. 用记事本打开 chugao.toml，写上单位全称")
    say("  2. chugao corpus add 历年文稿的文件夹 --own")
    say("  3. chugao metrics import 指标文件")
    say("  4. chugao material add 科室报来的材料，再用 chugao material list、confirm 核实")
    say("  5. chugao draft --kind summary-plan --department 科室 --year 年份")


def doctor_command(
    engine: Annotated[
        str | None,
        typer.Option(metavar="引擎", help="试一试模型接口：openai:模型 或 langchain:提供者:模型，会花几次很小的调用"),
    ] = None,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件夹", help="没有工作区时，试的结果记在哪个文件夹")
    ] = Path("out"),
    as_json: Json = False,
) -> None:
    """看这台机器能不能用：版本、工作区、数据库、示例文稿、可选的工具。"""
    import platform
    from importlib.metadata import version

    from chugao.catalogue import load_catalogue
    from chugao.config import find_workspace
    from chugao.corpus import load_folder
    from chugao.desk import open_workspace
    from chugao.shipped import shipped

    workspace = find_workspace()
    reports = load_folder(shipped("corpus"))
    failed = 0
    rows = [
        ("版本", version("chugao"), f"Python {platform.python_version()}"),
        ("指标目录", "可用", f"{len(load_catalogue())}项"),
        ("示例文稿", "可用" if reports.documents else "缺", f"{len(reports.documents)}篇"),
        ("工作区", "可用" if workspace else "未建", str(workspace or "运行 chugao init 新建；不建也能起草")),
    ]
    if workspace is not None:
        state, detail = "可用", "能读写"
        try:
            open_workspace(workspace).close()
        except ChugaoError as error:
            state, detail, failed = "不可用", str(error), error.exit_code
        rows.append(("设置和数据库", state, detail))
    for name, commands, use in (
        ("LibreOffice", ("soffice", "libreoffice"), "用来读 .doc、.wps，出 PDF"),
        ("中文字体", ("fc-list",), "用来出 PDF"),
    ):
        found = next((c for c in commands if shutil.which(c)), None)
        rows.append((name, "可用" if found else "没有（可选）", use))
    if engine is not None:
        row, code = _tried(engine, out)
        rows.append(row)
        failed = failed or code
    if as_json:
        show_json({"checks": [{"name": n, "state": s, "detail": d} for n, s, d in rows]})
    else:
        for name, state, detail in rows:
            show(f"{name}：{state}　{detail}")
    if failed:
        raise typer.Exit(failed)


def _tried(engine: str, out: Path) -> tuple[tuple[str, str, str], int]:
    """What a model endpoint can do, as a line; and the exit code it calls for."""
    import asyncio
    import time

    from chugao.config import find_workspace, load_settings
    from chugao.desk import open_writer
    from chugao.engines.assisted import AssistedEngine

    name = f"模型接口 {engine}"
    try:
        settings = load_settings(find_workspace())
        with open_writer(engine, settings, out, job="doctor") as writer:
            if not isinstance(writer, AssistedEngine):
                return (name, "可用", "不用模型"), 0
            # Asked anew each time: an answer from the ledger would tell what the server could do then.
            found = asyncio.run(writer.find_out(sample=int(time.time())))
    except ChugaoError as error:
        return (name, "不可用", str(error)), error.exit_code
    left_out = f"；不认的参数：{'、'.join(found.without)}" if found.without else ""
    return (name, "可用", found.told + left_out), 0
