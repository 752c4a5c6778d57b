"""Texts of others on a terminal: whoever names an app chooses what people see."""

from __future__ import annotations


def plain(text: str) -> str:
    """A text with nothing in it that a terminal would obey, or that turns its direction."""
    return "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in text)
