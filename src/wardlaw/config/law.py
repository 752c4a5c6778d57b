"""How the law is read, and what a company asks beside it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta


class Law(msgspec.Struct, frozen=True):
    """How the law is read where careful readers differ, and the company's own questions."""

    readings: Annotated[
        dict[str, date],
        Meta(
            description="Day from which a provision applies, where several readings of it are known, such as "
            '`"eu-ai-act:art-49": 2027-12-02`; the earliest one otherwise.'
        ),
    ] = {}
    questions: Annotated[
        str,
        Meta(description="File of questions the company asks beside those of the law when a system is classified."),
    ] = ""
