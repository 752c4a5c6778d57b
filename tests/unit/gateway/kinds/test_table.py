"""Every kind of the configuration has its way."""

from __future__ import annotations

from wardlaw.facts.routes import UpstreamKind, WireForm
from wardlaw.gateway.kinds.table import KINDS
from wardlaw.gateway.surfaces import SURFACES


def test_every_kind_is_in_the_table() -> None:
    assert set(KINDS) == set(UpstreamKind)


def test_what_a_kind_has_is_asked_in_the_form_it_speaks() -> None:
    paths = {form: {one.upstream_path for one in SURFACES if one.form is form} for form in WireForm}
    for name, kind in KINDS.items():
        assert kind.paths
        assert kind.paths <= paths[name.form]
