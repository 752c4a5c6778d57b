"""An API whose every text that somebody else may have written would be markup, and what of a page was taken for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from wardlaw.console.pages.inside import InsideApi

SPITE = (
    "\"'><img src=x onerror=alert(1)><script>alert(1)</script></textarea></title><svg onload=alert(1)>"
    "<a href=javascript:alert(1)>{{7*7}}\u202egnp.exe\U0001f468\u200d\U0001f469\u200d\U0001f467"
)
"""What is put behind a text: it runs a script wherever it is taken for markup."""
SHOWN = "<script>alert(1)</script>"
"""The part of it that a page must show as it is."""
LED_ASTRAY = "javascript:alert(1)//"
"""What is put before an address."""
LONG = "x" * 10_000
OTHERS = frozenset({
    "account", "acting_for", "answer", "app", "app_name", "apps", "author_human", "beside", "canary", "channel", "concerns",
    "data_classes", "definition", "description", "detail", "domain", "draft", "error", "evidence", "file", "files", "label",
    "message", "method", "model", "models", "name", "names", "note", "notes", "notice", "offered", "principal", "principals",
    "problem", "prompt", "publisher", "purpose", "reach", "reaches", "reason", "reasons", "region", "report_ref", "resource",
    "resources", "scope", "scopes", "sentence", "server", "subject", "summary", "team", "text", "title", "tool", "tools",
    "used_by", "user_agent", "vendor", "what", "who", "why", "words",
})  # fmt: skip
"""Fields that hold what people, programs and platforms call themselves, with or without a space in it."""
OURS = ("questionnaire", "standing", "state")
"""What ships with Wardlaw, which nobody else writes and pages take apart, and fields with words of a list."""
_ADDRESS = re.compile("https?://")
_DIGEST = re.compile("[0-9a-f]{32,}")
_LEADING = ("href", "src", "action", "formaction", "xlink:href", "data", "poster")
_READ = ("title", "aria-label", "alt", "placeholder", "value", "content")
_NAME = re.compile("[a-zA-Z][a-zA-Z0-9:-]*")
_IN_READ = re.compile(r'\b(?:title|aria-label|alt|placeholder)="[^"]*"')
_FIELDS = re.compile("<textarea.*?</textarea>", re.DOTALL)
_TAGS = re.compile("<[^>]*>")


class SpitefulApi(InsideApi):
    """Does something to every text of an answer that is free: puts ``SPITE`` behind it, unless told otherwise.

    A text is free that has a space in it, which no id, time, digest or word of a list has, or that stands in a field of
    ``OTHERS``. An address leads to a script instead.
    """

    def __init__(
        self, api: Any, spite: Callable[[str], str] = lambda text: text + SPITE, *, is_unattended: bool = False
    ) -> None:
        super().__init__(api, is_unattended=is_unattended)
        self._spite = spite

    def unattended(self) -> InsideApi:
        return SpitefulApi(self._api, self._spite, is_unattended=True)

    async def _ask(self, *args: Any, **kwargs: Any) -> Any:
        return self._spited(await super()._ask(*args, **kwargs), is_others=False)

    def _spited(self, answer: Any, *, is_others: bool) -> Any:
        if isinstance(answer, Mapping):
            if answer.keys() == {"names"}:  # by the ids they are of
                return {"names": {id_: self._spite(name) for id_, name in answer["names"].items()}}
            return {
                name: one if name in OURS else self._spited(one, is_others=name in OTHERS)
                for name, one in answer.items()
            }
        if isinstance(answer, list):
            return [self._spited(one, is_others=is_others) for one in answer]
        if not isinstance(answer, str) or not answer or _DIGEST.fullmatch(answer):
            return answer
        if _ADDRESS.match(answer):
            return LED_ASTRAY + answer
        return self._spite(answer) if is_others or " " in answer else answer


def spited(path: str, spite: str = SPITE) -> str:
    """A path of a full house that names a thing by a text of others, as a spiteful API calls it."""
    return path.replace("id=agent%3Areports", "id=" + quote("agent:reports" + spite))


def led_astray(html: str) -> list[str]:
    """What of a page was taken for markup, runs a script, leads to one, or turns what stands beside it."""
    taken = Taken()
    taken.feed(html)
    taken.close()
    seen = _TAGS.sub("", _FIELDS.sub("", html)) + "".join(_IN_READ.findall(html))
    return taken.faults + ["turned"] * ("\u202e" in seen) + ["counted"] * ("49\u202e" in html or "49[U+202E]" in html)


class Taken(HTMLParser):
    """Reads a page as browsers do.

    Attributes:
        faults: What no page of ours has.
        texts: What people read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.texts: list[str] = []
        self._is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_script = tag == "script"
        given = {name: value or "" for name, value in attrs}
        if tag == "img" or (tag == "script" and "nonce" not in given):
            self.faults.append(f"<{tag}> {given}")
        self.faults += [f"{tag} {name}={value}" for name, value in given.items() if not _is_harmless(name, value)]

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False

    def handle_data(self, data: str) -> None:
        if not self._is_script:
            self.texts.append(data)
        elif data.strip():
            self.faults.append(f"a script of its own: {data[:80]}")


def _is_harmless(name: str, value: str) -> bool:
    """No handler of events; no address of a script; texts of others stand only where they are read, or with their signs undone."""
    bare = re.sub(r"[\x00-\x20]", "", value).casefold()
    return (
        _NAME.fullmatch(name) is not None
        and not name.startswith("on")
        and name not in ("style", "srcdoc")
        and not (name in _LEADING and bare.startswith(("javascript:", "vbscript:", "//")))
        and (name in _READ or "<" not in value)
    )
