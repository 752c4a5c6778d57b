"""What an API token is limited to: ``read``, operations by name, or all of an area.

A limit takes away and never gives: the person's roles are judged as ever, and the narrower of the two counts.
"""

from __future__ import annotations

from collections.abc import Iterable

READ = "read"
"""Everything that neither changes nor records anything."""

_MAKES_TOKENS = frozenset({"tokens.create", "tokens.create_own", "session.redeem"})


def allows(scopes: Iterable[str], operation: str, *, only_reads: bool) -> bool:
    """Whether a token may be used for an operation; one without scopes for all that its person may do.

    Args:
        operation: Its id.
        only_reads: It neither changes nor records anything.
    """
    given = tuple(scopes)
    if not given:
        return True
    if operation in _MAKES_TOKENS:
        return False  # a limited token that makes another would not be limited
    return any(covers(one, operation, only_reads=only_reads) for one in given)


def covers(scope: str, operation: str, *, only_reads: bool) -> bool:
    """Whether one scope names an operation."""
    if scope == READ:
        return only_reads
    return operation.startswith(scope[:-1]) if scope.endswith(".*") else scope == operation
