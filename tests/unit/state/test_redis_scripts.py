from __future__ import annotations

import re

from wardlaw.state import redis_scripts as scripts
from wardlaw.state.authority import CALLS_WINDOW_S, CLOCK_LEAP_DAYS, CLOCK_SLACK_S, DAY_S
from wardlaw.state.window import SLOT_S


def test_the_lua_uses_the_same_numbers() -> None:
    text = scripts.prelude(probes_s=600.0, taint_s=3_600.0, copied_s=86_400.0)
    numbers = re.search(r"local DAY, CALLS, SLACK, LEAP = (\d+), (\d+), (\d+), (\d+)", text)
    assert numbers is not None
    assert [float(one) for one in numbers.groups()] == [DAY_S, CALLS_WINDOW_S, CLOCK_SLACK_S, CLOCK_LEAP_DAYS]
    assert f"local SLOT = {SLOT_S}" in text
    assert "local PROBES, INHERIT, COPIED = 600.0, 3600.0, 86400.0" in text
    assert "@" not in text


def test_no_script_reads_the_clock_of_redis() -> None:
    for name in ("PRELUDE", "RESERVE", "SETTLE", "PROBE", "TAINT", "QUARANTINE", "FREE", "USE_ONCE", "REMEMBER"):
        assert "'TIME'" not in getattr(scripts, name)
