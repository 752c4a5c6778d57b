"""Reading a platform's answers: a value that must be there, and a link that must lead on where one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from wardlaw.inventory.importing.badrow import UnreadableError, text_of


def needed(entry: Mapping[str, Any], name: str) -> str:
    """A text that must be there.

    Raises:
        KeyError: It is not there.
        UnreadableError: It is empty, or no text.
    """
    if not (found := text_of(entry[name], name)):
        raise UnreadableError(f"{name} is empty")
    return found


def query_of(link: str, path: str) -> str:
    """The query of a link to another page of ``path``; empty where it leads elsewhere or is no link.

    Its host is not looked at: the credential goes where it was meant to go, and nowhere else.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    leads_on = parts.path.replace("()", "").casefold() == path.casefold()
    is_plain = parts.query.isascii() and parts.query.isprintable() and " " not in parts.query
    return parts.query if leads_on and is_plain else ""
