from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wardlaw.console.desks.habits import HabitDesk
from wardlaw.facts.action import Action
from wardlaw.facts.errors import InputError
from wardlaw.security.anomaly.event import Event
from wardlaw.security.anomaly.image import picture
from wardlaw.security.anomaly.profile import Profile
from wardlaw.state.callers import state_key
from wardlaw.state.habitsfile import HabitsImage, PackedProfile, write_image

SECRET = b"s" * 32
ANA = state_key(SECRET, "caller", "user:ana")


def kept(name: str, *, records: int = 0, at: float = 1_790_000_000.0, events: int = 1) -> PackedProfile:
    key = state_key(SECRET, "caller", name)
    profile = Profile(key)
    for _ in range(events):
        profile.observe(Event(key, at, Action.TOOL_CALL, records=records))
    return PackedProfile(key, picture(profile), name, "", at)


def desk(folder: Path, same: Callable[[str], Callable[[str], bool]] = lambda subject: subject.__eq__) -> HabitDesk:
    return HabitDesk(folder, SECRET, same_subject=same)


def write(folder: Path, gateway: str, *profiles: PackedProfile) -> None:
    (folder / f"habits-{gateway}.state").write_bytes(write_image(HabitsImage(1, list(profiles))))


def test_without_files_nobody_is_known(tmp_path: Path) -> None:
    assert desk(tmp_path / "none").list() == ()
    with pytest.raises(InputError, match="WL-ANO-004"):
        desk(tmp_path).show("user:ana")


def test_who_alerts_comes_first_then_who_was_seen_last(tmp_path: Path) -> None:
    write(tmp_path, "gateway-1", kept("user:a"), kept("user:b", at=1_790_000_500.0), kept("user:c", records=200_000))
    (tmp_path / "habits-gateway-2.state").write_bytes(b"junk")
    found = desk(tmp_path).list()
    assert [(one.principal, one.alerting) for one in found] == [("user:c", True), ("user:b", False), ("user:a", False)]
    assert all(not one.measures for one in found)
    assert "nobody may" in found[0].reasons[0]


def test_of_several_workers_the_one_who_saw_it_last_is_heard(tmp_path: Path) -> None:
    write(tmp_path, "gateway-1", kept("user:ana", events=5, at=1_790_000_900.0))
    write(tmp_path, "gateway-2", kept("user:ana", events=2))
    shown = desk(tmp_path).show("user:ana")
    assert (shown.events, shown.principal, shown.key) == (5, "user:ana", ANA.hex())
    assert shown.measures
    assert desk(tmp_path).show(ANA.hex()) == shown


@pytest.mark.parametrize("caller", ["user:nobody", "", "a" * 32, "../../etc", "user:ana\n", "x" * 5_000])
def test_bad_input_is_one_error(tmp_path: Path, caller: str) -> None:
    write(tmp_path, "gateway-1", kept("user:ana"))
    with pytest.raises(InputError, match="WL-ANO-004") as told:
        desk(tmp_path).show(caller)
    assert len(told.value.message) < 300


def test_a_subject_of_the_log_is_found_by_id_and_by_pseudonym(tmp_path: Path) -> None:
    write(tmp_path, "gateway-1", kept("user:ana"), kept("user:bea"))
    by_pseudonym = desk(tmp_path, lambda subject: lambda name: (subject, name) == ("ffee", "user:ana"))
    assert by_pseudonym.keys_of("ffee") == (ANA.hex(),)
    assert by_pseudonym.keys_of("aabb") == ()
    assert desk(tmp_path / "none").keys_of("user:ana") == (ANA.hex(),)
