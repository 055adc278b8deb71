"""Writing engines: each writes one brief at a time and never sees a digit."""

from chugao.errors import InputError
from chugao.manuscript import Engine

__all__ = ["open_engine"]


def open_engine(name: str = "offline") -> Engine:
    """The engine of a name: "offline" needs no model and no network.

    Raises `InputError` for a name that is not one.
    """
    if name == "offline":
        from chugao.engines.offline import OfflineEngine

        return OfflineEngine()
    raise InputError(f"引擎“{name}”不认识。本版本可用：offline（不需要模型和网络）。")
