"""A file for the browser to keep: always a download, under a name that cannot break a header or a page."""

from urllib.parse import quote

from starlette.responses import Response

from chugao.documents.uploading import safe_name

_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


def attachment(content: bytes, name: str) -> Response:
    """A download (RFC 6266): an ASCII name for old programs, the real one for the rest."""
    name = safe_name(name)
    suffix = "." + name.rpartition(".")[2].lower()
    disposition = f"attachment; filename=\"chugao{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(
        content, media_type=_TYPES.get(suffix, "application/octet-stream"), headers={"Content-Disposition": disposition}
    )
