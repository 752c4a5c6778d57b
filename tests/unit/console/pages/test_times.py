from __future__ import annotations

from wardlaw.console.pages.times import clock, day, moment, zone_of, zones


def test_times_are_told_in_the_chosen_zone_and_say_which() -> None:
    assert clock(1_795_900_321_000) == "21:12:01"
    assert clock(1_795_900_321_000, "Europe/Berlin") == "22:12:01"
    assert moment(0) == "1970-01-01 00:00:00 UTC"
    assert moment(0, "America/New_York") == "1969-12-31 19:00:00 EST"
    assert day(0, "America/New_York") == "1969-12-31"


def test_a_zone_nobody_knows_is_utc() -> None:
    assert zones()[0] == "UTC"
    assert zone_of("Europe/Berlin") == "Europe/Berlin"
    assert zone_of("../../etc/passwd") == zone_of("") == "UTC"
