"""Reading the words of platforms: what sort of call a method is, and which product a user agent names."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class CallSort(StrEnum):
    """What a call does, as far as its name tells."""

    READ = "read"
    WRITE = "write"
    SURVEY = "survey"  # lists, counts, describes: what looks around before it takes
    EXPORT = "export"
    DELETE = "delete"
    RIGHTS = "rights"  # changes who may do what, or reads what opens doors
    SIGN_IN = "sign-in"


GRAVE = frozenset({CallSort.SURVEY, CallSort.EXPORT, CallSort.DELETE, CallSort.RIGHTS})
"""Sorts whose first use by a long-established app is worth a look; a new way of reading or writing is a release."""

# The first that matches counts; words are whole pieces of a camelCase, dotted or spaced name.
_SORTS: tuple[tuple[CallSort, frozenset[str]], ...] = (
    (CallSort.EXPORT, frozenset("export bulk clone download archive zip zipball tarball takeout dump backup".split())),
    (CallSort.RIGHTS, frozenset("permission permissions role roles policy policies secret secrets credential credentials decrypt env".split())),
    (CallSort.DELETE, frozenset("delete deleted remove purge destroy trash".split())),
    (CallSort.SURVEY, frozenset("count list listing describe enumerate discover orgs organizations inventory".split())),
    (CallSort.WRITE, frozenset("create insert update patch write send upload post put modify import add set".split())),
)  # fmt: skip
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

# Tools and libraries that anybody writes a script with: their name says nothing of the app.
_SCRIPTING = frozenset(
    (
        "aiohttp", "axios", "curl", "go-http-client", "got", "guzzlehttp", "httpie", "httpx", "insomnia", "java",
        "libwww-perl", "node", "node-fetch", "okhttp", "perl", "postmanruntime", "powershell", "python",
        "python-requests", "python-urllib", "python-httpx", "rclone", "ruby", "salesforce-cli", "sfdx-cli", "simple-salesforce",
        "wget",
    )
)  # fmt: skip
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z._ -]*[A-Za-z]|[A-Za-z]")


@lru_cache(maxsize=8_192)
def sort_of(method: str) -> CallSort:
    """What sort of call a method is; reading where its name tells nothing else."""
    pieces = {piece.lower() for piece in _PIECES.findall(method)}
    return next((sort for sort, words in _SORTS if pieces & words), CallSort.READ)


@lru_cache(maxsize=8_192)
def product_of(user_agent: str) -> str:
    """The product a user agent names first, without its version; a browser is one product, whichever it is."""
    first = user_agent.split("/", 1)[0].split("(", 1)[0]
    found = _PRODUCT.match(first.strip())
    return found.group(0).strip().casefold()[:64] if found else ""


def is_scripting(product: str) -> bool:
    """Whether it is a tool or library that anybody writes a script with."""
    return product in _SCRIPTING
