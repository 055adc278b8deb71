"""The reviewing half of the web application: the ten-second screen, compare, the editor, versions, rounds, exports."""

from fastapi import APIRouter

from chugao.web.desk import again, compare, documents, exports, remarks, rounds, sections, versions

ROUTERS: tuple[APIRouter, ...] = (
    compare.router,
    remarks.router,
    versions.router,
    rounds.router,
    exports.router,
    sections.router,
    again.router,
    documents.router,
)
