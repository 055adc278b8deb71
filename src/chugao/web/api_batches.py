"""/api/v1/batches: how a job stands, for programs; pause, resume, retry, cancel it, put its papers into review.

Each operation calls the same function as the board.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from chugao.web.api import REFUSALS, Admin, Json, Name
from chugao.web.batches import do_now, standing_of
from chugao.web.house import house_of

router = APIRouter(prefix="/api/v1/batches", tags=["批次"], responses=REFUSALS)


class Wish(BaseModel):
    """What is to be done with a job."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["pause", "resume", "cancel", "retry", "retry_all", "review"]
    papers: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=1000)] = []
    """For retry and review: ids of papers."""


@router.get("", summary="批次")
def listed(request: Request, person: Admin) -> Json:
    from chugao.batch.records import jobs

    database = house_of(request).database
    with database.read() as connection:
        names = [j.id for j in jobs(connection)]
    return {"batches": names[::-1]}


@router.get("/{job}", summary="一个批次的进度、费用和各份文稿")
def one(request: Request, job: Name, person: Admin) -> Json:
    return standing_of(house_of(request), job).model_dump(mode="json", exclude={"out"})


@router.post("/{job}", summary="暂停、接着做、取消、重试、放进审阅")
def change(request: Request, job: Name, person: Admin, told: Wish) -> Json:
    said, documents = do_now(house_of(request), person, job, told.do, told.papers)
    return {"told": said, "documents": documents}
