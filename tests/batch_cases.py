"""What the tests of batches share: small departments, a model that writes something usable, a batch in a process."""

import asyncio
import json
import multiprocessing
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fault_server import Faults, reply

HEADER = "指标名称,年度,本期值,单位,上年同期值,目标值"
MATTERS = "事项,类别,时间,成效,责任科室,状态"
DEPARTMENTS = ("医务科", "护理部", "信息科")
_OFFERED = re.compile(r"^· (?:【(?P<tags>[^】]*)】)?(?P<said>[^{（\n]*\{[a-z_]+\.(?:now|missing)\})", re.MULTILINE)


def write_departments(folder: Path, names: tuple[str, ...] = DEPARTMENTS) -> None:
    """A figures file and a matters file for each, all different."""
    for n, name in enumerate(names):
        figures = [
            HEADER,
            f"门诊人次,2025,{32000 + 100 * n},人次,{28571 + 10 * n},31000",
            f"平均住院日,2025,7.{n},天,7.6,7.4",
            f"护理不良事件发生率,2025,0.{n + 1},‰,0.9,0.8",
            f"患者满意度,2025,9{n}.5,%,9{n}.1,9{n}.3",
        ]
        matters = [
            MATTERS,
            f"{name}开设周末门诊,医疗服务,2025-03,周末也能看病,{name},已完成",
            f"{name}修订交接班制度,医疗质量,2025-06,交接有据可查,{name},已完成",
            f"{name}培训新入职人员,队伍建设,2025-09,新人独立上岗,{name},已完成",
            f"{name}启用电子核对,信息化,2026-03,核对不再用纸,{name},拟开展",
        ]
        (folder / f"{name}-指标.csv").write_text("\n".join(figures) + "\n", encoding="utf-8")
        (folder / f"{name}-事项.csv").write_text("\n".join(matters) + "\n", encoding="utf-8")


def write_manifest(folder: Path, names: tuple[str, ...] = DEPARTMENTS, **batch: object) -> Path:
    """A manifest over `write_departments`."""
    said = {"name": "年终", "year": 2025, "kinds": ["summary-plan"], "corpus": "往年"} | batch
    (folder / "往年").mkdir(exist_ok=True)
    lines = ["[batch]", *(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in said.items())]
    for name in names:
        lines += ["[[department]]", f'name = "{name}"']
        lines += [f'metrics = ["{name}-指标.csv"]', f'matters = ["{name}-事项.csv"]']
    file = folder / "清单.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


_MATTER = re.compile(r"^│ · (?:【[^】]*】)?(?P<text>.+)$", re.MULTILINE)


def speak(body: dict[str, Any]) -> str:
    """A usable answer: every figure that must be told, else the first, and every matter in its own words."""
    user = body["messages"][1]["content"]
    if "照抄" in user and "·" not in user:
        return json.dumps({"text": "全年收治病人许多人。"}, ensure_ascii=False)
    offered = list(_OFFERED.finditer(user))
    wanted = [m for m in offered if "必写" in (m["tags"] or "")] or offered[:1]
    told = [m["text"] for m in _MATTER.finditer(user)]
    told += [f"{m['said']}。" for m in wanted]
    heading = "把该做的事做实" if '"heading": "标题"' in user else None
    return reply(*(told or ["下一步把这项工作做细做实。"]), heading=heading)


class Model(Faults):
    """A model that takes its time, never the same, and remembers when it answered what."""

    def __init__(self, slowest_s: float = 0.1, quickest_s: float = 0.01, seed: int = 1) -> None:
        super().__init__(speak)
        self._between = (quickest_s, slowest_s)
        self._random = random.Random(seed)
        self.answered: list[str] = []
        """Questions that were answered in full, in that order."""
        self.arrived: list[float] = []
        """When each question came in."""

    async def _speak(self, body: dict[str, Any], fault: str, writer: asyncio.StreamWriter) -> None:
        self.arrived.append(time.monotonic())
        await asyncio.sleep(self._random.uniform(*self._between))
        await super()._speak(body, fault, writer)
        await writer.drain()
        self.answered.append(question(body["messages"]))

    def quicken(self) -> None:
        """Answer at once from now on."""
        self._between = (0.0, 0.02)

    @property
    def asked(self) -> list[str]:
        return [question(b["messages"]) for b in self.requests]


def question(messages: list[dict[str, str]]) -> str:
    """What was asked, as one string; a sample asked again tells what was wrong before."""
    return "\n".join(m["content"] for m in messages)


def start_batch(*arguments: str, folder: Path, url: str = "", **environment: str) -> "subprocess.Popen[bytes]":
    """`chugao …` in a process of its own, its streams in files beside."""
    here = {k: v for k, v in os.environ.items() if not k.startswith("CHUGAO_")}
    here |= {"CHUGAO_BASE_URL": url, "CHUGAO_API_KEY": "sk-canary-41d8"} if url else {}
    command = [sys.executable, "-m", "chugao", *arguments]
    with (folder / "stdout.txt").open("ab") as out, (folder / "stderr.txt").open("ab") as err:
        return subprocess.Popen(command, cwd=folder, env=here | environment, stdout=out, stderr=err)


def wait_for(holds: Callable[[], Any], most_s: float = 120) -> None:
    """Until something is so; fails when it does not come about."""
    until = time.monotonic() + most_s
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.1)


class Forked:
    """`chugao …` in a process of its own, forked from one that has imported everything: a second instead of four.

    `host` is the name of the machine it believes to be on, `dead_after_s` how long another's heart may be silent.
    """

    def __init__(
        self, *arguments: str, folder: Path, url: str = "", host: str = "", dead_after_s: float = 0, **environment: str
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__, *_PRELOADED])
        here = {k: v for k, v in os.environ.items() if not k.startswith("CHUGAO_")}
        here |= {"CHUGAO_BASE_URL": url, "CHUGAO_API_KEY": "sk-canary-41d8"} if url else {}
        told = (arguments, folder, here | environment, host, dead_after_s)
        self._process = context.Process(target=_run_forked, args=told, daemon=True)
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, most_s: float) -> int | None:
        self._process.join(most_s)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


_PRELOADED = (
    "chugao.cli.batch", "chugao.batch.running", "chugao.batch.telling", "chugao.engines.openai", "chugao.engines.offline",
    "chugao.drafting", "chugao.checks", "chugao.export", "chugao.word.typesetting", "chugao.index", "dbos", "openpyxl",
)  # fmt: skip


def _run_forked(
    arguments: tuple[str, ...], folder: Path, environment: dict[str, str], host: str, dead_after_s: float
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in ((1, "stdout.txt"), (2, "stderr.txt")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    if host:
        socket.gethostname = lambda: host
    if dead_after_s:
        from chugao.batch import working

        working._DEAD_AFTER_S = dead_after_s
    from chugao.cli import main

    sys.argv = ["chugao", *arguments]
    main()


def run_batch(*arguments: str, folder: Path, url: str = "", **environment: str) -> int:
    """The same, waited for; the exit code."""
    return start_batch(*arguments, folder=folder, url=url, **environment).wait(300)
