"""Documents of the world: what kind they are, what is in them, how they are built.

`read_upload(path_or_bytes, name)` reads what a stranger sent; `structure.understand(path)` what lies on this machine.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chugao.documents.uploading import read_upload, upload_reading

__all__ = ["read_upload", "upload_reading"]


def __getattr__(name: str) -> Any:
    """Loaded when asked for: a reader of workbooks needs none of the models of reports."""
    if name in __all__:
        from chugao.documents import uploading

        return getattr(uploading, name)
    raise AttributeError(name)
