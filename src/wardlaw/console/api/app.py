"""The management API as one application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from litestar import Litestar, Request, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

import wardlaw
from wardlaw.console.api import (
    access,
    activities,
    appeals,
    approvals,
    attestations,
    audit,
    breakglass,
    canaries,
    classifications,
    clauselife,
    counting,
    coverage,
    credentials,
    decisions,
    deliveries,
    detecting,
    entries,
    erasing,
    exports,
    findings,
    gateruns,
    gates,
    grantanswers,
    grantjudging,
    grants,
    habits,
    identities,
    intakes,
    inventory,
    keys,
    laws,
    outcomes,
    persons,
    policy,
    pruning,
    replay,
    reports,
    response,
    revocations,
    serious,
    session,
    shadowsystems,
    signalpolling,
    systems,
    tail,
    technicalfiles,
    tools,
    toolsightings,
    waivers,
    watched,
)
from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.api.desk import Call, Desk
from wardlaw.console.api.failures import exception_handlers
from wardlaw.console.api.identity import IdentityMiddleware
from wardlaw.facts.errors import Fault
from wardlaw.governance.operations import OPERATIONS

MAX_BODY_BYTES = 64 * 1024
"""The largest honest body, a registered secret, has 8,192 characters of at most 6 JSON bytes each."""

_HANDLERS: tuple[HTTPRouteHandler, ...] = (
    policy.health,
    session.whoami,
    session.redeem,
    access.list_own_tokens,
    access.create_own_token,
    access.revoke_own_token,
    persons.list_persons,
    persons.get_person,
    persons.create_person,
    persons.change_person,
    persons.disable_person,
    access.list_tokens,
    access.create_token,
    access.revoke_token,
    keys.list_keys,
    keys.create_key,
    keys.rotate_key,
    keys.revoke_key,
    watched.list_secrets,
    watched.register_secret,
    watched.remove_secret,
    detecting.detector_status,
    detecting.loosen_detectors,
    decisions.list_decisions,
    counting.count_of_decisions,
    decisions.get_decision,
    decisions.read_content,
    replay.replay_decisions,
    tail.tail_decisions,
    response.list_incidents,
    response.get_incident,
    response.release_incident,
    response.close_incident,
    response.list_quarantines,
    response.place_quarantine,
    response.release_quarantine,
    habits.list_habits,
    habits.get_habits,
    habits.accept_habits,
    habits.forget_habits,
    approvals.list_held,
    approvals.get_held,
    approvals.answer_held,
    toolsightings.list_sightings,
    tools.list_tools,
    tools.get_tool,
    tools.approve_tool,
    credentials.list_kept,
    credentials.set_credential,
    credentials.forget_kept,
    inventory.inventory_status,
    inventory.inventory_items,
    inventory.inventory_item,
    findings.inventory_findings,
    findings.inventory_finding,
    findings.accept_finding,
    findings.close_finding,
    inventory.inventory_runs,
    activities.inventory_events,
    identities.list_identities,
    identities.get_identity,
    identities.identity_timeline,
    identities.identity_graph,
    identities.shadow_report,
    shadowsystems.list_shadow_systems,
    inventory.begin_reading,
    inventory.take_page,
    inventory.end_reading,
    deliveries.take_deliveries,
    deliveries.what_is_due,
    deliveries.note_channel,
    signalpolling.signals_waiting,
    signalpolling.settle,
    grants.list_grants,
    grants.get_grant,
    grants.list_approvals_of_grants,
    grants.approve_grants,
    grants.recertify,
    grantanswers.answer_why,
    grantjudging.judge_grants,
    grants.list_principal_links,
    grants.link_app,
    grants.unlink_app,
    revocations.list_of_revocations,
    revocations.show_revocation,
    revocations.plan_revocation,
    revocations.add_steps,
    revocations.confirm_revocation,
    revocations.report_step,
    systems.list_of_systems,
    systems.show_system,
    systems.register_system,
    systems.alter_system,
    systems.end_system,
    outcomes.tell_outcomes,
    outcomes.show_outcomes,
    outcomes.watch_outcomes,
    technicalfiles.show_file,
    classifications.show_classification,
    classifications.hand_in_answers,
    intakes.ask_for,
    intakes.list_asked,
    intakes.show_asked,
    intakes.decide_about,
    intakes.show_catalogue,
    gates.list_of_gates,
    gates.show_gate,
    gates.keep_gate,
    gates.put_signature,
    gateruns.list_of_runs,
    gateruns.show_run,
    gateruns.begin_run,
    gateruns.answer_run,
    gateruns.show_verdict,
    gateruns.end_verdict,
    entries.list_register,
    entries.show_entry,
    entries.keep_entry,
    entries.end_entry,
    laws.list_frameworks,
    laws.show_framework,
    laws.compare_pack,
    laws.apply_pack,
    coverage.show_coverage,
    coverage.show_trail,
    reports.build_report,
    attestations.list_given,
    attestations.give_attestation,
    attestations.take_back,
    canaries.list_canaries,
    canaries.canary_history,
    canaries.run_canaries,
    canaries.get_canary_order,
    audit.audit_status,
    exports.export_status,
    audit.audit_proof,
    audit.audit_export,
    erasing.list_erasures,
    erasing.preview_erasure,
    erasing.request_erasure,
    erasing.confirm_erasure,
    audit.list_holds,
    audit.place_hold,
    audit.lift_hold,
    pruning.show_retention,
    pruning.list_prunings,
    pruning.request_pruning,
    pruning.confirm_pruning,
    waivers.list_of_waivers,
    waivers.show_waiver,
    waivers.request_waiver,
    waivers.answer_waiver,
    waivers.end_waiver,
    breakglass.list_broken,
    breakglass.open_glass,
    breakglass.close_glass,
    breakglass.review_glass,
    serious.list_of_serious,
    serious.show_serious,
    serious.draft_serious,
    serious.open_serious,
    serious.close_serious,
    appeals.make_appeal,
    appeals.own_appeals,
    appeals.all_appeals,
    appeals.answer_appeal,
    policy.policy_status,
    policy.policy_reload,
    clauselife.clause_life,
    clauselife.clause_history,
    clauselife.look_at_clause,
    clauselife.review_clause,
    clauselife.retire_clause,
    clauselife.approve_clause,
    clauselife.reject_clause,
    clauselife.try_clause,
    clauselife.backtest_clause,
    clauselife.enforce_clause,
    clauselife.emergency_clause,
)


def build_api(deps: ApiDependencies) -> Litestar:
    """The application; every operation is judged by the one choke point.

    Raises:
        Fault: An endpoint has no entry in the table of operations, or an entry no endpoint (WL-RGT-002).
    """
    check_operations(str(handler.operation_id) for handler in _HANDLERS)
    desk = Desk(deps)

    async def provide_call(request: Request[Any, Any, Any]) -> Call:
        operation = OPERATIONS[str(request.route_handler.operation_id)]
        return Call(desk, operation, request.scope["state"]["caller"], request.scope["state"]["uid"])

    return Litestar(
        route_handlers=[Router(path="/api", route_handlers=_HANDLERS, dependencies={"call": Provide(provide_call)})],
        middleware=[IdentityMiddleware(deps)],
        exception_handlers=exception_handlers(),
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="Wardlaw management API",
            version=wardlaw.__version__,
            path="/api/openapi.json",
            # Only the document itself: the viewers would fetch scripts from elsewhere.
            render_plugins=[JsonRenderPlugin(path="/")],
            components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"token": []}],
        ),
        logging_config=None,
        debug=False,
    )


def check_operations(endpoints: Iterable[str]) -> None:
    """Hold endpoints and table of operations against each other.

    Raises:
        Fault: They differ, or an endpoint stands twice (WL-RGT-002).
    """
    found = sorted(endpoints)
    if found != sorted(OPERATIONS):
        odd = set(found) ^ set(OPERATIONS) or {name for name in found if found.count(name) > 1}
        raise Fault(
            "WL-RGT-002",
            f"Endpoints and the table of operations differ: {', '.join(sorted(odd))}.",
            "Give each endpoint exactly one entry in governance/operations.py.",
        )
