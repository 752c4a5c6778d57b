"""Bedrock: what goes into the body, the address and the signature."""

from __future__ import annotations

import json

from tests.unit.gateway.kinds.errands import errand, place
from wardlaw.gateway.credential import NO_CREDENTIAL, Credential
from wardlaw.gateway.destination import AwsIdentity
from wardlaw.gateway.kinds.bedrock import BEDROCK
from wardlaw.gateway.wire.sigv4 import SigningKey, Unsigned, sign

MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
AWS = AwsIdentity("eu-central-1", Credential.fixed("AKIDEXAMPLE"), Credential.fixed(SECRET))
THERE = place(url="https://bedrock-runtime.eu-central-1.amazonaws.com", model=MODEL, credential=NO_CREDENTIAL, aws=AWS)


def test_version_and_known_previews_stand_in_the_body_and_the_model_in_the_address() -> None:
    caller = {"anthropic-beta": "context-1m-2025-08-07,made-up"}
    sent = errand("/messages", caller=caller, stream=False, anthropic_beta=["anything"], anthropic_version="x")
    parcel = BEDROCK.pack(THERE, sent)
    assert parcel.path == "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke"
    assert json.loads(parcel.body) == {
        "messages": [{"role": "user", "content": "hello"}],
        "anthropic_version": "bedrock-2023-05-31",
        "anthropic_beta": ["context-1m-2025-08-07"],
    }


def test_a_stream_is_asked_for_by_its_address() -> None:
    parcel = BEDROCK.pack(THERE, errand("/messages", stream=True))
    assert parcel.path.endswith("/invoke-with-response-stream")
    assert dict(parcel.headers)["accept"] == "application/vnd.amazon.eventstream"


def test_the_signature_is_over_what_is_sent() -> None:
    parcel = BEDROCK.pack(THERE, errand("/messages"))
    head = dict(parcel.headers)
    assert head["x-amz-date"] == "20150830T123600Z"
    headers = [
        ("content-type", head["content-type"]),
        ("host", "bedrock-runtime.eu-central-1.amazonaws.com"),
        ("x-amz-date", head["x-amz-date"]),
    ]
    key = SigningKey("AKIDEXAMPLE", SECRET, "eu-central-1", "bedrock")
    unsigned = Unsigned(path=parcel.path, headers=headers, body=parcel.body)
    expected = sign(key, unsigned, stamp=head["x-amz-date"])
    assert head["authorization"] == expected
    assert SECRET not in str(parcel)


def test_a_session_token_is_sent_and_signed() -> None:
    temporary = AwsIdentity("eu-central-1", AWS.access_key, AWS.secret_key, Credential.fixed("tok"))
    head = dict(BEDROCK.pack(place(url=THERE.url, aws=temporary), errand("/messages")).headers)
    assert head["x-amz-security-token"] == "tok"
    assert "x-amz-security-token," in head["authorization"]


def test_an_api_key_needs_no_signature() -> None:
    there = place(url=THERE.url)
    assert "authorization" not in dict(BEDROCK.pack(there, errand("/messages")).headers)
    assert BEDROCK.credential(there) == (("authorization", "Bearer sk-up"),)


def test_a_model_cannot_lead_elsewhere() -> None:
    arn = "arn:aws:bedrock:eu-central-1:1:inference-profile/x"
    parcel = BEDROCK.pack(place(url=THERE.url, model=arn), errand("/messages"))
    assert parcel.path == "/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Fx/invoke"
