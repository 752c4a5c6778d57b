"""Rules for upstreams by their kind: each wrong setting has one problem and says what to do."""

from __future__ import annotations

import pytest

from wardlaw.config.model import KeyForm
from wardlaw.config.parse import parse_config
from wardlaw.config.problem import ConfigProblemsError
from wardlaw.config.upstreams import aws_region
from wardlaw.facts.routes import UpstreamKind

BEDROCK = "https://bedrock-runtime.eu-central-1.amazonaws.com"
VERTEX = "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1"
SIGNED = "aws: {access_key: env:A, secret_key: env:B}"

WRONG = [
    ("url: 'https://n.openai.azure.com/openai', kind: azure, key: env:K", "url", "openai.azure.com"),
    ("url: 'https://n.openai.azure.com/openai/deployments/d', kind: azure, key: env:K", "url", "openai.azure.com"),
    ("url: 'https://n.openai.azure.com/v1', kind: azure, key: env:K", "url", "openai.azure.com"),
    ("url: 'https://n.openai.azure.com?api-version=1', kind: azure, key: env:K", "url", "api_version"),
    ("url: 'https://a.example/v1', api_version: '2024-10-21'", "api_version", "Take it out"),
    ("url: 'https://n.openai.azure.com', kind: azure, api_version: latest", "api_version", ""),
    (f"url: '{BEDROCK}/model', kind: bedrock, {SIGNED}", "url", "bedrock-runtime"),
    (f"url: '{BEDROCK}', kind: bedrock", "aws", "aws.access_key"),
    (f"url: '{BEDROCK}', kind: bedrock, key: env:K, {SIGNED}", "aws", "API key"),
    (f"url: '{BEDROCK}', kind: bedrock, aws: {{access_key: env:A}}", "aws", "Set both"),
    (f"url: 'https://bedrock.example', kind: bedrock, {SIGNED}", "aws.region", "eu-central-1"),
    (f"url: '{BEDROCK}', kind: bedrock, {SIGNED}, headers: {{X-Amz-Date: x}}", "headers.X-Amz-Date", "Take it out"),
    (f"url: 'https://a.example/v1', {SIGNED}", "aws", "kind: bedrock"),
    ("url: 'https://europe-west1-aiplatform.googleapis.com/v1', kind: vertex, key: env:K", "url", "locations"),
    (f"url: '{VERTEX}/endpoints/openapi', kind: vertex-openai, key: env:K", "url", "locations"),
    (f"url: '{VERTEX}', kind: vertex", "key", "renewed"),
    (f"url: '{VERTEX}', kind: vertex-openai", "key", "renewed"),
]
RIGHT = [
    "url: 'https://n.openai.azure.com', kind: azure, key: env:K",
    "url: 'https://apim.example/models/', kind: azure, key: env:K, key_as: bearer, api_version: 2024-10-21-preview",
    f"url: '{BEDROCK}', kind: bedrock, {SIGNED}",
    f"url: '{BEDROCK}/', kind: bedrock, key: env:K",
    "url: 'https://bedrock.example', kind: bedrock, aws: {access_key: env:A, secret_key: env:B, region: eu-west-3}",
    f"url: '{VERTEX}', kind: vertex, key: file:token",
    f"url: '{VERTEX}/', kind: vertex-openai, key: file:token",
    "url: 'http://127.0.0.1:11434/v1', kind: ollama, trust: internal",
    "url: 'http://10.0.0.7:8000/v1', kind: vllm, trust: internal",
]


@pytest.mark.parametrize(("text", "key", "hint"), WRONG)
def test_a_wrong_setting_has_one_problem_with_the_next_step(text: str, key: str, hint: str) -> None:
    with pytest.raises(ConfigProblemsError) as caught:
        parse_config(f"upstreams: [{{name: a, {text}}}]\n", source="/c/wardlaw.yaml")
    (problem,) = caught.value.problems
    assert problem.path == f"upstreams[0].{key}"
    assert hint in problem.hint


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_taken(text: str) -> None:
    config = parse_config(f"upstreams: [{{name: a, {text}}}]\n", source="/c/wardlaw.yaml")
    assert len(config.upstreams) == 1


def test_secrets_in_files_are_found_beside_the_configuration() -> None:
    text = (
        f"upstreams: [{{name: a, url: '{BEDROCK}', kind: bedrock, aws: {{access_key: file:id, secret_key: env:B}}}}]\n"
    )
    (upstream,) = parse_config(text, source="/c/wardlaw.yaml").upstreams
    assert (str(upstream.aws.access_key), str(upstream.aws.secret_key)) == ("file:/c/id", "env:B")
    assert (upstream.kind, upstream.key_as) == (UpstreamKind.BEDROCK, KeyForm.USUAL)


def test_the_region_is_read_out_of_an_address_of_aws() -> None:
    assert aws_region(BEDROCK) == "eu-central-1"
    assert aws_region("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com") == "us-gov-west-1"
    assert aws_region("https://bedrock-runtime.eu-central-1.amazonaws.com.evil.example") == ""
