"""Reports while they are made and for a while after: a report is proven, drawn and signed in seconds to minutes.

Kept in memory only. A report that is lost can be made again; its making stands in the log.
"""

from __future__ import annotations

import asyncio
import base64
import io
import secrets
import zipfile
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark

MOST = 8
"""Reports kept at a time; a report has some megabytes at most."""
KEPT_S = 3_600.0
_PACKED_AT = (1980, 1, 1, 0, 0, 0)  # the first a ZIP file can say; the report itself tells when it was made


class Build(msgspec.Struct):
    """One report: being made, made, or not made.

    Attributes:
        owner: The session it was asked in: nobody else may fetch it.
        problem: Why it was not made.
        told: What the API answered beside the files.
    """

    id: str
    owner: str
    framework: str
    since: str
    until: str
    begun_at: float
    is_done: bool = False
    problem: str = ""
    files: dict[str, bytes] = {}
    told: dict[str, Any] = {}


class ReportShelf:
    """The reports of one console.

    Args:
        clock: Unix seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._builds: dict[str, Build] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, owner: str, asked: Mapping[str, str], make: Callable[[], Awaitable[Mapping[str, Any]]]) -> Build:
        """Make a report in the background; what is oldest makes room for it."""
        self._clear()
        while len(self._builds) >= MOST:
            del self._builds[min(self._builds.values(), key=lambda one: one.begun_at).id]
        build = Build(
            secrets.token_urlsafe(12), owner, asked["framework"], asked["since"], asked["until"], self._clock()
        )
        self._builds[build.id] = build
        task = asyncio.get_running_loop().create_task(_run(build, make))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return build

    def find(self, build_id: str, owner: str) -> Build | None:
        """A report of the session that asked for it."""
        self._clear()
        found = self._builds.get(build_id)
        return found if found is not None and found.owner == owner else None

    def of(self, owner: str) -> tuple[Build, ...]:
        """Reports of a session, newest first."""
        self._clear()
        mine = [one for one in self._builds.values() if one.owner == owner]
        return tuple(sorted(mine, key=lambda one: -one.begun_at))

    def _clear(self) -> None:
        old = [one.id for one in self._builds.values() if self._clock() - one.begun_at > KEPT_S]
        for name in old:
            del self._builds[name]


async def _run(build: Build, make: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
    try:
        answer = await make()
    except ApiAnswerError as error:
        build.problem = error.words
    else:
        build.told = {name: value for name, value in answer.items() if name not in ("files", "binary")}
        build.files = {name: text.encode() for name, text in answer["files"].items()} | {
            name: base64.b64decode(text, validate=True) for name, text in answer["binary"].items()
        }
    finally:
        build.is_done = True
        build.problem = build.problem or ("" if build.files else mark("It was not made; the control log says why."))


def packed(build: Build) -> bytes:
    """All files of a report as one ZIP file; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(build.files):
            archive.writestr(zipfile.ZipInfo(name, _PACKED_AT), build.files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
