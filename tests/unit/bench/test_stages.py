from __future__ import annotations

from bench.stages import BUDGET, STAGES, by_thread, in_order, sort_samples, stage_of, thread_names

RAW = """thread (7): MainThread;main (wardlaw/gateway/main.py:90);Door.serve (wardlaw/gateway/door.py:5);Inspector.inspect (wardlaw/security/inspect.py:6);Normaliser.normalise (wardlaw/security/normalise.py:5);Set.Match (re2/__init__.py:5) 30
thread (7): MainThread;main (wardlaw/gateway/main.py:90);_spawn (granian/server/mp.py:3) 10
thread (9): spool-gateway-1;SpoolWriter._run (wardlaw/store/spool.py:3) 99
thread (10): uvloop_1;_worker (concurrent/futures/thread.py:81) 50
"""


def test_samples_of_the_main_thread_are_shared_out() -> None:
    assert sort_samples(RAW) == {"inspect: normalise": 0.75, "server and event loop": 0.25}
    assert sort_samples("") == {}


def test_the_innermost_known_function_decides() -> None:
    assert stage_of(["Door.serve (wardlaw/gateway/door.py:5)"]) == "exchange and door"
    assert stage_of(["decide (wardlaw/decision/decide.py:5)", "_match (re2/__init__.py:1)"]) == "decide"
    assert stage_of(["f (wardlaw/gateway/runtime.py:1)", "g (wardlaw/security/secrets.py:1)"]) == "starting"
    assert stage_of(["f (somewhere.py:1)"]) == "elsewhere in Python"


def test_threads_bear_their_names() -> None:
    assert thread_names(RAW) == {7: "MainThread", 9: "spool-gateway-1", 10: "uvloop"}
    used = {9: 30.0, 10: 2.0, 11: 3.0, 12: 0.2}
    assert by_thread(used, thread_names(RAW)) == {
        "spool-gateway-1": 30.0,
        "uvloop": 2.0,
        "server and client library": 3.2,
    }


def test_order() -> None:
    assert in_order({"a": 1.0, "b": 2.0}) == [("b", 2.0), ("a", 1.0)]


def test_the_budget_is_shared_out_among_stages_that_are_measured() -> None:
    assert sum(BUDGET.values()) == 400
    assert set(BUDGET) <= {stage for _, _, stage in STAGES}
