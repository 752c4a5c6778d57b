"""What is wrong in a configuration of an agent's tool servers (MCP): code fetched at each start, keys in the file.

Source of the shapes: the configuration files of Claude Desktop, Cursor, VS Code, Windsurf and Cline, all of which
name servers under ``mcpServers`` or ``servers`` with ``command``, ``args`` and ``env``, or ``url`` and ``headers``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from wardlaw.facts.finding import Level

NAME = "agent-config"
VERSION = "1"
_LIKELY, _CERTAIN = 650, 900
_LINE_CHARS = 4096  # of a command line that are searched
_DEPTH = 8  # servers are named near the top; deeper nesting is somebody else's

# Programs that take a package from a registry when they start, and how a version is written for each.
_RUNNERS: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(("npx", "bunx", "pnpx"), re.compile(r".+@\d+\.\d+\.\d+[\w.+-]*")),
    **dict.fromkeys(("uvx", "pipx"), re.compile(r".+(?:==|@)\d+(?:\.\w+)+")),
    "docker": re.compile(r".+@sha256:[0-9a-f]{64}"),
    "podman": re.compile(r".+@sha256:[0-9a-f]{64}"),
}
_RUNNING_WORDS = frozenset(("run", "dlx", "exec", "x", "tool"))
_TWO_WORDS = {("pnpm", "dlx"): "npx", ("yarn", "dlx"): "npx", ("npm", "exec"): "npx", ("bun", "x"): "npx",
              ("uv", "tool"): "uvx", ("deno", "run"): "deno"}  # fmt: skip
# Options of these programs that take a value of their own, so that the value is not taken for the package.
_VALUED = frozenset(
    ("-e", "--env", "-v", "--volume", "--mount", "-p", "--publish", "--name", "--network", "--net", "--env-file", "-u",
     "--user", "-w", "--workdir", "--entrypoint", "--python", "--index-url", "--with", "--registry", "--cache")
)  # fmt: skip
_NAMED = frozenset(("--from", "--package", "-p", "--spec"))  # the package follows, or stands after "="
_PIPED = re.compile(
    r"(?:curl|wget|iwr|invoke-webrequest)\b[^|;&]*(?:\||;|&&)\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|"
    r"(?:ba|z|da)?sh\s+<\(\s*(?:curl|wget)|(?:eval|source|\.)\s+[\"']?\$\(\s*(?:curl|wget)|"
    r"(?:iex|invoke-expression)\b.*(?:http|iwr|downloadstring)|base64\s+(?:-d|--decode)[^|]*\|\s*(?:ba|z)?sh",
    re.IGNORECASE,
)
_SHELLS = frozenset(("sh", "bash", "zsh", "dash", "cmd", "cmd.exe", "powershell", "pwsh"))
_SECRET_NAME = re.compile(r"(?i)(?:key|token|secret|passw(?:or)?d|credential|authorization|cookie|(?:^|_)pat)s?$")
_HARMLESS = re.compile(
    r"(?i)\$\{?.*|%\w+%|<.*>|\{\{.*|your[-_ ].*|x{3,}.*|\*+|\.{3}|changeme|(?:bearer |token )?\$\{.*|"
    r"(?:env|file|op|vault|keychain|input):.*|true|false|\d{1,5}|(?:.*/)?[\w.-]+\.(?:json|pem|key|txt)|"
    r"(?:sk-)?(?:example|placeholder|dummy|test|insert|replace).*"
)
_PLAIN = re.compile(
    r"http://(?!(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|host\.docker\.internal)(?:[:/]|$))", re.IGNORECASE
)


class ConfigFinding(msgspec.Struct, frozen=True):
    """Something wrong in a configuration.

    Attributes:
        pointer: RFC 6901 pointer to the value.
        literal: The value as it stands in the file, by which its place is found.
        is_secret: It must not be shown.
    """

    rule: str
    says: str
    level: Level
    score: int
    pointer: str
    literal: str
    is_secret: bool = False


RULES: dict[str, str] = {
    "agent-config-piped-shell": "A tool server is started by code that is fetched and run in one go.",
    "agent-config-unpinned": "A tool server is fetched anew at each start, in whatever version there is then.",
    "agent-config-remote-code": "A tool server is started from code at an address.",
    "agent-config-secret": "A key stands in the configuration itself.",
    "agent-config-cleartext": "A tool server is reached without encryption.",
}
"""Rules and what they find."""


def inspect_config(doc: Any) -> tuple[ConfigFinding, ...]:
    """What is wrong in a parsed configuration; total."""
    return tuple(found for pointer, server in _servers(doc, "", 0) for found in _inspect_server(pointer, server))


def _servers(node: Any, pointer: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every object that describes a server, wherever it is named."""
    if depth > _DEPTH:
        return
    if isinstance(node, list):
        for place, item in enumerate(node):
            yield from _servers(item, f"{pointer}/{place}", depth + 1)
    elif isinstance(node, dict):
        if isinstance(node.get("command"), str | list) or isinstance(node.get("url", node.get("serverUrl")), str):
            yield pointer, node
            return
        for name, value in node.items():
            yield from _servers(value, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}", depth + 1)


def _inspect_server(pointer: str, server: Mapping[str, Any]) -> Iterator[ConfigFinding]:
    command = server.get("command", "")
    head = command if isinstance(command, list) else [command]
    tail = server.get("args", [])
    words = [word for word in (*head, *(tail if isinstance(tail, list) else [tail])) if isinstance(word, str) and word]
    yield from _inspect_words(f"{pointer}/command", words)
    for group in ("env", "headers"):
        values = server.get(group)
        if isinstance(values, dict):
            yield from _inspect_values(f"{pointer}/{group}", values)
    for name in ("url", "serverUrl"):
        url = server.get(name)
        if isinstance(url, str) and _PLAIN.match(url):
            yield _found("agent-config-cleartext", Level.REVIEW, f"{pointer}/{name}", url)


def _inspect_words(pointer: str, words: list[str]) -> Iterator[ConfigFinding]:
    if not words:
        return
    line = " ".join(words)[:_LINE_CHARS]
    program = re.split(r"[\\/]", words[0].split()[0] if words[0].strip() else "")[-1].lower().removesuffix(".exe")
    program = program.removesuffix(".cmd")
    if _PIPED.search(line):
        script = next((word for word in words if _PIPED.search(word)), words[-1])
        yield _found("agent-config-piped-shell", Level.BLOCK, pointer, script)
        return
    if program in _SHELLS:
        # What the shell is given is a line of its own.
        for word in words[1:]:
            if " " in word:
                yield from _inspect_words(pointer, word.split())
        if len(words) > 2 and words[1].lower() in ("/c", "/k"):
            yield from _inspect_words(pointer, words[2:])
        return
    if len(words) == 1 and " " in words[0]:
        yield from _inspect_words(pointer, words[0].split())
        return
    if len(words) > 1:
        program = _TWO_WORDS.get((program, words[1].lower()), program)
    if program == "deno":
        remote = next((word for word in words[1:] if re.match(r"(?:https?|jsr|npm):", word)), None)
        if remote:
            yield _found("agent-config-remote-code", Level.REVIEW, pointer, remote)
        return
    pinned = _RUNNERS.get(program)
    package = _package(words[1:]) if pinned else None
    if pinned is not None and package and not pinned.fullmatch(package) and not package.startswith((".", "/", "~")):
        rule = (
            "agent-config-remote-code" if re.match(r"(?:git\+|https?:|github:)", package) else "agent-config-unpinned"
        )
        yield _found(rule, Level.REVIEW, pointer, package)


def _package(words: list[str]) -> str | None:
    """The package a runner is asked for: named by an option, else the first word that is none."""
    plain: list[str] = []
    skip = False
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if skip:
            skip = False
        elif name in _NAMED and equals:
            return value
        elif name in _NAMED and (name != "-p" or "run" not in words) and place + 1 < len(words):
            return words[place + 1]
        elif name in _VALUED:
            skip = not equals
        elif not word.startswith("-") and not (not plain and word.lower() in _RUNNING_WORDS):
            plain.append(word)
    return plain[0] if plain else None


def _inspect_values(pointer: str, values: Mapping[str, Any]) -> Iterator[ConfigFinding]:
    for name, value in values.items():
        if not isinstance(value, str) or not _SECRET_NAME.search(name):
            continue
        bare = re.sub(r"(?i)^(?:bearer|basic|token)\s+", "", value.strip())
        if len(bare) >= 8 and not _HARMLESS.fullmatch(bare):
            yield _found("agent-config-secret", Level.REVIEW, f"{pointer}/{name}", value, is_secret=True)


def _found(rule: str, level: Level, pointer: str, literal: str, *, is_secret: bool = False) -> ConfigFinding:
    score = _CERTAIN if level is Level.BLOCK else _LIKELY
    return ConfigFinding(rule, RULES[rule], level, score, pointer, literal, is_secret)
