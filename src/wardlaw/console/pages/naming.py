"""Names in place of ids: a page is rendered with marks in their places, and what they are called is asked once for all of them.

A mark cannot be made by anybody else: each page draws its own. Whoever may not see a thing is not told its name, and reads
the id as before.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from litestar import Response
from markupsafe import Markup, escape

from wardlaw.console.pages.inside import ApiAnswerError, InsideApi, path_of
from wardlaw.console.pages.turns import with_turns_shown

MOST = 500
"""Ids asked for a page; further ones stay ids."""

_ID = re.compile(r"(?:person|agent|nhi|user|app):[^\s,\x00-\x1f\x7f]{1,500}|[A-Z]{2,8}-[0-9]{2,4}")
_WITHIN = re.compile(r"(?<![\w:-])(?:person|agent|nhi|user|app):[^\s,;()\x00-\x1f\x7f]{0,499}[^\s,;:.()\x00-\x1f\x7f]")
_BARE = re.compile(r"[^\x00-\x1f\x7f]{1,500}")  # what the API takes as an id
_BETWEEN = re.compile(r"(, | for | by )")
_CLAUSE = re.compile(r"[A-Z]{2,8}-[0-9]{2,4}")
_BY_OTHERS = ("agent:", "nhi:", "user:", "app:")


class Naming:
    """The ids of one page.

    Args:
        ids_first: The reader wants ids, with names beside them.
    """

    def __init__(self, *, ids_first: bool = False) -> None:
        self._ids_first = ids_first
        self._secret = secrets.token_hex(8)
        self._places: dict[tuple[str, str], int] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """What is to be asked for."""
        return tuple(dict.fromkeys(id_ for id_, _ in self._places))[:MOST]

    def mark(self, text: object, kind: str = "") -> Markup:
        """A text in which ids give way to names: one, several with commas between them, or what is ``by`` one ``for`` another; the rest as it is.

        Args:
            kind: What an id is that does not say so itself: ``system``, or ``app`` for a client id.
        """
        parts = _BETWEEN.split(str(text))  # every other one stands between two
        for place in range(0, len(parts), 2):
            bare = parts[place]
            if (_BARE if kind else _ID).fullmatch(bare):
                parts[place] = self._mark(f"{kind}:{bare}" if kind else bare, bare)
        return Markup().join(parts)

    def mark_within(self, sentence: str) -> Markup:
        """A sentence of ours, in whatever language, with names in place of the ids in it."""
        parts, end = [], 0
        for found in _WITHIN.finditer(sentence):
            parts += [escape(sentence[end : found.start()]), self._mark(found[0], found[0])]
            end = found.end()
        return Markup().join([*parts, escape(sentence[end:])])

    def _mark(self, id_: str, bare: str) -> Markup:
        number = self._places.setdefault((id_, bare), len(self._places))
        return Markup(f"n{self._secret}-{number}.")  # noqa: S704 - ours: hexadecimal digits and a number

    def fill(self, html: str, names: Mapping[str, str]) -> str:
        """The page with names in the places of its marks."""
        places = tuple(self._places)
        pattern = rf"n{self._secret}-([0-9]+)\."
        return re.sub(pattern, lambda found: with_turns_shown(self._shown(*places[int(found[1])], names)), html)

    def _shown(self, id_: str, bare: str, names: Mapping[str, str]) -> str:
        name = names.get(id_, "")
        if not name or name == bare:
            return escape(bare)
        if self._ids_first:
            return Markup('<span title="{}">{}</span>').format(name, bare)
        # People speak of clauses by their ids; a caller or an app is called what somebody else chose, to be compared.
        has_both = _CLAUSE.fullmatch(id_) or id_.startswith(_BY_OTHERS)
        beside = Markup(' <span class="mut">{}</span>').format(bare) if has_both else ""
        return Markup('<span title="{}">{}</span>{}').format(bare, name, beside)


class NamedPage(Response[str]):
    """A page whose marks still stand; the site fills them in before it is sent.

    Attributes:
        naming: Its ids.
        api, session: Whom to ask, and as whom.
    """

    def __init__(self, text: str, *, naming: Naming, api: InsideApi, session: str, status: int, media: str) -> None:
        super().__init__(text, status_code=status, media_type=media)
        self.naming, self.api, self.session = naming, api, session


async def with_names(response: Response[object]) -> Response[object]:
    """The answer of a page with names in place of ids; every other answer as it is."""
    if isinstance(response, NamedPage):
        names = await _names(response)
        response.content = response.naming.fill(response.content, names)
    return response


async def _names(page: NamedPage) -> Mapping[str, str]:
    if not (page.naming.ids and page.session):
        return {}
    try:
        told = await page.api.post(path_of("names"), page.session, {"ids": page.naming.ids})
    except ApiAnswerError:
        return {}  # the page is whole without names
    found: Mapping[str, str] = told["names"]
    return found
