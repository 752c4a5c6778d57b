"""What must be noticed of a use, and what must not."""

from __future__ import annotations

import pytest

from tests.unit.inventory.watching.life import DAY, START, Life
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.watching.surroundings import AppFacts, Surroundings

COVERS = ("amounts", "memory", "noticing")

NEW = {"asn": 64_999, "ip": "185.1.1.1", "account": "u1", "method": "files.get", "user_agent": "acme/1.0"}


def use(life: Life, day: float, **facts) -> str:
    return life.happen(
        Deed.USE, day, **({"account": "u1", "method": "files.get", "asn": 64_500, "user_agent": "acme/1.0"} | facts)
    )


def test_a_new_network_of_a_settled_app_is_one_alarm_that_grows() -> None:
    life = Life(days=20)
    first = use(life, 20.5, **NEW)
    for number in range(30):
        use(life, 20.6 + number / 100, **NEW)
    assert life.noticed == [("new-network", first)]
    (growth,) = life.lookout.take_growth()
    assert (growth.count, growth.key) == (31, "new-network\n\nAS64999")


def test_a_platform_without_networks_is_judged_by_the_surroundings_of_addresses() -> None:
    life = Life(days=20, asn=0)
    use(life, 20.4, asn=0, ip="20.1.77.5")
    use(life, 20.4, asn=0, ip="10.0.0.5")
    use(life, 20.4, asn=0, ip="somewhere")
    assert life.noticed == []
    event = use(life, 20.5, asn=0, ip="185.1.1.1")
    use(life, 20.6, asn=0, ip="185.1.9.9")
    assert life.noticed == [("new-network", event)]


@pytest.mark.parametrize("why", ["young", "few days", "roaming", "people's", "vendor's", "many arrivals"])
def test_a_new_network_is_no_news(why) -> None:
    facts = {"app": AppFacts(addresses=("185.0.0.0/8", "20.0.0.0/8"))} if why == "vendor's" else {}
    life = Life(Surroundings("google", facts=facts), days=0 if why == "few days" else 10 if why == "young" else 20)
    day = 20.5
    if why == "few days":
        for one in (0, 15, 19):
            life.usual(range(one, one + 1))
    elif why == "young":
        day = 10.5
    elif why == "roaming":
        life = Life(days=4)
        for number in range(10):
            use(life, 4.5, asn=100 + number)
        life.usual(range(5, 20))
    elif why == "people's":
        for number in range(12):
            for _ in range(2):
                life.happen(Deed.USE, 20.1, app="mobile", account=f"u{number}", asn=64_990 + number)
    elif why == "many arrivals":
        life.lookout.apps["app"].arrivals = [int(START / DAY) + 12, int(START / DAY) + 15]
    use(life, day, **NEW)
    assert "new-network" not in life.kinds()


def test_what_sets_off_an_alarm_is_not_learned_until_it_has_gone_on() -> None:
    life = Life(days=20)
    use(life, 20.5, **NEW)
    for day in range(21, 33):
        use(life, day + 0.5, **NEW)
    assert 64_999 not in life.lookout.apps["app"].networks
    for day in range(33, 37):
        use(life, day + 0.5, **NEW)
    assert 64_999 in life.lookout.apps["app"].networks
    life.lookout.take_growth()
    use(life, 60, **NEW)
    assert [kind for kind, _ in life.noticed] == ["new-network"]
    assert life.lookout.take_growth() == []


def test_a_vendor_that_somebody_accepted_is_usual_at_once() -> None:
    life = Life(days=20)
    use(life, 20.5, **NEW)
    life.lookout.adopt("app")
    life.restarted()
    use(life, 31, **NEW)
    assert len(life.noticed) == 1
    assert 64_999 in life.lookout.apps["app"].networks


def test_user_agents_are_told_apart_by_product() -> None:
    life = Life(days=20)
    use(life, 20.1, user_agent="acme/2.7 (new release)")
    use(life, 20.2, user_agent="AcmeNext/1.0")  # a release that names itself otherwise, from where it always is
    assert life.noticed == []
    script = use(life, 20.3, user_agent="python-requests/2.32.4")
    use(life, 20.4, user_agent="python-requests/2.99")
    assert life.noticed == [("new-user-agent", script)]
    thief = use(life, 20.5, asn=64_999, user_agent="Fetcher/1.0")
    assert life.noticed[1:] == [("new-network", thief), ("new-user-agent", thief)]
    scripted = Life(days=20, user_agent="curl/8.1")
    use(scripted, 20.5, user_agent="python-requests/2")
    assert scripted.noticed == []


def test_an_address_outside_the_vendors_list_needs_no_history() -> None:
    facts = {"app": AppFacts(addresses=("20.0.0.0/8", "2001:db8::/32"))}
    life = Life(Surroundings("google", facts=facts))
    for ip in ("20.9.9.9", "2001:db8::5", "", "not told"):
        use(life, 0.5, ip=ip)
    life.happen(Deed.USE, 0.5, app="other", ip="198.51.100.1")
    assert life.noticed == []
    event = use(life, 0.6, ip="198.51.100.1")
    assert life.noticed == [("address-outside-list", event)]


def test_what_slept_and_wakes_is_noticed() -> None:
    life = Life(Surroundings("google", machines=frozenset({"robot"})), days=5)
    use(life, 44, account="robot")
    assert life.noticed == []
    event = use(life, 44 + 46)
    assert life.noticed == [("dormant-active", event)]
    event = use(life, 44 + 47, account="robot")
    assert life.noticed[1:] == [("dormant-active", event)]
    use(life, 44 + 48, account="u9")  # a person may stay away for long
    assert len(life.noticed) == 2


def test_an_account_that_is_gone_must_not_act() -> None:
    life = Life(Surroundings("google", gone={"left": START + 5 * DAY}), days=3)
    use(life, 4, account="left")
    assert life.noticed == []
    event = use(life, 6, account="left")
    assert life.noticed == [("owner-gone-active", event)]


def test_a_sort_of_call_that_an_old_app_never_made() -> None:
    life = Life(days=35)
    use(life, 35.1, method="files.watch")
    use(life, 35.1, method="files.list")  # looking around is what most calls do
    life.happen(Deed.EXPORT, 35.1, method="files.export", asn=64_500, items=20)  # a person's download
    assert life.noticed == []
    event = life.happen(Deed.EXPORT, 35.2, method="files.export", asn=64_500, items=1_100)
    assert life.noticed == [("method-never-used", event)]
    use(life, 35.25, method="changePermission")
    assert len(life.noticed) == 2
    deleting = Life(days=35)
    use(deleting, 35.1, method="files.list", calls=3)
    event = use(deleting, 35.3, method="files.delete", calls=80)
    assert deleting.noticed == [("method-never-used", event)]
    release = Life(days=35)
    use(release, 35.1, method="files.delete", calls=5)
    assert release.noticed == []
    young = Life(days=25)
    use(young, 25.1, method="files.delete", calls=80)
    assert young.noticed == []


def test_looking_around_from_elsewhere_is_noticed() -> None:
    life = Life(days=35)
    event = use(life, 35.2, method="query count", asn=64_999)
    assert ("method-never-used", event) in life.noticed


@pytest.mark.parametrize(("few", "enough"), [(11, 12)])
def test_many_new_things_within_ten_minutes(few, enough) -> None:
    for count, wanted in ((few, set()), (enough, {"enumeration-burst"})):
        life = Life(days=20)
        for number in range(count):
            use(life, 20.5 + number / 10_000, object=f"new-{number}")
        assert life.kinds() == wanted
    wide = Life(days=1)
    for number in range(400):  # an app that touches something else every time
        use(wide, 1 + number / 30, object=f"w{number}")
    wide.noticed.clear()
    for number in range(50):
        use(wide, 20.5 + number / 50_000, object=f"new-{number}")
    assert wide.noticed == []


def test_surveying_far_more_than_ever() -> None:
    life = Life(days=0)
    life.usual(range(20), method="files.list")
    use(life, 20.1, method="files.list", calls=4_000)  # over what time, nobody says
    for number in range(39):
        use(life, 20.2 + number / 100_000, method="files.list")
    assert life.noticed == []
    event = use(life, 20.2009, method="files.list")
    assert life.noticed == [("enumeration-burst", event)]
    release = Life(days=20)
    for number in range(80):
        use(release, 20.2 + number / 100_000, method="files.list")  # it has only begun to
    assert release.noticed == []


def test_far_more_than_ever_is_moved() -> None:
    life = Life(days=40, items=300)
    use(life, 40.1, items=2_900)
    assert life.noticed == []
    event = use(life, 40.5, items=50_000)
    use(life, 40.52, items=50_000)
    assert life.noticed == [("volume-spike", event)]
    assert max(peak.items for peak in life.lookout.apps["app"].peaks) == 2_900  # it is not learned
    big = Life(days=40, bytes=10)
    event = use(big, 40.5, bytes=2_000_000_000)
    assert big.noticed == [("volume-spike", event)]
    young = Life(days=20, items=300)
    use(young, 20.5, items=50_000)
    assert young.noticed == []


def test_a_month_end_that_came_before_is_no_news() -> None:
    life = Life(days=29, items=300)
    use(life, 30, items=40_000)
    life.usual(range(31, 60), items=300)
    use(life, 60.9, items=60_000)
    assert life.noticed == []


def test_an_app_that_just_came_and_takes_much() -> None:
    life = Life(days=20)
    life.happen(Deed.CONSENT, 20.1, app="rogue", account="u2")
    event = life.happen(Deed.EXPORT, 20.11, app="rogue", account="u2", items=600)
    assert life.noticed == [("bulk-after-consent", event)]
    for facts in ({"approved": True}, {}):
        quiet = Life(Surroundings("google", facts={"new": AppFacts(**facts)}), days=20)
        quiet.happen(Deed.CONSENT, 20.1, app="new", account="u2")
        quiet.happen(Deed.USE, 20.11, app="new", account="u2", items=5_000 if facts else 900)
        assert quiet.noticed == []


def test_one_more_person_with_an_app_that_others_use_much() -> None:
    life = Life(days=20, items=900)
    life.happen(Deed.CONSENT, 20.41, account="u2")
    for number in range(5):
        use(life, 20.42, account=f"v{number}", items=900)
    use(life, 20.43, account="u2", items=50)
    assert life.noticed == []
    event = use(life, 20.44, account="u2", items=1_000)
    assert life.noticed == [("bulk-after-consent", event)]
    old = Life(days=20)
    old.happen(Deed.CONSENT, 20.1, account="u2")
    use(old, 20.5, account="u2", items=9_000)  # hours later
    assert old.noticed == []


def test_a_directory_that_was_just_connected_has_no_new_apps() -> None:
    life = Life()
    life.happen(Deed.EXPORT, 0.1, items=9_000)
    assert life.noticed == []


def weeks(**facts) -> Life:
    life = Life(**facts)
    for day in range(35):
        if (day + 3) % 7 < 5:  # the first is a Thursday
            life.usual(range(day, day + 1), hours=tuple(range(8, 18)), calls=3)
    return life


def test_several_people_in_an_hour_that_was_always_quiet() -> None:
    life = weeks()
    for account in ("u1", "u2", "u2"):
        use(life, 35.1, account=account)  # half past two at night
    assert life.noticed == []
    event = use(life, 35.11, account="u3")
    assert life.noticed == [("off-hours", event)]
    assert not any(life.lookout.apps["app"].hours[:6])  # it is not learned
    use(life, 35.5)
    use(life, 36.1)  # one person, who is: the hour is over before anything is said
    use(life, 36.5)
    assert sum(map(bool, life.lookout.apps["app"].hours)) == 51
    lonely = Life(days=35, calls=50)  # two hours a day on every day: too little is known of the others, and yet enough
    for account in ("u1", "u2", "u3"):
        use(lonely, 35.75, account=account, asn=64_500)
    assert "new-network" not in lonely.kinds()


def test_people_who_work_at_night_come_from_peoples_networks() -> None:
    life = weeks()
    life.lookout.directory.people[64_500] = 1
    for account in ("u1", "u2", "u3", "u4"):
        use(life, 35.1, account=account)
    assert life.noticed == []
    busy = Life(days=0)
    busy.usual(range(35), hours=tuple(range(24)))
    for account in ("u1", "u2", "u3", "u4"):
        use(busy, 35.1, account=account)
    assert busy.noticed == []
