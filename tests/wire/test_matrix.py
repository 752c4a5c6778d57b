"""Every surface, streamed or not, under every effect, with a required detector that is fine, slow, or dead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from tests.property.test_chunking import WAYS, Way
from tests.wire.caller import Reply, events, post
from tests.wire.house import STARTER, House
from tests.wire.judging import DYING_WORD, FINDS, SLOW_WORD, Service
from tests.wire.puppet import Puppet, Turn
from tests.wire.trail import Trail

SECRET = "wk_live_Zx81kPq0Lm22Vt97Rb54"
ADDRESS = "ada.quist@example.com"
FORBIDDEN, WAITING = FINDS
LEAD = "The harbour lies quietly this morning"
TAIL = "while everybody sleeps longer."
ANSWERS = {
    "allow": "and the boats stay",
    "transform": f"and {ADDRESS} writes letters",
    "deny": f"and {FORBIDDEN} stands there",
    "hold": f"and {WAITING} stands there",
    "cut": f"and {SECRET} stands there",
}
CODES = {"deny": "policy_denied", "hold": "held", "cut": "request_cut"}
SPARE = 32
CLAUSE = """
- id: {id}
  title: {effect} in answers
  text: Answers that hold this are not passed on as they are.
  owner: ciso
  wing: security
  risk: high
  refs: ["owasp-llm-2025:LLM02:2025"]
  mode: enforce
  effect: {effect}
  actions: [ModelAnswer]
  when:
    all:
      - {{attribute: {attribute}, contains_any: ["{value}"]}}
  advice: Ask for something else.
  examples:
    - {{name: It is there, effect: {effect}, action: ModelAnswer, context: {{{attribute}: ["{value}"]}}}}
    - {{name: It is not, effect: allow, action: ModelAnswer}}
"""
CLAUSES = "".join(
    CLAUSE.format(id=id, effect=effect, attribute=attribute, value=value)
    for id, effect, attribute, value in (  # noqa: A001 (as in the file)
        ("TST-02", "deny", "findings", "injection:review"),
        ("TST-03", "hold", "findings", "injection:block"),
    )
)
# Masking answers is for hand-written policies alone.
MASK = """@id("TST-01") @clause("TST-01") @title("Masked") @wing("security") @owner("ciso") @mode("enforce")
@effect("transform") @redact("pii") @advice("None.") @risk("low")
forbid(principal, action == Wardlaw::Action::"ModelAnswer", resource)
when { context.dataClasses.contains("pii") };
"""
MASK_EXAMPLES = """
TST-01:
  - {name: An address, effect: transform, action: ModelAnswer, context: {dataClasses: [pii]}}
  - {name: Nothing, effect: allow, action: ModelAnswer}
"""
BOTH = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
EACH = pytest.mark.parametrize("name", WAYS)


class Place:
    """A gateway that must ask a detector service, before a puppet that answers on every surface."""

    def __init__(self, folder: Path) -> None:
        self.puppet, self.service = Puppet(), Service()
        self.house = House(
            folder,
            self.puppet.url,
            upstreams=f'  - {{name: claude, url: "{self.puppet.url}", kind: anthropic, region: eu, trust: internal}}\n',
            models="  - {name: sonnet, upstreams: [claude]}\n",
            extra=f'detectors:\n  dlp: {{enabled: true, url: "{self.service.url}", timeout_s: 0.15}}\n',
        )
        sources = {path.name: path.read_text(encoding="utf-8") for path in STARTER.glob("*.yaml")}
        # What the stand-in service is sure of is held here, and not cut.
        sources["security.yaml"] = sources["security.yaml"].partition("\n- id: SEC-11")[0]
        told = {"told.yaml": CLAUSES, "mask.cedar": MASK, "mask.examples.yaml": MASK_EXAMPLES}
        self.house.publish(sources | told, version=2)
        self.house.secret("secret:internal", SECRET)
        self.spare = iter(self.house.keys([f"caller{number}" for number in range(SPARE)]).values())
        self.steady = self.house.key("steady")
        self.house.start()
        self.trail = Trail(self.house)
        self._asked = 0

    def prepare(self, way: Way, answer: str, *, stream: bool) -> dict[str, Any]:
        """Have the upstream answer so; what to send to get it. No text is ever sent twice: it would be known."""
        self._asked += 1
        number = self._asked
        text = f"{LEAD} number {number} {answer} {TAIL}"

        def play(turn: Turn) -> None:
            if not stream:
                turn.answer(way.whole(text))
                return
            turn.open_stream()
            for event in way.events([text[at : at + 6] for at in range(0, len(text), 6)]):
                turn.piece(event)
            turn.close_stream()

        words = self.puppet.on(f"story {number}", play)
        body = {name: _said(value, words) for name, value in way.body.items()}
        return body | {"stream": stream}

    def ask(self, way: Way, answer: str, *, stream: bool, key: str = "", **more: Any) -> Reply:
        """Ask with a key; without one, as a caller nobody has used, since what is found locks callers out."""
        body = self.prepare(way, answer, stream=stream) | more
        return post(self.house.port, key or next(self.spare), json.dumps(body).encode(), path=way.path)

    def close(self) -> None:
        self.house.stop()
        self.puppet.close()
        self.service.close()


def _said(value: Any, words: str) -> Any:
    return json.loads(json.dumps(value).replace("hello", words))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


def text_of(way: Way, reply: Reply) -> str:
    return "".join(way.read_event(doc) for doc in events(reply.body) if doc != "[DONE]")


def code_of(reply: Reply) -> str:
    """The code of the error that ends a stream."""
    told = [one["error"] for one in events(reply.body) if one != "[DONE]" and isinstance(one.get("error"), dict)]
    return str(told[-1]["code"])


def check_refused(reply: Reply, code: str, status: int = 403) -> None:
    assert (reply.status, reply.error["code"], reply.complete) == (status, code, True)
    assert LEAD[:10] not in reply.body.decode()


def check_cut(place: Place, way: Way, reply: Reply, code: str, *unseen: str) -> None:
    """A stream that ends in an error, unfinished for HTTP and for the protocol, with nothing in it nobody looked at."""
    assert (reply.status, reply.complete, reply.closed) == (200, False, True)
    assert way.mark.encode() not in reply.body
    assert code_of(reply) == code
    assert not any(word in reply.body.decode() for word in unseen)
    check_seen(place, text_of(way, reply))


def check_seen(place: Place, text: str) -> None:
    """Every word that left was part of a text that the service was asked about, in the channel of answers."""
    read = [one for channel, one in place.service.read if channel == "answer"]
    for at in range(0, len(text) - 8, 4):
        assert any(text[at : at + 8] in one for one in read), text[at : at + 8]


@BOTH
@EACH
def test_every_effect_holds_while_the_detector_is_fine(place: Place, name: str, *, stream: bool) -> None:
    way = WAYS[name]
    replies: dict[str, Reply] = {}
    for effect, answer in ANSWERS.items():
        key = "" if effect in CODES else place.steady
        reply = replies[effect] = place.ask(way, answer, stream=stream, key=key)
        if effect in ("allow", "transform"):
            assert (reply.status, reply.complete) == (200, True)
            text = text_of(way, reply) if stream else way.read(json.loads(reply.body))
            assert text.endswith(TAIL)
            assert (ADDRESS in text, "[redacted:email]" in text) == (False, effect == "transform")
            assert stream is False or way.mark.encode() in reply.body
            check_seen(place, text.partition("[redacted")[0])
        elif stream:
            check_cut(place, way, reply, CODES[effect], FORBIDDEN, WAITING, SECRET[:8], "stands")
        else:
            check_refused(reply, CODES[effect])
    for effect, reply in replies.items():
        result = place.trail.outcome(reply.decision).facts["result"]
        stopped = "cut" if stream or effect == "cut" else "refused"
        assert result == (stopped if effect in CODES else "complete")


@pytest.mark.parametrize("state", ["slow", "dead"])
@BOTH
@EACH
def test_nothing_goes_up_while_a_required_detector_is_slow_or_dead(
    place: Place, name: str, state: str, *, stream: bool
) -> None:
    known = len(place.puppet.turns)
    with place.service.slow() if state == "slow" else place.service.dead():
        for answer in ANSWERS.values():
            check_refused(place.ask(WAYS[name], answer, stream=stream, key=place.steady), "policy_denied")
    assert len(place.puppet.turns) == known


@pytest.mark.parametrize("word", [SLOW_WORD, DYING_WORD])
@BOTH
@EACH
def test_no_answer_is_released_that_the_detector_did_not_get_to(
    place: Place, name: str, word: str, *, stream: bool
) -> None:
    reply = place.ask(WAYS[name], f"and {word} stands there", stream=stream, key=place.steady)
    if stream:
        check_cut(place, WAYS[name], reply, "policy_denied", word, "stands")
        assert text_of(WAYS[name], reply).startswith(LEAD[:10])
    else:
        check_refused(reply, "policy_denied")


@pytest.mark.parametrize("answer", [ANSWERS["cut"], f"and {SLOW_WORD} stands there"])
@EACH
def test_official_clients_raise_on_a_cut_stream(place: Place, name: str, answer: str) -> None:
    way, got = WAYS[name], ""
    body = place.prepare(way, answer, stream=True)
    base = place.house.url
    with pytest.raises((openai.APIError, anthropic.APIError)):
        if name == "messages":
            with anthropic.Anthropic(
                base_url=base.removesuffix("/v1"), api_key=next(place.spare), max_retries=0
            ) as one:
                for event in one.messages.create(**body):
                    got += way.read_event(event.model_dump())
        else:
            with openai.OpenAI(base_url=base, api_key=next(place.spare), max_retries=0) as client:
                makers: dict[str, Any] = {
                    "chat": client.chat.completions,
                    "completions": client.completions,
                    "responses": client.responses,
                }
                for event in makers[name].create(**body):
                    got += way.read_event(event.model_dump())
    assert got.startswith(LEAD[:10])
    assert "stands" not in got


VENDOR_SIDE: list[tuple[str, dict[str, Any]]] = [
    ("chat", {"web_search_options": {}}),
    ("chat", {"store": True}),
    ("completions", {"store": True}),
    ("responses", {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}),
    ("responses", {"previous_response_id": "resp_1"}),
    ("responses", {"background": True}),
    ("messages", {"mcp_servers": [{"type": "url", "url": "https://x.test", "name": "x"}]}),
    ("messages", {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}),
    *((name, {"something_of_next_year": {"on": True}}) for name in WAYS),
]


@pytest.mark.parametrize(("name", "more"), VENDOR_SIDE)
def test_what_reaches_to_the_vendor_does_not_go_up(place: Place, name: str, more: dict[str, Any]) -> None:
    known = len(place.puppet.turns)
    reply = place.ask(WAYS[name], "and the boats stay", stream=False, key=place.steady, **more)
    assert (reply.status, reply.error["clause"]) == (403, "ACC-05")
    assert len(place.puppet.turns) == known
