"""prompts list, show, render."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chugao.cli.help import App
from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.manuscript import Brief

app = App()
Folder = Annotated[
    Path | None, typer.Option(metavar="文件夹", help="本单位的模板所在；不写则用工作区的 prompts 文件夹")
]
Name = Annotated[str, typer.Argument(help="模板名，如 summary/part", metavar="模板名")]


@app.command("list")
def list_command(folder: Folder = None, as_json: Json = False) -> None:
    """列出给模型用的提示词模板：名称、用途、指纹，是自带的还是本单位的。"""
    from chugao.prompts import fingerprint, list_prompts

    prompts = list_prompts(_folder(folder))
    if as_json:
        rows = [
            {**p.model_dump(include={"name", "purpose", "returns", "file", "own"}), "fingerprint": fingerprint(p)}
            for p in prompts
        ]
        show_json({"prompts": rows})
        return
    for prompt in prompts:
        origin = "　本单位" if prompt.own else ""
        show(f"{prompt.name:<20}{fingerprint(prompt)}　{prompt.purpose}{origin}")


@app.command("show")
def show_command(name: Name, folder: Folder = None, as_json: Json = False) -> None:
    """看一个模板的原文。"""
    from chugao.prompts import fingerprint, load

    prompt = load(name, _folder(folder))
    if as_json:
        told = prompt.model_dump(include={"name", "purpose", "needs", "returns", "file", "own"})
        blocks = sorted(n for n in prompt.texts if n != name)
        show_json({**told, "fingerprint": fingerprint(prompt), "includes": blocks, "text": prompt.text})
        return
    show(prompt.text.rstrip("\n"))
    say(f"{prompt.file}　指纹 {fingerprint(prompt)}")


@app.command("render")
def render_command(
    name: Name,
    brief: Annotated[Path, typer.Option(metavar="文件", help="写作任务书（Brief）的 .json 文件")],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """用一份任务书填好模板，看模型实际收到的话；不调用模型。"""
    from chugao.prompts import fingerprint, load, render, reply_schema

    task = _brief(brief)
    prompt = load(name, _folder(folder))
    messages = render(prompt, task)
    if as_json:
        show_json(
            {
                "name": prompt.name,
                "fingerprint": fingerprint(prompt),
                **messages.model_dump(),
                "schema": reply_schema(task),
            }
        )
        return
    show(f"【system】\n{messages.system}\n\n【user】\n{messages.user}")
    say(f"共{len(messages.system) + len(messages.user)}字，指纹 {fingerprint(prompt)}")


def _folder(given: Path | None) -> Path | None:
    from chugao.config import find_workspace

    if given is not None:
        if not given.is_dir():
            raise InputError(f"模板文件夹“{given}”不存在。请改正 --folder。")
        return given
    workspace = find_workspace()
    ours = workspace / "prompts" if workspace is not None else None
    return ours if ours is not None and ours.is_dir() else None


def _brief(path: Path) -> "Brief":
    from pydantic import ValidationError

    from chugao.manuscript import Brief

    try:
        return Brief.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path.name}：打不开（{error.strerror}）。请核对 --brief。") from None
    except ValidationError as error:
        where = ".".join(str(p) for p in error.errors()[0]["loc"]) or "整个文件"
        raise InputError(f"{path.name}：“{where}”缺少或写法不对，不是一份任务书。请核对 --brief。") from None
