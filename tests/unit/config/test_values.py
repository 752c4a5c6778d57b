from __future__ import annotations

from wardlaw.config.parse import load
from wardlaw.config.values import every_value

TEXT = """version: 1
database: {url: "postgresql+psycopg://w@127.0.0.1/w", password: "env:DATABASE_PASSWORD"}
inventory:
  directories:
    - {name: acme, platform: google, subject: a@b.example, credential: "file:/k/read", write_credential: "file:/k/write"}
"""


def test_every_value_says_where_it_comes_from_and_no_secret() -> None:
    loaded = load(TEXT, source="/etc/wardlaw.yaml", env={"DATABASE_PASSWORD": "hunter2"})
    found = {one.key: one for one in every_value(loaded.config, loaded.origins)}
    assert found["database.password"].value == "env:DATABASE_PASSWORD"
    assert "hunter2" not in str(found)
    assert found["inventory.directories[0].write_credential"].value == "file:/k/write"
    assert found["logs.level"].origin == "default"
    assert found["database.url"].origin.startswith("file ")
