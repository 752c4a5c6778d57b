from __future__ import annotations

from wardlaw.gateway.turns import Turns


class Piece:
    def __init__(self, caller: str, size: int = 1) -> None:
        self.caller, self.size = caller, size


def test_callers_take_turns_whatever_each_brought() -> None:
    turns: Turns[Piece] = Turns(each=100, whole=1000)
    many, one = [Piece("a") for _ in range(5)], Piece("b")
    for piece in (*many, one):
        assert turns.join(piece) == ()
    order = [turns.take() for _ in range(7)]
    assert order == [many[0], one, *many[1:], None]


def test_what_is_half_done_goes_before_its_callers_other_work_and_behind_other_callers() -> None:
    turns: Turns[Piece] = Turns(each=100, whole=1000)
    first, second, other = Piece("a"), Piece("a"), Piece("b")
    turns.join(first)
    turns.join(second)
    assert turns.take() is first
    turns.join(other)
    turns.again(first, begun=True)
    assert [turns.take() for _ in range(3)] == [other, first, second]
    turns.again(first, begun=False)
    turns.again(second, begun=False)
    assert [turns.take(), turns.take()] == [first, second]


def test_one_caller_holds_no_more_than_its_share() -> None:
    turns: Turns[Piece] = Turns(each=3, whole=1000)
    held = Piece("a", 2)
    assert turns.join(held) == ()
    over = Piece("a", 2)
    assert turns.join(over) == (over,)
    turns.take()  # what is being done counts until it leaves
    assert turns.join(over) == (over,)
    assert turns.leave(held)
    assert turns.join(over) == ()


def test_when_all_is_full_the_newest_of_whoever_has_most_goes() -> None:
    turns: Turns[Piece] = Turns(each=10, whole=6)
    old, new = Piece("a", 2), Piece("a", 3)
    turns.join(old)
    turns.join(new)
    assert turns.join(Piece("b")) == ()
    small = Piece("c", 2)
    assert turns.join(small) == (new,)
    assert len(turns) == 3
    large = Piece("d", 6)
    assert turns.join(large) == (large,)


def test_what_left_is_not_done_and_not_put_back() -> None:
    turns: Turns[Piece] = Turns(each=10, whole=10)
    waiting, taken, other = Piece("a"), Piece("a"), Piece("b")
    for piece in (taken, waiting, other):
        turns.join(piece)
    assert turns.take() is taken
    assert turns.leave(taken)
    assert not turns.leave(taken)
    turns.again(taken, begun=True)
    assert turns.leave(waiting)
    assert [turns.take(), turns.take()] == [other, None]
    assert turns.clear() == (other,)
    assert len(turns) == 0
