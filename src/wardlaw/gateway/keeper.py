"""What files and batches have in common: the upstream that keeps them, whose they are, and answers that are judged."""

from __future__ import annotations

import asyncio
import hashlib
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

import msgspec
import orjson

from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Measures, Segment
from wardlaw.facts.finding import Finding
from wardlaw.facts.kept import Kept, KeptKind
from wardlaw.gateway.aside import meter_aside
from wardlaw.gateway.canaries import stand_in
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.gateway.keeping import Keeping
from wardlaw.gateway.local import JSON, LocalExchange
from wardlaw.gateway.registry import Candidate
from wardlaw.gateway.request import uninspected_findings
from wardlaw.gateway.wire.answer import ANSWER_LIMITS, Texts, garbage, read_document, refuse_encoding
from wardlaw.gateway.wire.headers import check_head, upstream_headers
from wardlaw.gateway.wire.leaves import collect
from wardlaw.gateway.wire.refusal import upstream_refusal
from wardlaw.state.callers import state_key

_PAGE, _MOST = 20, 100
_AT_ONCE = 8  # questions to the upstream for one list
_ID_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class NotHereError(InputError):
    """There is no such thing of this caller, whether or not there is one of somebody else."""

    http_status = 404


class KeeperExchange(LocalExchange):
    """One request about what an upstream keeps."""

    kind = KeptKind.FILE

    async def _serve(self, raw: bytes) -> None:
        check_head(self._call.headers)
        self._check_scope(self._route)
        self._keeping, self._keeper = self._open()
        _, _, _, identity, action, *_ = [*self._call.path.split("/"), "", "", ""]
        await self._answer(self._call.method, identity, action, raw)

    @abstractmethod
    async def _answer(self, method: str, identity: str, action: str, raw: bytes) -> None:
        """Answer the request about a thing, or about all of them where ``identity`` is empty."""

    def _open(self) -> tuple[Keeping, Candidate]:
        services = self._services
        keeper = services.registry.keeper(services.files.upstream)
        if services.keeping is None or keeper is None:
            raise NotHereError(
                "WL-GWY-020",
                "Files and batches are not served here.",
                "The operator names the upstream that keeps them in gateway.files.upstream.",
            )
        self._upstream = keeper.destination.name
        return services.keeping, keeper

    @property
    def _owner(self) -> str:
        """Whose things these are: the caller's, and for an agent those of the person it acts for at that."""
        principal = self._admitted.principal
        return state_key(self._services.state_secret, "kept", principal.id, principal.acting_for).hex()

    async def _own_thing(self, identity: str, kind: KeptKind) -> Kept:
        kept = await self._keeping.find(self._upstream, identity, owner=self._owner)
        if kept is None or kept.kind is not kind:
            raise NotHereError(
                "WL-GWY-022", f"This caller has no {kind.value} {identity[:128]}.", "Use an id that was given to you."
            )
        return kept

    async def _ask(self, method: str, path: str, body: bytes = b"", *, content_type: str = "") -> tuple[int, bytes]:
        """Status and body of the upstream's answer."""
        headers = list(upstream_headers({}, stream=False))
        if content_type:
            headers[0] = ("content-type", content_type)
        played = stand_in(self._marked, self._admitted.principal)
        if played is not None:
            return 200, played
        answer = await self._services.upstreams.call(self._keeper.destination, method, path, body, headers)
        try:
            refuse_encoding({name.lower(): value for name, value in answer.headers})
            whole = await answer.whole(self._services.limits.answer_bytes)
        finally:
            await answer.close()
        self._upstream_status = answer.status
        return answer.status, whole

    async def _fetch(self, method: str, path: str, body: bytes = b"", *, content_type: str = "") -> bytes | None:
        """The upstream's good answer; ``None`` when it refused, which the caller has then been told."""
        self._watch.leave()
        try:
            status, whole = await self._ask(method, path, body, content_type=content_type)
        finally:
            self._watch.back()
        if status < 300:
            return whole
        # What an upstream says in refusing is not passed on: it was not judged.
        told = upstream_refusal(status if status >= 400 else 502, None, decision_id="")
        self._result = "upstream-failed"
        headers = [pair for pair in told.headers if pair[1]]
        self._reply(told.status, headers, told.body)
        return None

    async def _judge_answer(
        self,
        segments: Sequence[Segment],
        raw: bytes,
        *,
        case: Case | None = None,
        uninspected: tuple[str, ...] = (),
    ) -> tuple[Judgement, tuple[Finding, ...]]:
        """Judge what came back like any answer."""
        found = await self._inspect(segments)
        findings = (*found, *uninspected_findings(uninspected))
        meter, plain = self._services.meter, Measures(result_bytes=len(raw))
        texts = [segment.text for segment in segments]
        moved = await meter_aside(segments, plain, lambda: meter.answer(texts, len(raw)))
        matter = Matter(
            action=Action.MODEL_ANSWER,
            resource=self._keeper.resource,
            measures=msgspec.structs.replace(moved.measures, uninspected=uninspected),
            findings=findings,
            segments=tuple(segments),
            subjects=moved.subjects,
            body_sha256=hashlib.sha256(raw).hexdigest(),
        )
        judgement = await self._services.judge.judge(case or self._case(), matter)
        self._services.decided(judgement, Action.MODEL_ANSWER.value)
        return judgement, findings

    async def _release(self, raw: bytes) -> None:
        """Judge a JSON answer, and give it to the caller when it may go."""
        segments = document_segments(read_document(raw, ANSWER_LIMITS))
        judgement, _ = await self._judge_answer(segments, raw)
        self._hand_over(judgement, raw, JSON)

    def _hand_over(self, judgement: Judgement, raw: bytes, content_type: tuple[str, str]) -> None:
        if judgement.decision.effect is not Effect.ALLOW:
            # Nothing is masked in a file: what would have to be is not given out.
            self._refuse(judgement)
            return
        self._result = "complete"
        self._reply(200, [content_type, *self._own(judgement)], raw)

    async def _remember(self, kept: Kept) -> None:
        if not await self._keeping.remember(kept):
            raise garbage("an id that is somebody else's")

    async def _list(self, path: str) -> None:
        """The caller's things, each as the upstream tells of it now."""
        asked = parse_qs(self._call.query)
        limit = asked.get("limit", [""])[-1]
        most = min(max(int(limit), 1), _MOST) if limit.isascii() and limit.isdecimal() and len(limit) < 6 else _PAGE
        after = asked.get("after", [""])[-1]
        if after:
            await self._own_thing(after, self.kind)
        purpose = asked.get("purpose", [""])[-1]
        known = await self._keeping.list_of(self._upstream, self._owner, self.kind, after=after, most=most + 1)
        page = [one for one in known[:most] if not purpose or one.purpose == purpose]
        self._watch.leave()
        try:
            told = await self._told_of(path, page)
        finally:
            self._watch.back()
        document = {
            "object": "list",
            "data": told,
            "first_id": page[0].id if page else None,
            "last_id": page[-1].id if page else None,
            "has_more": len(known) > most,
        }
        await self._release(orjson.dumps(document))

    async def _told_of(self, path: str, page: Sequence[Kept]) -> list[dict[str, Any]]:
        """What the upstream says of these things; those it knows no more are left out."""
        told: list[dict[str, Any]] = []
        for place in range(0, len(page), _AT_ONCE):
            some = page[place : place + _AT_ONCE]
            answers = await asyncio.gather(*(self._ask("GET", f"{path}/{one.id}") for one in some))
            told += [read_document(whole, ANSWER_LIMITS) for status, whole in answers if status < 300]
        return told


def document_segments(document: dict[str, Any]) -> tuple[Segment, ...]:
    """Every text of a JSON answer."""
    texts = Texts(ANSWER_LIMITS.max_leaves)
    collect(document, "", texts.add)
    return tuple(texts.segments)


def identity_of(document: dict[str, Any]) -> str:
    """The id in an upstream's answer.

    Raises:
        BadUpstreamError: There is none that could stand in a path.
    """
    identity = document.get("id")
    if type(identity) is not str or not 1 <= len(identity) <= 128 or not _ID_CHARS.issuperset(identity):
        raise garbage("an answer without a plain id")
    return identity
