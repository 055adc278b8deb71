"""Read a file that a stranger sent, in a process of its own.

In: a path or bytes, and the name to call it.  Out: a `Document`; or `UploadRejected`, `InputError`.

Surprise: a parser that dies takes the server with it, and neither a hang nor a gigabyte can be caught as an exception.
So the file is guarded here and parsed in a child with a limit on memory, time and open files; only JSON comes back.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from chugao.documents.guard import guard, guard_bytes
from chugao.documents.reading import Reading, read_bytes
from chugao.documents.structure import Document, understand
from chugao.errors import InputError, UploadRejected

MEMORY_BYTES, TIME_S = 2**30, 30
OCR_MEMORY_BYTES, OCR_TIME_S = 2 * 2**30, 120
_SCANS = ("pdf", "image")
MODULE = "chugao.documents.uploading"


def read_upload(given: Path | str | bytes, name: str = "", *, ocr: bool = False) -> Document:
    """What `understand` gives, for an upload; `ocr` lets scanned pages be recognised, which takes minutes.

    Raises `UploadRejected` for a file that is dangerous, broken or takes too long, `InputError` for one of another kind.
    """
    return Document.model_validate(_told(given, name, ocr, "document"))


def upload_reading(given: Path | str | bytes, name: str = "", *, ocr: bool = False) -> Reading:
    """The words alone, for who keeps them before they are understood.  Raises as `read_upload` does."""
    return Reading.model_validate(_told(given, name, ocr, "reading"))


def _told(given: Path | str | bytes, name: str, ocr: bool, wanted: str) -> Any:
    data = given if isinstance(given, bytes) else guard(given)
    name = safe_name(name or (Path(given).name if not isinstance(given, bytes) else "上传的文件"))
    form = guard_bytes(data, name)
    if form in ("ole", "rtf", "package"):
        from chugao.documents.converting import converted

        data = converted(data, name, form)  # LibreOffice is a process of its own already
    return _in_a_child(data, name, ocr and form in _SCANS, wanted)


def safe_name(name: str) -> str:
    """The last part of a name, without control, direction and path characters, 120 characters at most."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        c for c in bare if c.isprintable() and c not in '<>:"|?*\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069'
    )
    kept = kept.strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    return (stem[:110] + dot + suffix[:9] if dot else kept[:120]) or "上传的文件"


def _in_a_child(data: bytes, name: str, ocr: bool, wanted: str) -> Any:
    import subprocess

    seconds = OCR_TIME_S if ocr else TIME_S
    command = [sys.executable, "-P", "-m", MODULE, name, "ocr" if ocr else "plain", wanted]
    environment = {
        k: v for k, v in os.environ.items() if k in ("PATH", "PYTHONPATH", "LANG", "SYSTEMROOT", "TMPDIR", "HOME")
    }
    environment |= {"PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
    try:
        child = subprocess.run(
            command, input=data, capture_output=True, timeout=seconds + 5, check=False, env=environment
        )
        told = json.loads(child.stdout)
    except subprocess.TimeoutExpired:
        raise UploadRejected(f"{name}：读了 {seconds} 秒还没有读完，已停止。请另存为干净的 .docx 再导入。") from None
    except ValueError:  # it died: out of memory, out of time, or the parser crashed
        raise UploadRejected(f"{name}：文件异常，读它的程序被终止。请用 WPS 或 Word 打开后另存一份再导入。") from None
    if "value" in told:
        return told["value"]
    raise (UploadRejected if told["rejected"] else InputError)(told["error"])


def _limit(ocr: bool) -> None:
    try:
        import resource
    except ImportError:  # not on this system; the time-out above still holds
        return
    memory, seconds = (OCR_MEMORY_BYTES, OCR_TIME_S) if ocr else (MEMORY_BYTES, TIME_S)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes to a pipe only


def _child(name: str, ocr: bool, wanted: str) -> None:
    """Read stdin, print {"value"} or {"error", "rejected"}."""
    data = sys.stdin.buffer.read()
    _limit(ocr)
    try:
        reading = read_bytes(data, name, ocr=ocr)
        value = understand(reading) if wanted == "document" else reading
        told: dict[str, object] = {"value": value.model_dump(mode="json")}
    except InputError as error:
        told = {"error": str(error), "rejected": isinstance(error, UploadRejected)}
    except MemoryError:
        told = {"error": f"{name}：读它要的内存太多。请拆成几份再导入。", "rejected": True}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2] == "ocr", sys.argv[3])
