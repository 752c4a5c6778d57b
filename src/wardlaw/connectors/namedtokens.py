"""Tokens that a file of the operator names. Their text is read when it is needed, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from wardlaw.facts.errors import ConfigError
from wardlaw.inventory.importing.badrow import key_of

_MOST_BYTES = 1024 * 1024


class TokenReference(msgspec.Struct, frozen=True):
    """One line: a name of the operator's own, and where the token stands (``env:NAME`` or ``file:/path``)."""

    name: str
    reference: str


class NamedTokens:
    """The tokens of one server.

    Args:
        references: Of the file.
        salt: Goes into every id, so that the same token at another server, or another's digest of it, is no match.
        read: The token a reference names; ConfigError where it cannot be read.
    """

    def __init__(self, references: tuple[TokenReference, ...], *, salt: str, read: Callable[[str], str]) -> None:
        self._references = references
        self._salt = salt
        self._read = read

    def ids(self) -> Iterator[tuple[TokenReference, str, str]]:
        """Reference, id and text of each token; the text is empty where it cannot be read."""
        for one in self._references:
            try:
                text = self._read(one.reference).strip()
            except ConfigError:
                yield one, "", ""
                continue
            yield one, self.id_of(text) if text else "", text

    def id_of(self, token: str) -> str:
        """What the inventory knows a token by: 128 bits of a salted SHA-256, from which nobody gets the token back."""
        return f"token/{key_of('oauth token', self._salt, token)}"

    def text_of(self, token_id: str) -> str:
        """The text of a token by its id; empty where no reference names it (any more)."""
        return next((text for _, known, text in self.ids() if text and known == token_id), "")


def read_references(path: str) -> tuple[TokenReference, ...]:
    """The lines of a file: ``NAME REFERENCE``; empty ones and those that begin with ``#`` count for nothing.

    Raises:
        ConfigError: It cannot be read, or a line is none of these (WL-INV-051). What stands in a bad line is not
            repeated, since it may be a token.
    """
    try:
        raw = Path(path).read_bytes()[: _MOST_BYTES + 1]
        lines = raw.decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, 0, "it cannot be read") from error
    if len(raw) > _MOST_BYTES:
        raise _bad(path, 0, "it is larger than 1 MiB")
    found: dict[str, TokenReference] = {}
    for number, line in enumerate(lines, 1):
        name, _, reference = line.strip().partition(" ")
        if not name or name.startswith("#"):
            continue
        if not reference.strip().startswith(("env:", "file:")):
            raise _bad(path, number, "it is not NAME env:VARIABLE or NAME file:/path")
        if not name.isprintable() or len(name) > 64 or name in found:
            raise _bad(path, number, "its name stands there twice, or is no name")
        found[name] = TokenReference(name, reference.strip())
    if not found:
        raise _bad(path, 0, "it names no token")
    return tuple(found.values())


def _bad(path: str, line: int, why: str) -> ConfigError:
    where = f"{path}, line {line}" if line else path
    hint = "One token a line; the token itself stands in a variable or in a file of its own."
    return ConfigError("WL-INV-051", f"The file of tokens cannot be used: {where}: {why}.", hint)
