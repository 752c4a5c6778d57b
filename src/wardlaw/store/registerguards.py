"""Classification, register and intake held by PostgreSQL: nobody lowers a class, answers for others, or grants their own wish.

As ``dutyguards``: whoever connects, and a human is one human by whatever account. What the questions ask the database does not
know; that a tier follows from its answers is shown by answering them again.
"""

from __future__ import annotations

from wardlaw.register.classify import RANK
from wardlaw.store.registerveiling import VEILED_TABLES

# Roles with a permission (governance/data/roles.json); a test holds them against it.
CLASSIFIERS = ("legal", "risk", "owner")  # classify_system
DECIDERS = ("legal", "risk", "ciso")  # approve_exception
APPROVERS = ("legal", "risk", "ciso")  # approve_gate
KEEPERS = ("risk", "compliance", "devsecops", "owner")  # register_system, import_evidence


def _sql_list(words: tuple[str, ...]) -> str:
    """Words as an array of SQL; they are ours, and no caller's."""
    quoted = ", ".join(f"'{one}'" for one in words)
    return f"ARRAY[{quoted}]::text[]"


# Besides what people wrote of somebody, the digest of a purpose from which a name went.
_VEILED = {
    one.table.name: _sql_list((*one.names, *(("purpose",) if one.payload == "classification" else ())))
    for one in VEILED_TABLES
}


def with_lists(statement: str) -> str:
    """A statement with our lists of words in the places ``<approvers>``, ``<veiled intake>`` and so on."""
    for name, listed in _LISTS.items():
        statement = statement.replace(f"<{name}>", listed)
    return statement


_LISTS = {
    "classifiers": _sql_list(CLASSIFIERS), "keepers": _sql_list(KEEPERS), "approvers": _sql_list(APPROVERS), "rank": _sql_list(RANK),
    **{f"veiled {table}": listed for table, listed in _VEILED.items()},
}  # fmt: skip

# JSON without what stands under some keys, wherever that is.
_BARE = """
CREATE OR REPLACE FUNCTION wardlaw_bare(said jsonb, names text[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT AS $body$
BEGIN
  IF jsonb_typeof(said) = 'object' THEN
    RETURN (SELECT coalesce(jsonb_object_agg(key, wardlaw_bare(value, names)), '{}')
            FROM jsonb_each(said) WHERE NOT key = ANY (names));
  ELSIF jsonb_typeof(said) = 'array' THEN
    RETURN (SELECT coalesce(jsonb_agg(wardlaw_bare(value, names) ORDER BY place), '[]')
            FROM jsonb_array_elements(said) WITH ORDINALITY AS listed (value, place));
  END IF;
  RETURN said;
END $body$
"""

# Whoever is connected as somebody of Wardlaw writes in their own name; the service is nobody, and writes for all.
_SPEAKS = """
CREATE OR REPLACE FUNCTION wardlaw_speaks_for(account text) RETURNS boolean LANGUAGE sql STABLE
SET search_path FROM CURRENT AS $body$
  SELECT wardlaw_is_connected(account) OR NOT EXISTS (SELECT 1 FROM person WHERE id = 'person:' || current_user)
$body$
"""

_CHECK_CLASSIFICATION = """
CREATE OR REPLACE FUNCTION wardlaw_check_classification() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  said jsonb := NEW.classification::jsonb;
  before jsonb;
  stood text;
  name text;
  answer jsonb;
  roles text[] := wardlaw_own_roles(NEW.made_by);
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF wardlaw_is_erasing() AND (NEW.system, NEW.version, NEW.tier, NEW.made_by, NEW.made_at)
        = (OLD.system, OLD.version, OLD.tier, OLD.made_by, OLD.made_at) AND wardlaw_bare(said, <veiled classification>)
        = wardlaw_bare(OLD.classification::jsonb, <veiled classification>) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'SOD-8: a classification is never edited' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (NEW.system, NEW.version::text, NEW.tier, NEW.made_by) IS DISTINCT FROM
      (said->>'system', said->>'version', said->'found'->>'tier', said->>'by')
      OR NEW.made_at IS DISTINCT FROM (said->>'at')::float8 THEN
    RAISE EXCEPTION 'SOD-8: a row says what its classification says' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT classification::jsonb INTO before FROM classification WHERE system = NEW.system ORDER BY version DESC LIMIT 1;
  IF NEW.version <> coalesce((before->>'version')::integer, 0) + 1 THEN
    RAISE EXCEPTION 'SOD-8: a classification is the version after the last' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT roles && <classifiers> OR NOT wardlaw_speaks_for(NEW.made_by)
      OR NOT (SELECT coalesce(array_agg(one), '{}') FROM jsonb_array_elements_text(said->'by_roles') one) <@ roles THEN
    RAISE EXCEPTION 'SOD-8: whoever classifies may, and with the roles they have' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT 1 FROM jsonb_object_keys(coalesce(before->'answers', '{}')) AS known (key)
      WHERE NOT said->'answers' ? key) THEN
    RAISE EXCEPTION 'SOD-8: an answer is changed and not taken out' USING ERRCODE = 'insufficient_privilege';
  END IF;
  FOR name, answer IN SELECT key, value FROM jsonb_each(said->'answers') LOOP
    IF answer IS DISTINCT FROM before->'answers'->name AND (answer->>'by' IS DISTINCT FROM NEW.made_by
        OR (answer->>'at')::float8 IS DISTINCT FROM NEW.made_at) THEN
      RAISE EXCEPTION 'SOD-8: nobody answers in the name of another' USING ERRCODE = 'insufficient_privilege';
    END IF;
  END LOOP;
  SELECT tier INTO stood FROM classification WHERE system = NEW.system AND tier <> 'undetermined'
    ORDER BY version DESC LIMIT 1;
  IF stood IS NULL THEN
    SELECT system::jsonb->>'tier' INTO stood FROM ai_system WHERE id = NEW.system;
  END IF;
  IF array_position(<rank>, NEW.tier) < array_position(<rank>, stood) AND NOT 'legal' = ANY (roles) THEN
    RAISE EXCEPTION 'SOD-8: a milder classification needs legal' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

_CHECK_NEW_SYSTEM = """
CREATE OR REPLACE FUNCTION wardlaw_check_new_system() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  IF NEW.version <> 1 OR NEW.retired_at <> 0 OR NEW.id IS DISTINCT FROM NEW.system::jsonb->>'id'
      OR NEW.system::jsonb->>'lifecycle' IN ('approved', 'live') OR NOT wardlaw_speaks_for(NEW.changed_by) THEN
    RAISE EXCEPTION 'SOD-8: a system begins as nobody has approved it' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

# What is kept of a version is what the row beside it says, so that no tier comes into a history by itself.
_CHECK_VERSION = """
CREATE OR REPLACE FUNCTION wardlaw_check_kept_version() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  stands boolean;
BEGIN
  IF TG_TABLE_NAME = 'ai_system_version' THEN
    IF TG_OP = 'UPDATE' THEN
      stands := wardlaw_is_erasing() AND (NEW.id, NEW.version, NEW.step, NEW.changed_by, NEW.changed_at)
        = (OLD.id, OLD.version, OLD.step, OLD.changed_by, OLD.changed_at) AND wardlaw_bare(NEW.system::jsonb,
        <veiled ai_system>) = wardlaw_bare(OLD.system::jsonb, <veiled ai_system>);
    ELSE
      stands := EXISTS (SELECT 1 FROM ai_system WHERE id = NEW.id AND version = NEW.version AND system = NEW.system
        AND changed_by = NEW.changed_by AND changed_at = NEW.changed_at);
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    stands := wardlaw_is_erasing() AND (NEW.kind, NEW.id, NEW.version, NEW.changed_by, NEW.changed_at, NEW.retired_at)
      = (OLD.kind, OLD.id, OLD.version, OLD.changed_by, OLD.changed_at, OLD.retired_at) AND wardlaw_bare(NEW.entry::jsonb,
      <veiled register_entry>) = wardlaw_bare(OLD.entry::jsonb, <veiled register_entry>);
  ELSE
    stands := EXISTS (SELECT 1 FROM register_entry WHERE kind = NEW.kind AND id = NEW.id AND version = NEW.version
      AND entry = NEW.entry AND changed_by = NEW.changed_by AND changed_at = NEW.changed_at);
  END IF;
  IF NOT stands THEN
    RAISE EXCEPTION 'SOD-8: a history says what was, once' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

# Whoever made a model cannot sign its gate (SOD-3); so they do not take themselves out as the one who made it.
_CHECK_ENTRY = """
CREATE OR REPLACE FUNCTION wardlaw_check_entry() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  said jsonb := NEW.entry::jsonb;
  author text;
BEGIN
  IF (NEW.kind, NEW.id) IS DISTINCT FROM (said->>'kind', said->>'id') THEN
    RAISE EXCEPTION 'SOD-3: a row says what its entry says' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'UPDATE' AND wardlaw_is_erasing() AND (NEW.kind, NEW.id, NEW.version, NEW.changed_by, NEW.changed_at,
      NEW.retired_at) = (OLD.kind, OLD.id, OLD.version, OLD.changed_by, OLD.changed_at, OLD.retired_at) AND
      wardlaw_bare(said, <veiled register_entry>) = wardlaw_bare(OLD.entry::jsonb, <veiled register_entry>) THEN
    RETURN NEW;
  END IF;
  IF (TG_OP = 'INSERT' AND NEW.version <> 1) OR NOT wardlaw_speaks_for(NEW.changed_by) THEN
    RAISE EXCEPTION 'SOD-3: an entry begins as version 1, by who says so' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'INSERT' THEN
    RETURN NEW;
  END IF;
  IF (NEW.kind, NEW.id, NEW.version) <> (OLD.kind, OLD.id, OLD.version + 1) THEN
    RAISE EXCEPTION 'SOD-3: a changed entry is a new version' USING ERRCODE = 'insufficient_privilege';
  END IF;
  author := coalesce(OLD.entry::jsonb->>'author', '');
  IF author <> '' AND coalesce(said->>'author', '') <> author AND (
      wardlaw_human(NEW.changed_by) = wardlaw_human(author) OR wardlaw_is_connected(author)) THEN
    RAISE EXCEPTION 'SOD-3: nobody takes themselves out as the author of a model' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

# Whose word is due is what ``register.intake.roles_due`` says.
_CHECK_INTAKE = """
CREATE OR REPLACE FUNCTION wardlaw_check_intake() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
DECLARE
  said jsonb := NEW.request::jsonb;
  was jsonb;
  form jsonb := said->'form';
  due text[] := ARRAY['risk'];
  after jsonb := coalesce(said->'answers', '[]');
  before jsonb;
  answer jsonb;
  given text[];
  stands text;
BEGIN
  IF (NEW.id, NEW.asked_by) IS DISTINCT FROM (said->>'id', said->>'asked_by')
      OR NEW.asked_at IS DISTINCT FROM (said->>'asked_at')::float8 OR NEW.answers <> jsonb_array_length(after) THEN
    RAISE EXCEPTION 'SOD-4: a row says what its request says' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF jsonb_array_length(coalesce(form->'data_classes', '[]')) > 0 OR coalesce(form->>'vendor', '') <> '' THEN
      due := due || 'legal'::text;
    END IF;
    IF form->>'kind' = 'integration' OR jsonb_typeof(coalesce(form->'grant', 'null')) <> 'null' THEN
      due := due || 'ciso'::text;
    END IF;
    IF NEW.state <> 'waiting' OR NEW.answers <> 0 OR jsonb_typeof(coalesce(said->'ended', 'null')) <> 'null'
        OR NOT wardlaw_speaks_for(NEW.asked_by)
        OR (SELECT array_agg(one) FROM jsonb_array_elements_text(said->'due') one) IS DISTINCT FROM due THEN
      RAISE EXCEPTION 'SOD-4: a request begins as it was asked, and waits for the words that are due'
        USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  was := OLD.request::jsonb;
  before := coalesce(was->'answers', '[]');
  IF (NEW.id, NEW.state, NEW.asked_by, NEW.asked_at, NEW.answers) = (OLD.id, OLD.state, OLD.asked_by, OLD.asked_at, OLD.answers)
      AND wardlaw_is_erasing() AND wardlaw_bare(said, <veiled intake>) = wardlaw_bare(was, <veiled intake>) THEN
    RETURN NEW;
  END IF;
  IF (said - 'answers' - 'approval' - 'ended') <> (was - 'answers' - 'approval' - 'ended') THEN
    RAISE EXCEPTION 'SOD-4: what was asked for stays' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF OLD.state = 'granted' THEN
    IF NEW.state <> 'withdrawn' OR after <> before OR NOT wardlaw_speaks_for(said->'ended'->>'by')
        OR coalesce(said->>'approval', '') <> coalesce(was->>'approval', '') THEN
      RAISE EXCEPTION 'SOD-4: what was granted is taken back, and nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'waiting' OR jsonb_typeof(coalesce(said->'ended', 'null')) <> 'null'
      OR jsonb_array_length(after) <> jsonb_array_length(before) + 1
      OR (after - (jsonb_array_length(after) - 1)) <> before THEN
    RAISE EXCEPTION 'SOD-4: a request gains one answer at a time while it waits' USING ERRCODE = 'insufficient_privilege';
  END IF;
  answer := after -> (jsonb_array_length(after) - 1);
  IF wardlaw_human(answer->>'by') = wardlaw_human(NEW.asked_by) OR wardlaw_is_connected(NEW.asked_by)
      OR NOT wardlaw_speaks_for(answer->>'by') THEN
    RAISE EXCEPTION 'SOD-4: nobody decides about what they asked for' USING ERRCODE = 'insufficient_privilege';
  END IF;
  given := (SELECT coalesce(array_agg(one->>'role'), '{}') FROM jsonb_array_elements(before) one);
  IF EXISTS (SELECT 1 FROM jsonb_array_elements(before) one WHERE wardlaw_human(one->>'by') = wardlaw_human(answer->>'by'))
      OR NOT said->'due' ? (answer->>'role') OR answer->>'role' = ANY (given)
      OR NOT answer->>'role' = ANY (wardlaw_own_roles(answer->>'by')) THEN
    RAISE EXCEPTION 'SOD-4: each word is another person''s, with the role that is due'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  stands := CASE WHEN EXISTS (SELECT 1 FROM jsonb_array_elements(after) one WHERE NOT (one->>'approves')::boolean) THEN 'refused'
    WHEN jsonb_array_length(after) = jsonb_array_length(said->'due') THEN 'granted' ELSE 'waiting' END;
  IF NEW.state <> stands THEN
    RAISE EXCEPTION 'SOD-4: a request is granted by every word that is due' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $body$
"""

_CHECK_RED_TEAM = """
CREATE OR REPLACE FUNCTION wardlaw_check_red_team() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $body$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT wardlaw_own_roles(NEW.kept_by) && <keepers> OR NOT wardlaw_speaks_for(NEW.kept_by)
        OR NEW.target IS DISTINCT FROM NEW.report::jsonb->>'target' THEN
      RAISE EXCEPTION 'SOD-3: a report is kept by who may vouch for it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF wardlaw_is_erasing() AND (NEW.id, NEW.model_digest, NEW.digest, NEW.kept_by, NEW.kept_at)
      = (OLD.id, OLD.model_digest, OLD.digest, OLD.kept_by, OLD.kept_at) AND
      wardlaw_bare(NEW.report::jsonb, <veiled red_team_report>)
      = wardlaw_bare(OLD.report::jsonb, <veiled red_team_report>) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'SOD-3: a report that is kept stays' USING ERRCODE = 'insufficient_privilege';
END $body$
"""

_FUNCTIONS = (
    _BARE, _SPEAKS, _CHECK_CLASSIFICATION, _CHECK_NEW_SYSTEM, _CHECK_VERSION, _CHECK_ENTRY, _CHECK_INTAKE, _CHECK_RED_TEAM,
)  # fmt: skip
# The guard of versions that ``dutyguards`` made.
_NO_OLDER = "DROP TRIGGER IF EXISTS ai_system_version_stays ON ai_system_version"
_OLDER = (
    "CREATE TRIGGER ai_system_version_stays BEFORE {} ON ai_system_version "
    "FOR EACH ROW EXECUTE FUNCTION wardlaw_refuse_removal('SOD-8')"
)
_BOTH = "INSERT OR UPDATE"
# Table, name of the trigger, when, function.
_TRIGGERS = (
    ("classification", "classification_duties", _BOTH, "wardlaw_check_classification()"),
    ("ai_system", "ai_system_begins", "INSERT", "wardlaw_check_new_system()"),
    ("ai_system_version", "ai_system_version_duties", _BOTH, "wardlaw_check_kept_version()"),
    ("register_entry", "register_entry_duties", _BOTH, "wardlaw_check_entry()"),
    ("register_entry_version", "register_entry_version_duties", _BOTH, "wardlaw_check_kept_version()"),
    ("intake", "intake_duties", _BOTH, "wardlaw_check_intake()"),
    ("red_team_report", "red_team_report_duties", _BOTH, "wardlaw_check_red_team()"),
)
_STAYS = (
    ("classification", "SOD-8"), ("register_entry", "SOD-3"), ("register_entry_version", "SOD-8"), ("intake", "SOD-4"),
    ("red_team_report", "SOD-3"),
)  # fmt: skip


def register_guard_statements() -> tuple[str, ...]:
    """Functions and triggers, one statement each; part of the schema. They lean on those of ``dutyguards``."""
    statements = [with_lists(one) for one in _FUNCTIONS]
    # An erasure may change a version; that nobody else does is what the new trigger holds.
    statements += [_NO_OLDER, _OLDER.format("DELETE")]
    for table, name, when, function in _TRIGGERS:
        statements.append(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}")
    for table, rule in _STAYS:
        removal = f"EXECUTE FUNCTION wardlaw_refuse_removal('{rule}')"
        statements.append(f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW {removal}")
        statements.append(f"CREATE TRIGGER {table}_is_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {removal}")
    return tuple(statements)


def register_unguard_statements() -> tuple[str, ...]:
    """Take triggers and functions away, and put the older guard of versions back; the tables stay.

    What guards of other tables lean on goes with those of ``dutyguards``.
    """
    triggers = [f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, name, _, _ in _TRIGGERS]
    triggers += [
        f"DROP TRIGGER IF EXISTS {table}_{what} ON {table}" for table, _ in _STAYS for what in ("stays", "is_kept")
    ]
    functions = dict.fromkeys(function for _, _, _, function in _TRIGGERS)
    return (
        *triggers,
        _NO_OLDER,
        _OLDER.format("UPDATE OR DELETE"),
        *(f"DROP FUNCTION IF EXISTS {name}" for name in functions),
    )
