"""A detector that is a service: it is asked over HTTP with the texts and answers with findings.

Asked with ``POST`` and ``{"version": 1, "segments": [{"segment": 0, "channel": "user", "text": "…"}]}``; answers 200
with ``{"findings": [{"segment": 0, "kind": "injection", "rule": "…", "level": "block", "score": 900, "start": 0,
"end": 5}]}``, offsets in characters. Everything else is a failure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import msgspec
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from wardlaw.adapters.outside import SenselessError, checked, failed
from wardlaw.config.model import DetectorSetting
from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding, FindingKind, Level

_BYTES = 1_048_576  # the largest answer that is read
_PROTOCOL = 1


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One finding as the service writes it."""

    segment: int
    kind: FindingKind
    rule: str
    level: Level
    score: int
    start: int = 0
    end: int = 0
    label: str = ""


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    findings: tuple[_Told, ...]


class WebhookDetector:
    """Asks one service.

    Args:
        id: Its name.
        setting: Its address, how long it may take, and what its failure means.
        key: Credential; ``""`` for none.
    """

    version = f"webhook-{_PROTOCOL}"

    def __init__(self, id: str, setting: DetectorSetting, key: str = "") -> None:  # noqa: A002 (its name everywhere)
        self.id = id
        self._setting = setting
        self._key = key
        self._client: Client | None = None

    async def ask(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        """Findings of all segments; one that denies or is recorded when they cannot be had."""
        try:
            async with asyncio.timeout(self._setting.timeout_s):
                raw = await self._post(segments)
            return self._read(raw, segments)
        except TimeoutError:
            return (self._failed("timeout"),)
        except PyreqwestError:
            return (self._failed("unreachable"),)
        except (SenselessError, msgspec.DecodeError):
            return (self._failed("senseless"),)

    async def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            client, self._client = self._client, None
            with suppress(PyreqwestError):
                await client.close()

    def _failed(self, why: str) -> Finding:
        return failed(self.id, self.version, why, self._setting.on_failure)

    async def _post(self, segments: Sequence[Segment]) -> bytes:
        if self._client is None:
            # A redirect could take the texts anywhere, so none is followed.
            limit = timedelta(seconds=self._setting.timeout_s)
            self._client = ClientBuilder().follow_redirects(False).no_proxy().timeout(limit).build()
        # By position, not by index in the exchange: that says nothing to the service.
        body = {
            "version": _PROTOCOL,
            "segments": [
                {"segment": place, "channel": one.channel.value, "text": _sound(one.text)}
                for place, one in enumerate(segments)
            ],
        }
        request = self._client.post(self._setting.url).header("content-type", "application/json")
        if self._key:
            request = request.header("authorization", f"Bearer {self._key}")
        request = request.body_bytes(msgspec.json.encode(body))
        async with request.streamed_read_buffer_limit(0).build_streamed() as answer:
            if answer.status != 200:
                raise SenselessError(f"status {answer.status}")
            parts: list[bytes] = []
            size = 0
            while (piece := await answer.body_reader.read_chunk()) is not None:
                size += len(piece)
                if size > _BYTES:
                    raise SenselessError("an answer that is too large")
                parts.append(bytes(piece))
            return b"".join(parts)

    def _read(self, raw: bytes, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        told = msgspec.json.decode(raw, type=_Answer).findings
        by_segment: dict[int, list[Finding]] = {}
        for one in told:
            if not 0 <= one.segment < len(segments):
                raise SenselessError("a segment nobody asked about")
            finding = Finding(
                one.kind, self.id, self.version, one.rule, one.level, one.score,
                label=one.label, start=one.start, end=one.end,
            )  # fmt: skip
            by_segment.setdefault(one.segment, []).append(finding)
        return tuple(
            finding
            for place, found in sorted(by_segment.items())
            for finding in checked(self.id, self.version, segments[place], found)
        )


def _sound(text: str) -> str:
    """Text that can be written in UTF-8; half of a surrogate pair becomes one other character, so offsets stay."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
