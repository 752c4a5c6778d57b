"""The browser, for the stories of the console."""

from __future__ import annotations

from tests.browser import axe_script, chromium

__all__ = ["axe_script", "chromium"]
