"""Everybody's data is not taken out through an assistant: in one piece, in drips, folded, copied, nor by many hands."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator

import pytest

from tests.wire.bulk import PER_DAY, PER_SESSION, Bank, Caller, Said
from tests.wire.caller import post
from tests.wire.puppet import completion
from wardlaw.store.seentools import list_seen

BULK = {"GOV-07"}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    made = Bank(tmp_path_factory.mktemp("bank"))
    yield made
    made.close()


@pytest.fixture(params=["own", "real"])
def server(request: pytest.FixtureRequest, bank: Bank) -> str:
    if request.param not in bank.servers:
        pytest.skip("WARDLAW_TEST_MCP has no sqlite/bin/mcp-server-sqlite")
    return str(request.param)


def page(start: int, size: int) -> str:
    return f"SELECT name, email FROM customers ORDER BY id LIMIT {size} OFFSET {start}"


def drip(caller: Caller, *, start: int = 0, size: int = 50, most: int = 60) -> Said:
    """Page after page until one is refused."""
    for number in range(most):
        said = caller.read(page(start + number * size, size))
        if said.refused:
            return said
    raise AssertionError("nothing was refused")


# --- what ends denied --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM customers",
        "SELECT email FROM customers WHERE plan = 'a'",
        "SELECT * FROM customers LIMIT 400000",
        "SELECT * FROM customers LIMIT -1",
        "SELECT * FROM customers WHERE id IN (SELECT id FROM customers LIMIT 5000)",
        "SELECT * FROM customers -- LIMIT 5",
        "SELECT * FROM customers WHERE id = 7 OR 1 = 1",
        "WITH c AS (SELECT * FROM customers) SELECT email FROM c",
        "SELECT email FROM customers UNION ALL SELECT email FROM customers",
        "SELECT email, count(*) FROM customers GROUP BY email",
        "SELECT email AS country, count(*) FROM customers GROUP BY country",
        "SELECT DISTINCT email FROM customers",
        "SELECT group_concat(email) FROM customers",
        "SELECT group_concat(email) FROM customers LIMIT 1",
        "SELECT country, group_concat(email) FROM customers GROUP BY country",
        "SELECT json_group_array(json_object('e', email)) FROM customers",
        "SELECT hex(group_concat(email)) FROM customers",
        "SELECT (SELECT group_concat(email) FROM customers)",
        "SELECT a.x FROM (SELECT group_concat(email) AS x FROM customers) a LIMIT 1",
    ],
)
def test_one_query_for_all(bank: Bank, server: str, query: str) -> None:
    caller = bank.person(server) if query == "SELECT * FROM customers" else _shared(bank, server)
    said = caller.read(query)
    assert said.refused and said.clauses >= BULK, said.text[:200]
    assert caller.seen == set()


def _shared(bank: Bank, server: str) -> Caller:
    """One caller for what is refused before anything moves."""
    known: dict[str, Caller] = bank.__dict__.setdefault("shared", {})
    if server not in known:
        known[server] = bank.person(server)
    return known[server].again()


def test_a_drip_in_one_session_ends_at_the_sessions_ceiling(bank: Bank, server: str) -> None:
    caller = bank.person(server)
    assert drip(caller).clauses >= BULK
    assert 400 < len(caller.seen) <= PER_SESSION


def test_a_drip_over_many_sessions_ends_at_the_ceiling_of_the_day(bank: Bank) -> None:
    caller = bank.person()
    refused = 0
    for session in range(4):
        said = drip(caller.again(), start=session * 500)
        assert said.clauses >= BULK
        refused += 1
    assert refused == 4
    assert 900 < len(caller.seen) <= PER_DAY


def test_the_same_persons_again_count_once(bank: Bank) -> None:
    caller = bank.person()
    for _ in range(12):
        assert not caller.again().read(page(0, 90)).refused
    assert len(caller.seen) == 90
    first = caller.again()
    assert not first.read("SELECT email, name, plan FROM customers ORDER BY id LIMIT 90").refused
    assert len(caller.seen) == 90


def test_several_agents_and_the_persons_own_key_share_the_persons_day(bank: Bank) -> None:
    person = bank.person()
    hands = [person, bank.agent(person), bank.agent(person), bank.agent(person)]
    for place, hand in enumerate(hands):
        for number in range(5):
            hand.read(page((place * 5 + number) * 90, 90))
    seen = set().union(*(hand.seen for hand in hands))
    assert 900 < len(seen) <= PER_DAY
    assert bank.agent(person).read(page(50_000, 90)).clauses >= BULK
    assert person.again().read(page(60_000, 90)).clauses >= BULK
    another = bank.person()
    assert not another.read(page(0, 90)).refused


def test_pages_of_a_tool_are_counted_like_any(bank: Bank) -> None:
    caller = bank.person()
    said = Said("", False, frozenset())
    for number in range(30):
        people = [{"id": n, "email": f"p{n}@example.com"} for n in range(number * 40, number * 40 + 40)]
        said = caller.chat("query_customers", {"per_page": 40, "page": number}, json.dumps({"items": people}))
        if said.refused:
            break
    assert said.clauses >= BULK
    assert len(caller.seen) <= PER_DAY


@pytest.mark.parametrize(
    "query",
    [
        "CREATE TABLE spare AS SELECT * FROM customers",
        "INSERT INTO customers SELECT * FROM customers",
        "VACUUM INTO '/tmp/everybody.db'",
        "UPDATE customers SET name = (SELECT group_concat(email) FROM customers) WHERE id = 1",
    ],
)
def test_a_bulk_copy_is_refused(bank: Bank, server: str, query: str) -> None:
    said = _shared(bank, server).write(query)
    assert said.refused
    assert said.clauses >= BULK


def test_copying_in_pieces_waits_for_a_person(bank: Bank, server: str) -> None:
    caller = bank.person(server)
    table = f"pieces_{server}"
    assert caller.write(f"CREATE TABLE {table} AS SELECT * FROM customers LIMIT 900").clauses == {"GOV-14"}
    assert not caller.write(f"CREATE TABLE {table} AS SELECT * FROM customers LIMIT 80").refused
    again = caller.again().write(f"INSERT INTO {table} SELECT * FROM customers LIMIT 80 OFFSET 80")
    assert again.clauses == {"GOV-14"}


def test_a_copied_table_is_not_shared_by_another_session_nor_another_agent(bank: Bank) -> None:
    person = bank.person()
    assert not person.write("CREATE TABLE for_later AS SELECT * FROM customers LIMIT 80").refused
    for hand in (person.again(), bank.agent(person)):
        said = hand.call("share_file", path="for_later", **{"with": "somebody@elsewhere.example"})
        assert "GOV-13" in said.clauses
    assert bank.agent(person).call("send_email", to="a@elsewhere.example", body="see For_Later").clauses >= {"GOV-13"}
    assert not bank.person().call("share_file", path="for_later", **{"with": "ann@elsewhere.example"}).refused
    assert not person.again().read("SELECT count(*) FROM for_later").refused


def test_people_written_to_a_file_are_not_shared(bank: Bank) -> None:
    person = bank.person()
    people = person.read(page(0, 60)).text
    assert not person.call("save_file", path="notes.txt", content=people).refused
    said = person.again().call("share_file", path="notes.txt", **{"with": "somebody@elsewhere.example"})
    assert "GOV-13" in said.clauses
    sent = person.call("send_email", to="somebody@elsewhere.example", body=people)
    assert "GOV-15" in sent.clauses


def test_more_people_than_may_move_are_not_written_to_a_file(bank: Bank) -> None:
    content = "\n".join(f"person{n}@example.com" for n in range(120))
    assert bank.person().call("save_file", path="many.txt", content=content).clauses >= BULK


def test_a_destroyed_table_waits_for_a_person(bank: Bank, server: str) -> None:
    caller = bank.person(server)
    assert caller.write("DROP TABLE customers").clauses == {"GOV-16"}
    assert caller.write("DELETE FROM customers").clauses == {"GOV-16"}


# --- the same over a model ---------------------------------------------------------------------

PEOPLE = [{"id": n, "name": f"Ada Abel {n}", "email": f"m{n}@example.com"} for n in range(5_000)]
LINES = "id,name,email\n" + "\n".join(",".join(map(str, row.values())) for row in PEOPLE)


@pytest.mark.parametrize(
    "result",
    [
        json.dumps(PEOPLE),
        repr(PEOPLE),
        LINES,
        json.dumps({"rows": LINES}),
        json.dumps([{"all": ",".join(str(row["email"]) for row in PEOPLE)}]),
        base64.b64encode(LINES.encode()).decode(),
        json.dumps({"file": base64.b64encode(gzip.compress(LINES.encode())).decode()}),
        "| id | email |\n|---|---|\n" + "\n".join(f"| {row['id']} | {row['email']} |" for row in PEOPLE),
    ],
    ids=["json", "python", "csv", "csv in json", "one cell", "base64", "gzip", "markdown"],
)
def test_a_result_for_a_model_with_everybody_in_it(bank: Bank, result: str) -> None:
    caller = bank.person()
    said = caller.chat("query_customers", {"limit": 5}, result)
    assert said.clauses >= BULK
    assert caller.seen == set()


@pytest.mark.parametrize(
    "query",
    ["SELECT * FROM customers", "SELECT group_concat(email) FROM customers LIMIT 1", "COPY customers TO '/tmp/x'"],
)
def test_a_call_that_a_model_makes_for_all(bank: Bank, query: str) -> None:
    assert bank.person().chat("query_customers", {"query": query}, "[]").clauses >= BULK


def test_a_drip_through_a_model_by_a_person_and_agents_ends_at_the_ceiling_of_the_day(bank: Bank) -> None:
    person = bank.person()
    hands = [person, bank.agent(person), bank.agent(person)]
    for number in range(18):
        hands[number % 3].chat("query_customers", {"limit": 80}, json.dumps(PEOPLE[number * 80 : number * 80 + 80]))
    seen = set().union(*(hand.seen for hand in hands))
    assert 800 < len(seen) <= PER_DAY


# --- what passes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM customers WHERE id = 7",
        "SELECT name, email FROM customers WHERE email = 'ada.abel.20@example.com'",
        "SELECT * FROM customers WHERE id IN (1, 2, 3)",
        "SELECT count(*) FROM customers",
        "SELECT country, plan, count(*), avg(balance) FROM customers GROUP BY country, plan ORDER BY 3 DESC",
        "SELECT DISTINCT country FROM customers",
        "SELECT name, sql FROM sqlite_master WHERE type = 'table'",
        "SELECT name, email FROM customers LIMIT 50",
        "SELECT name FROM customers WHERE name LIKE 'Ada%' LIMIT 20",
    ],
)
def test_everyday_questions_pass(bank: Bank, server: str, query: str) -> None:
    known: dict[str, Caller] = bank.__dict__.setdefault("everyday", {})
    caller = known.setdefault(server, bank.person(server))
    said = caller.again().read(query)
    assert not said.refused, said.text
    assert said.text.startswith("[")


def test_questions_about_the_schema_pass(bank: Bank, server: str) -> None:
    caller = bank.person(server)
    assert "customers" in caller.call("list_tables").text
    assert "email" in caller.call("describe_table", table_name="customers").text


def test_a_support_day_passes(bank: Bank) -> None:
    """Eighty customers one by one, over twenty sessions, with a note and a reply for each tenth."""
    caller = bank.person()
    for session in range(20):
        hand = caller.again()
        for number in range(4):
            customer = session * 4 + number + 1
            found = hand.read(f"SELECT * FROM customers WHERE id = {customer}")
            assert not found.refused, found.text
        note = hand.write(f"UPDATE customers SET plan = 'b' WHERE id = {customer}")
        assert not note.refused, note.text
        reply = hand.call("send_email", to=f"c{customer}@example.com", body="Your plan is changed. " * 20)
        # Of a key without a user channel nobody knows who asked for the mail, so it waits; it is no bulk.
        assert reply.clauses <= {"AGT-01", "AGT-02", "AGT-05"}, reply.text
    assert len(caller.seen) == 80


def test_a_table_of_totals_is_kept_and_shared_by_a_person(bank: Bank) -> None:
    caller = bank.person()
    made = caller.write("CREATE TABLE totals AS SELECT country, count(*) AS n FROM customers GROUP BY country")
    assert not made.refused, made.text
    assert not caller.read("SELECT * FROM totals LIMIT 10").refused
    assert not caller.write("CREATE TABLE plans AS SELECT plan, count(*) AS n FROM customers GROUP BY plan").refused


def test_tools_that_requests_name_are_seen_with_their_definitions(bank: Bank) -> None:
    tool = {"type": "function", "function": {"name": "query_customers", "description": "Finds customers."}}
    text = bank.puppet.on("names a tool", lambda turn: turn.answer(completion("Noted.")))
    body = json.dumps({"model": "demo", "messages": [{"role": "user", "content": text}], "tools": [tool]}).encode()
    assert post(bank.house.port, bank.person().key, body).status == 200
    with bank.house.writing() as connection:
        (seen,) = list_seen(connection)
    assert (seen.name, json.loads(seen.definition)) == ("query_customers", tool)
