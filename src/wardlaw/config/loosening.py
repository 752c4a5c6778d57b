"""Whether the configuration lets detectors see less than was approved, and the configuration as it may run (SOD-10)."""

from __future__ import annotations

import hashlib

import msgspec

from wardlaw.config.detection import BuiltIn
from wardlaw.config.model import Config, DetectorSetting, OnFailure


class Detecting(msgspec.Struct, frozen=True):
    """The settings that decide what detectors see.

    Attributes:
        encoder: Whether doubtful texts are read more closely.
        planting: Whether tokens are planted in system prompts.
        passage_words: So many words of a system prompt in an answer are noted; 0 for never.
        others: Detectors of others that are asked, by id.
    """

    built_in: BuiltIn = BuiltIn()
    encoder: bool = True
    planting: bool = False
    passage_words: int = 0
    others: dict[str, DetectorSetting] = {}

    @property
    def digest(self) -> str:
        """What tells these settings from others, hex."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


def detecting_of(config: Config) -> Detecting:
    """What a configuration wants."""
    tripwires = config.gateway.tripwires
    others = {name: one for name, one in config.detectors.items() if one.enabled}
    return Detecting(config.built_in, config.encoder.enabled, tripwires.enabled, tripwires.passage_words, others)


def looser(approved: Detecting, wanted: Detecting) -> tuple[str, ...]:
    """The settings by which less would be seen than was approved."""
    found = [
        f"built_in.{name}"
        for name in BuiltIn.__struct_fields__
        if getattr(approved.built_in, name) and not getattr(wanted.built_in, name)
    ]
    if approved.encoder and not wanted.encoder:
        found.append("encoder.enabled")
    if approved.planting and not wanted.planting:
        found.append("gateway.tripwires.enabled")
    if _passage(approved, wanted) != wanted.passage_words:
        found.append("gateway.tripwires.passage_words")
    return (*found, *(f"detectors.{name}" for name in approved.others if _is_looser(approved, wanted, name)))


def as_approved(config: Config, approved: Detecting) -> Config:
    """The configuration with what was approved in place of everything looser; stricter settings stay."""
    wanted = detecting_of(config)
    switches = {
        name: getattr(approved.built_in, name) or getattr(wanted.built_in, name) for name in BuiltIn.__struct_fields__
    }
    others = {name: one for name, one in approved.others.items() if _is_looser(approved, wanted, name)}
    tripwires = msgspec.structs.replace(
        config.gateway.tripwires,
        enabled=approved.planting or wanted.planting,
        passage_words=_passage(approved, wanted),
    )
    return msgspec.structs.replace(
        config,
        built_in=BuiltIn(**switches),
        encoder=msgspec.structs.replace(config.encoder, enabled=approved.encoder or wanted.encoder),
        gateway=msgspec.structs.replace(config.gateway, tripwires=tripwires),
        detectors={**config.detectors, **others},
    )


def _passage(approved: Detecting, wanted: Detecting) -> int:
    """The fewer words, the more is noted; none at all notes nothing."""
    said = [one for one in (approved.passage_words, wanted.passage_words) if one]
    return min(said, default=0)


def _is_looser(approved: Detecting, wanted: Detecting, name: str) -> bool:
    before, now = approved.others[name], wanted.others.get(name)
    if now is None or now.url != before.url:  # another service may see nothing at all
        return True
    return before.on_failure is OnFailure.DENY and now.on_failure is not OnFailure.DENY
