"""The table of detectors that ``docs/scanning.md`` carries; a test compares them."""

from __future__ import annotations

from wardlaw.security.detectors import DETECTORS


def detector_table() -> str:
    """One row for each detector."""
    rows = [
        (
            f"`{record.id}`",
            record.finds,
            ", ".join(record.owasp),
            ", ".join(record.atlas),
            f"{record.threshold / 1000:.2f}" if record.threshold else "never by itself",
        )
        for record in DETECTORS
    ]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
