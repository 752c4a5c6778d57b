"""Catalogues of what the pages say: which there are, and which one a browser gets.

A catalogue is a compiled file of sentences (``<language>.mo``, GNU gettext), made from ``messages/wardlaw.pot``. English
needs none: it stands in the templates and the code.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from wardlaw.console.pages.messages import mark
from wardlaw.facts.errors import ConfigError

ENGLISH = "en"
SHIPPED = Path(__file__).parent / "messages"

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Written from right to left (Unicode CLDR 46, character order of the layout).
_FROM_THE_RIGHT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})
_OWN_NAME = mark("English")
"""A catalogue translates it by the name of its own language: ``Deutsch``, not ``Englisch``."""


class Language(msgspec.Struct, frozen=True):
    """A language pages can be read in.

    Attributes:
        code: BCP 47, such as ``de``.
        name: As it calls itself.
        direction: ``ltr`` or ``rtl``, as HTML's ``dir`` has it.
        words: Its sentences.
    """

    code: str
    name: str
    direction: str
    words: gettext.NullTranslations


def languages(wanted: Sequence[str] = (), *, folders: Sequence[Path] = (SHIPPED,)) -> Mapping[str, Language]:
    """English and the languages that are wanted, by code; English first.

    Args:
        wanted: Codes.
        folders: Where catalogues are looked for, in this order.

    Raises:
        ConfigError: There is no catalogue of one, or it cannot be read (WL-CFG-022).
    """
    made = {ENGLISH: language_of(ENGLISH, gettext.NullTranslations())}
    for code in wanted:
        if code != ENGLISH:
            made[code] = language_of(code, _catalogue(code, folders))
    return made


def language_of(code: str, words: gettext.NullTranslations) -> Language:
    """A language with these sentences."""
    own = _OWN_NAME.told(words)
    is_named = code == ENGLISH or own != _OWN_NAME
    direction = "rtl" if code.partition("-")[0] in _FROM_THE_RIGHT else "ltr"
    return Language(code, own if is_named else code, direction, words)


def chosen(preferred: str, accepted: str, offered: Collection[str]) -> str:
    """The language of a page: what was chosen, else what the browser asks for, else English.

    Args:
        preferred: Code that somebody chose; empty for none.
        accepted: Header ``Accept-Language`` (RFC 9110, section 12.5.4).
        offered: Codes there are.
    """
    if preferred in offered:
        return preferred
    by_code = {code.lower(): code for code in offered}
    for asked in _by_weight(accepted):
        if found := by_code.get(asked) or by_code.get(asked.partition("-")[0]):
            return found
    return ENGLISH


def _by_weight(accepted: str) -> list[str]:
    """Codes of the header, the most wanted first; what cannot be read is left out."""
    found = []
    for part in accepted[:1_000].lower().split(","):
        code, _, weight = part.strip().partition(";")
        share = weight.strip().removeprefix("q=") or "1"
        if re.fullmatch(r"[01](\.\d{0,3})?", share) and float(share) > 0:
            found.append((float(share), code.strip()))
    return [code for _, code in sorted(found, key=lambda one: -one[0])]


def _catalogue(code: str, folders: Sequence[Path]) -> gettext.NullTranslations:
    if not _LANGUAGE.fullmatch(code):
        raise ConfigError("WL-CFG-022", f"{code!r} is no code of a language.", "Write it as `de` or `pt-BR`.")
    for folder in folders:
        path = folder / f"{code}.mo"
        try:
            with path.open("rb") as file:
                return gettext.GNUTranslations(file)
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise ConfigError(
                "WL-CFG-022", f"The catalogue {path} cannot be read: {error}.", "Compile it anew, or take it away."
            ) from error
    places = " or ".join(str(folder) for folder in folders)
    raise ConfigError(
        "WL-CFG-022",
        f"There is no catalogue {code}.mo in {places}.",
        "Put it there, or take the language out of console.languages.",
    )
