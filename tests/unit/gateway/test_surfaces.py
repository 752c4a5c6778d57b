from __future__ import annotations

from wardlaw.facts.routes import BATCHES, DECIDE, FILES, MCP, MODELS, MODERATIONS, ROUTES, SCAN
from wardlaw.gateway.surfaces import BY_PATH, CHAT, EMBEDDINGS, SURFACES, dialect_of
from wardlaw.gateway.wire.dialect import ANTHROPIC, OPENAI


def test_every_surface_has_a_path_of_its_own_and_a_route_that_clauses_know() -> None:
    assert len(BY_PATH) == len(SURFACES)
    assert {surface.route for surface in SURFACES} == set(ROUTES) - {
        BATCHES,
        DECIDE,
        FILES,
        MCP,
        MODELS,
        MODERATIONS,
        SCAN,
    }
    assert all(surface.path == "/v1" + surface.upstream_path for surface in SURFACES)


def test_errors_of_unknown_paths_are_worded_as_most_clients_expect() -> None:
    assert dialect_of("/v1/nothing") is OPENAI
    assert dialect_of(CHAT.path) is OPENAI
    assert dialect_of("/v1/messages/batches") is ANTHROPIC


def test_an_embeddings_answer_is_rewritten_as_one() -> None:
    answer = EMBEDDINGS.read_answer(b'{"data":[{"embedding":[0.5],"note":"a"}],"model":"m"}')
    assert (
        EMBEDDINGS.rewrite_answer(answer, {"/data/0/note": "x"})
        == b'{"data":[{"embedding":[0.5],"note":"x"}],"model":"m"}'
    )
