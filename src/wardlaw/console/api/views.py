"""Saved views: filters of a list that somebody has given a name, on the server, for each person their own."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.store.savedviews import SavedView, list_views, remove_view, save_view

_Place = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^/[a-z0-9][a-z0-9/-]*$(?!\n)")]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Query = Annotated[str, msgspec.Meta(max_length=1_000, pattern=r"^[!-~]*$(?!\n)")]
_Where = Annotated[str, QueryParameter(max_length=64)]


class ViewBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A view to keep: the page, its name, and what stands behind the page's ``?``, percent-encoded."""

    place: _Place
    name: _Name
    query: _Query = ""


class ViewName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which view is meant."""

    place: _Place
    name: _Name


@get("/views", operation_id="views.list", summary="Your saved views")
async def list_own_views(call: Given, *, place: _Where = "") -> tuple[SavedView, ...]:
    """By page and name; of one page when it is named."""
    return await call.read(lambda turn: list_views(turn.connection, turn.person.id, place=place))


@post("/views", operation_id="views.save", summary="Save a view under a name")
async def save_own_view(call: Given, data: JSONBody[ViewBody]) -> SavedView:
    """One of the same name on the same page is replaced."""

    def work(turn: Turn) -> Done[SavedView]:
        view = SavedView(turn.person.id, data.place, data.name, data.query, turn.now)
        save_view(turn.connection, view)
        return Done(view, {"place": view.place})  # its name and filters are the person's own business

    return await call.change(work)


@post("/views/remove", operation_id="views.remove", summary="Remove a saved view", status_code=200)
async def remove_own_view(call: Given, data: JSONBody[ViewName]) -> ViewName:
    """The page stays, of course."""

    def work(turn: Turn) -> Done[ViewName]:
        remove_view(turn.connection, turn.person.id, place=data.place, name=data.name)
        return Done(data, {"place": data.place})

    return await call.change(work)
