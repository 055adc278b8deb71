"""serve and users: the address on one line, one person on one machine, accounts from the command line."""

import io
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.cli import chugao


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "工作区"
    chugao("init", folder)
    monkeypatch.chdir(folder)
    return folder


def test_serve_prints_its_address_on_one_line_when_it_can_be_reached(workspace: Path) -> None:
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "chugao", "serve", "--solo", "--port", "0"]
    with subprocess.Popen(command, cwd=workspace, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            page = urllib.request.urlopen(f"{address}/", timeout=60).read().decode()
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(urllib.request.Request(f"{address}/", headers={"Host": "evil.test"}), timeout=60)
            refused.value.close()
        finally:
            server.terminate()
            server.wait(60)

    assert address.startswith("http://127.0.0.1:")
    assert "新建一份文稿" in page
    assert refused.value.code == 403


def test_alone_is_for_this_machine_only(workspace: Path) -> None:
    told = chugao("serve", "--solo", "--host", "0.0.0.0")

    assert told.code == 2
    assert "只能在本机用" in told.err
    assert "users add" in told.err


def test_a_port_in_use_is_said_at_once_with_another_to_try(workspace: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        told = chugao("serve", "--solo", "--port", str(port))

    assert told.code == 2
    assert f"--port {port + 1}" in told.err


def test_accounts_are_added_listed_disabled_and_enabled(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def password(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text + "\n"))

    password("春眠不觉晓处处闻啼鸟")
    first = chugao("users", "add", "admin", "--name", "张主任", "--role", "admin", "--password-stdin")
    password("春眠不觉晓处处闻啼鸟")
    second = chugao(
        "users",
        "add",
        "wangfang",
        "--name",
        "王芳",
        "--role",
        "经办人，科长",
        "--department",
        "医务科",
        "--password-stdin",
    )
    off, listed, on = (
        chugao("users", "disable", "wangfang"),
        chugao("users", "list"),
        chugao("users", "enable", "wangfang"),
    )
    last = chugao("users", "disable", "admin")
    unknown = chugao("users", "disable", "nobody")

    assert (first.code, second.code, off.code, on.code) == (0, 0, 0, 0)
    assert "王芳　经办人、科长　医务科" in listed.out
    assert "停用" in listed.out
    assert last.code == 1
    assert "最后一个管理员" in last.err
    assert unknown.code == 2
    assert "已有的：admin、wangfang" in unknown.err


def test_outside_a_workspace_serve_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    told = chugao("serve")

    assert told.code == 2
    assert "chugao init" in told.err


def test_without_a_terminal_a_password_is_not_asked_for_in_english(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("春眠不觉晓处处闻啼鸟\n" * 2))

    told = chugao("users", "add", "admin", "--name", "张主任", "--role", "admin")

    assert told.code == 2
    assert "--password-stdin" in told.err
    assert "Warning" not in told.err
