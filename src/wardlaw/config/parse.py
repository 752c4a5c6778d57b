"""Reading ``wardlaw.yaml``: flag over environment over file over default, everything wrong listed at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

import msgspec
import yaml

from wardlaw.config import schema
from wardlaw.config.check import check_config
from wardlaw.config.model import Config, Origin
from wardlaw.config.places import resolve
from wardlaw.config.problem import ConfigProblem, ConfigProblemsError, nearest
from wardlaw.config.reader import Override, Reader

MAX_BYTES = 1_048_576  # a configuration of a megabyte is a mistake, and YAML aliases can multiply


class Loaded(msgspec.Struct, frozen=True):
    """A configuration and where each of its values came from."""

    config: Config
    origins: dict[str, Origin]


def parse_config(
    text: str, *, source: str, env: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None
) -> Config:
    """Read a configuration.

    Args:
        text: Content of the file.
        source: Its path; relative paths in it are taken from its folder.
        env: Environment variables; ``WARDLAW_GATEWAY_LISTEN`` sets ``gateway.listen``.
        flags: Values by dotted key, from the command line.

    Raises:
        ConfigProblemsError: Something is wrong; every problem is listed with its line.
    """
    return load(text, source=source, env=env, flags=flags).config


def load(
    text: str, *, source: str, env: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None
) -> Loaded:
    """As `parse_config`, with the origin of each value by dotted key."""
    name = PurePath(source).name
    overrides = {**_from_env(env or {}), **_from_flags(flags or {})}
    reader = Reader(source=name, overrides=overrides)
    config = reader.section(Config, _compose(text, name))
    if config is not None:
        config = resolve(config, PurePath(source).parent)
        reader.problems.extend(check_config(config, reader.origins, name))
    if reader.problems or config is None:
        raise ConfigProblemsError(reader.problems)
    return Loaded(config, reader.origins)


def unknown_env(env: Mapping[str, str]) -> list[tuple[str, str]]:
    """Variables that look like settings and are none, each with the nearest that is one.

    They are not errors: platforms set such names by themselves (a Kubernetes service called ``wardlaw``
    yields ``WARDLAW_SERVICE_HOST``); only near misses are told.
    """
    known = schema.env_paths()
    return [
        (name, choice)
        for name in sorted(env)
        if name.startswith(schema.ENV_PREFIX) and name not in known and (choice := nearest(name, known))
    ]


def _compose(text: str, name: str) -> yaml.Node | None:
    """The document's nodes; one document, no aliases."""
    if len(text) > MAX_BYTES:
        raise ConfigProblemsError([ConfigProblem("WL-CFG-001", "", name, f"larger than {MAX_BYTES} characters")])
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                place = f"{name}:{event.start_mark.line + 1}"
                raise ConfigProblemsError(
                    [ConfigProblem("WL-CFG-001", "", place, "aliases (*name) are not read", "Write the value out.")]
                )
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark is not None else name
        what = getattr(error, "problem", None) or "nested too deep or not text"
        raise ConfigProblemsError([ConfigProblem("WL-CFG-001", "", place, f"not valid YAML: {what}")]) from error
    return node


def _from_env(env: Mapping[str, str]) -> dict[str, Override]:
    """Overrides from the environment; an empty variable counts as not set."""
    paths = schema.env_paths()
    return {
        paths[name]: Override(value, Origin("env", name))
        for name, value in env.items()
        if name in paths and value != ""
    }


def _from_flags(flags: Mapping[str, str]) -> dict[str, Override]:
    """Overrides from the command line.

    Raises:
        ConfigProblemsError: A flag names no key that one value can set.
    """
    known = [key.path for key in schema.every_key() if key.settable]
    unknown = [
        ConfigProblem(
            "WL-CFG-002",
            path,
            "flag --set",
            "unknown key",
            f"Did you mean {nearest(path, known)}?" if nearest(path, known) else "See docs/configuration.md.",
        )
        for path in flags
        if path not in known
    ]
    if unknown:
        raise ConfigProblemsError(unknown)
    return {path: Override(value, Origin("flag", f"--set {path}")) for path, value in flags.items()}
