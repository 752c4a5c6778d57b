"""The rules of a clause's life held by PostgreSQL itself, whoever connects and with whatever program.

Two parts. The guards are triggers made with the tables: rows of the life of clauses are added and never changed or
removed, and no sign-off stands that the author of the version gave. The roles are for people and programs that
connect beside Wardlaw; an operator makes them once (``wardlaw policy database-roles``), since a migration may not.

The guards compare humans as the tables name them and know no keys: what somebody forges with the rights of the
application shows by its mark (``store.life``), not here.
"""

from __future__ import annotations

_APPEND_ONLY = ("clause_version", "sign_off", "clause_event", "clause_backtest")

_REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION wardlaw_refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  -- What people wrote gives way when a person is erased, and nothing else of a row.
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME IN ('sign_off', 'clause_event') THEN
    IF wardlaw_is_erasing() AND (to_jsonb(NEW) - 'reason' - 'mac') = (to_jsonb(OLD) - 'reason' - 'mac') THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
    MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are never changed or removed';
END $body$
"""

# Beside the columns (who the row says has signed) the account that is connected counts: an author's own database
# role cannot sign, whatever name it writes into the row.
_CHECK_SIGN_OFF = """
CREATE OR REPLACE FUNCTION wardlaw_check_sign_off() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  about record;
BEGIN
  SELECT * INTO about FROM clause_version WHERE clause = NEW.clause AND version = NEW.version;
  IF NOT FOUND OR about.digest <> NEW.digest THEN
    RAISE EXCEPTION 'a sign-off holds for the digest of its version' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.person = about.author OR NEW.human = about.author_human OR 'person:' || current_user = about.author THEN
    RAISE EXCEPTION 'SOD-1: the author of a version cannot sign it' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

# How many others must have approved is what ``sign_offs`` in roles.json asks for each risk.
_CHECK_EVENT = """
CREATE OR REPLACE FUNCTION wardlaw_check_event() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  about record;
  approvals integer;
  stood text;
BEGIN
  SELECT state INTO stood FROM clause_event WHERE clause = NEW.clause AND version = NEW.version
    ORDER BY number DESC LIMIT 1;
  IF NEW.step = 'adopt' AND EXISTS (SELECT 1 FROM clause_event WHERE clause = NEW.clause) THEN
    RAISE EXCEPTION 'SOD-2: only what was in force before is adopted' USING ERRCODE = 'insufficient_privilege';
  ELSIF NEW.step = 'emergency' AND NOT (NEW.until > NEW.at AND NEW.until <= NEW.at + 86401) THEN
    RAISE EXCEPTION 'SOD-2: an emergency is reviewed within a day' USING ERRCODE = 'insufficient_privilege';
  ELSIF NEW.step NOT IN ('adopt', 'emergency', 'shadow', 'enforce') AND NEW.state IN ('shadow', 'enforce')
      AND NEW.state IS DISTINCT FROM stood THEN
    RAISE EXCEPTION 'SOD-2: this step puts nothing in force' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.step NOT IN ('shadow', 'enforce') THEN
    RETURN NEW;
  END IF;
  SELECT * INTO about FROM clause_version WHERE clause = NEW.clause AND version = NEW.version;
  IF NEW."by" = about.author OR 'person:' || current_user = about.author THEN
    RAISE EXCEPTION 'SOD-2: the author of a version cannot publish it' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT count(DISTINCT human) INTO approvals FROM sign_off
    WHERE clause = NEW.clause AND version = NEW.version AND digest = about.digest AND approves AND expires_at > NEW.at;
  IF approvals < (CASE WHEN about.risk IN ('critical', 'high') THEN 2 ELSE 1 END) THEN
    RAISE EXCEPTION 'SOD-2: the digest is not approved' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

_VEILED = ("sign_off", "clause_event")

ROLES = ("wardlaw_author", "wardlaw_approver", "wardlaw_publisher", "wardlaw_auditor", "wardlaw_app")

# What each may add to, beside reading the four tables.
_ADDS = {
    "wardlaw_author": ("clause_version",),
    "wardlaw_approver": ("sign_off",),
    "wardlaw_publisher": ("clause_event", "clause_backtest"),
    "wardlaw_auditor": (),
}


def guard_statements() -> tuple[str, ...]:
    """The triggers, one statement each; part of the schema."""
    statements = list(life_guard_functions())
    for table in _APPEND_ONLY:
        statements.append(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION wardlaw_refuse_change()"
        )
        statements.append(
            f"CREATE TRIGGER {table}_is_kept BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION wardlaw_refuse_change()"
        )
    statements.append(
        "CREATE TRIGGER sign_off_is_by_another BEFORE INSERT ON sign_off "
        "FOR EACH ROW EXECUTE FUNCTION wardlaw_check_sign_off()"
    )
    statements.append(
        "CREATE TRIGGER clause_event_is_approved BEFORE INSERT ON clause_event "
        "FOR EACH ROW EXECUTE FUNCTION wardlaw_check_event()"
    )
    return tuple(statements)


def life_guard_functions() -> tuple[str, ...]:
    """The functions behind the triggers: to make them anew where an earlier version made them."""
    return _REFUSE_CHANGE, _CHECK_SIGN_OFF, _CHECK_EVENT


def unguard_statements() -> tuple[str, ...]:
    """Take the functions away; the triggers go with their tables."""
    names = ("wardlaw_check_event", "wardlaw_check_sign_off", "wardlaw_refuse_change")
    return tuple(f"DROP FUNCTION IF EXISTS {name}()" for name in names)


def role_statements(*, schema: str = "public") -> tuple[str, ...]:
    """The database roles and what each may do; safe to run again.

    Args:
        schema: Where the tables are; a plain identifier.
    """
    statements = [
        f"DO $body$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $body$"
        for role in ROLES
    ]
    names = ", ".join(ROLES)
    tables = ", ".join(f"{schema}.{table}" for table in _APPEND_ONLY)
    statements.append(f"GRANT USAGE ON SCHEMA {schema} TO {names}")
    statements.append(f"GRANT SELECT ON {tables} TO {names}")
    for role, added in _ADDS.items():
        statements += [f"GRANT INSERT ON {schema}.{table} TO {role}" for table in added]
    # An auditor reads what proves something: no tokens, no keys of callers.
    statements.append(f"GRANT SELECT ON {schema}.record, {schema}.sealed_part, {schema}.tree_state TO wardlaw_auditor")
    statements.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO wardlaw_app")
    statements.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {tables} FROM {names}")
    # For an erasure; the guards let nothing else through.
    statements += [f"GRANT UPDATE (reason, mac) ON {schema}.{table} TO wardlaw_app" for table in _VEILED]
    return tuple(statements)


def role_script(*, schema: str = "public") -> str:
    """The statements as a script for ``psql``, in one transaction."""
    body = ";\n".join(role_statements(schema=schema))
    return f"BEGIN;\n{body};\nCOMMIT;\n"
