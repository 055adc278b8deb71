"""Turn .doc, .wps, .rtf and .odt into .docx with LibreOffice, where it is installed.

In: the bytes.  Out: the bytes of a .docx that passed the guard.

Surprise: `soffice` is a wrapper; when it is stopped, the real program goes on, so the whole process group is.
"""

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from chugao.documents.guard import Form, guard_bytes, sniff
from chugao.errors import InputError

CONVERT_TIMEOUT_S = 120
_MAX_WRITTEN_BYTES = 200 * 2**20
_MAX_MEMORY_BYTES = 2 * 2**30


def converted(data: bytes, name: str, form: Form) -> bytes:
    """The file as .docx.  Raises `InputError` when LibreOffice is not installed or cannot."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise InputError(
            f"{name}：旧格式（.doc、.wps、.rtf）要靠 LibreOffice 转换，本机没有安装。请另存为 .docx 再导入。"
        )
    suffix = {"ole": ".doc", "rtf": ".rtf"}.get(form, Path(name).suffix or ".odt")
    with tempfile.TemporaryDirectory(prefix="chugao-") as folder:
        given = Path(folder) / f"given{suffix}"
        given.write_bytes(data)
        command = [program, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile"]
        command += ["--convert-to", "docx", "--outdir", folder, str(given)]
        _run(command, name)
        made = Path(folder) / "given.docx"
        if not made.is_file() or not zipfile.is_zipfile(io.BytesIO(made.read_bytes())):
            raise InputError(f"{name}：LibreOffice 转换不了这份文件。请用 WPS 或 Word 另存为 .docx 再导入。")
        result = made.read_bytes()
    if sniff(result) != "docx":
        raise InputError(f"{name}：转换后不是文档。请另存为 .docx 再导入。")
    guard_bytes(result, name)
    return result


# RLIMIT_AS would stop LibreOffice itself, which maps more than it uses; what it fills, time and what it writes are limited.
_LIMITED = """
import os, sys
try:
    import resource
    seconds, size, memory = map(int, sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except ImportError:
    pass
os.execv(sys.argv[4], sys.argv[4:])
"""


def _run(command: list[str], name: str) -> None:
    limits = [str(CONVERT_TIMEOUT_S), str(_MAX_WRITTEN_BYTES), str(_MAX_MEMORY_BYTES)]
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(
        [sys.executable, "-c", _LIMITED, *limits, *command],
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
    )
    try:
        child.wait(CONVERT_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise InputError(f"{name}：转换超过 {CONVERT_TIMEOUT_S} 秒，已停止。请另存为 .docx 再导入。") from None
    finally:
        if child.poll() is None:
            if os.name == "posix":
                os.killpg(child.pid, signal.SIGKILL)
            child.kill()
        child.wait()
