"""Every exception chugao raises on purpose.

    ChugaoError            what a caller may catch; the message is Chinese and says what to do next
    ├── InputError         a file, an option or a value the user can mend           (exit code 2)
    │   ├── NothingToWrite nothing of the department and period is there to write from
    │   └── UploadRejected a file refused before it is read: bomb, macro, not what it says it is
    ├── EngineError        the model endpoint failed, or what it sent cannot be used (exit code 3)
    ├── StaleVersion       somebody else saved first; nothing was overwritten        (exit code 1)
    └── NotAllowed         the gate or a role forbids it; nothing was done           (exit code 1)

What a reviewer should weigh is a `Finding` (a value), not an exception.
"""

import errno

_REASONS = {
    errno.ENOENT: "找不到这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在磁盘只读",
    errno.ENOSPC: "磁盘已满",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段是文件，不是文件夹",
    errno.EEXIST: "已有同名的文件",
    errno.ENAMETOOLONG: "名字太长",
    errno.EIO: "磁盘或网络盘读写出错",
}


def reason_of(error: OSError) -> str:
    """Why a file could not be read or written, in Chinese; the system's own words where we have none."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


class ChugaoError(Exception):
    """Root of the tree; its text is meant for the user, in Chinese."""

    exit_code = 3


class InputError(ChugaoError):
    """Something the user gave cannot be used; the text names where and what to do."""

    exit_code = 2


class NothingToWrite(InputError):
    """No figure and no matter of the department and period; the shell knows what else is there."""


class UploadRejected(InputError):
    """A file refused by the guard before any parser saw it."""


class EngineError(ChugaoError):
    """The writing engine failed; what was drafted so far is kept."""

    exit_code = 3


class StaleVersion(ChugaoError):
    """The text changed since the caller read it; nothing was overwritten."""

    exit_code = 1


class NotAllowed(ChugaoError):
    """The gate or the person's scope forbids this; nothing was done."""

    exit_code = 1
