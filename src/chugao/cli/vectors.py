"""Vectors of a workspace: who makes them, filling them beside other work, looking after the Chroma folder.

In: a workspace.  Out: what the corpus commands tell.  Without `[embedding] model` there are none, and nothing is missing.
"""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.cli.output import say, show, show_json
from chugao.errors import ChugaoError, InputError

if TYPE_CHECKING:
    from chugao.index import Index

_BESIDE: list[subprocess.Popen[bytes]] = []
"""What this process has started beside itself."""


def hybrid_index(workspace: Path) -> "Index | None":
    """The workspace's reports, by words and by meaning where vectors are; None when none has been added yet."""
    from chugao.desk import workspace_index

    return workspace_index(workspace, most_in_memory=0)


def fill_later(workspace: Path) -> None:
    """Start filling the vectors in a process of its own, when a model is named; nobody waits for it."""
    from chugao.config import load_settings

    if not load_settings(workspace).embedding.model:
        return
    log = (workspace / ".chugao" / "embedding.log").open("ab")
    _BESIDE[:] = [p for p in _BESIDE if p.poll() is None]  # of a server that adds often none stays a zombie
    with log:
        beside = subprocess.Popen(
            [sys.executable, "-m", "chugao.cli.vectors", str(workspace)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _BESIDE.append(beside)
    say("向量在后台补，不影响检索和起草；进展见 .chugao/embedding.log。")


def fill_and_tell(workspace: Path) -> None:
    """Fill now, saying how far it is; a model that cannot be had costs nothing but the vectors."""
    from chugao.config import load_settings
    from chugao.desk import chroma_folder, open_workspace
    from chugao.engines.encoding import encoder_of
    from chugao.index.chroma import fill_vectors

    settings = load_settings(workspace)
    if not settings.embedding.model:
        return
    try:
        encoder = encoder_of(settings, lambda: open_workspace(workspace))
        if encoder is None:
            return
        with open_workspace(workspace) as database:
            told = lambda done, total: say(f"  向量 {done}/{total}")  # noqa: E731
            filled = fill_vectors(database, encoder, chroma_folder(workspace), progress=told)
    except ChugaoError as error:
        say(f"向量没有补完，先按字词检索：{error}")
        return
    held = "" if filled.synced is not None else "；向量库正被另一个进程使用，稍后再同步"
    say(f"新算向量{filled.embedded}条，共{filled.kept}条{held}。")


def verify_and_tell(workspace: Path, as_json: bool) -> None:
    """Compare Chroma with the database, rebuild what is broken, and say so."""
    from chugao.config import load_settings
    from chugao.desk import chroma_folder, open_workspace
    from chugao.engines.encoding import encoder_of
    from chugao.index.chroma import verify_vectors

    settings = load_settings(workspace)
    if not settings.embedding.model:
        raise InputError("没有配置向量模型，没有向量库可核对。要用请在 chugao.toml 写 [embedding] model。")
    encoder = encoder_of(settings, lambda: open_workspace(workspace))
    with open_workspace(workspace) as database:
        synced = verify_vectors(database, encoder.name if encoder else "", chroma_folder(workspace))
    if synced is None:
        raise InputError("向量库正被另一个进程使用。请等它结束后再核对。")
    if as_json:
        show_json(synced._asdict())
        return
    show("向量库已坏，按数据库重建。" if synced.rebuilt else "向量库完好。")
    show(f"补{synced.added}条，删{synced.removed}条。")


if __name__ == "__main__":
    fill_and_tell(Path(sys.argv[1]))
