"""The separation of duties held by PostgreSQL in the tables that are not a clause's life; see ``databaseroles`` for those.

What the database can know it refuses, whoever connects: the owner of the tables, Wardlaw's own account, a person with a
role of theirs. It knows no keys and sees no file; what it cannot know stands in docs/separation-of-duties.md.

A human is told by ``person.identity`` as ``governance.humans`` does; whoever is connected by a database role that is
called as an account of Wardlaw counts as that account, whatever the row says.
"""

from __future__ import annotations

from wardlaw.store.registerguards import with_lists

_HUMAN = """
CREATE OR REPLACE FUNCTION wardlaw_human(account text) RETURNS text LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $body$
  SELECT coalesce(
    (SELECT nullif(trim(lower(normalize(identity, NFKC))), '') FROM person WHERE id = account), account)
$body$
"""

# Roles of every account of a human that is not disabled.
_ROLES = """
CREATE OR REPLACE FUNCTION wardlaw_roles(account text) RETURNS text[] LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $body$
  SELECT coalesce(array_agg(DISTINCT r.role::text), ARRAY[]::text[]) FROM person p JOIN person_role r ON r.person = p.id
  WHERE NOT p.disabled AND wardlaw_human(p.id) = wardlaw_human(account)
$body$
"""

# Roles of one account.
_OWN_ROLES = """
CREATE OR REPLACE FUNCTION wardlaw_own_roles(account text) RETURNS text[] LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $body$
  SELECT coalesce(array_agg(r.role::text), ARRAY[]::text[]) FROM person p JOIN person_role r ON r.person = p.id
  WHERE p.id = account AND NOT p.disabled
$body$
"""

# Whether the account that is connected belongs to the human of another one.
_CONNECTED = """
CREATE OR REPLACE FUNCTION wardlaw_is_connected(account text) RETURNS boolean LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $body$
  SELECT wardlaw_human('person:' || current_user) = wardlaw_human(account)
$body$
"""

# An erasure two persons carried out just now may put pseudonyms into what people wrote; nothing else of a row changes.
_ERASING = """
CREATE OR REPLACE FUNCTION wardlaw_is_erasing() RETURNS boolean LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $body$
  SELECT EXISTS (SELECT 1 FROM erasure WHERE id = current_setting('wardlaw.erasure', true) AND state = 'requested')
$body$
"""

_REFUSE_ALL = """
CREATE OR REPLACE FUNCTION wardlaw_refuse_removal() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = TG_ARGV[0] || ': rows of ' || TG_TABLE_NAME || ' stay';
END $body$
"""

# SOD-2, SOD-5 and SOD-6 for the roles that one human holds, by all accounts.
_CHECK_ROLES = """
CREATE OR REPLACE FUNCTION wardlaw_check_roles(account text) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  held text[] := wardlaw_roles(account);
BEGIN
  IF 'auditor' = ANY (held) AND cardinality(held) > 1 THEN
    RAISE EXCEPTION 'SOD-6: the role auditor is exclusive' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF 'admin' = ANY (held) AND held && ARRAY['legal', 'risk', 'compliance', 'ciso', 'secops', 'owner'] THEN
    RAISE EXCEPTION 'SOD-5: who manages persons cannot author, approve or read prompts'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF 'devsecops' = ANY (held) AND held && ARRAY['legal', 'risk', 'compliance', 'secops'] THEN
    RAISE EXCEPTION 'SOD-2: who publishes policies cannot also author them' USING ERRCODE = 'insufficient_privilege';
  END IF;
END $body$
"""

_ROLE_GIVEN = """
CREATE OR REPLACE FUNCTION wardlaw_role_given() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'SOD-5: a role is given and taken, and never changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF wardlaw_human(NEW.granted_by) = wardlaw_human(NEW.person) OR wardlaw_is_connected(NEW.person) THEN
    RAISE EXCEPTION 'SOD-5: nobody grants a role to themselves' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM wardlaw_check_roles(NEW.person);
  RETURN NULL;
END $body$
"""

_PERSON_CHANGED = """
CREATE OR REPLACE FUNCTION wardlaw_person_changed() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  IF OLD.identity <> '' AND NEW.identity = '' THEN
    RAISE EXCEPTION 'SOD-5: an identity is corrected and not taken away' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF OLD.disabled AND NOT NEW.disabled AND wardlaw_is_connected(NEW.id) THEN
    RAISE EXCEPTION 'SOD-5: nobody grants a role to themselves' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM wardlaw_check_roles(NEW.id);
  RETURN NULL;
END $body$
"""

_CHECK_WAIVER = """
CREATE OR REPLACE FUNCTION wardlaw_check_waiver() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  now_is jsonb := NEW.waiver::jsonb;
  was jsonb;
  minutes double precision := (now_is->>'minutes')::double precision;
  asker text := now_is->>'asked_by';
  humans integer;
  pairs integer;
BEGIN
  IF NEW.state <> now_is->>'state' OR NEW.clause <> now_is->>'clause' OR NEW.ends_at <> (now_is->>'ends_at')::float8 THEN
    RAISE EXCEPTION 'SOD-4: a row says what its waiver says' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'waiting' OR jsonb_array_length(now_is->'answers') > 0 THEN
      RAISE EXCEPTION 'SOD-4: a waiver begins as a request' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  was := OLD.waiver::jsonb;
  IF wardlaw_is_erasing() AND (now_is->>'state', now_is->>'clause', now_is->>'minutes', now_is->>'ends_at') =
      (was->>'state', was->>'clause', was->>'minutes', was->>'ends_at') THEN
    RETURN NEW;
  END IF;
  IF (now_is->>'id', now_is->>'clause', now_is->>'asked_by', now_is->>'minutes', now_is->'scope') IS DISTINCT FROM
      (was->>'id', was->>'clause', was->>'asked_by', was->>'minutes', was->'scope') THEN
    RAISE EXCEPTION 'SOD-4: what was asked for stays' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF OLD.state IN ('refused', 'ended') OR (OLD.state = 'granted' AND NEW.state <> 'ended') THEN
    RAISE EXCEPTION 'SOD-4: what is over stays over' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.state = 'granted' THEN
    SELECT count(DISTINCT wardlaw_human(a->>'by')) INTO humans FROM jsonb_array_elements(now_is->'answers') a
      WHERE (a->>'approves')::boolean AND wardlaw_human(a->>'by') <> wardlaw_human(asker);
    -- Two answers by two humans with two different roles; beyond 30 days these are the ciso and legal.
    SELECT count(*) INTO pairs
      FROM jsonb_array_elements(now_is->'answers') a, jsonb_array_elements(now_is->'answers') b,
           jsonb_array_elements_text(a->'roles') one, jsonb_array_elements_text(b->'roles') two
      WHERE wardlaw_human(a->>'by') <> wardlaw_human(b->>'by') AND one <> two
        AND one = ANY (CASE WHEN minutes > 43200 THEN ARRAY['ciso'] ELSE ARRAY['legal', 'risk', 'ciso'] END)
        AND two = ANY (CASE WHEN minutes > 43200 THEN ARRAY['legal'] ELSE ARRAY['legal', 'risk', 'ciso'] END);
    IF humans < 2 OR pairs < 1 THEN
      RAISE EXCEPTION 'SOD-4: two others grant a waiver, with two roles' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF minutes > 129600 OR NEW.ends_at - (now_is->>'starts_at')::float8 > minutes * 60 + 1 THEN
      RAISE EXCEPTION 'SOD-4: a waiver ends in time' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF wardlaw_is_connected(asker) THEN
      RAISE EXCEPTION 'SOD-4: whoever asked for a waiver cannot grant it' USING ERRCODE = 'insufficient_privilege';
    END IF;
  END IF;
  RETURN NEW;
END $body$
"""

_CHECK_GLASS = """
CREATE OR REPLACE FUNCTION wardlaw_check_glass() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  now_is jsonb := NEW.glass::jsonb;
  was jsonb;
BEGIN
  IF NEW.opened_at <> (now_is->>'opened_at')::float8 OR NEW.ends_at <> (now_is->>'ends_at')::float8
      OR NEW.reviewed_at <> (now_is->>'reviewed_at')::float8 OR NEW.incident <> now_is->>'incident' THEN
    RAISE EXCEPTION 'SOD-9: a row says what its glass says' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.ends_at - NEW.opened_at > 3601 OR trim(now_is->>'reason') = '' THEN
    RAISE EXCEPTION 'SOD-9: broken glass has a reason and stands for 60 minutes' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    was := OLD.glass::jsonb;
    IF NOT wardlaw_is_erasing() AND (now_is->>'id', now_is->>'opened_by', now_is->>'opened_at', now_is->'scope',
        now_is->'clauses', now_is->>'review_by') IS DISTINCT FROM (was->>'id', was->>'opened_by', was->>'opened_at',
        was->'scope', was->'clauses', was->>'review_by') THEN
      RAISE EXCEPTION 'SOD-9: who broke the glass, when and for what stays' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.ends_at > OLD.ends_at OR (OLD.reviewed_at > 0 AND (now_is->>'reviewed_by', now_is->>'reviewed_at') IS DISTINCT
        FROM (was->>'reviewed_by', was->>'reviewed_at')) THEN
      RAISE EXCEPTION 'SOD-9: what is over stays over' USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF NEW.reviewed_at > 0 THEN
    RAISE EXCEPTION 'SOD-9: glass is reviewed after it was broken' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.reviewed_at > 0 AND TG_OP = 'UPDATE' AND OLD.reviewed_at = 0 AND (
      wardlaw_human(now_is->>'reviewed_by') = wardlaw_human(now_is->>'opened_by')
      OR wardlaw_is_connected(now_is->>'opened_by')) THEN
    RAISE EXCEPTION 'SOD-9: somebody else reviews broken glass' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

# SOD-7, for what erases and for what keeps.
_CHECK_RETENTION = """
CREATE OR REPLACE FUNCTION wardlaw_two_for_retention(first text, second text) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  one text[] := wardlaw_own_roles(first);
  two text[] := wardlaw_own_roles(second);
BEGIN
  IF wardlaw_human(first) = wardlaw_human(second) OR wardlaw_is_connected(first)
      OR NOT (('compliance' = ANY (one) AND 'ciso' = ANY (two)) OR ('ciso' = ANY (one) AND 'compliance' = ANY (two))) THEN
    RAISE EXCEPTION 'SOD-7: two persons, with the roles compliance and ciso' USING ERRCODE = 'insufficient_privilege';
  END IF;
END $body$
"""

_CHECK_ERASURE = """
CREATE OR REPLACE FUNCTION wardlaw_check_erasure() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'requested' THEN
      RAISE EXCEPTION 'SOD-7: an erasure begins as a request' USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF (NEW.id, NEW.subject, NEW.requested_by, NEW.requested_at) <> (OLD.id, OLD.subject, OLD.requested_by,
      OLD.requested_at) OR OLD.state <> 'requested' THEN
    RAISE EXCEPTION 'SOD-7: who asked for what stays' USING ERRCODE = 'insufficient_privilege';
  ELSIF NEW.state <> 'requested' THEN
    PERFORM wardlaw_two_for_retention(NEW.requested_by, NEW.confirmed_by);
  END IF;
  RETURN NEW;
END $body$
"""

_CHECK_HOLD = """
CREATE OR REPLACE FUNCTION wardlaw_check_hold() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.lifted_at <> 0 THEN
      RAISE EXCEPTION 'SOD-7: a hold stands when it is placed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.subject, NEW.placed_by, NEW.placed_at) <> (OLD.id, OLD.subject, OLD.placed_by, OLD.placed_at) THEN
    RAISE EXCEPTION 'SOD-7: what a hold keeps stays' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.lifted_at <> OLD.lifted_at THEN
    PERFORM wardlaw_two_for_retention(OLD.lift_asked_by, NEW.lifted_by);
  END IF;
  RETURN NEW;
END $body$
"""

# SOD-8. Which tiers ask for at least as much as another is what ``register.milder`` says.
# What an enforced gate stands before is changed by who signs gates off (``console.api.systems``), and only a verdict approves.
_CHECK_SYSTEM = """
CREATE OR REPLACE FUNCTION wardlaw_check_system() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  stood text;
  now_is jsonb := NEW.system::jsonb;
  was jsonb := OLD.system::jsonb;
  said text := NEW.system::jsonb->>'tier';
BEGIN
  IF (NEW.id, NEW.version, NEW.changed_by, NEW.changed_at, NEW.retired_at) = (OLD.id, OLD.version, OLD.changed_by,
      OLD.changed_at, OLD.retired_at) AND wardlaw_is_erasing() AND wardlaw_bare(now_is, <veiled ai_system>)
      = wardlaw_bare(was, <veiled ai_system>) THEN
    RETURN NEW;
  END IF;
  IF NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR now_is->>'id' <> OLD.id OR OLD.retired_at <> 0 THEN
    RAISE EXCEPTION 'SOD-8: a classification is a new version' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT wardlaw_speaks_for(NEW.changed_by) THEN
    RAISE EXCEPTION 'SOD-8: nobody changes a system in the name of another' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF was->>'gate_mode' = 'enforce' AND (NEW.retired_at <> 0 OR (now_is->>'gate_mode', now_is->'principals', now_is->'routes',
      now_is->'models') IS DISTINCT FROM (was->>'gate_mode', was->'principals', was->'routes', was->'models'))
      AND NOT wardlaw_own_roles(NEW.changed_by) && <approvers> THEN
    RAISE EXCEPTION 'SOD-3: an enforced gate is lifted by who approves gates' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF now_is->>'lifecycle' IN ('approved', 'live') AND NOT coalesce(was->>'lifecycle', '') IN ('approved', 'live')
      AND NOT EXISTS (SELECT 1 FROM gate_verdict WHERE system = NEW.id AND revoked_at = 0) THEN
    RAISE EXCEPTION 'SOD-3: a system is approved by a verdict' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT system::jsonb->>'tier' INTO stood FROM ai_system_version
    WHERE id = NEW.id AND system::jsonb->>'tier' <> 'undetermined' ORDER BY version DESC LIMIT 1;
  IF stood IS NULL OR said IN ('undetermined', stood) OR said = ANY (CASE stood
      WHEN 'out-of-scope' THEN ARRAY['minimal', 'limited', 'gpai', 'high', 'prohibited']
      WHEN 'minimal' THEN ARRAY['limited', 'gpai', 'high', 'prohibited'] WHEN 'limited' THEN ARRAY['high', 'prohibited']
      WHEN 'high' THEN ARRAY['prohibited'] WHEN 'gpai' THEN ARRAY['prohibited'] ELSE ARRAY[]::text[] END) THEN
    RETURN NEW;
  END IF;
  IF NOT 'legal' = ANY (wardlaw_own_roles(NEW.changed_by)) THEN
    RAISE EXCEPTION 'SOD-8: a milder classification needs legal' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

_CHECK_SECRET = """
CREATE OR REPLACE FUNCTION wardlaw_check_secret() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  asker text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'SOD-10: a registered secret is removed and never changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT asked_by INTO asker FROM loosening
    WHERE subject = OLD.id AND expires_at > extract(epoch FROM clock_timestamp());
  IF asker IS NULL OR wardlaw_is_connected(asker) THEN
    RAISE EXCEPTION 'SOD-10: a detector is loosened when another person has asked' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END $body$
"""

_FUNCTIONS = (
    _HUMAN, _ROLES, _OWN_ROLES, _CONNECTED, _ERASING, _REFUSE_ALL, _CHECK_ROLES, _ROLE_GIVEN, _PERSON_CHANGED, _CHECK_WAIVER,
    _CHECK_GLASS, _CHECK_RETENTION, _CHECK_ERASURE, _CHECK_HOLD, _CHECK_SYSTEM, _CHECK_SECRET,
)  # fmt: skip

# Table, when, function, and the rule where it is an argument.
_TRIGGERS = (
    ("person_role", "AFTER INSERT OR UPDATE", "wardlaw_role_given()"),
    ("person", "AFTER UPDATE", "wardlaw_person_changed()"),
    ("waiver", "BEFORE INSERT OR UPDATE", "wardlaw_check_waiver()"),
    ("break_glass", "BEFORE INSERT OR UPDATE", "wardlaw_check_glass()"),
    ("erasure", "BEFORE INSERT OR UPDATE", "wardlaw_check_erasure()"),
    ("hold", "BEFORE INSERT OR UPDATE", "wardlaw_check_hold()"),
    ("ai_system", "BEFORE UPDATE", "wardlaw_check_system()"),
    ("registered_secret", "BEFORE UPDATE OR DELETE", "wardlaw_check_secret()"),
)

# Rows that nobody removes, with the rule they belong to; of those with a second mark nothing is changed either.
_STAYS = (
    ("waiver", "SOD-4", False),
    ("break_glass", "SOD-9", False),
    ("erasure", "SOD-7", False),
    ("hold", "SOD-7", False),
    ("ai_system", "SOD-8", False),
    ("ai_system_version", "SOD-8", True),
)


def duty_guard_statements() -> tuple[str, ...]:
    """Functions and triggers, one statement each; part of the schema."""
    statements = [with_lists(one) for one in _FUNCTIONS]
    for table, when, function in _TRIGGERS:
        statements.append(f"CREATE TRIGGER {table}_duties {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}")
    for table, rule, unchanged in _STAYS:
        when = "UPDATE OR DELETE" if unchanged else "DELETE"
        removal = f"EXECUTE FUNCTION wardlaw_refuse_removal('{rule}')"
        statements.append(f"CREATE TRIGGER {table}_stays BEFORE {when} ON {table} FOR EACH ROW {removal}")
        statements.append(f"CREATE TRIGGER {table}_is_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {removal}")
    # SOD-9: what was logged is pruned by two and never rewritten.
    statements.append(
        "CREATE TRIGGER record_is_written_once BEFORE UPDATE ON record "
        "FOR EACH ROW EXECUTE FUNCTION wardlaw_refuse_removal('SOD-9')"
    )
    return tuple(statements)


def system_guard_function() -> str:
    """The function behind the guard of systems: to make it anew where an earlier version made it."""
    return with_lists(_CHECK_SYSTEM)


def duty_unguard_statements() -> tuple[str, ...]:
    """Take triggers and functions away; the tables stay."""
    tables = [(f"{table}_duties", table) for table, _, _ in _TRIGGERS]
    tables += [(f"{table}_{what}", table) for table, _, _ in _STAYS for what in ("stays", "is_kept")]
    tables.append(("record_is_written_once", "record"))
    statements = [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in tables]
    names = (
        "check_secret()", "check_system()", "check_hold()", "check_erasure()", "two_for_retention(text, text)",
        "check_glass()", "check_waiver()", "person_changed()", "role_given()", "check_roles(text)", "refuse_removal()",
        "is_erasing()", "is_connected(text)", "own_roles(text)", "roles(text)", "human(text)",
        "speaks_for(text)", "bare(jsonb, text[])",
    )  # fmt: skip
    return (*statements, *(f"DROP FUNCTION IF EXISTS wardlaw_{name}" for name in names))
