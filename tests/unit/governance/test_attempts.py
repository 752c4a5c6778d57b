from __future__ import annotations

import itertools

from wardlaw.governance.attempts import Attempt, AttemptBook, AttemptLimits

LIMITS = AttemptLimits(free=3, free_of_address=6, first_wait_s=2.0, longest_wait_s=60.0, forget_s=100.0)
ANN = Attempt("person:ann", exists=True, address="192.0.2.1")


def book_after(attempt: Attempt, times: int, *, now: float = 0.0) -> AttemptBook:
    book = AttemptBook(LIMITS)
    for _ in range(times):
        book.charge(attempt, now=now)
    return book


def test_the_first_failures_cost_nothing_and_then_the_wait_doubles() -> None:
    book = AttemptBook(LIMITS)
    waits = []
    for _ in range(10):
        book.charge(ANN, now=0.0)
        waits.append(book.wait_s(ANN, now=0.0))
    assert waits[:5] == [0.0, 0.0, 2.0, 4.0, 8.0]
    assert waits[-1] == 60.0
    assert all(one <= other for one, other in itertools.pairwise(waits))


def test_it_is_told_once_that_waiting_begins() -> None:
    book = AttemptBook(LIMITS)
    assert [book.charge(ANN, now=0.0) for _ in range(5)] == [False, False, True, False, False]


def test_a_wait_ends_and_failures_are_forgotten() -> None:
    book = book_after(ANN, 4)
    assert book.wait_s(ANN, now=3.0) == 1.0
    assert book.wait_s(ANN, now=4.0) == 0.0
    assert not book.charge(ANN, now=1_000.0)
    assert book.wait_s(ANN, now=1_000.0) == 0.0


def test_a_clock_set_back_forgets_nothing() -> None:
    book = book_after(ANN, 3, now=1_000.0)
    book.charge(ANN, now=0.0)
    assert book.wait_s(ANN, now=0.0) > 0


def test_a_known_device_is_not_locked_out_by_strangers() -> None:
    book = book_after(ANN, 50)
    device = Attempt("person:ann", exists=True, address="192.0.2.1", device="d1")
    assert book.wait_s(ANN, now=0.0) > 0
    assert book.wait_s(device, now=0.0) == 0.0
    for _ in range(4):
        book.charge(device, now=0.0)
    assert book.wait_s(device, now=0.0) > 0  # a stolen cookie of a device guesses slowly too
    assert book.wait_s(Attempt("person:ann", exists=True, address="x", device="d2"), now=0.0) == 0.0


def test_one_address_is_slowed_down_over_many_names() -> None:
    book = AttemptBook(LIMITS)
    for number in range(7):
        book.charge(Attempt(f"person:{number}", exists=True, address="192.0.2.1"), now=0.0)
    assert book.wait_s(Attempt("person:new", exists=True, address="192.0.2.1"), now=0.0) > 0
    assert book.wait_s(Attempt("person:new", exists=True, address="192.0.2.2"), now=0.0) == 0.0


def test_what_was_right_is_taken_back_and_strangers_failures_stay() -> None:
    book = book_after(ANN, 3)
    book.charge(ANN, now=0.0)
    book.forgive(ANN)
    assert book.wait_s(ANN, now=0.0) > 0  # three of others are still there
    once = book_after(ANN, 1)
    once.forgive(ANN)
    for _ in range(2):
        once.charge(ANN, now=0.0)
    assert once.wait_s(ANN, now=0.0) == 0.0


def test_what_is_kept_is_bounded_whatever_names_and_addresses_come() -> None:
    book = AttemptBook(LIMITS)
    for number in range(25_000):
        book.charge(Attempt(f"name {number}", exists=False, address=f"address {number}"), now=0.0)
    assert len(book) <= 1_024 + 10_000


def test_a_patient_attacker_breaks_no_number() -> None:
    assert book_after(ANN, 3_000).wait_s(ANN, now=0.0) == 60.0
