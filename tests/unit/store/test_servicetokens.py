from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.facts.errors import ConfigError
from wardlaw.governance.operations import Service
from wardlaw.store.servicetokens import make_service_token, read_service_token, token_path


def test_a_token_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    text = make_service_token(tmp_path, Service.WATCH)
    assert make_service_token(tmp_path, Service.WATCH) == read_service_token(tmp_path, Service.WATCH) == text
    assert make_service_token(tmp_path, Service.LISTENER) != text
    assert token_path(tmp_path, Service.WATCH).stat().st_mode & 0o777 == 0o600


def test_what_is_no_token_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read_service_token(tmp_path, Service.WATCH)
    path = token_path(tmp_path, Service.WATCH)
    path.touch(mode=0o600)
    path.write_text("wlt_mistyped\n")
    with pytest.raises(ConfigError) as caught:
        make_service_token(tmp_path, Service.WATCH)
    assert caught.value.code == "WL-LSN-007"
