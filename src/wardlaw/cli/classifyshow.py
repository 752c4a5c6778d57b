"""A classification on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import when


def drawn(view: Mapping[str, Any]) -> Iterator[Any]:
    """The tier, the rule that decided it, what is due, and what is open."""
    current = view["current"]
    yield Text(f"{view['system']}: {view['standing']}", style="bold")
    if current is None:
        yield f"\nWrite the form with `wardlaw system classify {view['system']} --form form.yaml`."
        return
    found = current["found"]
    told = [
        ("tier", found["tier"]),
        ("decided by", f"{found['rule']}: {found['why']}"),
        ("provision", found["ref"]),
        ("binds from", found["applies_from"]),
        ("use", found["annex_point"]),
        ("at least", found["at_least"] if found["still_open"] else ""),
        ("could be", found["could_be"] if found["still_open"] else ""),
        ("due", ", ".join(found["duties"])),
        ("stopped by", ", ".join(found["stopped_by"])),
        (
            "version",
            f"{current['version']}, by {current['by']} ({', '.join(current['by_roles'])}), {when(current['at'])}",
        ),
    ]
    yield rows(("", ""), [(name, plain(value)) for name, value in told if value])
    texts = {one["id"]: one["text"] for one in view["questionnaire"]["questions"]}
    if found["still_open"]:
        yield Text("\nStill open", style="bold")
        yield rows(("question", ""), [(name, plain(texts[name])) for name in found["still_open"]])
    given = [
        (name, _value(one["value"]), one["by"], when(one["at"]), plain(one["reason"]))
        for name, one in current["answers"].items()
        if one["value"] not in ("no", "unknown", [], 0)
    ]
    if given:
        yield Text("\nAnswers other than no", style="bold")
        yield rows(("question", "answer", "by", "at", "reason"), given)


def _value(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
