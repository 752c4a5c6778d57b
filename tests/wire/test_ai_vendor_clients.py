"""OpenAI's and Anthropic's own Python clients, unmodified, against the organisations that our connectors are tried against."""

from __future__ import annotations

import pytest

from tests.unit.connectors.aiworlds import anthropic_world, openai_world
from wardlaw.testing.saas.anthropic import AnthropicPlatform
from wardlaw.testing.saas.openai import OpenaiPlatform
from wardlaw.testing.saas.server import serve

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")


def test_openais_own_client() -> None:
    world = openai_world()
    with serve(OpenaiPlatform(world, page=2)) as served:
        client = openai.OpenAI(admin_api_key="sk-admin-1", api_key="none", base_url=f"{served.url}/v1", max_retries=0)
        admin = client.admin.organization
        assert [one.id for one in admin.users.list()] == ["user-1", "user-2"]
        assert [one.id for one in admin.projects.list()] == ["proj_a", "proj_b", "proj_c"]
        assert [one.owner.id for one in admin.admin_api_keys.list()] == ["user-1"]
        assert [one.id for one in admin.projects.service_accounts.list("proj_b")] == ["svc_1"]
        keys = list(admin.projects.api_keys.list("proj_a"))
        assert [(one.id, one.owner.user.id) for one in keys] == [("key_1", "user-1"), ("key_2", "user-2")]
        assert [one.type for one in admin.audit_logs.list()] == ["role.assignment.created", "api_key.created"]
        assert admin.projects.api_keys.delete("key_1", project_id="proj_a").deleted
        told = admin.usage.completions(start_time=0, bucket_width="1d", group_by=["project_id", "api_key_id"], limit=31)
        counts = [
            (one.api_key_id, one.num_model_requests, one.input_tokens) for day in told.data for one in day.results
        ]
        assert counts == [("key_1", 7, 1_000), ("key_3", 40, 9_000)]
        assert served.asked[-1].query["group_by[]"] == "project_id"
    assert "key_1" not in world.credentials


def test_anthropics_own_client() -> None:
    world = anthropic_world()
    with serve(AnthropicPlatform(world, page=1)) as served:
        client = anthropic.Anthropic(api_key="sk-ant-admin-1", base_url=served.url, max_retries=0)
        admin = client.organization
        assert [one.email for one in admin.users.list()] == ["ada@acme.example", "bob@acme.example"]
        assert [one.id for one in admin.workspaces.list()] == ["wrkspc_1", "wrkspc_2"]
        assert [one.id for one in admin.service_accounts.list()] == ["svac_1", "svac_2"]
        assert [(one.id, one.status) for one in admin.api_keys.list(status="active")] == [
            ("apikey_1", "active"), ("apikey_2", "active"),
        ]  # fmt: skip
        assert admin.api_keys.update("apikey_1", status="inactive").status == "inactive"
    assert world.extra("credential", "apikey_1") == {"status": "inactive"}
