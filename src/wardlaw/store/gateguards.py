"""SOD-3 held by PostgreSQL: who asked for a gate, or made what it measures, signs neither its thresholds nor its runs off.

As ``dutyguards``: whoever connects, and a human is one human by whatever account. That a verdict follows from its run is
shown by the signature over it, which no database can make.
"""

from __future__ import annotations

from wardlaw.store.registerguards import with_lists

# Roles with the permission ``approve_gate`` (governance/data/roles.json); a test holds them against it.
_APPROVERS = "ARRAY['legal', 'risk', 'ciso']"

_CHECK_GATE = f"""
CREATE OR REPLACE FUNCTION wardlaw_check_gate() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.signed_by <> '' THEN
      RAISE EXCEPTION 'SOD-3: thresholds are signed after they were added' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.version, NEW.digest, NEW.gate, NEW.added_by, NEW.added_at)
      <> (OLD.id, OLD.version, OLD.digest, OLD.gate, OLD.added_by, OLD.added_at) OR OLD.signed_by <> '' THEN
    RAISE EXCEPTION 'SOD-3: a gate that was added stays, and its signature too' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF wardlaw_human(NEW.signed_by) = wardlaw_human(OLD.added_by) OR wardlaw_is_connected(OLD.added_by) THEN
    RAISE EXCEPTION 'SOD-3: whoever added a gate does not sign its thresholds' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT wardlaw_own_roles(NEW.signed_by) && {_APPROVERS} THEN
    RAISE EXCEPTION 'SOD-3: thresholds are signed by who approves gates' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

_CHECK_RUN = f"""
CREATE OR REPLACE FUNCTION wardlaw_check_gate_run() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  before jsonb := '[]';
  after jsonb := coalesce(NEW.run::jsonb->'answers', '[]');
  answer jsonb;
  known text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF jsonb_array_length(after) <> 0 OR NEW.answers <> 0 THEN
      RAISE EXCEPTION 'SOD-3: a run is answered after it was made' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  before := coalesce(OLD.run::jsonb->'answers', '[]');
  IF (NEW.id, NEW.system, NEW.gate, NEW.at, NEW.answers) = (OLD.id, OLD.system, OLD.gate, OLD.at, OLD.answers)
      AND wardlaw_is_erasing()
      AND wardlaw_bare(NEW.run::jsonb, <veiled gate_run>) = wardlaw_bare(OLD.run::jsonb, <veiled gate_run>) THEN
    RETURN NEW;
  END IF;
  IF (NEW.run::jsonb - 'answers') <> (OLD.run::jsonb - 'answers') OR (NEW.id, NEW.system, NEW.gate, NEW.at)
      <> (OLD.id, OLD.system, OLD.gate, OLD.at) OR jsonb_array_length(after) <> jsonb_array_length(before) + 1
      OR (after - (jsonb_array_length(after) - 1)) <> before THEN
    RAISE EXCEPTION 'SOD-3: a run stays as it was made, and so do its answers' USING ERRCODE = 'insufficient_privilege';
  END IF;
  answer := after -> (jsonb_array_length(after) - 1);
  FOR known IN SELECT OLD.run::jsonb->>'requested_by'
      UNION SELECT jsonb_array_elements_text(coalesce(OLD.run::jsonb->'authors', '[]')) LOOP
    IF wardlaw_human(answer->>'by') = wardlaw_human(known) OR wardlaw_is_connected(known) THEN
      RAISE EXCEPTION 'SOD-3: whoever asked for a gate or made its model does not approve it'
        USING ERRCODE = 'insufficient_privilege';
    END IF;
  END LOOP;
  FOR known IN SELECT jsonb_array_elements(before)->>'by' LOOP
    IF wardlaw_human(answer->>'by') = wardlaw_human(known) THEN
      RAISE EXCEPTION 'SOD-3: each sign-off of a run is another person''s' USING ERRCODE = 'insufficient_privilege';
    END IF;
  END LOOP;
  IF NOT wardlaw_own_roles(answer->>'by') && {_APPROVERS} THEN
    RAISE EXCEPTION 'SOD-3: a run is signed off by who approves gates' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

_CHECK_VERDICT = """
CREATE OR REPLACE FUNCTION wardlaw_check_verdict() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.revoked_at <> 0 OR NOT EXISTS (SELECT 1 FROM gate_run WHERE id = NEW.run AND system = NEW.system) THEN
      RAISE EXCEPTION 'SOD-3: a verdict is of a run of its system' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF wardlaw_is_erasing() AND (to_jsonb(NEW) - 'reason') = (to_jsonb(OLD) - 'reason') THEN
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.system, NEW.run, NEW.verdict, NEW.key, NEW.signature, NEW.at, NEW.ends_at)
      <> (OLD.id, OLD.system, OLD.run, OLD.verdict, OLD.key, OLD.signature, OLD.at, OLD.ends_at)
      OR OLD.revoked_at <> 0 THEN
    RAISE EXCEPTION 'SOD-3: a verdict stays, and what was revoked stays revoked' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

_TABLES = {
    "gate": "wardlaw_check_gate()",
    "gate_run": "wardlaw_check_gate_run()",
    "gate_verdict": "wardlaw_check_verdict()",
}


def gate_guard_functions() -> tuple[str, ...]:
    """The functions behind the triggers: to make them anew where an earlier version made them."""
    return tuple(map(with_lists, (_CHECK_GATE, _CHECK_RUN, _CHECK_VERDICT)))


def gate_guard_statements() -> tuple[str, ...]:
    """Functions and triggers, one statement each; part of the schema. They lean on those of ``dutyguards``."""
    statements = list(gate_guard_functions())
    removal = "EXECUTE FUNCTION wardlaw_refuse_removal('SOD-3')"
    for table, function in _TABLES.items():
        statements += [
            f"CREATE TRIGGER {table}_duties BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}",
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW {removal}",
            f"CREATE TRIGGER {table}_is_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {removal}",
        ]
    return tuple(statements)


def gate_unguard_statements() -> tuple[str, ...]:
    """Take triggers and functions away; the tables stay."""
    triggers = [
        f"DROP TRIGGER IF EXISTS {table}_{what} ON {table}"
        for table in _TABLES
        for what in ("duties", "stays", "is_kept")
    ]
    return (*triggers, *(f"DROP FUNCTION IF EXISTS {function}" for function in _TABLES.values()))
