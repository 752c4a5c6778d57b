"""What SQL asks for: rows at most, what it does, where copies go. Strict where it is not plain."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardlaw.facts.sqlkind import SqlKind
from wardlaw.security.asking.sqlstatement import read_sql
from wardlaw.security.asking.sqltext import MAX_CHARS

READS = [
    ("select * from customers limit 40", 40),
    ("SELECT * FROM customers\nLIMIT 40 OFFSET 80;", 40),
    ("select * from customers fetch first 10 rows only", 10),
    ("with c as (select * from customers) select * from c limit 7", 7),
    ("select * from customers", -1),
    ("select*from customers", -1),
    ("(select * from customers)", -1),
    ("select * from customers limit all", -1),
    ("select * from customers limit -1", -1),
    ("select * from customers limit 5, 100000", 100000),
    ("select * from customers -- limit 5", -1),
    ("select * from customers /* limit 5 */", -1),
    ("select * from customers where id in (select id from vip limit 5)", -1),
    ("select * from customers c, (select 1 limit 1) t", -1),
    ("select 1 limit 1; select * from customers", -1),
    ("-- hello\ntable customers", -1),
    ("copy customers to stdout", -1),
    ("COPY (SELECT * FROM c limit 5) TO STDOUT", 5),
    ("SELECT TOP 10 * FROM c", 10),
    ("SELECT TOP (10) PERCENT * FROM c", -1),
    ("select group_concat(email) from customers", -1),
    ("select group_concat(email) from (select email from customers limit 10)", 11),
    ("select json_group_array(json_object('e',email)) from customers limit 1", -1),
    ("select string_agg(email, ',') from customers group by country", -1),
    ("select listagg(email, ',') within group (order by id) from customers", -1),
    ("select xmlagg(xmlelement(email)) from customers", -1),
    ("select array(select email from customers)", -1),
    ("select name from customers for json auto", -1),
    ("select count(*) from customers", 1),
    ("select count(*), avg(balance), max(id) from customers where country='AT'", 1),
    ("select country, count(*) from customers group by country", 1),
    ("select country, count(*) from customers group by 1 order by 2 desc", 1),
    ("select email, count(*) from customers group by email", -1),
    ("select email as country, count(*) from customers group by country", -1),
    ("select email as country, count(*) from customers group by 1", -1),
    ("select x, count(*) from (select email as x from customers) group by x", -1),
    ("select x, count(*) from (select email from customers) t(x) group by x", -1),
    ("select product_id, sum(amount) from orders group by product_id", 1),
    ("select date(created_at), count(*) from orders group by date(created_at)", 1),
    ("select created_at, count(*) from orders group by created_at", -1),
    ("select email, count(*) from customers group by country", -1),
    ("select distinct country from customers", 1),
    ("select distinct email from customers", -1),
    ("select * from customers where id = 7", 1),
    ("select * from customers where id = 7 or 1=1", -1),
    ("select * from customers where email = 'a@b.c'", 1),
    ("select * from customers where email = 0", -1),
    ("select * from customers where id in (1,2,3)", 3),
    ("select c.name, o.total from customers c join orders o on o.customer_id = c.id where c.id = 7", 1),
    ("select o.*, c.name from orders o join customers c on c.id = o.customer_id where o.id = 5", 1),
    ("select d.* from customers c join customers d on d.country_id = c.country_id where c.id=7", -1),
    ("select c.* from customers c, orders o where o.id = 5", -1),
    (
        "select c.* from customers c join countries k on k.id=c.country_id join people d on d.country_id=k.id where c.id=7",
        -1,
    ),
    ("select * from orders where customer_id = 7 order by created_at desc", 1),
    ("EXPLAIN ANALYZE SELECT * FROM customers", -1),
    ("select * from a limit 3 union all select * from b", -1),
    ("(select * from a limit 3) union (select * from b limit 4)", 7),
    ("select * from a union all select * from b limit 9", 9),
    (
        "with recursive r as (select 0 n, '' s union all select n+1, s || (select email from c limit 1 offset n) from r) select s from r order by n desc limit 1",
        -1,
    ),
    ("with recursive r(n) as (select 1 union all select n+1 from r where n < 10) select n from r limit 10", 10),
    ("SELECT @s = @s + email FROM c", -1),
    ("select (select group_concat(email) from customers)", -1),
    ("select query_to_xml('select * from customers', true, true, '')", -1),
    ("select * from customers where rownum <= 10", 10),
    ("select * from customers where name like 'A%' limit 50", 50),
    ("select 1", 1),
    ("select upper(name) from customers limit 3", 3),
    ("select max(email) from customers", 1),
    ("select count(*) over (), email from customers", -1),
    ("select * from read_csv('/x.csv') limit 5", -1),
    ("select *, (select email from customers c2 where c2.id = c.id+1 limit 1) from customers c limit 600", 1200),
    ("values (1),(2)", 2),
    ("select * from customers limit 10 offset (select 5)", 10),
    ("select hex(group_concat(email)) from customers", -1),
    ("select a.x from (select array_agg(email) x from customers) a limit 1", -1),
    ("select plan, count(*) from customers group by plan having count(*) > 5", 1),
    ("select * from sqlite_master m, customers c", -1),
    ("with sqlite_master as (select * from customers) select * from sqlite_master", -1),
    ("select year(created_at), month(created_at), sum(total) from orders group by 1,2", 1),
    ("select strftime('%Y-%m', joined_at) m, count(*) from customers group by m", 1),
    ("EXPLAIN\nANALYZE\nselect * from c", -1),
    ("select email from customers order by id limit 100 offset 300", 100),
    ("SELECT c1.email, c2.email FROM customers c1 JOIN customers c2 ON c1.id+1=c2.id LIMIT 10", 10),
    ("select 'a' || (select email from customers limit 1)", 2),
    ("select case when 1 then (select group_concat(email) from customers) end", -1),
    ("select * from (values (1,2)) t", 1),
    ("select id, email from customers where id > 5 and id <= 10", -1),
    ("select * from customers where id = '7' and tenant_id = 3", 1),
    ("select * from customers where customer_number = 'K-1'", 1),
    ("select * from customers where lower(email) = 'a@b.c'", -1),
    ("select * from customers where email ilike '%@acme.example' limit 20", 20),
    ("select json_agg(t) from (select * from customers limit 50) t", 51),
    ("select plan, string_agg(distinct country, ',') from customers group by plan", 1),
    ("with t as (select country, count(*) n from customers group by country) select * from t order by n desc", 1),
    ("select avg(x.n) from (select customer_id, count(*) n from orders group by customer_id) x", 1),
    ("select * from customers where exists (select 1 from orders o where o.customer_id = customers.id) limit 10", 10),
    ("SELECT `name` FROM `customers` LIMIT 5", 5),
    ("SELECT [name] FROM [dbo].[customers] WHERE [id] = 5", 1),
    ("select * from customers limit 10;;", 10),
    ("select * from customers for update", -1),
    ("select a from c qualify row_number() over (partition by x) = 1", -1),
    ("select top 5 name from customers", 5),
    ("select * from customers limit (10)", 10),
    ("select * from customers limit 1+1", -1),
    ("select * from customers limit 9999999999999999999999", 9007199254740992),
]

OTHERS = [
    ("select * from customers # limit 5", -1, "unreadable", ""),
    ("copy customers to '/tmp/x.csv'", -1, "copy", "/tmp/x.csv"),
    ("copy customers from '/tmp/x.csv'", 0, "write", ""),
    ("COPY INTO @stage FROM c", -1, "copy", "c,@stage"),
    ("update customers set city = 'Graz'", 0, "destroy", ""),
    ("update customers set city='Graz' where id=1 returning *", 1, "read+write", ""),
    ("select name, sql from sqlite_master where type='table'", 0, "schema", ""),
    ("select table_name from information_schema.tables", 0, "schema", ""),
    ("PRAGMA table_info(customers)", 0, "schema", ""),
    ("SHOW TABLES", 0, "schema", ""),
    ("DESCRIBE customers", 0, "schema", ""),
    ("EXPLAIN SELECT * FROM customers", 0, "schema", ""),
    ("explain query plan select * from customers", 0, "schema", ""),
    ("CREATE TABLE x AS SELECT * FROM customers", -1, "copy+write", "x"),
    ("CREATE TABLE x AS SELECT country, count(*) n FROM customers group by country", 1, "copy+write", "x"),
    ("CREATE TEMP TABLE x AS SELECT * FROM customers limit 900", 900, "copy+write", "x"),
    ("SELECT * INTO x FROM customers", -1, "copy+read", "x"),
    ("INSERT INTO x SELECT * FROM customers limit 50", 50, "copy+write", "x"),
    ("INSERT INTO x VALUES (1,'a'),(2,'b')", 0, "write", ""),
    ("INSERT INTO notes VALUES ((SELECT group_concat(email) FROM customers))", -1, "copy+write", "notes"),
    ("UPDATE notes SET t=(SELECT group_concat(email) FROM customers) WHERE id=1", -1, "copy+write", "notes"),
    ("UPDATE notes SET t='x' WHERE id IN (SELECT id FROM customers)", 0, "write", ""),
    ("MERGE INTO t USING c ON t.id=c.id WHEN MATCHED THEN UPDATE SET a=1", -1, "copy+write", "t"),
    ("VACUUM INTO '/tmp/x.db'", -1, "copy", "/tmp/x.db"),
    ("VACUUM", 0, "write", ""),
    ("ATTACH DATABASE '/tmp/x.db' AS y", 0, "copy", "/tmp/x.db,y"),
    ("SELECT * FROM c INTO OUTFILE '/tmp/x'", -1, "copy", "/tmp/x"),
    (".output /tmp/x.csv\nselect * from customers limit 5;", -1, "copy+read", "/tmp/x.csv"),
    (".tables", 0, "schema", ""),
    ("UNLOAD ('SELECT * from c') TO 's3://x'", -1, "copy", "s3://x"),
    ("EXPORT DATA OPTIONS(uri='gs://x') AS SELECT * FROM c", -1, "copy", "gs://x"),
    ("EXEC sp_x", -1, "unreadable", ""),
    ("CALL p()", -1, "unreadable", ""),
    ("DELETE FROM customers", 0, "destroy", ""),
    ("DELETE FROM customers WHERE id = 4", 0, "write", ""),
    ("DELETE FROM customers WHERE id > 4 RETURNING *", -1, "read+write", ""),
    ("DROP TABLE customers", 0, "destroy", ""),
    ("TRUNCATE customers", 0, "destroy", ""),
    ("ALTER TABLE customers RENAME TO x", 0, "copy+write", "x"),
    ("ALTER TABLE customers DROP COLUMN x", 0, "destroy", ""),
    ("CREATE VIEW v AS SELECT * FROM customers", 0, "copy+write", "v"),
    ("select @s := concat(@s, email) from c limit 1", -1, "unreadable", ""),
    ("SET @x = (SELECT group_concat(email) FROM c)", -1, "schema", ""),
    ("select writefile('/tmp/x', email) from customers limit 5", -1, "copy+read", "/tmp/x"),
    ("BEGIN", 0, "schema", ""),
    ("create table t (id int)", 0, "write", ""),
    ("create function f() returns int as 'select 1'", -1, "write", ""),
    ("grant select on customers to bob", 0, "schema", ""),
    ("detach y", 0, "schema", ""),
    ("insert into t select * from c returning *", -1, "copy+read+write", "t"),
    ("coffee with milk", -1, "unreadable", ""),
    ("lock table x", -1, "unreadable", ""),
    ("BEGIN SELECT * FROM c END", -1, "unreadable", ""),
    ("BEGIN TRANSACTION", 0, "schema", ""),
    ("show create table x", 0, "schema", ""),
    ("insert into b select id, email from customers where id between 1 and 50", -1, "copy+write", "b"),
    ("select first 10 * from c", -1, "unreadable", ""),
    ("select sum(balance) from customers; drop table customers", 1, "destroy+read", ""),
]

READS += [
    ("select stuff((select ',' + email from customers for xml path('')), 1, 1, '')", -1),
    ("select top 1 (select email from customers for json auto) from t", -1),
    ("select max(case when id = 1 then email end), max(email), min(email), max(email) from customers", 4),
    ("select topK(1000)(email) from customers", -1),
]
OTHERS += [
    ("select * from customers limit 5 \\gexec", -1, "unreadable", ""),
    ("create view v as select group_concat(email) from customers", -1, "copy+write", "v"),
    ("summarize customers", -1, "unreadable", ""),
    ("select * from customers limit 5; exec xp_cmdshell 'bcp'", -1, "read+unreadable", ""),
]


@pytest.mark.parametrize(("sql", "rows"), READS, ids=lambda value: str(value)[:60])
def test_rows_that_a_query_gives_at_most(sql: str, rows: int) -> None:
    asked = read_sql(sql)
    assert (asked.rows, asked.kinds, asked.targets) == (rows, {SqlKind.READ}, ())


@pytest.mark.parametrize(("sql", "rows", "kinds", "targets"), OTHERS, ids=lambda value: str(value)[:60])
def test_what_other_statements_do(sql: str, rows: int, kinds: str, targets: str) -> None:
    asked = read_sql(sql)
    assert (asked.rows, "+".join(sorted(asked.kinds)), ",".join(asked.targets)) == (rows, kinds, targets)


def test_a_text_too_long_to_read_has_no_limit() -> None:
    asked = read_sql("select 1" + " " * MAX_CHARS)
    assert (asked.rows, asked.kinds) == (-1, {SqlKind.UNREADABLE})


def test_folding_is_told_apart_from_many_rows() -> None:
    assert read_sql("select group_concat(email) from customers").folds
    assert not read_sql("select email from customers").folds


def test_statements_of_one_text_count_together() -> None:
    assert read_sql("select * from a limit 30; select * from b limit 12").rows == 42


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            """select from where limit 5 10 * , ( ) customers email id = 1 group by count(*) union all distinct order join on
            insert into values delete update set returning with as 'x' ; -- top create table fetch first rows only""".split()
        ),
        max_size=14,
    )
)
def test_any_words_are_read(words: list[str]) -> None:
    asked = read_sql(" ".join(words))
    assert asked.rows >= -1


PIECES = st.sampled_from(["", "distinct ", "count(*), "])
LIMITS = st.sampled_from(["", " limit 2", " limit 3 offset 1", " limit -1", " limit 5, 2", " limit all"])
WHERES = st.sampled_from(
    ["", " where id = 4", " where id in (1, 2)", " where id = 4 or plan = 'a'", " where plan = 'a'"]
)
COLUMNS = st.sampled_from(["*", "email", "id, email", "plan", "group_concat(email)", "max(email)", "plan, count(*)"])
GROUPS = st.sampled_from(["", " group by plan", " group by email", " group by 1"])
SOURCES = st.sampled_from(
    [
        "customers",
        "(select * from customers limit 4)",
        "(select * from customers)",
        "customers c join orders o on o.customer_id = c.id",
    ]
)


@pytest.fixture(scope="module")
def database() -> sqlite3.Connection:
    opened = sqlite3.connect(":memory:")
    opened.execute("create table customers (id integer primary key, email text, plan text)")
    opened.execute("create table orders (number integer primary key, customer_id integer)")
    opened.executemany(
        "insert into customers values (?, ?, ?)", [(n, f"p{n}@example.com", "ab"[n % 2]) for n in range(1, 41)]
    )
    opened.executemany("insert into orders values (?, ?)", [(n, n) for n in range(1, 41)])
    return opened


@settings(max_examples=400, deadline=None)
@given(PIECES, COLUMNS, SOURCES, WHERES, GROUPS, LIMITS)
def test_no_query_shows_more_persons_than_were_said(
    database: sqlite3.Connection, first: str, columns: str, source: str, where: str, group: str, limit: str
) -> None:
    """A real database answers with no more addresses than the reading allows."""
    sql = f"select {first}{columns} from {source}{where}{group}{limit}"
    asked = read_sql(sql)
    try:
        found = database.execute(sql).fetchall()
    except sqlite3.Error:
        return
    if asked.rows < 0:
        return
    shown = {part for row in found for cell in row for part in str(cell).split(",") if "@" in part}
    assert len(shown) <= max(asked.rows, 2), sql
