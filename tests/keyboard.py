"""Somebody at the console with a keyboard and nothing else.

Whoever cannot use a pointer must always see where they are. So each step is judged: something of the page has the focus, its
look says so, and nothing lies over it; and whatever changes on the page leaves the focus where it was.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import ElementHandle, Error, Locator

from tests.browser import PASSWORD, Screen

_MOST_STEPS = 500
_LOADED_S = 30.0
_PASTED = 40
"""Texts longer than this many characters are pasted."""
_LOOKS = """
const reached = "a[href],button,input,select,textarea,summary,[tabindex]";
const look = (e) => {
  const style = getComputedStyle(e);
  const outline = style.outlineStyle === "none" ? "" : style.outlineWidth + style.outlineColor;
  return outline + " " + style.boxShadow;
};
const around = (e) => [e, e.parentElement, e.parentElement?.parentElement].filter(Boolean);
const kept = (window.looksWithoutFocus ??= new WeakMap());
"""
_NOTE = f"""() => {{
{_LOOKS}
  const now = document.activeElement;
  for (const one of document.querySelectorAll(reached))
    for (const each of around(one)) if (!kept.has(each) && !each.contains(now)) kept.set(each, look(each));
}}"""
_JUDGE = f"""(goal) => {{
{_LOOKS}
  const now = document.activeElement;
  const told = {{ name: "", fault: "", isThere: now === goal, isMate: false, isGone: !goal.isConnected }};
  if (!now || now === document.body) return {{ ...told, fault: "nothing has the focus" }};
  told.isMate = goal.type === "radio" && now.type === "radio" && now.name === goal.name && now.form === goal.form;
  told.name = `${{now.tagName}} ${{now.name || ""}} ${{(now.textContent || "").trim().slice(0, 40)}}`;
  const changed = around(now).some((each) => look(each) !== (kept.get(each) ?? " none") && look(each) !== " none");
  const boxes = [now, ...now.children].flatMap((each) => [...each.getClientRects()]);
  const box = boxes.find((each) => each.width && each.height);
  if (!changed) return {{ ...told, fault: "its focus is not to be seen" }};
  if (!box) return {{ ...told, fault: "it has no size" }};
  const spots = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]];
  const free = spots.some(([x, y]) => {{
    const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return hit && (now.contains(hit) || hit.contains(now));
  }});
  return free ? told : {{ ...told, fault: "it lies behind something, or out of sight" }};
}}"""
_SIDE = """(goal) => {
  const now = document.activeElement;
  if (!now || now === document.body) return goal.closest("main") ? "skip" : "after";
  return now.compareDocumentPosition(goal) & Node.DOCUMENT_POSITION_PRECEDING ? "before" : "after";
}"""
_HAS_FOCUS = "() => !!document.activeElement && document.activeElement !== document.body"


class Keyboard:
    """The keys of one person's browser.

    Args:
        screen: Their browser.
    """

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.page = screen.page

    def start(self, path: str) -> None:
        """Type an address: how somebody comes to the console, or follows a link they were sent."""
        self.page.goto(path, wait_until="load")

    def sign_in(self, token: str) -> None:
        """Follow a one-time link for the first time, and choose a password."""
        self.start(f"/sign-in#{token}")
        self.follow(self.page.locator("form:has(#token) button"))
        self.write(self.page.locator("input[name=password]"), PASSWORD)
        self.write(self.page.locator("input[name=again]"), PASSWORD)
        self.leave("Enter")

    def back(self) -> None:
        """To the page before, by the browser's own key; a browser without a window has none, so it is asked."""
        self.page.go_back()

    def go(self, key: str) -> None:
        """Go to a place of the navigation by its key."""
        self.page.keyboard.press("g")
        self.leave(key)

    def to(self, goal: Locator) -> None:
        """Walk by Tab until something has the focus, forwards or backwards, judging each step; to one of a radio's group."""
        goal.first.wait_for()
        wanted = _handle(goal)
        side = self.page.evaluate(_SIDE, wanted)
        if side == "skip":
            self._skip()
        for _ in range(_MOST_STEPS):
            told = self._judge(wanted) if self.page.evaluate(_HAS_FOCUS) else {}
            if told.get("isThere") or told.get("isMate"):
                return
            if told.get("isGone"):
                wanted = _handle(goal)
            self._step("Shift+Tab" if side == "before" else "Tab")
            told = self._judge(wanted)
            if told["fault"]:
                pytest.fail(f"{self.page.url}: on the way to {goal}, {told['name']}: {told['fault']}")
            if told["isThere"] or told["isMate"]:
                return
        pytest.fail(f"{self.page.url}: no key leads to {goal}")

    def follow(self, goal: Locator) -> None:
        """Press Enter on what leads to another page: a link, or a button that sends a form."""
        self.to(goal)
        self.leave("Enter")

    def leave(self, key: str) -> None:
        """Press a key that leads to another page, and wait until that is there."""
        self.page.evaluate("window.isStillHere = true")
        self.page.keyboard.press(key)
        end = time.monotonic() + _LOADED_S
        while not self._has_left():
            assert time.monotonic() < end, f"{key} leads nowhere from {self.page.url}"
            self.page.wait_for_timeout(20)

    def first_row(self) -> None:
        """Open the first row of the page's tables by the keys for rows."""
        self.page.keyboard.press("j")
        self.is_somewhere()
        self.leave("Enter")

    def close(self) -> None:
        """Nothing a page must never do was done; the browser ends."""
        assert self.screen.faults == []
        self.screen.close()

    def push(self, goal: Locator, *, key: str = "Space") -> None:
        """Press what does something on this page, and be where one was."""
        self.to(goal)
        self.page.keyboard.press(key)
        self.is_somewhere()

    def open(self, summary: Locator) -> None:
        """Unfold something."""
        self.push(summary, key="Enter")
        assert summary.evaluate("e => e.parentElement.open"), summary

    def write(self, field: Locator, text: str) -> None:
        """Fill in a field, in place of what stands there."""
        self.to(field)
        self.page.keyboard.press("Control+a")
        if len(text) > _PASTED or "\n" in text:
            self.page.keyboard.insert_text(text)
        else:
            self.page.keyboard.type(text)

    def tick(self, box: Locator) -> None:
        """Tick a box, or choose one of a group of radios by the arrows."""
        self.to(box)
        for _ in range(50):
            if box.evaluate("e => e === document.activeElement"):
                break
            self._step("ArrowDown")
        if not box.is_checked():
            self.page.keyboard.press("Space")
        assert box.is_checked(), box
        self.is_somewhere()

    def choose(self, field: Locator, words: str) -> None:
        """Choose one of a list by typing its beginning."""
        self.to(field)
        self.page.keyboard.type(words)
        shown = field.evaluate("e => e.selectedOptions[0].textContent.trim()")
        assert shown.lower().startswith(words.lower()), shown

    def is_somewhere(self) -> None:
        """The focus was not lost by what the last key did."""
        told = self._judge(self.page.evaluate_handle("document.activeElement").as_element())
        assert not told["fault"], (self.page.url, told)

    def _has_left(self) -> bool:
        try:
            return bool(self.page.evaluate("!window.isStillHere && document.readyState === 'complete'"))
        except Error:  # between two pages there is nothing to ask
            return False

    def _skip(self) -> None:
        """The first link of each page leads past its navigation; where the address names a place, Tab begins there."""
        self._step("Tab")
        skip = self.page.locator("a.skip")
        if not skip.evaluate("e => e === document.activeElement"):
            assert self.page.evaluate("location.hash"), self.page.url
            return
        assert not self._judge(_handle(skip))["fault"], self.page.url
        self.page.keyboard.press("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main", self.page.url

    def _step(self, key: str) -> None:
        self.page.evaluate(_NOTE)
        self.page.keyboard.press(key)

    def _judge(self, goal: ElementHandle | None) -> dict[str, Any]:
        told: dict[str, Any] = self.page.evaluate(_JUDGE, goal)
        return told


def _handle(goal: Locator) -> ElementHandle:
    found = goal.first.element_handle()
    assert found, goal
    return found
