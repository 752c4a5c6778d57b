"""How the law sees an AI system and those who answer for it: both wings and the register speak of it."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """Legal risk tier of an AI system under Regulation (EU) 2024/1689."""

    PROHIBITED = "prohibited"  # Art 5
    HIGH = "high"  # Art 6
    LIMITED = "limited"  # duties of transparency, Art 50
    MINIMAL = "minimal"
    GPAI = "gpai"  # a general-purpose model, Ch. V
    OUT_OF_SCOPE = "out-of-scope"  # no AI system, or none of the Act's (Art 2, 3)
    UNDETERMINED = "undetermined"  # nobody has said yet: everything applies


class SystemRole(StrEnum):
    """What we are for an AI system (Art 3); a public body or service says so, because it owes more."""

    PROVIDER = "provider"
    DEPLOYER = "deployer"
    IMPORTER = "importer"
    DISTRIBUTOR = "distributor"
    GPAI_PROVIDER = "gpai-provider"
    DEPLOYER_PUBLIC = "deployer-public"
    DEPLOYER_PUBLIC_SERVICE = "deployer-public-service"
