"""A reading that finds something grave and something held: the team hears of one, the person of the other, and answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.console.notify.receivers import post_office, web
from tests.wire.test_grants_and_door import DEADLINE_S, Governed
from wardlaw.cli.inventorying import RunUpload
from wardlaw.inventory.model import Account, AccountKind, App, Consent, FeedKind, Grant, Sighting

pytestmark = pytest.mark.xdist_group("asking")
MAIL = "https://mail.google.com/"
BAD = "110671459871-30f1spbu0hptbs60cb4vsmv79i7bbvqj.apps.googleusercontent.com"
NAME = "ChatGPT <https://evil.example/login>\r\nBcc: all@acme.example"
THINGS = (
    Account("42", AccountKind.HUMAN, "ada@acme.example"), App("gpt", NAME), App(BAD, "Mail sorter"),
    Grant("g1", "42", "gpt", Consent.USER, (MAIL,)), Grant("g2", "42", BAD, Consent.ADMIN, (MAIL,)),
)  # fmt: skip


def until(found: Callable[[], Any]) -> Any:
    """What is found, as soon as it is."""
    end = time.monotonic() + DEADLINE_S
    while not (seen := found()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return seen


def upload(house: Governed, feed: str, *things: Any) -> None:
    run = RunUpload(house.client, ("acme", "google", feed, FeedKind.LISTING))
    run.add(Sighting(one) for one in things)
    run.end(complete=True)


def command(house: Governed, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "wardlaw", *words, "--config", str(house.config_path)],
        cwd=house.folder, env={"PATH": os.environ["PATH"], "HOME": str(house.folder), "NO_COLOR": "1"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_team_hears_of_what_is_grave_and_the_person_of_what_is_held(tmp_path: Path) -> None:
    with web([200]) as pager, post_office() as office:
        house = Governed(tmp_path)
        notify = {
            "webhooks": [{"name": "pager", "url": f"http://127.0.0.1:{pager.port}/"}],
            "mail": [{"name": "post", "host": "127.0.0.1", "port": office.port, "security": "none",
                      "sender": "wardlaw@acme.example", "to": ["sec@acme.example"]}],
            "persons": {"over": ["post"], "domains": ["acme.example"], "reply_to": "grants@acme.example"},
        }  # fmt: skip
        house.config_path.write_text(f"{house.config_path.read_text()}\nnotify: {json.dumps(notify)}\n")
        try:
            house.start_control()
            upload(house, "tokens", *THINGS)
            judged = house.client.post("/grants/judge", {})
            assert "asked" in {one["fate"] for one in judged["rulings"] if one["grant"] == "g1"}

            def found() -> list[dict[str, Any]]:
                return [told for _, _, body in pager.seen if (told := json.loads(body))["event"] == "found"]

            (grave,) = until(found)
            assert (grave["kind"], grave["weight"], grave["count"]) == ("known-bad-app", "critical", 1)
            assert not {"ada", "42", BAD} & set(map(str, grave.values()))
            mail = until(lambda: next((body for _, to, body in office.mails if "ada@acme.example" in to[0]), ""))
            assert "Reply-To: grants@acme.example" in mail
            assert "\nBcc:" not in mail
            assert "evil.example" not in mail

            question = house.client.get("/grants/one", id="g1")["question"]["id"]
            assert question in mail
            command(house, "grants", "explain-why", question, "--reason", "minutes of meetings")
            answered = house.client.get("/grants/one", id="g1")["question"]
            assert (answered["reason"], answered["answered_by"]) == ("minutes of meetings", "person:ops")
        finally:
            house.stop_control()
