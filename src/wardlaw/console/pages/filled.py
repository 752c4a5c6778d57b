"""A form as somebody filled it in: texts, lists by line, boxes that were ticked."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.visit import Visit


class Told(msgspec.Struct, frozen=True):
    """What a page says of the form that was sent: nothing, or why it was refused."""

    problem: str = ""
    status: int = 200

    @classmethod
    def by(cls, error: ApiAnswerError) -> Told:
        """Why the API refused it."""
        return cls(error.words, error.status)


NOTHING = Told()


class Filled:
    """The fields of one form; each may have been given more than once.

    Args:
        fields: Values by name, in the order given.
    """

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    @classmethod
    async def of(cls, request: Request[Any, Any, Any]) -> Filled:
        """The form of a request, which must be of this session: before that is known nothing is asked of the API.

        Raises:
            ApiAnswerError: It is of another session.
        """
        given = await request.form()
        form = cls({name: [str(one) for one in given.getall(name)] for name in given})
        if not Visit(request).check_form(form.first.get("form", "")):
            raise ApiAnswerError(
                403, "", mark("This form is of another session."), mark("Load the page again and repeat.")
            )
        return form

    @property
    def first(self) -> dict[str, str]:
        """The first value of each field, as ``Visit.change`` takes a form."""
        return {name: values[0] for name, values in self._fields.items() if values}

    def has(self, name: str) -> bool:
        """Whether a field was sent at all."""
        return name in self._fields

    def text(self, name: str) -> str:
        """A field without spaces around it; line ends become spaces, which single-line values may not have."""
        return " ".join(self.first.get(name, "").split("\r\n")).replace("\n", " ").strip()

    def raw(self, name: str) -> str:
        """A field as it was typed, its line ends those of Unix."""
        return self.first.get(name, "").replace("\r\n", "\n")

    def lines(self, name: str) -> list[str]:
        """A list typed one a line, or with commas between."""
        parts = self.raw(name).replace(",", "\n").split("\n")
        return list(dict.fromkeys(one.strip() for one in parts if one.strip()))

    def several(self, name: str) -> list[str]:
        """Every value of a field: the boxes that were ticked."""
        return [one for one in self._fields.get(name, []) if one]

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; the default where none was typed."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else default
