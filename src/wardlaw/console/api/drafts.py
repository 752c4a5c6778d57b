"""What the API needs to read, try and hand in texts of clauses, as one narrow promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.governance.differ import Change
from wardlaw.governance.examples import ExampleResult
from wardlaw.governance.moves import Author, Move
from wardlaw.governance.problems import Problem


class ClauseReading(msgspec.Struct, frozen=True):
    """One text of a clause, for people.

    Attributes:
        version: Its number; 0 for a text on disk that nobody handed in, or where clauses have no life.
        digest: Of this text; empty where nothing structured is known of it.
        plain: What its owner wrote.
        sentence: Read back from what is compiled.
        cedar: What the door reads.
        file: The text as a file would have it; empty for what was written by hand or ends.
        refs: Provisions and controls it names.
        template: The form it was made from; empty for none.
        is_enforced: It is the text that is in force.
        on_disk: Digest of what stands in its file now; empty without one.
        newest: Number of the newest version; 0 for none.
    """

    clause: str
    title: str
    version: int
    digest: str
    plain: str
    sentence: str
    cedar: str
    file: str
    owner: str
    wing: str
    risk: str
    effect: str
    mode: str
    refs: tuple[str, ...]
    template: str
    is_enforced: bool
    on_disk: str
    newest: int


class DraftReading(msgspec.Struct, frozen=True):
    """A text nobody handed in yet, held against everything else.

    Attributes:
        clause: Its id; empty while that cannot be read.
        digest: What approvals would hold for; empty with errors.
        file: The same in the form every file has, so that texts can be compared.
        problems: By line of the text.
        examples: How each of its own examples comes out.
        changes: Against what is in force.
    """

    clause: str
    title: str
    digest: str
    sentence: str
    cedar: str
    file: str
    problems: tuple[Problem, ...]
    examples: tuple[ExampleResult, ...]
    changes: tuple[Change, ...]


class HandIn(msgspec.Struct, frozen=True):
    """What handing in a text comes to: the moves, and what puts the text into its file."""

    moves: tuple[Move, ...]
    write: Callable[[], None]


class DraftDesk(Protocol):
    """Texts of clauses between an editor, the files and the versions."""

    def ids(self) -> frozenset[str]:
        """Ids of the clauses on disk.

        Raises:
            WardlawError: They cannot be read.
        """

    def reading(self, connection: Connection, clause: str, *, version: int, at: float) -> ClauseReading:
        """One text of a clause: the version asked for, else the newest, else what stands on disk or is published.

        Raises:
            WardlawError: There is no such clause, or no such version of it.
        """

    def try_text(self, connection: Connection, text: str, *, at: float) -> DraftReading:
        """What a text says, what is wrong with it, and what it would change; nothing is kept."""

    def hand_in(
        self, connection: Connection, clause: str, text: str, *, based_on: str, author: Author, at: float
    ) -> HandIn:
        """A text becomes a version in review, and the text of its file.

        Args:
            based_on: Digest of the text on disk the author began from; empty for a new clause.

        Raises:
            WardlawError: It has errors, is not this clause's, the text on disk is another by now, or clauses have no
                life here.
        """
