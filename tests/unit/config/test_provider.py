from __future__ import annotations

import msgspec
import pytest

from wardlaw.config.check import console_address
from wardlaw.config.controlplane import ControlPlane
from wardlaw.config.load import load_config
from wardlaw.config.model import Config, Console
from wardlaw.config.problem import ConfigProblemsError
from wardlaw.config.provider import Provider, provider_faults
from wardlaw.config.secretref import SecretRef
from wardlaw.config.tls import Tls
from wardlaw.facts.person import Role

GOOD = Provider(issuer="https://login.example/t", client_id="w")


def codes(provider: Provider, address: str = "https://w.example") -> list[tuple[str, str]]:
    return [(code, path.removeprefix("console.oidc.")) for code, path, _, _ in provider_faults(provider, address)]


def test_good_settings_have_no_faults_and_none_is_none() -> None:
    assert codes(GOOD) == codes(Provider()) == []
    assert bool(GOOD) and not Provider()
    assert codes(msgspec.structs.replace(GOOD, issuer="http://127.0.0.1:3000")) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"issuer": "http://login.example"}, ("WL-CFG-008", "issuer")),
        ({"issuer": "login.example"}, ("WL-CFG-003", "issuer")),
        ({"issuer": "https://login.example?x=1"}, ("WL-CFG-003", "issuer")),
        ({"issuer": "https://a:b@login.example"}, ("WL-CFG-003", "issuer")),
        ({"issuer": "https://login.example:x"}, ("WL-CFG-003", "issuer")),
        ({"client_id": ""}, ("WL-CFG-005", "client_id")),
        ({"scopes": ("profile",)}, ("WL-CFG-003", "scopes")),
        ({"algorithms": ()}, ("WL-CFG-012", "algorithms")),
        ({"algorithms": ("RS256", "HS256")}, ("WL-CFG-012", "algorithms")),
        ({"algorithms": ("none",)}, ("WL-CFG-012", "algorithms")),
        ({"hosts": ("https://x.example",)}, ("WL-CFG-003", "hosts[0]")),
        ({"domains": ("@x.example",)}, ("WL-CFG-003", "domains[0]")),
        ({"groups": {"": (Role.RISK,)}}, ("WL-CFG-003", "groups")),
        ({"groups": {"a": ()}}, ("WL-CFG-003", "groups")),
        ({"first_admin": True}, ("WL-CFG-010", "first_admin")),
        ({"issuer": ""}, ("WL-CFG-005", "issuer")),
        ({"issuer": "", "client_id": "", "groups": {"a": (Role.RISK,)}}, ("WL-CFG-005", "issuer")),
    ],
)
def test_each_fault_is_found_where_it_is(changed: dict, fault: tuple[str, str]) -> None:
    assert codes(msgspec.structs.replace(GOOD, **changed)) == [fault]


def test_the_consoles_address_is_needed_and_told_where_it_is_clear() -> None:
    assert codes(GOOD, "") == [("WL-CFG-005", "console.address")]
    tls = Tls("c.pem", "k.pem")
    for control, address in (
        (ControlPlane(), "http://127.0.0.1:8081"),
        (ControlPlane(listen="[::1]:9"), "http://[::1]:9"),
        (ControlPlane(listen="0.0.0.0:443", tls=tls), ""),
        (ControlPlane(listen="127.0.0.1:0"), ""),
        (ControlPlane(listen=""), ""),
        (ControlPlane(listen="nonsense"), ""),
    ):
        assert console_address(Config(control=control)) == address
    assert console_address(Config(console=Console(address="https://w.example/"))) == "https://w.example"


def test_a_file_says_it_all(tmp_path) -> None:
    path = tmp_path / "wardlaw.yaml"
    path.write_text(
        """version: 1
console:
  oidc:
    issuer: https://login.example/t
    client_id: w
    client_secret: file:secret
    ca: ca.pem
    require: {hd: acme.example}
    groups: {wardlaw-security: [secops, ciso], boss: [admin]}
    first_admin: true
""",
        encoding="utf-8",
    )
    oidc = load_config(path, env={}).console.oidc
    assert oidc.client_secret == SecretRef("file", str(tmp_path / "secret"))
    assert oidc.ca == str(tmp_path / "ca.pem")
    assert oidc.groups == {"wardlaw-security": (Role.SECOPS, Role.CISO), "boss": (Role.ADMIN,)}
    for wrong, code in (
        ("console: {oidc: {issuer: 'https://x.example', client_id: w, client_secret: s3cret}}", "WL-CFG-006"),
        ("console: {oidc: {issuer: 'https://x.example', client_id: w, clock_skew_s: 61}}", "WL-CFG-003"),
        ("console: {oidc: {issuer: 'https://x.example', client_id: w, groups: {a: [root]}}}", "WL-CFG-003"),
        ("console: {address: 'http://w.example'}", "WL-CFG-008"),
        ("console: {address: 'https://127.0.0.1:8081'}", "WL-CFG-010"),
        ("console: {address: 'https://w.example/console'}", "WL-CFG-003"),
        ("console: {address: 'ftp://w.example'}", "WL-CFG-003"),
    ):
        path.write_text(f"version: 1\n{wrong}\n", encoding="utf-8")
        with pytest.raises(ConfigProblemsError) as caught:
            load_config(path, env={})
        assert {problem.code for problem in caught.value.problems} == {code}, wrong
