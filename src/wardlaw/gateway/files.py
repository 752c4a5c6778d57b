"""``/v1/files``: what is uploaded is read and judged before it goes up, what is fetched back before it comes down."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import TypeVar

import msgspec

from wardlaw.adapters.apart import read_apart
from wardlaw.documents.piece import Bounds
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel, Measures, Segment
from wardlaw.facts.kept import Kept, KeptKind
from wardlaw.facts.resource import Resource
from wardlaw.facts.routes import FILES
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.answering import AnswerHalf
from wardlaw.gateway.aside import meter_aside
from wardlaw.gateway.guarding import written_by_caller
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.gateway.keeper import KeeperExchange, identity_of
from wardlaw.gateway.port import Call
from wardlaw.gateway.request import UNVERIFIED, uninspected_findings
from wardlaw.gateway.services import Services
from wardlaw.gateway.surfaces import CHAT, COMPLETIONS, EMBEDDINGS, RESPONSES
from wardlaw.gateway.tracing import untold_tracer
from wardlaw.gateway.wire.answer import ANSWER_LIMITS, read_document
from wardlaw.gateway.wire.batch import BatchFile, read_batch, read_output, write_batch
from wardlaw.gateway.wire.body import BodyLimits
from wardlaw.gateway.wire.multipart import Form, FormFile, read_form, write_form

BATCH, BATCH_OUTPUT = "batch", "batch_output"
BATCHED = {surface.path: surface for surface in (CHAT, COMPLETIONS, EMBEDDINGS, RESPONSES)}
"""What a line of a batch may be for, by its path."""
_MEMBERS = frozenset(("purpose", "expires_after[anchor]", "expires_after[seconds]"))
_BYTES = ("content-type", "application/octet-stream")
_PURPOSE_CHARS = 64

_Made = TypeVar("_Made")


class _Upload(msgspec.Struct, frozen=True):
    """An upload that was read, before it is judged.

    Attributes:
        unread: Kinds of content nobody could read; a thumbnail, which office programs add by habit, is among them and
            not in the measures: it is recorded, and no clause on unread content stops it.
        model: Upstream's name of the model of a batch.
    """

    form: Form
    case: Case
    resource: Resource
    segments: tuple[Segment, ...]
    joined: tuple[Segment, ...]
    measures: Measures
    unread: tuple[str, ...] = ()
    batch: BatchFile | None = None
    model: str = ""


class FileExchange(KeeperExchange):
    """Serves one request about files."""

    kind = KeptKind.FILE

    def __init__(self, services: Services, call: Call, admitted: Admitted) -> None:
        super().__init__(services, call, admitted, route=FILES)

    async def _answer(self, method: str, identity: str, action: str, raw: bytes) -> None:
        if not identity:
            await (self._upload(raw) if method == "POST" else self._list("/files"))
            return
        kept = await self._own_thing(identity, KeptKind.FILE)
        path = f"/files/{kept.id}" + ("/content" if action else "")
        whole = await self._fetch(method, path)
        if whole is None:
            return
        if action:
            await self._content(kept, whole)
            return
        if method == "DELETE":
            await self._keeping.forget(self._upstream, kept.id)
        await self._release(whole)

    # -- up -------------------------------------------------------------------------------------

    async def _upload(self, raw: bytes) -> None:
        form = read_form(self._call.headers.get("content-type", ""), raw, allowed=_MEMBERS)
        purpose = form.fields.get("purpose", "")
        if not 1 <= len(purpose) <= _PURPOSE_CHARS:
            raise InputError("WL-GW-121", "The form says no purpose.", "Send purpose, as the API reference has it.")
        upload = await (self._read_batch(form) if purpose == BATCH else self._read_file(form))
        judgement = await self._judge(upload, raw)
        if judgement.decision.effect is not Effect.ALLOW:
            # Nothing is masked in a file: what would have to be does not go up.
            self._refuse(judgement, upload.resource)
            return
        batch, data = upload.batch, form.file.data
        if batch is not None:
            data = await _aside(lambda: write_batch(batch, data, upload.model))
        going = Form(form.fields, FormFile(form.file.name, data))
        content_type, body = write_form(going, f"wardlaw-{self._services.judge.random(16).hex()}")
        whole = await self._fetch("POST", "/files", body, content_type=content_type)
        if whole is None:
            return
        kept = Kept(
            identity_of(read_document(whole, ANSWER_LIMITS)),
            KeptKind.FILE,
            self._upstream,
            self._owner,
            self._services.judge.clock(),
            purpose=purpose,
            endpoint=batch.surface.path if batch else "",
            model=batch.model if batch else "",
            records=batch.measures.records if batch else 0,
        )
        await self._remember(kept)
        await self._release(whole)

    async def _read_file(self, form: Form) -> _Upload:
        limits, files = self._services.limits, self._services.files
        bounds = Bounds(parts=limits.segments)
        document = await _aside(lambda: read_apart(form.file.data, form.file.name, bounds, seconds=files.read_s))
        segments = self._said(form)
        for piece in document.pieces:
            where = f"/file/{piece.where}" if piece.where else "/file"
            segments.append(Segment(len(segments), Channel.TOOL_RESULT, where, piece.text))
        unread = document.uninspected
        measures = Measures(body_bytes=len(form.file.data), attachments=1, uninspected=_counted(unread))
        return _Upload(form, self._case(), self._keeper.resource, tuple(segments), (), measures, unread)

    def _said(self, form: Form) -> list[Segment]:
        """The texts of the form beside its file."""
        texts = [("/file/name", form.file.name), *((f"/{name}", value) for name, value in form.fields.items())]
        return [Segment(place, Channel.OTHER, where, text) for place, (where, text) in enumerate(texts)]

    async def _read_batch(self, form: Form) -> _Upload:
        """A batch: judged on the route of its requests, for their model."""
        limits, data = self._services.limits, form.file.data
        bounds = BodyLimits(max_bytes=limits.body_bytes, max_depth=limits.depth, max_leaves=limits.segments)
        batch = await _aside(lambda: read_batch(data, surfaces=BATCHED, limits=bounds))
        route = batch.surface.route
        self._check_scope(f"the model {batch.model[:200]} on {route}", route=route, model=batch.model)
        candidate = served_by(self._services, batch.model, route, self._upstream)
        segments = self._said(form)
        segments += [
            msgspec.structs.replace(one, index=len(segments) + place) for place, one in enumerate(batch.segments)
        ]
        return _Upload(
            form,
            self._case(route),
            candidate[0],
            tuple(segments),
            batch.joined,
            batch.measures,
            batch.measures.uninspected,
            batch,
            candidate[1] or batch.model,
        )

    async def _judge(self, upload: _Upload, raw: bytes) -> Judgement:
        services, measures = self._services, upload.measures
        found = written_by_caller(await self._inspect(upload.segments), upload.segments)
        joined = await self._inspect(upload.joined) if upload.joined else ()
        loose = tuple(msgspec.structs.replace(one, segment=-1) for one in written_by_caller(joined, upload.joined))
        moved = await meter_aside(
            upload.segments,
            measures,
            lambda: services.meter.results(upload.case.session_key, upload.segments, measures),
        )
        matter = Matter(
            action=Action.MODEL_CALL,
            resource=upload.resource,
            measures=moved.measures,
            findings=(*found, *loose, *uninspected_findings(upload.unread)),
            segments=upload.segments,
            subjects=moved.subjects,
            labels=(UNVERIFIED,) if upload.batch is not None and upload.batch.has_results else (),
            calls=1,
            tokens=measures.prompt_tokens,
            body_sha256=hashlib.sha256(raw).hexdigest(),
            delta=self._admitted.delta,
        )
        judgement = await services.judge.judge(upload.case, matter)
        services.decided(judgement, Action.MODEL_CALL.value)
        if judgement.decision.effect is Effect.ALLOW:
            services.meter.settle(moved)
        return judgement

    # -- down -----------------------------------------------------------------------------------

    async def _content(self, kept: Kept, raw: bytes) -> None:
        """The content of a file: the answers of a batch as answers, everything else as a document."""
        if kept.purpose == BATCH_OUTPUT:
            await self._output(kept, raw)
            return
        seconds = self._services.files.read_s
        document = await _aside(lambda: read_apart(raw, ".jsonl" if kept.endpoint else "", seconds=seconds))
        segments = [
            Segment(place, Channel.ANSWER, f"/file/{piece.where}", piece.text)
            for place, piece in enumerate(document.pieces)
        ]
        judgement, _ = await self._judge_answer(segments, raw, uninspected=_counted(document.uninspected))
        self._hand_over(judgement, raw, _BYTES)

    async def _output(self, kept: Kept, raw: bytes) -> None:
        surface = BATCHED[kept.endpoint]
        output = await _aside(lambda: read_output(raw, surface))
        case = self._case(surface.route)
        judgement, found = await self._judge_answer(output.segments, raw, case=case, uninspected=output.uninspected)
        half = AnswerHalf(self._services, surface, parks=False)
        tracer = untold_tracer(self._services.traces, self._services.registry, case.session_key)
        if judgement.decision.effect is Effect.ALLOW:
            for call in output.tool_calls:
                own = tuple(one for one in found if one.segment >= 0 and _is_of(output.segments[one.segment], call.id))
                one = await half.tool_call(case, call, own, tracer)
                if one.decision.effect is not Effect.ALLOW:
                    judgement = one
                    break
        self._hand_over(judgement, raw, _BYTES)


def served_by(services: Services, model: str, route: str, upstream: str) -> tuple[Resource, str]:
    """A model at the upstream that keeps files, and what it is called there; an unknown one is denied by base policy.

    Raises:
        InputError: WL-GWY-023 the model is registered, and not with this upstream.
    """
    candidates = services.registry.candidates(model, route)
    for one in candidates:
        if not one.destination.url or one.destination.name == upstream:
            return one.resource, one.destination.model
    raise InputError(
        "WL-GWY-023",
        f"The model {model[:200]} is not served by the upstream that runs batches.",
        "Name another model, or ask the operator for this one.",
    )


def _counted(unread: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind for kind in unread if kind != "thumbnail")


def _is_of(segment: Segment, call_id: str) -> bool:
    return segment.call_id == call_id or segment.channel is Channel.TOOL_ARGUMENTS


async def _aside(work: Callable[[], _Made]) -> _Made:
    """The result of work that may be long, off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(None, work)
