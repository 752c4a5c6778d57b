"""The console's own files: read once, named by their digest, kept by browsers for good."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

STATIC = Path(__file__).parent / "static"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
}


class Asset(msgspec.Struct, frozen=True):
    """One file as browsers get it."""

    content: bytes
    media_type: str


class Assets:
    """Every file below the static folder that a browser may ask for, and the icons that pages carry in them."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._files: dict[str, Asset] = {}
        self._urls: dict[str, str] = {}
        self._icons: dict[str, str] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            media_type = _TYPES.get(path.suffix)
            if media_type is None or not path.is_file():
                continue
            if name.startswith("icons/"):
                self._icons[path.stem] = _inline(path.read_text(encoding="utf-8"))
                continue
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            self._files[f"{digest}/{name}"] = Asset(content, media_type)
            self._urls[name] = f"/static/{digest}/{name}"

    def url(self, name: str) -> str:
        """Where a file is reached; another content is another address.

        Raises:
            KeyError: There is none, which is a mistake of a template.
        """
        return self._urls[name]

    def find(self, path: str) -> Asset | None:
        """The file of an address below ``/static/``. Any digest will do: style sheets name their fonts relatively."""
        found = self._files.get(path)
        if found is None and "/" in path:
            found = next(
                (self._files[key] for key in self._files if key.partition("/")[2] == path.partition("/")[2]), None
            )
        return found

    def icon(self, name: str) -> str:
        """An icon as markup; hidden from readers of screens, a word always stands beside it.

        Raises:
            KeyError: There is none.
        """
        return self._icons[name]


def _inline(svg: str) -> str:
    # One line: a line break would end the data line of a server-sent event.
    body = " ".join(svg[svg.index("<svg") :].split())
    return body.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
