from __future__ import annotations

import hashlib
import hmac
import json
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.console.notify.receivers import log_receiver, make_certificate, post_office, web
from tests.unit.console.notify.test_message import message
from wardlaw.config.channelforms import MailSecurity, SyslogForm, WebhookForm
from wardlaw.config.model import Mail, Syslog, Webhook
from wardlaw.config.notify import Channel
from wardlaw.config.secretref import SecretRef
from wardlaw.console.notify.question import Question
from wardlaw.console.notify.send import send
from wardlaw.facts.errors import ConfigError, Fault, UnavailableError

ENV = {"KEY": "topsecret", "PASSWORD": "right", "WRONG": "guessed"}
AT = 1_790_000_070.0


@pytest.fixture
def tls(tmp_path: Path) -> SimpleNamespace:
    return make_certificate(tmp_path)


def told(channel: Channel) -> None:
    send(channel, message(), env=ENV, at=AT)


def test_a_webhook_gets_json_and_a_signature(tls: SimpleNamespace) -> None:
    with web([200], tls.context) as receiver:
        told(Webhook("hook", f"https://127.0.0.1:{receiver.port}/in?x=1", secret=SecretRef("env", "KEY"), ca=tls.ca))
    ((path, headers, body),) = receiver.seen
    assert path == "/in?x=1"
    assert headers["content-type"] == "application/json"
    assert headers["x-wardlaw-notification"] == "ntf_1"
    expected = hmac.new(b"topsecret", f"{int(AT)}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-wardlaw-signature"] == f"t={int(AT)},v1={expected}"
    assert json.loads(body)["incident"] == "inc_1"


def test_slack_gets_one_text_and_its_address_may_be_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with web([200]) as receiver:
        monkeypatch.setitem(ENV, "HOOK", f"http://127.0.0.1:{receiver.port}/services/T0/secret")
        told(Webhook("chat", "env:HOOK", form=WebhookForm.SLACK))
    ((path, headers, body),) = receiver.seen
    assert path == "/services/T0/secret"
    assert "x-wardlaw-signature" not in headers
    assert list(json.loads(body)) == ["text"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_does_not_take_it_is_told_without_its_address(status: int) -> None:
    with web([status]) as receiver, pytest.raises(UnavailableError, match="WL-NTF-001") as caught:
        told(Webhook("hook", f"http://127.0.0.1:{receiver.port}/very-secret"))
    assert str(status) in str(caught.value)
    assert "very-secret" not in str(caught.value)
    assert len(receiver.seen) == 1


def test_a_certificate_nobody_named_is_not_believed(tls: SimpleNamespace) -> None:
    with web([200], tls.context) as receiver, pytest.raises(UnavailableError, match="does not verify"):
        told(Webhook("hook", f"https://127.0.0.1:{receiver.port}/"))
    assert receiver.seen == []


def test_an_address_from_outside_the_file_keeps_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENV, "HOOK", "http://example.org/")
    with pytest.raises(ConfigError, match="WL-NTF-002"):
        told(Webhook("hook", "env:HOOK"))


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UnavailableError, match="ConnectionRefusedError"):
            told(Webhook("hook", f"http://127.0.0.1:{taken.getsockname()[1]}/"))


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_mail_goes_out_under_tls_and_signed_in(tls: SimpleNamespace, security: MailSecurity) -> None:
    with post_office(tls.context, implicit=security is MailSecurity.TLS) as office:
        told(
            Mail(
                "post", "127.0.0.1", "wardlaw@acme.example", ("sec@acme.example",), port=office.port, security=security,
                user="wardlaw", password=SecretRef("env", "PASSWORD"), ca=tls.ca,
            )
        )  # fmt: skip
    ((sender, to, body),) = office.mails
    assert "wardlaw@acme.example" in sender
    assert ["sec@acme.example" in one for one in to] == [True]
    assert "Subject: [wardlaw acme] incident" in body
    assert office.under_tls == [True]
    assert office.signed_in == [("wardlaw", "right")]


def test_a_mail_server_without_tls_gets_nothing(tls: SimpleNamespace) -> None:
    with post_office() as office, pytest.raises(UnavailableError, match="SMTPNotSupportedError"):
        told(Mail("post", "127.0.0.1", "a@b.example", ("c@d.example",), port=office.port, ca=tls.ca))
    assert office.mails == []


def test_a_wrong_password_is_not_repeated(tls: SimpleNamespace) -> None:
    channel = Mail(
        "post", "127.0.0.1", "a@b.example", ("c@d.example",), user="w", password=SecretRef("env", "WRONG"), ca=tls.ca
    )
    with post_office(tls.context) as office, pytest.raises(UnavailableError, match="535") as caught:
        told(Mail(**{name: getattr(channel, name) for name in channel.__struct_fields__} | {"port": office.port}))
    assert "guessed" not in str(caught.value)


def test_an_address_that_is_refused_is_told() -> None:
    with post_office(refuses="gone@") as office, pytest.raises(UnavailableError, match="1 of 2 addresses"):
        told(
            Mail(
                "post", "127.0.0.1", "a@b.example", ("c@d.example", "gone@d.example"), port=office.port,
                security=MailSecurity.NONE,
            )
        )  # fmt: skip


@pytest.mark.parametrize("secure", [True, False])
def test_syslog_is_octet_counted_over_tcp_and_tls(tls: SimpleNamespace, secure: bool) -> None:
    with log_receiver(tls.context if secure else None) as receiver:
        scheme = "tls" if secure else "tcp"
        told(Syslog("siem", f"{scheme}://127.0.0.1:{receiver.port}", ca=tls.ca if secure else ""))
        length, _, line = receiver.read().partition(b" ")
    assert int(length) == len(line)
    assert line.startswith(b"<107>1 ")
    assert b'[wardlaw@32473 event="locked" incident="inc_1"' in line


def test_syslog_may_carry_cef() -> None:
    with log_receiver() as receiver:
        told(Syslog("siem", f"tcp://127.0.0.1:{receiver.port}", form=SyslogForm.CEF, facility=16))
        assert b" - CEF:0|Wardlaw|wardlaw|" in receiver.read()


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with log_receiver() as receiver, pytest.raises(ConfigError, match="WL-NTF-003"):
        told(Syslog("siem", f"tls://127.0.0.1:{receiver.port}", ca=str(tmp_path / "none.pem")))


def test_a_question_to_a_person_is_never_written_to_a_log() -> None:
    asked = Question("ntf_1", "gqn_1", "acme", "acme", "ada@acme.example", "Notes", (), "", "grants@acme.example")
    with log_receiver() as siem, pytest.raises(Fault, match="WL-NTF-004"):
        send(Syslog("siem", f"tcp://127.0.0.1:{siem.port}"), asked, env=ENV, at=AT)
