from __future__ import annotations

import base64
import random
import string
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.normalise import Normaliser
from wardlaw.security.rules.secrets import PROVIDERS
from wardlaw.security.secrets import RULES, SecretDetector, _matches

DETECTOR = SecretDetector()
NORMALISER = Normaliser()
DRAW = random.Random(7)
LETTERS = string.ascii_letters + string.digits


def draw(count: int, alphabet: str = LETTERS) -> str:
    return "".join(DRAW.choice(alphabet) for _ in range(count))


def lower(count: int) -> str:
    return draw(count, string.ascii_lowercase + string.digits)


def hexa(count: int) -> str:
    return draw(count, "0123456789abcdef")


def detect(text: str) -> list[Finding]:
    return DETECTOR.detect(NORMALISER.normalise(text), Segment(1, Channel.TOOL_RESULT, "/x", text))


def base62(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[rest] + digits
    return digits.rjust(6, "0")


def with_crc(prefix: str) -> str:
    body = draw(30)
    return prefix + body + base62(zlib.crc32(body.encode()))


# Built at run time, so that no scanner of this repository takes a test for a leak.
TOKENS = {
    "aws": "AK" + "IA" + draw(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "gcp": "AI" + "za" + draw(35),
    "google-oauth": "GOC" + "SPX-" + draw(28),
    "azure-storage": "AccountKey=" + draw(86) + "==",
    "gitlab": "gl" + "pat-" + draw(20),
    "slack": "xo" + "xb-" + draw(12, string.digits) + "-" + draw(24),
    "stripe": "sk_" + "live_" + draw(24),
    "openai": "sk-" + "proj-" + draw(48),
    "anthropic": "sk-" + "ant-api03-" + draw(93),
    "pypi": "pypi-" + "AgEIcHlwaS5vcmc" + draw(60),
    "twilio": "S" + "K" + hexa(32),
    "sendgrid": "S" + "G." + draw(22) + "." + draw(43),
    "huggingface": "h" + "f_" + draw(34),
    "digitalocean": "do" + "p_v1_" + hexa(64),
    "databricks": "da" + "pi" + hexa(32),
    "hashicorp-vault": "hv" + "s." + draw(28),
    "telegram": draw(9, "123456789") + ":AA" + draw(33),
    "github": with_crc("gh" + "p_"),
    "npm": with_crc("np" + "m_"),
    "private-key": "-----BEGIN RSA PRIVATE " + "KEY-----\n" + draw(64) + "\n" + draw(64) + "\n-----END RSA PRIVATE KEY-----",
    "jwt": ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234","name":"x"}', bytes(DRAW.randrange(256) for _ in range(32)))),
}  # fmt: skip


@pytest.mark.parametrize("provider", TOKENS)
@pytest.mark.parametrize("around", ["{}", "my key is {} please", '{{"token": "{}"}}', "export KEY={}\n"])
def test_provider_formats_are_certain(provider, around):
    token = TOKENS[provider]
    found = detect(around.format(token))
    assert [finding.label for finding in found] == [provider]
    assert found[0].level is Level.BLOCK
    assert found[0].kind is FindingKind.SECRET
    assert token[-20:] in around.format(token)[found[0].start : found[0].end]


@pytest.mark.parametrize("prefix", ["gh" + "p_", "np" + "m_"])
def test_a_wrong_checksum_is_for_review(prefix):
    (found,) = detect("x " + prefix + "a1B2" * 9)
    assert (found.label, found.level) == ({"g": "github", "n": "npm"}[prefix[0]], Level.REVIEW)


def test_connection_strings_and_headers():
    (found,) = detect("postgresql://app:Zk39" + "xqP0vv@db.internal:5432/main")
    assert (found.label, found.level) == ("connection-string", Level.BLOCK)
    basic = base64.b64encode(b"admin:Xk3" + b"9qP0vvA1").decode()
    assert [finding.label for finding in detect(f"Authorization: Basic {basic}")] == ["http"]
    assert detect("postgresql://app:${PASSWORD}@db/main") == []
    assert detect("https://example.org:8080/a@b") == []


@pytest.mark.parametrize(
    "text",
    [
        f"password: {draw(14)}7k",
        f'{{"client_secret": "{lower(32)}4a"}}',
        f"api_key = '{lower(24)}9z'",
        f"my twitch token is => {lower(30)}3b",
        f"AWS_SECRET_ACCESS_KEY={draw(38)}a9",
    ],
)
def test_random_values_given_to_a_secret_name_are_for_review(text):
    found = detect(text)
    assert [finding.level for finding in found] == [Level.REVIEW]


def test_a_long_random_token_without_a_name_is_for_review():
    assert [finding.rule for finding in detect("look at q9Xk3LmP0vvA1Zt7Rw2Yb8Nc4Qd6Hf5Jg1Ks please")] == [
        "secret-bare"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "token: 3f2b8c1e-9a47-4d1b-8f6e-0c5d7a912b34",
        "key: d41d8cd98f00b204e9800998ecf8427e",
        "sha256: " + hexa(64),
        "integrity=sha512-" + base64.b64encode(bytes(range(64))).decode(),
        "commit " + hexa(40),
        "api_key = your-api-key-here-please",
        "password: ************",
        "API_KEY=${API_KEY}",
        "secret = os.environ['SECRET_KEY']",
        "token = get_token_from_header(request)",
        "key: some_configuration_name",
        "the key is to be patient: everything.takes.time",
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
        "password length must be at least 12345678 characters",
        "https://example.org/some/long/path/2024/01/02/article-number-12345678",
        "token: order-561565603-B",
        "ey" + "Jmb28iOiJiYXIifQ.eyJmb28iOiJiYXIifQ.c2lnbmF0dXJl",
        base64.b64encode(b"an ordinary sentence, only in base64").decode(),
    ],
)
def test_lookalikes_are_let_pass(text):
    assert detect(text) == []


def test_encoded_credentials_are_found():
    assert [
        finding.label for finding in detect("x " + base64.b64encode(("key " + TOKENS["aws"]).encode()).decode())
    ] == ["aws"]
    assert [finding.label for finding in detect("\u200b".join(TOKENS["stripe"]))] == ["stripe"]


def test_the_table_covers_many_providers():
    assert len({rule.provider for rule in PROVIDERS}) >= 40
    assert len({rule.id for rule in PROVIDERS}) == len(PROVIDERS)


def test_an_unknown_format_is_told_by_its_prefix_its_name_or_its_randomness():
    cases = {
        "prefixed": "please check zq_live_" + lower(24) + "7 for me",
        "assigned": "zorbix_api_token: '" + lower(30) + "5'",
        "named": "zorbix = " + draw(24) + "a7Q9x",
        "bare": "(see Aq7" + draw(29) + "9zB)",
        "webhook": "https://zorbix.example/hooks/T1/" + draw(16) + "aQ7xZ9",
        "url-password": "amqp://svc:" + draw(12) + "7@mq.example/x",
    }
    for rule, text in cases.items():
        assert f"secret-{rule}" in {finding.rule for finding in detect(text)}, (rule, text)


def test_a_digest_counts_only_where_the_name_says_whose_key_it_is():
    digest = hexa(40)
    assert detect(f"token: {digest}") == []
    assert detect(f"export API_KEY={digest}") == []
    assert [one.rule for one in detect(f"zorbix_api_key = {digest}")] == ["secret-assigned"]
    assert [one.rule for one in detect(f"client_secret: {digest}")] == ["secret-assigned"]
    assert [one.rule for one in detect(f"zorbixctl login --token {digest}")] == ["secret-assigned"]


@pytest.mark.parametrize(
    "text",
    [
        "call toolu_01" + draw(22) + " and chatcmpl-" + draw(29),
        "/nix/store/" + lower(32) + "-openssl-3.0.9/lib",
        "ipfs://Qm" + "aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY3zA5bC7dE9fG2hJ"[:44],
        "web-7d4b9c6f8a-x2k9q restarted",
        "token: 01J9ZQ4M2T8RKX6V3B5N7P0DQW",
        "next_page_token: " + draw(40),
        "https://github.com/acme/app/blob/" + hexa(40) + "/src/main.rs#L10-L20",
        "AES_256_cbc_hmac_sha1 and EVP_aes_128_cbc_hmac_sha256",
        "-----BEGIN CERTIFICATE-----\n" + "\n".join(draw(64) for _ in range(4)) + "\n-----END CERTIFICATE-----",
        "\u00ae" * 12 + " key: \u00e9\u00e9\u00e9a1\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
    ],
)
def test_public_identifiers_digests_and_public_keys_are_let_pass(text):
    assert detect(text) == []


def test_a_rule_left_out_finds_nothing():
    assert (
        SecretDetector(without=frozenset(("aws",))).detect(
            NORMALISER.normalise(TOKENS["aws"]), Segment(1, Channel.USER, "", TOKENS["aws"])
        )
        == []
    )


@given(
    st.lists(
        st.sampled_from(("key: ", "://", "hook", "a1B2c3D4e5F6g7H8i9J0", "@", " ", "pw=", "zz_", "é", "x" * 50)),
        max_size=12,
    )
)
def test_spans_lie_within_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    for finding in detect(text):
        assert 0 <= finding.start < finding.end <= len(text)


@given(st.text('ab09AZ_-.=" é', max_size=80), st.integers(0, len(RULES) - 1))
def test_matches_are_those_of_the_pattern_in_characters(text: str, number: int) -> None:
    detector = SecretDetector()
    pattern = detector._patterns[number]
    group = min(pattern.groups, 1)
    value = "sk_live_" + "aB3dE6gH9jK2mN5pQ8sT"
    for region in (text, f"{text} token = '{value}' {text}", f"{value}{text}"):
        plain = [(*match.span(group), match[group] or "") for match in pattern.finditer(region)]
        assert list(_matches(pattern, region, group)) == plain


def test_no_rule_matches_nothing() -> None:
    assert [
        rule.id for rule, pattern in zip(RULES, SecretDetector()._patterns, strict=True) if pattern.fullmatch("")
    ] == []
