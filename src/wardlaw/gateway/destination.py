"""Where a model is reached, with everything it takes to ask there."""

from __future__ import annotations

import msgspec

from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.credential import NO_CREDENTIAL, Credential


class AwsIdentity(msgspec.Struct, frozen=True):
    """Who signs requests to AWS.

    Attributes:
        region: AWS region the signature is good for.
        session_token: Of temporary credentials; empty for lasting ones.
    """

    region: str
    access_key: Credential
    secret_key: Credential
    session_token: Credential = NO_CREDENTIAL


class Destination(msgspec.Struct, frozen=True):
    """One concrete upstream of a model.

    Attributes:
        url: Base URL, without a slash at the end; what comes below it depends on ``kind``.
        credential: Never logged.
        model: What the upstream calls the model.
        bearer: The credential goes as bearer token, whatever the kind's own way is.
        api_version: Version in the address, where the kind has one; ``""`` for none.
    """

    name: str
    url: str
    credential: Credential
    model: str
    region: str
    trust: str
    connect_timeout_s: float
    first_byte_timeout_s: float
    idle_timeout_s: float
    total_timeout_s: float
    headers: tuple[tuple[str, str], ...] = ()
    kind: UpstreamKind = UpstreamKind.OPENAI
    bearer: bool = False
    api_version: str = ""
    aws: AwsIdentity | None = None
