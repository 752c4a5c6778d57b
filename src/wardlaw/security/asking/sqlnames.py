"""What names in SQL say: which columns point to one person, which are plain keys, which tables hold only the schema."""

from __future__ import annotations

from wardlaw.facts.words import name_words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENDS = _words("id ids key uuid guid number no nr num ref code name names")
# A key or name of one of these points to no person: many persons share it.
_THINGS = _words(
    """product category plan country region city state status type department team currency language locale store branch
    warehouse item brand channel campaign company industry segment tier level role group class kind month year day table
    column schema database tenant vendor supplier model sku tax postal area"""
)
_POINTING = _words(
    """email mail emails phone mobile telephone tel fax customer customers client person employee patient member subscriber
    student contact user username login account holder ssn iban card passport licence license address street birth dob
    birthday birthdate zip postcode latitude longitude ip device token fullname firstname lastname surname at timestamp
    datetime rowid oid ctid kunde nachname vorname kundennummer adresse telefon geburtsdatum strasse nom prenom nombre
    apellido nome cognome"""
)
# Of an order, a ticket or a case there is one person.
_OF_ONE = _words(
    """customer client person employee patient member subscriber student contact user account order ticket invoice case
    booking contract shipment transaction session device card lead claim"""
)
_PLAIN_KEYS = _words("id rowid uuid guid email emailaddress ssn iban username login phone phonenumber")
_SCHEMA_TABLES = _words(
    """sqlite_master sqlite_schema sqlite_temp_master sqlite_temp_schema sqlite_sequence pg_tables pg_views pg_indexes pg_class
    pg_attribute pg_namespace pg_type pg_constraint pg_index all_tables user_tables all_tab_columns user_tab_columns"""
)
_SCHEMA_VIEWS: dict[str, frozenset[str]] = {
    "information_schema": _words(
        """tables columns schemata views key_column_usage table_constraints referential_constraints
        constraint_column_usage check_constraints routines"""
    ),
    "sys": _words("tables columns schemas types indexes objects views foreign_keys key_constraints"),
}


def points_to_person(column: str) -> bool:
    """Whether the values of a column tell persons apart, so that grouping by it lists them."""
    words = name_words(column)
    if not words:
        return True
    last = words[-1]
    if last in _ENDS:
        return not words[:-1] or words[-2] not in _THINGS
    return last in _POINTING


def names_thing(column: str) -> bool:
    """Whether a column plainly holds names of things that many persons share: ``country``, ``plan_name``."""
    words = name_words(column)
    return bool(words) and (words[-1] in _THINGS or (len(words) > 1 and words[-1] in _ENDS and words[-2] in _THINGS))


def is_own_key(column: str, table: str) -> bool:
    """Whether a column is plainly the key of its own table: ``id``, ``customer_id`` of ``customers``."""
    words = name_words(column)
    if "".join(words) in _PLAIN_KEYS:
        return True
    return len(words) > 1 and words[-1] in _ENDS - {"name", "names"} and words[-2] == _singular(table)


def is_text_key(column: str) -> bool:
    """Whether a key holds text, so that a database that compares it with a number would match many."""
    return "".join(name_words(column)) in _PLAIN_KEYS - {"id", "rowid"}


def names_one(column: str, table: str) -> bool:
    """Whether one value of a column leaves the rows of one person: a key, or a reference to a person or a case."""
    words = name_words(column)
    if is_own_key(column, table):
        return True
    return len(words) > 1 and words[-1] in _ENDS - {"name", "names"} and words[-2] in _OF_ONE


def is_schema(table: str, database: str) -> bool:
    """Whether a table tells only of tables and columns."""
    table, database = table.lower(), database.lower()
    if table in _SCHEMA_TABLES:
        return database in ("", "main", "temp", "pg_catalog", "sys")
    return table in _SCHEMA_VIEWS.get(database, frozenset())


def _singular(table: str) -> str:
    words = name_words(table)
    last = words[-1] if words else ""
    if last.endswith("ies"):
        return last[:-3] + "y"
    return last.removesuffix("s")
