from __future__ import annotations

from datetime import date

import msgspec

from wardlaw.governance.frameworks.framework import AppliesFrom, Certainty, DateScope
from wardlaw.governance.frameworks.sound import calendar_faults, controls_faults, framework_faults
from wardlaw.governance.shipped import shipped_controls, shipped_frameworks

FRAMEWORKS = shipped_frameworks()
EU = FRAMEWORKS["eu-ai-act"]


def with_date(**fields: object) -> tuple[str, ...]:
    first = EU.provisions[0]
    one = msgspec.structs.replace(first.dates[0], **fields)
    return framework_faults(
        msgspec.structs.replace(EU, provisions=(msgspec.structs.replace(first, dates=(one,)), *EU.provisions[1:]))
    )


def test_what_ships_is_sound() -> None:
    assert not [fault for one in FRAMEWORKS.values() for fault in framework_faults(one)]
    assert controls_faults(shipped_controls().controls, FRAMEWORKS) == ()
    assert calendar_faults(EU) == ()


def test_each_fault_is_found() -> None:
    twice = msgspec.structs.replace(EU, provisions=(*EU.provisions, EU.provisions[0]))
    assert any("stands 2 times" in fault for fault in framework_faults(twice))
    assert any("no provisions" in fault for fault in framework_faults(msgspec.structs.replace(EU, provisions=())))
    assert any("not listed" in fault for fault in with_date(source="hearsay"))
    assert any("primary only" in fault for fault in with_date(verified=Certainty.PRIMARY))
    assert any("its readings" in fault for fault in with_date(readings=(date(2030, 1, 1),)))
    assert any("which act" in fault for fault in with_date(was=date(2020, 1, 1), changed_by=""))
    assert any("placed" in fault for fault in with_date(scope=DateScope.LEGACY))
    two = (EU.provisions[0].dates[0], AppliesFrom(date(2030, 1, 1), Certainty.SECONDARY, "omnibus-readers"))
    doubled = msgspec.structs.replace(
        EU, provisions=(msgspec.structs.replace(EU.provisions[0], dates=two), *EU.provisions[1:])
    )
    assert any("2 dates for all" in fault for fault in framework_faults(doubled))


def test_a_provision_nobody_answers_and_a_day_nobody_counted_are_found() -> None:
    controls = tuple(one for one in shipped_controls().controls if one.id != "WL-OUT-DISCLOSE")
    assert "eu-ai-act:art-50-1 has no control." in controls_faults(controls, FRAMEWORKS)
    assert any("stands 2 times" in fault for fault in controls_faults((*controls, controls[0]), FRAMEWORKS))
    assert len(calendar_faults(msgspec.structs.replace(EU, provisions=EU.provisions[1:]))) == 3
