"""What ``wardlaw scan`` is asked for beyond the texts: options of its own, flattened into the command's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from wardlaw.facts.exchange import Channel


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Wanted:
    """How to look, and what to write."""

    channel: Annotated[Channel | None, Parameter(show_default=False)] = None
    """Where the text would stand in a conversation (default: user; for files what suits each)."""
    detector: Annotated[
        tuple[Literal["injection", "secrets", "pii"], ...], Parameter(negative=(), show_default=False)
    ] = ()
    """Look for this alone; may be given again (default: everything; in code, secrets)."""
    jsonl: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """One object a line {id, text, channel: prompt or data} in, one a line {id, score, verdict, findings} out."""
    files: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """Every word is a path, and each file is read for what it is."""
    jobs: int = 1
    """Processes."""
    sarif: Annotated[str, Parameter(show_default=False, allow_leading_hyphen=True)] = ""
    """Write SARIF 2.1.0 to this file, or - for stdout."""
    junit: Annotated[str, Parameter(show_default=False, allow_leading_hyphen=True)] = ""
    """Write JUnit XML to this file, or - for stdout."""
    baseline: Annotated[str, Parameter(show_default=False)] = ""
    """File of findings that are accepted; only others count."""
    write_baseline: Annotated[str, Parameter(show_default=False)] = ""
    """Accept everything that is found: write it to this file."""
    exclude: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """Leave this out, as a line of .gitignore would; may be given again."""
    no_ignore: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """Heed neither .gitignore nor .wardlawignore, and look into .git, node_modules and the like."""

    @property
    def reports(self) -> bool:
        """Something is asked for that only files have."""
        return bool(self.files or self.sarif or self.junit or self.baseline or self.write_baseline)
