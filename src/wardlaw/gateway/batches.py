"""``/v1/batches``: only files made and judged here may be named, and what a batch gives back is the caller's too."""

from __future__ import annotations

from typing import Any

import orjson

from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel, Measures
from wardlaw.facts.kept import Kept, KeptKind
from wardlaw.facts.resource import Resource
from wardlaw.facts.routes import BATCHES
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.files import BATCH, BATCH_OUTPUT, BATCHED, served_by
from wardlaw.gateway.guarding import written_by_caller
from wardlaw.gateway.judge import Judgement
from wardlaw.gateway.keeper import KeeperExchange, identity_of
from wardlaw.gateway.port import Call
from wardlaw.gateway.services import Services
from wardlaw.gateway.wire.answer import ANSWER_LIMITS, read_document
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.headers import check_request_headers
from wardlaw.gateway.wire.reading import Reading, check_names

_MEMBERS = frozenset(("input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after"))
_GIVEN_BACK = ("output_file_id", "error_file_id")


class BatchExchange(KeeperExchange):
    """Serves one request about batches."""

    kind = KeptKind.BATCH

    def __init__(self, services: Services, call: Call, admitted: Admitted) -> None:
        super().__init__(services, call, admitted, route=BATCHES)

    async def _answer(self, method: str, identity: str, action: str, raw: bytes) -> None:
        if not identity:
            await (self._create(raw) if method == "POST" else self._list("/batches"))
            return
        kept = await self._own_thing(identity, KeptKind.BATCH)
        whole = await self._fetch(method, f"/batches/{kept.id}" + ("/cancel" if action else ""))
        if whole is not None:
            await self._give_back(kept, whole)

    async def _create(self, raw: bytes) -> None:
        check_request_headers(self._call.headers)
        limits = self._services.limits
        bounds = BodyLimits(max_bytes=limits.body_bytes, max_depth=limits.depth, max_leaves=limits.segments)
        doc = read_json(raw, limits=bounds)
        check_names(doc, "")
        named = doc.get("input_file_id")
        if not doc.keys() <= _MEMBERS or type(named) is not str:
            raise InputError("WL-GW-123", "The body asks for no batch that is known here.", "Name an input file alone.")
        file = await self._own_thing(named, KeptKind.FILE)
        if file.purpose != BATCH or doc.get("endpoint") != file.endpoint:
            raise InputError(
                "WL-GW-123",
                "The file was not judged for this endpoint.",
                f"Upload it with purpose batch{f', or ask for {file.endpoint}' if file.endpoint else ''}.",
            )
        route = BATCHED[file.endpoint].route
        self._check_scope(f"the model {file.model} on {route}", route=route, model=file.model)
        # The file was judged when it came; since then its model may have been taken out.
        resource, _ = served_by(self._services, file.model, route, self._upstream)
        judgement = await self._judge(doc, raw, file, resource, bounds)
        if judgement.decision.effect is not Effect.ALLOW:
            self._refuse(judgement, resource)
            return
        whole = await self._fetch("POST", "/batches", orjson.dumps(doc))
        if whole is None:
            return
        made = Kept(
            identity_of(read_document(whole, ANSWER_LIMITS)),
            KeptKind.BATCH,
            self._upstream,
            self._owner,
            self._services.judge.clock(),
            endpoint=file.endpoint,
            model=file.model,
            records=file.records,
        )
        await self._remember(made)
        await self._give_back(made, whole)

    async def _judge(
        self, doc: dict[str, Any], raw: bytes, file: Kept, resource: Resource, bounds: BodyLimits
    ) -> Judgement:
        reading = Reading(bounds.max_leaves)
        for name, value in doc.items():
            reading.member(name, value, "", Channel.OTHER)
        segments = tuple(reading.segments)
        return await self._judge_handed_in(
            segments,
            raw,
            resource=resource,
            findings=written_by_caller(await self._inspect(segments), segments),
            measures=Measures(body_bytes=len(raw), records=file.records),
        )

    async def _give_back(self, batch: Kept, whole: bytes) -> None:
        """The upstream's word on a batch; the files it names become the caller's."""
        document = read_document(whole, ANSWER_LIMITS)
        for name in _GIVEN_BACK:
            if document.get(name) is not None:
                file = Kept(
                    identity_of({"id": document[name]}),
                    KeptKind.FILE,
                    self._upstream,
                    self._owner,
                    self._services.judge.clock(),
                    purpose=BATCH_OUTPUT,
                    endpoint=batch.endpoint,
                    model=batch.model,
                    records=batch.records,
                )
                await self._remember(file)
        await self._release(whole)
