"""What the conversations of a worker have seen, kept between requests so that each text is indexed once.

A request carries its whole conversation, so nothing here has to be kept: what was pushed out is read again. An index is
lent to one exchange at a time and grows only in its hands; a second exchange of the same session makes its own.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Sequence

from wardlaw.security.provenance.session import Session

MOST_ENTRIES = 200_000
"""Indexed words, pairs and values that are kept in a worker; about 150 bytes each, so some 30 MB."""
MOST_LINES = 4
"""Lines of one session that are kept: a client that asks several questions side by side has one each."""
_EACH = 200  # entries that an index costs besides


class ConversationIndex:
    """A session's memory and the texts it was made of, in order.

    Attributes:
        texts: What identifies each text that was read, with all that made a difference in reading it.
    """

    __slots__ = ("session", "texts")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.texts: list[Hashable] = []

    @property
    def size(self) -> int:
        """Entries it takes."""
        return _EACH + len(self.texts) + self.session.entries + len(self.session.fields)

    def begins(self, texts: Sequence[Hashable]) -> bool:
        """Whether a conversation of these texts goes on from here."""
        return len(self.texts) <= len(texts) and self.texts == list(texts[: len(self.texts)])


class ToolLine:
    """What one session has been given by tools behind ``/mcp``; used under its lock.

    Attributes:
        size: Entries when it was last looked at.
    """

    __slots__ = ("lock", "session", "size")

    def __init__(self) -> None:
        self.session = Session(user_known=False)
        self.lock = asyncio.Lock()
        self.size = _EACH

    def lose(self) -> None:
        """Begin anew after something went wrong: nothing is known but that there was something, written by anybody."""
        self.session = Session(user_known=False)
        self.session.read_others = self.session.overfull = True


class Traces:
    """The indexes of a worker, the least lately used go first.

    Args:
        most: Entries of all of them together.
    """

    def __init__(self, *, most: int = MOST_ENTRIES) -> None:
        self._most = most
        self._lines: OrderedDict[bytes, list[ConversationIndex]] = OrderedDict()
        self._tools: OrderedDict[bytes, ToolLine] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Entries kept now, those lent out not counted."""
        return self._size

    def take(self, session: bytes, texts: Sequence[Hashable], *, user_known: bool) -> ConversationIndex:
        """The index that this conversation goes on from, taken out; a new one where there is none.

        A new one knows what the session has read before, whatever the client left out of its history.

        Args:
            session: Key of the session.
            texts: What identifies each text of the conversation, in order.
            user_known: See ``Session``.
        """
        lines = self._lines.get(session, [])
        fitting = [one for one in lines if one.session.user_known == user_known and one.begins(texts)]
        if fitting:
            found = max(fitting, key=lambda one: len(one.texts))
            lines.remove(found)
            self._size -= found.size
            if not lines:
                del self._lines[session]
            return found
        made = ConversationIndex(Session(user_known=user_known))
        for line in lines:
            made.session.inherit(line.session)
        return made

    def give(self, session: bytes, index: ConversationIndex) -> None:
        """Keep an index for the next request of its session."""
        lines = self._lines.setdefault(session, [])
        self._lines.move_to_end(session)
        lines.append(index)
        self._size += index.size
        if len(lines) > MOST_LINES:
            self._size -= lines.pop(0).size
        self._make_room()

    def borrow(self, session: bytes) -> ConversationIndex | None:
        """The newest index of a session, taken out, to be given back; None where none is here that nobody else has."""
        lines = self._lines.get(session)
        if not lines:
            return None
        found = lines.pop()
        self._size -= found.size
        if not lines:
            del self._lines[session]
        return found

    def tools(self, session: bytes) -> ToolLine:
        """What tools have given to a session."""
        line = self._tools.get(session)
        if line is None:
            line = self._tools[session] = ToolLine()
            self._size += line.size
            self._make_room()
        self._tools.move_to_end(session)
        return line

    def weigh(self, session: bytes, line: ToolLine) -> None:
        """Count what a tool's answer has added to a line."""
        if self._tools.get(session) is not line:
            return
        size = _EACH + line.session.entries + len(line.session.fields)
        self._size += size - line.size
        line.size = size
        self._make_room()

    def _make_room(self) -> None:
        """Conversations go first: they come again with their next request, and what tools gave does not."""
        while self._size > self._most and self._lines:
            _, lines = self._lines.popitem(last=False)
            self._size -= sum(one.size for one in lines)
        while self._size > self._most and len(self._tools) > 1:
            _, line = self._tools.popitem(last=False)
            self._size -= line.size
