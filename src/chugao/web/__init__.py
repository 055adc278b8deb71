"""The web application: one workspace shown to the people of an office, in any browser.

In: a `House`, that is a workspace with its open database.  Out: a FastAPI application.

A shell like the command line: a handler reads the request, calls one room and renders.  Surprise: importing this
package loads no FastAPI; `create_app` does.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from chugao.web.house import House

__all__ = ["create_app"]


def create_app(house: "House") -> "FastAPI":
    """The application that serves a workspace; who calls it opens the house and closes it."""
    from chugao.web.app import build

    return build(house)
