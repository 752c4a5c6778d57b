"""What one caller does before the request that a clause must stop: it calls often, reads much, attacks, copies, reads a mail.

The caller is made for the one canary and goes with it; what its steps leave is left with nobody else.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from wardlaw.evidence.canary import CanaryRequest
from wardlaw.evidence.canarycontent import COPY, CanaryContent, InexpressibleError, copying
from wardlaw.evidence.canaryfiles import batch_start, fetching_of, forgetting_of, upload_of
from wardlaw.evidence.canarymaking import handed_in, request_of
from wardlaw.evidence.canaryplaces import Asking
from wardlaw.evidence.canarytalk import talk
from wardlaw.evidence.canarytexts import ATTACK, calm
from wardlaw.evidence.canarywire import answer_text
from wardlaw.facts import routes
from wardlaw.facts.action import Action

_RESULT_BYTES = 2_000_000  # of one result: a body may have 8 MB, and detectors read all of it
_MOST_STEPS = 60
_USAGE: Mapping[str, Callable[[int], dict[str, int]]] = MappingProxyType(
    {
        routes.CHAT_COMPLETIONS: lambda used: {"prompt_tokens": used, "completion_tokens": 0, "total_tokens": used},
        routes.MESSAGES: lambda used: {"input_tokens": used, "output_tokens": 0},
        routes.RESPONSES: lambda used: {"input_tokens": used, "output_tokens": 0, "total_tokens": used},
    }
)
"""How an upstream tells what it used, on routes where it does."""


class CanarySteps(msgspec.Struct, frozen=True):
    """The requests of one canary; the last of ``requests`` is the one that must be stopped."""

    requests: tuple[CanaryRequest, ...]
    after: tuple[CanaryRequest, ...] = ()
    is_probing: bool = False


def steps_of(asking: Asking, content: CanaryContent) -> CanarySteps:
    """All requests that a content takes.

    Raises:
        InexpressibleError: None over this route can be that.
    """
    if asking.route == routes.FILES and asking.example.action is Action.MODEL_ANSWER:
        return _fetched(asking, content)
    if asking.route == routes.BATCHES and asking.wants("route") == routes.BATCHES:
        return _started(asking, content)
    if asking.example.action is Action.TOOL_CALL:
        if content.wrong or content.reads or (content.foreign and asking.route != routes.DECIDE):
            return CanarySteps(talk(asking, content))
        if content.touches or content.copied:
            return _copied(asking, content)
    elif content.wrong or content.touches or content.copied or content.reads:
        raise InexpressibleError("only a tool call can be that")
    if content.probes:
        attack = request_of(_calling(asking), CanaryContent(texts=[ATTACK]))
        return CanarySteps((*[attack] * content.probes, request_of(asking, content)), is_probing=True)
    if content.tokens:
        return _spent(asking, content)
    last = request_of(asking, _last_part(content))
    return CanarySteps((*[last] * content.calls, *_earlier(asking, content), last))


def _spent(asking: Asking, content: CanaryContent) -> CanarySteps:
    """A model is asked that seems to use up a day's tokens, and then something is asked here: callers are one everywhere."""
    places = {place.route: place.name for place in asking.around.models}
    counting = next((route for route in _USAGE if route in places), "")
    if not counting:
        raise InexpressibleError("no model is served that tells how many tokens it used")
    using = request_of(msgspec.structs.replace(_calling(asking), route=counting), CanaryContent())
    answer = msgspec.json.decode(using.answer) | {"usage": _USAGE[counting](content.tokens)}
    last = copy.copy(content)
    last.tokens = 0
    return CanarySteps((msgspec.structs.replace(using, answer=msgspec.json.encode(answer)), request_of(asking, last)))


def _calling(asking: Asking) -> Asking:
    """The same, as somebody who writes to a model: attacks count where a caller wrote them itself."""
    example = msgspec.structs.replace(asking.example, action=Action.MODEL_CALL)
    return msgspec.structs.replace(asking, example=example)


def _earlier(asking: Asking, content: CanaryContent) -> list[CanaryRequest]:
    """Results that go before, where one request cannot be all of them.

    They are handed in where they count for no day's tokens: a session is one and the same on every route.
    """
    results = _rest(content.result_bytes, _RESULT_BYTES)
    if results > _MOST_STEPS:
        raise InexpressibleError(f"it takes {results} requests, and canaries make at most {_MOST_STEPS}")
    handing = msgspec.structs.replace(asking, route=routes.DECIDE)
    parts = (CanaryContent(result_bytes=_RESULT_BYTES, part=place) for place in range(1, results + 1))
    return [handed_in(handing, one) for one in parts]


def _rest(whole: int, part: int) -> int:
    """How many parts go before the last one."""
    return max(0, -(-whole // part) - 1)


def _last_part(content: CanaryContent) -> CanaryContent:
    if content.result_bytes <= _RESULT_BYTES:
        return content
    last = copy.copy(content)
    # The envelope of each result is counted too, so the sum is above what the example says.
    last.result_bytes = content.result_bytes - _rest(content.result_bytes, _RESULT_BYTES) * _RESULT_BYTES
    return last


def _copied(asking: Asking, content: CanaryContent) -> CanarySteps:
    """Rows are copied, and then the call is made."""
    first = CanaryContent(arguments={"sql": copying(content.copied)})
    last = copy.copy(content)
    if content.touches:
        reads = asking.example.context.get("toolEffect", "read") == "read"
        last.arguments = {"sql": f"SELECT * FROM {COPY} LIMIT 20"} if reads else {"attachment": COPY}  # noqa: S608
    source = msgspec.structs.replace(asking.example, context={"toolEffect": "read"})
    reading = msgspec.structs.replace(asking, example=source)
    return CanarySteps((request_of(reading, first), request_of(asking, last)))


def _started(asking: Asking, content: CanaryContent) -> CanarySteps:
    """A batch is handed up, and then run."""
    upload = request_of(_calling(asking), content)
    return CanarySteps((upload, batch_start(asking, upload)), (forgetting_of(upload),))


def _fetched(asking: Asking, content: CanaryContent) -> CanarySteps:
    """Something is handed up, and something else seems to come back."""
    upload = upload_of(asking, CanaryContent(texts=[calm()]))
    if content.images:
        raise InexpressibleError(
            "what comes back is told by its content, and a picture alone is none that is given out"
        )
    return CanarySteps((upload, fetching_of(upload, answer_text(content).encode())), (forgetting_of(upload),))
