from __future__ import annotations

from wardlaw.console.pages.keptforms import KEPT_S, KeptForms


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_form_is_its_persons_once_and_for_minutes() -> None:
    clock = Clock()
    kept = KeptForms(clock)
    name = kept.keep("person:a", "/x", "a=1")
    assert kept.take(name, "person:b") is None
    form = kept.take(name, "person:a")
    assert form is not None
    assert (form.path, form.sent) == ("/x", "a=1")
    assert kept.take(name, "person:a") is None
    late, back = kept.keep("person:a", "/x", ""), kept.keep("person:a", "/x", "")
    clock.now += KEPT_S + 1
    assert kept.take(late, "person:a") is None
    clock.now -= 2 * KEPT_S
    assert kept.take(back, "person:a") is None  # a clock set back makes nothing younger


def test_what_is_kept_is_bounded_for_one_and_for_all() -> None:
    kept = KeptForms(Clock())
    mine = [kept.keep("person:a", "/x", "") for _ in range(9)]
    assert [kept.take(name, "person:a") is not None for name in mine] == [False] + [True] * 8
    first = kept.keep("person:a", "/x", "")
    for number in range(256):
        kept.keep(f"person:{number}", "/x", "")
    assert kept.take(first, "person:a") is None
