"""Precedence, origins, and every problem listed at once with its line."""

from __future__ import annotations

from datetime import date

import pytest

from wardlaw.config.model import Config
from wardlaw.config.parse import load, parse_config, unknown_env
from wardlaw.config.problem import ConfigProblemsError
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.resource import Trust

FULL = """\
version: 1
installation: {name: acme, mode: observe, timezone: UTC}
gateway:
  listen: "127.0.0.1:9000"
  tls: {cert: , key: }
  routes: {chat.completions: {mode: enforce}}
upstreams:
  - name: openai
    url: https://api.example/v1
    key: env:OPENAI_API_KEY
    region: eu
    trust: partner
  - {name: azure, url: "https://azure.example/v1"}
models:
  - {name: gpt, upstreams: [openai, {name: azure, model: deployment-x}]}
tools:
  - {name: query_db, effect: read}
"""


def problems(text: str, **more: object) -> list[str]:
    with pytest.raises(ConfigProblemsError) as caught:
        parse_config(text, source="/srv/wardlaw.yaml", **more)  # type: ignore[arg-type]
    assert caught.value.exit_code == 3
    return [str(problem) for problem in caught.value.problems]


def test_an_empty_file_is_the_defaults() -> None:
    config = parse_config("", source="wardlaw.yaml")
    assert config.gateway == Config().gateway
    assert config.audit.spool == "data/spool"


def test_every_shape_is_read() -> None:
    config = parse_config(FULL, source="/srv/wardlaw.yaml")
    assert config.installation.mode is RouteMode.OBSERVE
    assert config.gateway.routes["chat.completions"].mode is RouteMode.ENFORCE
    assert config.upstreams[0].key == SecretRef("env", "OPENAI_API_KEY")
    assert config.upstreams[0].trust is Trust.PARTNER
    assert [(one.name, one.model) for one in config.models[0].upstreams] == [("openai", ""), ("azure", "deployment-x")]


def test_flag_beats_environment_beats_file_beats_default() -> None:
    env = {"WARDLAW_GATEWAY_LISTEN": "127.0.0.1:1111", "WARDLAW_INSTALLATION_NAME": "from-env"}
    loaded = load(FULL, source="/srv/wardlaw.yaml", env=env, flags={"gateway.listen": "127.0.0.1:2222"})
    assert loaded.config.gateway.listen == "127.0.0.1:2222"
    assert loaded.config.installation.name == "from-env"
    assert str(loaded.origins["gateway.listen"]) == "flag --set gateway.listen"
    assert str(loaded.origins["installation.name"]) == "env WARDLAW_INSTALLATION_NAME"
    assert str(loaded.origins["installation.mode"]) == "file wardlaw.yaml:2"
    assert str(loaded.origins["gateway.workers"]) == "default"


def test_texts_from_the_environment_are_not_read_as_yaml() -> None:
    assert parse_config("", source="w.yaml", env={"WARDLAW_INSTALLATION_NAME": "123"}).installation.name == "123"
    assert parse_config("", source="w.yaml", env={"WARDLAW_GATEWAY_WORKERS": ""}).gateway.workers == 1


def test_paths_are_taken_from_the_folder_of_the_file() -> None:
    config = parse_config("data_dir: var\n", source="/srv/wardlaw.yaml")
    assert config.data_dir == "/srv/var"
    assert config.audit.spool == "/srv/var/spool"
    assert config.control.socket == "/srv/var/control.sock"
    assert config.database.url == "sqlite:////srv/var/wardlaw.db"
    assert config.keys.kek == SecretRef("file", "/srv/keys/kek")
    assert parse_config("data_dir: /var/lib/w\n", source="/srv/wardlaw.yaml").audit.log == "/var/lib/w/log"


def test_all_problems_are_listed_at_once_in_order_with_the_nearest_key() -> None:
    found = problems(
        'gatewy: {}\ngateway:\n  listn: "127.0.0.1:1"\n  workers: two\nbody_bytes: 3\n'
        "upstreams:\n  - {url: 'https://a.example'}\n"
    )
    assert len(found) == 5
    assert found[0].startswith("wardlaw.yaml:1: gatewy: unknown key. Did you mean gateway?")
    assert found[1].startswith("wardlaw.yaml:3: gateway.listn: unknown key. Did you mean listen?")
    assert found[2].startswith("wardlaw.yaml:4: gateway.workers: 'two' does not fit")
    assert "gateway.limits.body_bytes" in found[3]
    assert found[4].startswith("wardlaw.yaml:7: upstreams[0].name: name is missing")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "upstreams:\n  - {name: a, url: 'https://a.example', region: no}",
            'wardlaw.yaml:2: upstreams[0].region: expected text, found no. Put it in quotes: "no".',
        ),
        ("data_dir: 12", "Put it in quotes"),
        ("gateway: 3", "expected a group of keys"),
        ("upstreams: {a: 1}", "expected a list"),
        ("gateway: {routes: [1]}", "expected a mapping"),
        ("gateway: {listen: [1]}", "expected text"),
        ("gateway: {workers: 0}", "does not fit"),
        ("version: 2", "does not fit"),
        ("tools: [{name: a, effect: reed}]", "Did you mean read?"),
        ("data_dir: a\ndata_dir: b", "wardlaw.yaml:2: data_dir: set a second time; first in line 1"),
        ("? [a]\n: b", "a key must be plain text"),
        ("a: [", "not valid YAML"),
        ("a: &x 1\nb: *x", "wardlaw.yaml:2: aliases"),
        ("- 1", "expected a group of keys"),
        ("a: b\n---\nc: d", "not valid YAML"),
        ("x: !!python/object:os.system {}", "unknown key"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    assert said in "\n".join(problems(text))


def test_deep_nesting_and_size_are_refused() -> None:
    assert "[WL-CFG-001]" in problems("a: " + "[" * 600)[0]
    assert "[WL-CFG-001]" in problems("#" * 1_048_577)[0]


@pytest.mark.parametrize("value", ["sk-abcdef", "env:", "plain", "vault:x"])
def test_a_literal_secret_is_refused_and_not_repeated(value: str) -> None:
    (found,) = problems(f"upstreams:\n  - {{name: a, url: 'https://a.example', key: '{value}'}}")
    assert "[WL-CFG-006]" in found
    assert "sk-abcdef" not in found


def test_an_unknown_flag_is_told_with_the_nearest() -> None:
    (found,) = problems("", flags={"gateway.listne": "x"})
    assert "Did you mean gateway.listen?" in found


def test_an_environment_problem_names_the_variable() -> None:
    (found,) = problems("", env={"WARDLAW_GATEWAY_WORKERS": "many"})
    assert "WARDLAW_GATEWAY_WORKERS" in found


def test_near_misses_in_the_environment_are_told() -> None:
    assert unknown_env({"WARDLAW_GATEWAY_LISTN": "x", "HOME": "y"}) == [
        ("WARDLAW_GATEWAY_LISTN", "WARDLAW_GATEWAY_LISTEN")
    ]


@pytest.mark.parametrize("text", ["2027-12-02", '"2027-12-02"'])
def test_a_day_is_read_with_and_without_quotes(text: str) -> None:
    config = parse_config(f'version: 1\nlaw: {{readings: {{"eu-ai-act:art-49": {text}}}}}\n', source="x")
    assert config.law.readings == {"eu-ai-act:art-49": date(2027, 12, 2)}


@pytest.mark.parametrize("text", ["2027-13-02", "soon", "2027-12-02 10:00:00", "12"])
def test_a_day_that_is_none_is_one_problem_with_its_line(text: str) -> None:
    with pytest.raises(ConfigProblemsError) as error:
        parse_config(f'version: 1\nlaw:\n  readings: {{"eu-ai-act:art-49": {text}}}\n', source="x")
    assert "x:3: law.readings.eu-ai-act:art-49" in str(error.value)
