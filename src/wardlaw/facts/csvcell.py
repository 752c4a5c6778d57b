"""Texts of others as cells of CSV files, which people open in spreadsheets.

Source: OWASP, CSV Injection.
"""

from __future__ import annotations

# What begins a formula in some spreadsheet, also in full width; tabs and line ends are skipped before it.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")

_BLANKS = " \u00a0\u3000\ufeff\u200b"  # shown as nothing, and skipped by some


def csv_cell(text: str) -> str:
    """The text, made a text for spreadsheets too where one would take it for a formula: a quote stands before it."""
    return "'" + text if text.lstrip(_BLANKS).startswith(_FORMULA) else text
