"""Rules between keys."""

from __future__ import annotations

import pytest

from wardlaw.config.parse import parse_config
from wardlaw.config.problem import ConfigProblemsError

UP = "upstreams: [{name: a, url: 'https://a.example/v1'}]\n"

REFUSED = [
    ("WL-CFG-007", "gateway: {listen: '0.0.0.0:8080'}"),
    ("WL-CFG-007", "gateway: {listen: '[::]:8080'}"),
    ("WL-CFG-007", "gateway: {listen: 'wardlaw.example:8080'}"),
    ("WL-CFG-007", "control: {listen: '10.0.0.1:8081'}"),
    ("WL-CFG-007", "demo_model: {listen: '0.0.0.0:1'}"),
    ("WL-CFG-003", "gateway: {listen: '8080'}"),
    ("WL-CFG-003", "gateway: {listen: '127.0.0.1:99999'}"),
    ("WL-CFG-003", "gateway: {tls: {cert: a.pem}}"),
    ("WL-CFG-003", "installation: {timezone: Europe/Berlim}"),
    ("WL-CFG-010", "gateway: {routes: {chat.completion: {mode: observe}}}"),
    ("WL-CFG-008", "upstreams: [{name: a, url: 'http://a.example', trust: internal}]"),
    ("WL-CFG-008", "upstreams: [{name: a, url: 'http://127.0.0.1:1'}]"),
    ("WL-CFG-008", "upstreams: [{name: a, url: 'http://8.8.8.8', trust: internal}]"),
    ("WL-CFG-008", "upstreams: [{name: a, url: 'http://0.0.0.0', trust: internal}]"),
    ("WL-CFG-006", "upstreams: [{name: a, url: 'https://u:p@a.example'}]"),
    ("WL-CFG-003", "upstreams: [{name: a, url: 'ftp://a.example'}]"),
    ("WL-CFG-003", "upstreams: [{name: a, url: 'https://a.example:x'}]"),
    ("WL-CFG-003", "upstreams: [{name: a, url: 'https://a.example/?k=v'}]"),
    ("WL-CFG-006", "upstreams: [{name: a, url: 'https://a.example', headers: {api-key: abc}}]"),
    ("WL-CFG-003", "upstreams: [{name: a, url: 'https://a.example', headers: {Host: abc}}]"),
    (
        "WL-CFG-003",
        "upstreams: [{name: a, url: 'https://a.example', kind: anthropic, headers: {anthropic-version: x}}]",
    ),
    ("WL-CFG-003", 'upstreams: [{name: a, url: "https://a.example", headers: {x: "a\\r\\nb"}}]'),
    ("WL-CFG-003", "upstreams: [{name: a, url: 'https://a.example', headers: {'x y': b}}]"),
    ("WL-CFG-010", UP + "models: [{name: m, upstreams: [b]}]"),
    ("WL-CFG-010", UP + "models: [{name: m, upstreams: [a]}, {name: m, upstreams: [a]}]"),
    ("WL-CFG-010", UP + "models: [{name: m, upstreams: [a], routes: [chat]}]"),
    ("WL-CFG-005", UP + "models: [{name: m, upstreams: []}]"),
    ("WL-CFG-003", "tools: [{name: t, effect: unknown}]"),
    ("WL-CFG-010", "detectors: {secrets: {enabled: false}}"),
    ("WL-CFG-010", "detectors: {agent-config: {enabled: true}}"),
    ("WL-CFG-010", "built_in: {injection_linear: false}"),
    ("WL-CFG-010", "built_in: {system_prompt_tripwire: false}\ngateway: {tripwires: {enabled: true}}"),
    ("WL-CFG-003", "detectors: {My_Own: {enabled: true}}"),
    ("WL-CFG-005", "detectors: {dlp: {enabled: true, key: env:K}}"),
    ("WL-CFG-006", "detectors: {dlp: {enabled: true, url: 'https://u:p@a.example'}}"),
    ("WL-CFG-008", "detectors: {dlp: {enabled: true, url: 'http://10.0.0.1/x'}}"),
    ("WL-CFG-003", "detectors: {dlp: {enabled: true, url: 'a.example'}}"),
    ("WL-CFG-003", "detectors: {dlp: {enabled: true, timeout_s: 0}}"),
    ("WL-CFG-003", "detectors: {dlp: {enabled: true, on_failure: allow}}"),
    ("WL-CFG-012", "identity: {issuers: [{issuer: i, audience: a}]}"),
    ("WL-CFG-012", "identity: {issuers: [{issuer: i, audience: a, jwks_url: 'http://i.example'}]}"),
    ("WL-CFG-012", "identity: {issuers: [{issuer: i, audience: a, jwks_file: f, algorithms: [HS256]}]}"),
    ("WL-CFG-012", "identity: {issuers: [{issuer: i, audience: a, jwks_file: f, algorithms: [none]}]}"),
    ("WL-CFG-012", "identity: {issuers: [{issuer: i, audience: a, jwks_file: f, algorithms: []}]}"),
    ("WL-CFG-009", "gateway: {workers: 2}"),
    ("WL-CFG-005", "state: {authority: redis}"),
    ("WL-CFG-006", "state: {authority: redis, url: 'redis://:pw@127.0.0.1'}"),
    ("WL-CFG-008", "state: {authority: redis, url: 'redis://cache.example'}"),
    ("WL-CFG-011", "keys: {kek: 'file:data/kek'}"),
    ("WL-CFG-011", "keys: {kek: 'file:keys/../data/kek'}"),
    ("WL-CFG-011", "data_dir: .\n"),
    ("WL-CFG-011", "keys: {dir: data/keys}"),
    ("WL-CFG-005", "keys: {kek: ''}"),
    ("WL-CFG-003", "database: {url: 'mysql://a'}"),
    ("WL-CFG-006", "database: {url: 'postgresql://u:p@h/d'}"),
    ("WL-CFG-005", "audit: {witness: {url: 'http://127.0.0.1:1'}}"),
    ("WL-CFG-003", "audit: {witness: {url: 'ftp://h', public_key: k}}"),
    ("WL-CFG-003", "audit: {syslog: 'tcp://h'}"),
    ("WL-CFG-011", "audit: {write_once: data/once}"),
]


@pytest.mark.parametrize(("code", "text"), REFUSED, ids=[text for _, text in REFUSED])
def test_refused(code: str, text: str) -> None:
    with pytest.raises(ConfigProblemsError) as caught:
        parse_config(text, source="/srv/wardlaw.yaml")
    assert code in [problem.code for problem in caught.value.problems]
    assert all(
        "wardlaw.yaml:" in problem.where or text.startswith(("data_dir", "state")) for problem in caught.value.problems
    )


@pytest.mark.parametrize(
    "text",
    [
        "gateway: {listen: '0.0.0.0:443', tls: {cert: c.pem, key: k.pem}}",
        "gateway: {listen: '[::1]:8080'}",
        "gateway: {listen: 'localhost:8080'}",
        "control: {listen: ''}",
        "upstreams: [{name: a, url: 'http://10.1.2.3:8000/v1', trust: internal}]",
        "upstreams: [{name: a, url: 'https://a.example', headers: {api-key: 'env:K', x-region: eu}}]",
        "gateway: {workers: 2}\nstate: {authority: redis, url: 'redis://127.0.0.1:6379/0'}",
        "state: {authority: redis, url: 'rediss://cache.example'}",
        "identity: {issuers: [{issuer: i, audience: a, jwks_url: 'https://i.example/keys'}]}",
        "keys: {kek: 'env:KEK'}",
        "database: {url: 'postgresql+psycopg://u@h/d', password: 'env:PW'}",
        "audit: {syslog: 'tls://h:6514', write_once: /mnt/worm}",
    ],
)
def test_accepted(text: str) -> None:
    parse_config(text, source="/srv/wardlaw.yaml")


def test_two_workers_by_environment_name_the_variable() -> None:
    with pytest.raises(ConfigProblemsError) as caught:
        parse_config("", source="/srv/wardlaw.yaml", env={"WARDLAW_GATEWAY_WORKERS": "2"})
    assert caught.value.problems[0].where == "env WARDLAW_GATEWAY_WORKERS"
