"""Every router of the application, in the order in which they are asked.

What is about one document, its sections and its versions stands in `web.desk`.
"""

from fastapi import APIRouter

from chugao.web import (
    admin,
    api,
    api_batches,
    api_documents,
    batches,
    checks,
    configuring,
    figures,
    jobs,
    material,
    prompting,
    reports,
    signing_in,
    worktop,
)
from chugao.web.desk import ROUTERS as DESK
from chugao.web.desk import sections

ROUTERS: tuple[APIRouter, ...] = (
    signing_in.router,
    worktop.router,
    jobs.router,
    material.router,
    figures.router,
    reports.router,
    checks.router,
    admin.router,
    batches.router,
    configuring.router,
    prompting.router,
    *DESK,
)
PUBLISHED: tuple[APIRouter, ...] = (api.router, api_batches.router, api_documents.router)
"""What programs may rely on; the editor's own operations on a section stand beside them under /api/v1."""
SECTIONS: APIRouter = sections.router
