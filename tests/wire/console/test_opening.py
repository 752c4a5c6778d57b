"""A system from its questionnaire to a gate to an open route, by three people in real browsers, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import PHONE, Look, Screen, violations
from tests.keyboard import Keyboard
from tests.wire.console.installed import Installed, installed
from wardlaw.facts.person import Role

pytestmark = pytest.mark.xdist_group("console-opening")  # one installation for all of them

PRINCIPAL = "agent:sorter"
GATE = """gate: tickets
title: Gate of ticket systems
checks:
  - {id: law, kind: classification, refs: ["eu-ai-act:art-6"], require: {assessments: false}}
approvals: {roles: [risk]}
days: 30
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    made = installed(tmp_path_factory.mktemp("o"))
    try:
        yield made
    finally:
        made.down()


def answer(keys: Keyboard, **given: str) -> None:
    """Tick what is named on the open group, everything else that is asked with no, and go on."""
    page = keys.page
    for box in page.locator(".questions fieldset").all():
        name = box.locator("input[type=hidden]").get_attribute("name") or ""
        question = name.removeprefix("asked_")
        value = given.get(question, "no")
        if box.locator(f'input[name="known_{question}"]').count():
            keys.tick(box.locator(f'input[name="known_{question}"][value="known"]'))
            for one in filter(None, given.get(question, "").split()):
                keys.tick(box.locator(f'input[value="{one}"]'))
        elif box.locator(f'input[type=radio][value="{value}"]').count():
            keys.tick(box.locator(f'input[type=radio][value="{value}"]'))
        elif box.locator('input[type=radio][value="none"]').count():
            keys.tick(box.locator('input[type=radio][value="none"]'))
        elif box.locator("input[inputmode=decimal]").count():
            keys.write(box.locator("input[inputmode=decimal]"), "0")
    keys.follow(page.get_by_role("button", name="Keep and go on"))


def go_through(keys: Keyboard) -> None:
    """Answer every group until the result is there."""
    for _ in range(12):
        if keys.page.url.partition("#")[0].endswith("/result"):
            return
        answer(keys, is_ai="yes", eu_scope="yes", role="deployer", personal_data="yes")
    raise AssertionError(keys.page.url)


def test_a_system_from_questionnaire_to_gate_to_open_route(
    place: Installed, chromium: Browser, axe_script: str
) -> None:
    owner, risk = (
        place.keys(chromium, place.person("olive", Role.OWNER)),
        place.keys(chromium, place.person("rik", Role.RISK)),
    )
    register(owner)
    place.run("key", "create", "sorter", "--principal", PRINCIPAL)
    go_through(owner)
    assert owner.page.locator(".verdict .tag").inner_text() == "Minimal risk"
    owner.follow(owner.page.get_by_role("button", name="Hand in"))
    owner.page.get_by_text("Handed in. It stands as a new version").wait_for()

    owner.follow(owner.page.locator("nav.side a[href='/gates']"))
    owner.open(owner.page.locator("details summary", has_text="Paste its YAML"))
    owner.write(owner.page.locator("textarea[name=text]"), GATE)
    owner.follow(owner.page.get_by_role("button", name="Add", exact=True))
    risk.follow(risk.page.locator("nav.side a[href='/gates']"))
    risk.first_row()
    risk.open(risk.page.locator("summary", has_text="Sign these thresholds"))
    risk.follow(risk.page.locator("form button", has_text="Sign these thresholds"))
    risk.page.get_by_text("signed these thresholds on").wait_for()

    owner.go("y")
    owner.first_row()
    owner.follow(owner.page.locator("main .title nav a", has_text="Gate"))
    assert owner.page.locator(".verdict .tag").inner_text() == "Closed"
    owner.open(owner.page.locator("summary", has_text="Run it"))
    owner.follow(owner.page.locator("form button", has_text="Run it"))
    owner.page.get_by_text("another person signs it off").wait_for()
    run = owner.page.url.partition("#")[0].partition("?")[0].removeprefix(owner.screen.address)
    look_at_all(chromium, axe_script, owner.screen, "/systems", "/systems/sorter", "/systems/sorter/questionnaire", run)

    risk.go("a")
    risk.follow(risk.page.locator(f"main a[href='{run}']"))  # the inbox leads to where it is answered
    risk.write(risk.page.locator("textarea[name=reason]"), "The answers fit what it does.")
    risk.follow(risk.page.get_by_role("button", name="Sign off"))
    risk.page.get_by_text("the verdict was given").wait_for()
    owner.start("/systems/sorter/gate")
    assert owner.page.locator(".verdict .tag").inner_text() == "Open"
    look_at_all(
        chromium, axe_script, risk.screen, "/systems/sorter/gate", "/systems/sorter/change", "/systems/sorter/file"
    )

    risk.go("y")
    risk.first_row()
    risk.follow(risk.page.locator("main .title nav a", has_text="Gate"))
    risk.open(risk.page.locator("summary", has_text="Revoke the verdict"))
    risk.write(risk.page.locator("textarea[name=reason]"), "It is used on other tickets now.")
    risk.follow(risk.page.locator("form button", has_text="Revoke the verdict"))
    assert risk.page.locator(".verdict .tag").inner_text() == "Closed"
    assert "It is used on other tickets now" in risk.page.locator(".verdict").inner_text()
    for one in (owner, risk):
        one.close()


def test_the_log_is_verified_and_people_are_looked_at(place: Installed, chromium: Browser, axe_script: str) -> None:
    keys = place.keys(chromium, place.person("aud", Role.AUDITOR))
    auditor = keys.screen
    keys.go("l")
    keys.follow(auditor.page.locator("main nav.seg a[href='/audit/verify']"))
    keys.push(auditor.page.get_by_role("link", name="Verify now"), key="Enter")
    auditor.page.locator("#verified .tag.good").wait_for()
    keys.is_somewhere()
    assert "The log verifies" in auditor.page.locator("#verified").inner_text()
    keys.follow(auditor.page.get_by_role("link", name="Search", exact=True))
    keys.first_row()
    auditor.page.get_by_role("heading", name="Proof").wait_for()
    look_at_all(
        chromium, axe_script, auditor, "/audit/verify", "/audit/keeping", "/people", "/people/person:aud",
        "/people/roles", "/people/keys", "/reports", "/reports/attestations", "/gates",
    )  # fmt: skip
    keys.close()


def register(owner: Keyboard) -> None:
    """Fill in the form for a new system, whose traffic the door refuses without a verdict."""
    page = owner.page
    owner.go("y")
    owner.follow(page.locator("main a[href='/systems/new']"))
    owner.write(page.locator("input[name=id]"), "sorter")
    owner.write(page.locator("input[name=title]"), "Ticket sorter")
    owner.write(page.locator("textarea[name=purpose]"), "Sorts tickets of employees into queues")
    owner.write(page.locator("textarea[name=principals]"), PRINCIPAL)
    owner.tick(page.locator('input[name=gate_mode][value="enforce"]'))
    owner.follow(page.get_by_role("button", name="Register"))
    page.wait_for_url("**/systems/sorter/questionnaire*")


def look_at_all(chromium: Browser, axe: str, screen: Screen, *paths: str) -> None:
    """Nothing people cannot use, nothing broader than a phone."""
    for path in paths:
        for look in (Look(), Look("dark"), Look(size=PHONE)):
            assert violations(chromium, screen, look, path, axe) == [], (path, look.name)
        screen.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        screen.go(path)
        assert screen.width_over() <= 0, path
        screen.page.set_viewport_size({"width": 1440, "height": 1000})
