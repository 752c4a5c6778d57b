"""What a finding means in source code, where a name assigned to a name is no credential."""

from __future__ import annotations

from pathlib import PurePath

import msgspec

from wardlaw.facts.finding import Finding, FindingKind, Level

# Languages in which a text stands in quotes; in settings and shell files a bare word may be a password.
_QUOTING = frozenset(
    (".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".go", ".rs", ".java", ".kt", ".kts", ".scala", ".c",
     ".h", ".cc", ".cpp", ".hpp", ".cs", ".rb", ".php", ".swift", ".m", ".lua", ".dart", ".ex", ".exs", ".vue", ".svelte")
)  # fmt: skip
_QUOTES = "\"'`"
_BEFORE = 12  # characters before a value in which its quote stands: `"Bearer ` and the like
# Files of digests that tools write: always more encodings than are undone.
_LOCKS = frozenset((".lock", ".sum"))


def is_code(path: PurePath, text: str) -> bool:
    """Whether a file without an ending is a script."""
    return not path.suffix and text.startswith("#!")


def as_in_code(path: PurePath, text: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of a source file: what only may be a credential and stands in no quotes is a note."""
    return tuple(
        msgspec.structs.replace(one, level=Level.NOTE) if _is_note(path, text, one) else one for one in findings
    )


def _is_note(path: PurePath, text: str, one: Finding) -> bool:
    if one.level is not Level.REVIEW:
        return False
    if one.kind is FindingKind.UNINSPECTED:
        return path.suffix in _LOCKS or path.name.startswith("requirements")
    if one.kind is not FindingKind.SECRET or path.suffix.lower() not in _QUOTING:
        return False
    before = text[max(0, one.start - _BEFORE) : one.start].rpartition("\n")[2]
    return not any(quote in before for quote in _QUOTES)
