from __future__ import annotations

import pytest

from wardlaw.config.channelforms import FindingLevel
from wardlaw.config.model import Config, Notify
from wardlaw.config.notify import channel_faults, channel_names
from wardlaw.config.parse import parse_config
from wardlaw.facts.errors import ConfigError

GOOD = """
version: 1
notify:
  webhooks:
    - {name: pager, url: "https://pager.example/in", secret: env:PAGER_KEY}
    - {name: chat, url: "file:chat-url", form: slack}
  mail:
    - {name: post, host: mail.example, sender: wardlaw@acme.example, to: [sec@acme.example], user: w, password: env:P}
  syslog:
    - {name: siem, url: "tls://siem.example:6514", form: cef}
"""


def read(text: str) -> Config:
    return parse_config(text, source="/etc/wardlaw/wardlaw.yaml")


def test_all_kinds_of_channels() -> None:
    notify = read(GOOD).notify
    assert channel_names(notify) == ("pager", "chat", "post", "siem")
    assert notify.webhooks[1].url == "file:/etc/wardlaw/chat-url"
    assert list(channel_faults(notify)) == []
    assert list(channel_faults(Notify())) == []


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("name: chat", "name: siem", "WL-CFG-010"),
        ("https://pager", "http://pager", "WL-CFG-008"),
        ("https://pager", "https://user@pager", "WL-CFG-008"),
        ("user: w, password: env:P", "security: none", "WL-CFG-008"),
        ("user: w, password: env:P", "user: w", "WL-CFG-005"),
        ("[sec@acme.example]", '["sec@acme.example, x@y"]', "WL-CFG-003"),
        ("tls://siem.example:6514", "udp://siem.example:514", "WL-CFG-003"),
        ("tls://siem.example:6514", "tcp://siem.example:514", "WL-CFG-008"),
        ("secret: env:PAGER_KEY", "secret: hunter22", "WL-CFG-006"),
    ],
)
def test_what_is_refused(before: str, after: str, code: str) -> None:
    assert before in GOOD
    with pytest.raises(ConfigError) as caught:
        read(GOOD.replace(before, after))
    assert code in str(caught.value)


PERSONS = """
  persons: {over: [post, chat], domains: [acme.example], reply_to: grants@acme.example, not_asked: ["*@board.acme.example"]}
"""


def test_persons_are_asked_over_mail_and_webhooks_alone() -> None:
    notify = read(GOOD + PERSONS + "  findings: high\n").notify
    assert (notify.persons.over, notify.persons.reply_to) == (("post", "chat"), "grants@acme.example")
    assert notify.findings is FindingLevel.HIGH
    assert list(channel_faults(notify)) == []


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("over: [post, chat]", "over: [siem]", "WL-CFG-010"),
        ("over: [post, chat]", "over: [post, post]", "WL-CFG-010"),
        ("over: [post, chat]", "over: [nobody]", "WL-CFG-010"),
        ("domains: [acme.example]", "domains: []", "WL-CFG-005"),
        ("domains: [acme.example]", 'domains: ["*"]', "WL-CFG-003"),
        ("reply_to: grants@acme.example", 'reply_to: ""', "WL-CFG-005"),
        ("reply_to: grants@acme.example", 'reply_to: "a@b c"', "WL-CFG-005"),
    ],
)
def test_faults_of_asking_persons(before: str, after: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(GOOD + PERSONS.replace(before, after))
    assert code in str(caught.value)
