from __future__ import annotations

from rich.console import Console

from wardlaw.cli.keepingwords import keeping_lines
from wardlaw.store.keeping import KeptClass


def test_days_or_people_end_a_class() -> None:
    console = Console(width=140, record=True, file=None, quiet=False)
    with console.capture() as told:
        for line in keeping_lines(
            [
                KeptClass("log-183d", "The log", ("eu-ai-act:art-19",), 1_830, "", 12_345, 86_400_000, 2 * 86_400_000),
                KeptClass("legal-hold", "Whatever", (), 0, "two people lift the hold", 0, 0, 0),
            ]
        ):
            console.print(line)
    text = told.get()
    assert "1,830 days" in text
    assert "12,345" in text
    assert "1970-01-02" in text
    assert "1970-01-03" in text
    assert "until two people lift the hold" in text
    assert "never by itself" in text
    assert "The log (eu-ai-act:art-19)." in text
