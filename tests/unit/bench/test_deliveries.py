from __future__ import annotations

from bench.deliveries import DeliveryFigures
from bench.promises import Results, promises
from bench.report import grids


def kept(taken: int, findings: int) -> tuple[float | None, bool | None]:
    results = Results(deliveries=DeliveryFigures(200, 100, taken, findings, {"control": 900.0}, 9.0, 90.0, 95.0))
    assert any(grid.title.startswith("Events by push, 200") for grid in grids(results))
    (one,) = [one for one in promises(results) if one.what.startswith("webhook to finding")]
    return one.measured, one.is_met


def test_a_delivery_that_is_lost_breaks_the_promise_however_quick_the_others_are() -> None:
    assert kept(100, 100) == (90.0, True)
    assert kept(99, 100) == kept(100, 99) == (60_000.0, False)
