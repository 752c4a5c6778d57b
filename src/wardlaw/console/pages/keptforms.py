"""Forms that wait while somebody proves at the identity provider who they are.

Kept in this process, for their person alone, for minutes and once; how many and how much is bounded. What does not fit is
not kept, and the person enters it again: nothing is ever sent that they did not see.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable

import msgspec

KEPT_S = 900.0
_MOST = 256
_MOST_OF_ONE = 8


class KeptForm(msgspec.Struct, frozen=True):
    """A form as it was sent: where to, and its encoded fields; ``at`` in Unix seconds."""

    person: str
    path: str
    sent: str
    at: float


class KeptForms:
    """Keeps them.

    Args:
        clock: Unix seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._held: OrderedDict[str, KeptForm] = OrderedDict()

    def keep(self, person: str, path: str, sent: str) -> str:
        """Keep a form; answers what it is found by."""
        own = [name for name, one in self._held.items() if one.person == person]
        for name in own[: max(0, len(own) - _MOST_OF_ONE + 1)]:
            del self._held[name]
        name = secrets.token_urlsafe(16)
        self._held[name] = KeptForm(person, path, sent, self._clock())
        while len(self._held) > _MOST:
            self._held.popitem(last=False)
        return name

    def take(self, name: str, person: str) -> KeptForm | None:
        """The form of that name, once; None when there is none, it is another person's or too old."""
        form = self._held.get(name)
        if form is None or form.person != person:
            return None
        del self._held[name]
        return form if 0 <= self._clock() - form.at <= KEPT_S else None
