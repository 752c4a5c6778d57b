"""``audit.retention``: how long what is."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Retention(msgspec.Struct, frozen=True):
    """How long sealed parts are kept, and records at least; proofs stay valid after."""

    content_days: Annotated[int, Meta(ge=1, description="Days the judged text is kept.")] = 90
    inputs_days: Annotated[int, Meta(ge=1, description="Days the inputs of decisions are kept.")] = 400
    # Floors of the classes of keeping: EU AI Act, Articles 19 and 26(6), six months; Article 18, ten years.
    log_days: Annotated[int, Meta(ge=183, description="Days that no pruning takes a record of (class `log-183d`).")] = (
        183
    )
    documents_days: Annotated[
        int,
        Meta(ge=3_653, description="The same for records of clauses, systems and exceptions (class `doc-10y`)."),
    ] = 3_653
    habits_days: Annotated[
        int, Meta(ge=15, description="Days without a call after which a caller's behaviour profile is forgotten.")
    ] = 90
