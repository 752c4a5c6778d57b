from __future__ import annotations

import pytest

from wardlaw.inventory.aiapps import ai_vendor_at, ai_vendor_of, known_bad
from wardlaw.inventory.model import App


@pytest.mark.parametrize(("name", "publisher", "domain", "vendor"), [
    ("ChatGPT", "", "", "openai"), ("My app", "OpenAI, L.L.C.", "", "openai"), ("x", "", "api.anthropic.com", "anthropic"),
    ("Devin", "", "", ""), ("Devin AI agent", "", "", "cognition"), ("Jasper Smith", "", "", ""), ("Jasper", "", "app.jasper.ai", "jasper"),
    ("Calendly", "Calendly LLC", "", ""), ("OpenAIR Sports", "", "", ""), ("", "", "notopenai.com", ""),
])  # fmt: skip
def test_a_name_that_is_also_a_word_counts_only_with_context(name, publisher, domain, vendor) -> None:
    assert ai_vendor_of(App("id", name, publisher, domain)) == vendor


@pytest.mark.parametrize(("host", "vendor"), [
    ("chatgpt.com", "openai"), ("a.b.ChatGPT.com.", "openai"), ("chatgpt.com.evil.example", ""), ("com", ""), ("", ""),
])  # fmt: skip
def test_a_domain_stands_for_all_below_it(host, vendor) -> None:
    assert ai_vendor_at(host) == vendor


def test_known_bad_ids_of_both_lists_hit() -> None:
    for app in ("b15665d9-eda6-4092-8539-0eec376afd59", "4761B959-9780-4C2D-87A3-512B4638F767"):
        found = known_bad("entra", app)
        assert found is not None
        assert found.name == "rclone"
    assert known_bad("google", "b15665d9-eda6-4092-8539-0eec376afd59") is None
