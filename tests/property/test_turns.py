"""What the queue of the encoder promises, whatever is brought, taken, put back and left."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wardlaw.gateway.turns import Turns

CALLERS = st.sampled_from("abcde")
EACH, WHOLE = 8, 20


class Piece:
    def __init__(self, caller: str, size: int) -> None:
        self.caller, self.size = caller, size


class Queue(RuleBasedStateMachine):
    """One or several threads over the queue, with a plain account of what must be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: Turns[Piece] = Turns(each=EACH, whole=WHOLE)
        self.waiting: set[Piece] = set()
        self.taken: list[Piece] = []
        # For each caller with work that waits: the turns others took since it last had none or had its own.
        self.passed: dict[str, Counter[str]] = {}

    def held(self, caller: str = "") -> int:
        return sum(one.size for one in (*self.waiting, *self.taken) if not caller or one.caller == caller)

    def settle_account(self) -> None:
        callers = {one.caller for one in self.waiting}
        self.passed = {caller: self.passed.get(caller, Counter()) for caller in callers}

    @rule(caller=CALLERS, size=st.integers(1, 6))
    def join(self, caller: str, size: int) -> None:
        piece = Piece(caller, size)
        before = {one: self.held(one) for one in "abcde"}
        gone = self.turns.join(piece)
        if piece in gone:
            # Nobody is refused while there is room for it, and nobody who has less than others.
            too_much = before[caller] + size > EACH
            full = sum(before.values()) + size > WHOLE
            assert too_much or full
        else:
            self.waiting.add(piece)
        for one in gone:
            if one is not piece:
                assert before[one.caller] > before[caller] + size
                self.waiting.remove(one)
        self.settle_account()

    @rule()
    def take(self) -> None:
        piece = self.turns.take()
        assert (piece is None) == (not self.waiting)
        if piece is None:
            return
        self.waiting.remove(piece)
        self.taken.append(piece)
        for caller, passed in self.passed.items():
            if caller != piece.caller:
                passed[piece.caller] += 1
                assert passed[piece.caller] <= 1, "it had two turns while another waited for one"
        self.passed.pop(piece.caller, None)
        self.settle_account()

    @precondition(lambda self: self.taken)
    @rule(data=st.data(), begun=st.booleans())
    def again(self, data: st.DataObject, begun: bool) -> None:
        piece = self.taken.pop(data.draw(st.integers(0, len(self.taken) - 1)))
        self.turns.again(piece, begun=begun)
        self.passed.pop(piece.caller, None)  # its turn has ended only now, and each of the others may have one
        self.waiting.add(piece)
        self.settle_account()

    @precondition(lambda self: self.taken)
    @rule()
    def finish(self) -> None:
        assert self.turns.leave(self.taken.pop())

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def abandon(self, data: st.DataObject) -> None:
        piece = data.draw(st.sampled_from(sorted(self.waiting, key=lambda one: (one.caller, one.size))))
        assert self.turns.leave(piece)
        self.waiting.remove(piece)
        self.settle_account()

    @invariant()
    def nothing_is_lost_and_bounds_hold(self) -> None:
        assert len(self.turns) == len(self.waiting) + len(self.taken)
        assert self.held() <= WHOLE
        assert all(self.held(caller) <= EACH for caller in "abcde")

    def teardown(self) -> None:
        for piece in self.taken:
            self.turns.leave(piece)
        found = set()
        while (piece := self.turns.take()) is not None:
            found.add(piece)
        assert found == self.waiting


TestQueue = Queue.TestCase
