"""An installed app has a token made with its signed word, and a new one before that ends."""

from __future__ import annotations

import base64
import json

import pytest

from tests.unit.connectors.scripted import NOW, Answer, Platform
from tests.unit.connectors.test_googletoken import key_file
from wardlaw.connectors.githubtoken import GithubAppToken
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError, UnavailableError

PEM = json.loads(key_file())["private_key"]
FILE = json.dumps({"app_id": 12, "installation_id": 34, "private_key": PEM})
PATH = "/app/installations/34/access_tokens"


def made(platform: Platform, now: list[float], words: list[str], text: str = FILE) -> GithubAppToken:
    def connect(authorise):
        def noted():
            words.append(authorise()["authorization"])
            return {"authorization": words[-1]}

        return VendorClient(platform.url, authorise=noted, clock=lambda: now[0], sleep=platform.slept.append)

    return GithubAppToken(text, connect=connect, clock=lambda: now[0])


def test_a_token_is_made_with_a_signed_word_and_renewed_before_it_ends(platform: Platform) -> None:
    platform.on(
        PATH,
        Answer({"token": "one", "expires_at": "2026-09-21T15:13:20Z"}, 201),
        Answer({"token": "two", "expires_at": "2026-09-21T16:13:20Z"}, 201),
    )
    now, words = [NOW], []
    token = made(platform, now, words)
    assert token.headers() == token.headers() == {"authorization": "Bearer one"}
    now[0] += 3_301
    assert token.headers() == {"authorization": "Bearer two"}
    assert platform.paths() == [PATH, PATH]
    claims = json.loads(base64.urlsafe_b64decode(words[0].split(".")[1] + "=="))
    assert claims == {"iat": int(NOW) - 60, "exp": int(NOW) + 540, "iss": "12"}


@pytest.mark.parametrize(
    "answer",
    [Answer({"message": "x"}, 401), Answer({"token": "t"}, 201), Answer({"token": 3, "expires_at": "2026-09-21T15:13:20Z"}, 201),
     Answer([1], 201), Answer({"token": "t", "expires_at": "soon"}, 201)],
)  # fmt: skip
def test_no_token_is_told(platform: Platform, answer: Answer) -> None:
    platform.on(PATH, answer)
    with pytest.raises(UnavailableError):
        made(platform, [NOW], []).headers()


@pytest.mark.parametrize(
    "text", ["{}", "{", '{"app_id": 1, "installation_id": 2, "private_key": "no key"}', FILE.replace("34", '"x"')]
)
def test_what_is_no_key_file(platform: Platform, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        made(platform, [NOW], [], text)
    assert caught.value.code == "WL-INV-011"
    assert "PRIVATE" not in str(caught.value)
