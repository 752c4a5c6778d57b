"""Installations of Wardlaw for the benchmark: all clauses, all detectors, registered secrets, several callers."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wardlaw.cli.creating import create_installation
from wardlaw.config.load import load_config
from wardlaw.config.model import Config
from wardlaw.facts.credential import KeyEntry
from wardlaw.facts.person import Person, Role
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.governance.shipped import starter_sources
from wardlaw.security.fingerprint import make_fingerprint
from wardlaw.store.database import open_database, writing
from wardlaw.store.installation import Installation
from wardlaw.store.keys import create_key
from wardlaw.store.people import add_person
from wardlaw.store.purposes import derive_purposes
from wardlaw.store.secrets import keep_secret

CALLERS = 8
SECRETS = 20
# Ceilings on rate and amount would stop the load itself. Their clauses stay and are asked; the numbers are raised.
_CEILINGS = re.compile(r"(attribute: (?:callsPerMinute|tokensPerDay|bytesPerDay|sessionBytes), over: )[\d_]+")
_OUT_OF_REACH = 10**15
_OWNER = "person:bench"


class Made(NamedTuple):
    """A new installation and the keys of its callers."""

    config_path: Path
    config: Config
    port: int
    keys: list[str]


def raised_starter() -> dict[str, str]:
    """The starter pack with the ceilings on rate and amount out of reach; the same number of clauses."""
    return {
        name: _CEILINGS.sub(lambda match: f"{match[1]}{_OUT_OF_REACH}", text)
        for name, text in starter_sources().items()
    }


def make(
    folder: Path,
    *,
    port: int,
    answer_port: int,
    stream_port: int,
    spool: Path | None = None,
    extra: str = "",
    tools: Sequence[str] = ("stdio__echo", "http__echo"),
) -> Made:
    """Make an installation in a new folder.

    Args:
        port: Where its gateway will listen.
        spool: Folder of the spool; inside the installation when left out.
        extra: Further lines of the configuration.
        tools: Registered tools.
    """
    policies = folder / "policies"
    policies.mkdir(parents=True)
    for name, text in raised_starter().items():
        (policies / name).write_text(text, encoding="utf-8")
    config_path = folder / "wardlaw.yaml"
    config_path.write_text(_configuration(port, answer_port, stream_port, spool, tools) + extra, encoding="utf-8")
    create_installation(folder)
    config = load_config(config_path)
    places = Installation(config)
    keyring = places.open_keyring(os.environ)
    purposes = derive_purposes(keyring)
    keyring.close()
    engine = open_database(places.database_url(os.environ))
    now = time.time()
    try:
        with writing(engine) as connection:
            add_person(connection, Person(id=_OWNER, name="Benchmark", roles=(Role.ADMIN,)), by="person:setup", now=now)
            keys = [
                create_key(connection, _entry(number), owner=_OWNER, secret=secrets.token_bytes(32), now=now)[1]
                for number in range(CALLERS)
            ]
            for number in range(SECRETS):
                made = make_fingerprint(
                    f"bench-{secrets.token_urlsafe(24)}",
                    id=f"secret:bench-{number}",
                    key=purposes.fingerprint,
                    base=purposes.fingerprint_base,
                )
                keep_secret(connection, made, by=_OWNER, now=now)
    finally:
        engine.dispose()
    return Made(config_path, config, port, keys)


def _configuration(port: int, answer_port: int, stream_port: int, spool: Path | None, names: Sequence[str]) -> str:
    tools = "".join(f"  - {{name: '{name}', effect: read, confirmed_by: bench}}\n" for name in names)
    where = f"\n  spool: {spool}" if spool is not None else ""
    return f"""version: 1
installation: {{name: bench}}
data_dir: data
gateway: {{listen: "127.0.0.1:{port}"}}
upstreams:
  - {{name: whole, url: "http://127.0.0.1:{answer_port}/v1", region: eu, trust: internal}}
  - {{name: streamed, url: "http://127.0.0.1:{stream_port}/v1", region: eu, trust: internal}}
models:
  - {{name: demo, upstreams: [whole]}}
  - {{name: demo-stream, upstreams: [streamed]}}
tools:
  - {{name: read_file, effect: read}}
{tools}keys: {{kek: "file:keys/kek", dir: keys}}
audit:
  checkpoint_s: 1{where}
"""


def _entry(number: int) -> KeyEntry:
    principal = Principal(
        id=f"user:bench-{number}", kind=PrincipalKind.USER, name=f"Bench {number}", credential=f"key:bench-{number}"
    )
    return KeyEntry(id=f"key:bench-{number}", secret_sha256="", principal=principal)
