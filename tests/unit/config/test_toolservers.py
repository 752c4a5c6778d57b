"""Rules for servers of tools: each wrong setting has one problem and says what to do."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from wardlaw.config.parse import parse_config
from wardlaw.config.places import resolve
from wardlaw.config.problem import ConfigProblemsError
from wardlaw.config.toolservers import is_credential_name, kept_names

WRONG = [
    ("name: Files, command: [a]", "name"),
    ("name: a_b, command: [a]", "name"),
    ("name: files", "mcp.servers[0]"),
    ("name: files, command: [a], url: 'https://a.example/mcp'", "mcp.servers[0]"),
    ("name: files, url: 'ftp://a.example'", "url"),
    ("name: files, url: 'https://u:p@a.example/mcp'", "url"),
    ("name: files, url: 'https://a.example/mcp?key=1'", "url"),
    ("name: files, url: 'http://a.example/mcp'", "url"),
    ("name: files, url: 'http://10.0.0.1/mcp'", "url"),
    ("name: files, command: [a], headers: {x: y}", "headers"),
    ("name: files, url: 'https://a.example', env: {x: y}", "env"),
    ("name: files, url: 'https://a.example', headers: {Authorization: Bearer x}", "headers.Authorization"),
    ("name: files, url: 'https://a.example', headers: {Mcp-Session-Id: x}", "headers.Mcp-Session-Id"),
    ("name: files, url: 'https://a.example', headers: {'a b': x}", "headers.a b"),
    ("name: files, command: [a], env: {API_TOKEN: abc}", "env.API_TOKEN"),
    ('name: files, command: [a], env: {X: "a\\nb"}', "env.X"),
    ("name: files, command: [a], env: {X: 'keyring:'}", "env.X"),
    ("name: files, command: [a], env: {X: 'keyring:A b'}", "env.X"),
    ("name: files, url: 'https://a.example', headers: {Authorization: 'keyring:a/b'}", "headers.Authorization"),
]


@pytest.mark.parametrize(("server", "key"), WRONG)
def test_a_wrong_server_is_told_where_it_stands(server, key) -> None:
    with pytest.raises(ConfigProblemsError) as caught:
        parse_config(f"mcp: {{servers: [{{{server}}}]}}", source="w.yaml")
    (problem,) = caught.value.problems
    assert key in f"{problem.path} {problem.message}"


@pytest.mark.parametrize(
    "server",
    [
        "name: files, command: [npx, server], env: {API_TOKEN: 'env:T', DEBUG: '1'}, cwd: sub",
        "name: files, command: [a], env: {API_TOKEN: 'keyring:token', B: 'keyring:a-2'}",
        "name: files, url: 'https://a.example/mcp', headers: {Authorization: 'keyring:token'}",
        "name: files-2, url: 'https://a.example/mcp', headers: {Authorization: 'file:keys/t'}",
        "name: files, url: 'http://127.0.0.1:9/mcp'",
        "name: files, url: 'http://10.0.0.1/mcp', trust: internal",
    ],
)
def test_a_right_server_is_taken(server) -> None:
    assert len(parse_config(f"mcp: {{servers: [{{{server}}}]}}", source="w.yaml").mcp.servers) == 1


def test_two_servers_of_one_name_and_a_wrong_address_of_the_endpoint_are_told() -> None:
    with pytest.raises(ConfigProblemsError) as caught:
        parse_config("mcp: {url: 'x', servers: [{name: a, command: [a]}, {name: a, command: [b]}]}", source="w.yaml")
    assert [problem.path for problem in caught.value.problems] == ["mcp.servers[1].name", "mcp.url"]


def test_places_are_taken_from_the_folder_of_the_file() -> None:
    config = parse_config("mcp: {servers: [{name: a, command: [x], env: {T: 'file:t'}, cwd: w}]}", source="w.yaml")
    (server,) = resolve(config, PurePath("/etc/w")).mcp.servers
    assert (server.cwd, server.env) == ("/etc/w/w", {"T": "file:/etc/w/t"})


def test_a_server_names_what_it_needs_of_the_keyring() -> None:
    text = (
        "mcp: {servers: [{name: a, command: [a], env: {X: 'keyring:one', Y: 'keyring:two', Z: 'env:three', W: '1'}}]}"
    )
    (server,) = parse_config(text, source="w.yaml").mcp.servers
    assert kept_names(server) == {"one", "two"}


@pytest.mark.parametrize(
    ("name", "right"),
    [
        *((name, True) for name in ("a", "a-1", "a" * 64)),
        *((name, False) for name in ("a" * 65, "", "-a", "a-", "A", "a\n", "a|b", "a/b", "ä")),
    ],
)
def test_names_of_credentials(name: str, right: bool) -> None:
    assert is_credential_name(name) is right
