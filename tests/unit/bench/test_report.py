from __future__ import annotations

import math

import pytest
from bench.deciding import DecisionFigures
from bench.figures import Spread
from bench.latency import Added
from bench.machine import Machine, filesystem
from bench.promises import Results, promises
from bench.report import BEGIN, END, Run, grids, insert, markdown
from bench.streams import StreamFigures
from bench.targets import DURABLE, LITELLM, STACK
from bench.traffic import TargetFigures, Traffic


def target(name: str, *, cpu: float, work: float = 300.0) -> TargetFigures:
    return TargetFigures(
        name=name,
        per_second=Spread(2_000, 1_900, 2_100, 3),
        cpu_us=Spread(cpu, cpu, cpu, 3),
        loaded_p50_us=Spread(12_000, 11_000, 13_000, 3),
        loaded_p99_us=None,
        cpu_large_us=None,
        rss_mb=90,
        rss_all_mb=140,
        low=Added(1_100, 2_600, 400, 0),
        stream=StreamFigures(work, work, work, 900, 5, 0),
        void=1,
    )


def results(*, work: float = 420.0) -> Results:
    targets = [target(STACK, cpu=100), target(DURABLE, cpu=390, work=work), target(LITELLM, cpu=8_500)]
    decisions = [DecisionFigures(12, 14, 13, 15.0, 30.0, 60.0, 90.0, 1_000)]
    return Results(traffic=Traffic(targets, {"portkey": "not installed"}, "nginx"), decisions=decisions)


def run(found: Results) -> Run:
    machine = Machine(
        processor="A processor", cores=2, memory_gb=8, system="Linux", python="3.11", filesystem="ext4", disk_sync_us=200,
        wardlaw="0.1", commit="abc", packages={"granian": "2"}, tools={"wrk": "4"},
    )  # fmt: skip
    return Run("./wardlaw bench", "2026-11-22 10:00 UTC", 90, (0.1, 0.2, 0.3), (1.0, 2.0, 3.0), machine, found)


def kept(found: Results) -> dict[str, bool | None]:
    return {one.what: one.is_met for one in promises(found)}


def test_promises_are_held_against_the_figures() -> None:
    found = kept(results())
    assert found["CPU per request, prompts of 1 KB, everything on"] is True
    assert found["CPU against LiteLLM, which does nothing"] is True
    assert found["added per stream chunk above the same stack"] is True
    assert found["decision alone p50, 12 clauses, warm"] is True
    assert found["decision alone p50, 12 clauses, cold"] is False
    assert found["CPU against Portkey, which does nothing"] is None
    assert found["audit, the full path"] is None
    assert kept(results(work=500))["added per stream chunk above the same stack"] is False


def test_a_figure_that_is_none_is_not_measured() -> None:
    assert kept(results(work=math.nan))["added per stream chunk above the same stack"] is None
    assert set(kept(Results()).values()) == {None}


def test_tables_hold_what_was_measured() -> None:
    titles = [grid.title for grid in grids(results())]
    assert titles == [
        "Promised and measured", "Whole answers, prompts of 1 KB", "Streams", "Against others, in the same run",
        "The decision alone",
    ]  # fmt: skip
    assert all(len(row) == len(grid.columns) for grid in grids(results()) for row in grid.rows)


def test_markdown_names_machine_command_and_load() -> None:
    text = markdown(run(results()))
    for part in (
        "`./wardlaw bench`",
        "2026-11-22",
        "0.1 0.2 0.3",
        "1 2 3",
        "A processor",
        "ext4",
        "granian 2",
        "wrk 4",
        "abc",
    ):
        assert part in text
    assert "| decision alone p50, 12 clauses, cold | ≤ 50 µs | 60.0 | **no** |" in text
    assert "not installed" in text


def test_tables_go_between_the_marks() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert insert(page, "new\n") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert insert(insert(page, "x\n"), "new\n") == insert(page, "new\n")


@pytest.mark.parametrize("page", ["", BEGIN, f"{END} {BEGIN}", f"{BEGIN} {BEGIN} {END}"])
def test_a_page_without_marks_is_left_alone(page: str) -> None:
    with pytest.raises(ValueError, match="needs one"):
        insert(page, "new\n")


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: object) -> None:
    from pathlib import Path

    mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tmpx xfs rw 0 0\n"
    assert filesystem(Path("/tmp/x"), mounts) == "tmpfs"
    assert filesystem(Path("/tmpy/x"), mounts) == "ext4"
