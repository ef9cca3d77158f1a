"""A record may give many rows of a table, and a key may be made of several columns."""

from __future__ import annotations

import pytest
from rows import COVERAGE, DAY, line
from servers import Database

from robot.cells.columns import datetime, integer, text
from robot.cells.rejection import Rejection
from robot.cells.rows import Family, Row, RowTable, StoredHash, hash_columns, key_parts, key_text
from robot.database import Batch, Counts, Repository, read_contents, read_contents_of
from robot.database.contents import forget_hashes
from robot.period import whole

PEOPLE = RowTable(
    name="people",
    primary_key=("place", "id"),
    key=("place", "id"),
    traced=True,
    columns=(
        text("place", 20),
        text("id", 20),
        datetime("seen_at"),
        text("name", 50),
        datetime("created_at"),
        datetime("updated_at"),
        *hash_columns(traced=True),
    ),
)
PHONES = RowTable(
    name="people_phones",
    primary_key=("place", "person", "position"),
    key=("place", "person", "position"),
    owner=("place", "person"),
    columns=(
        text("place", 20),
        text("person", 20),
        integer("position"),
        text("number", 20),
        datetime("created_at"),
        datetime("updated_at"),
        *hash_columns(),
    ),
)
FAMILY = Family(PEOPLE, "seen_at", None, (PHONES,))


@pytest.fixture
def tables(database: Database, repository: Repository):
    if database.on_server:
        database.query("DROP TABLE IF EXISTS people_phones")
        database.query("DROP TABLE IF EXISTS people")
    for table in (PEOPLE, PHONES):
        columns = ", ".join(
            f"{column.name} {column.sql_type} {'NOT ' * (column.name in table.key)}NULL"
            for column in table.columns
        )
        keys = ", ".join(table.key)
        database.query(f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({keys}))")
    return repository


def person(place: str, key: str, name: str = "Ana") -> Row:
    moment = whole(DAY).start
    return Row((place, key, moment, name), f"{place}{key}{name}", f"1{place}{key}{name}")


def phones(place: str, key: str, *numbers: str) -> list[Row]:
    return [
        Row((place, key, position, number), f"{key}{position}{number}")
        for position, number in enumerate(numbers)
    ]


def store(repository: Repository, people, of_phones, *rejections):
    batch = Batch({PEOPLE: people, PHONES: of_phones}, rejections)
    return repository.store(batch, COVERAGE, line(), set())


def test_many_rows_of_a_record_are_stored_and_only_what_differs_is_written(tables, database):
    people = [person("sp", "1"), person("rj", "1")]
    of_phones = [*phones("sp", "1", "11", "12", "13"), *phones("rj", "1", "21")]
    assert store(tables, people, of_phones).tables == {
        "people": Counts(2, 0, 0),
        "people_phones": Counts(4, 0, 0),
    }
    of_phones[1] = phones("sp", "1", "11", "99")[1]
    assert store(tables, people, of_phones).tables == {
        "people": Counts(0, 0, 2),
        "people_phones": Counts(0, 1, 3),
    }
    found = database.query(
        "SELECT place, person, position, number FROM people_phones ORDER BY place, position"
    )
    assert found == [
        ("rj", "1", 0, "21"),
        ("sp", "1", 0, "11"),
        ("sp", "1", 1, "99"),
        ("sp", "1", 2, "13"),
    ]


def test_what_is_known_of_a_period_is_told_by_the_keys_of_all_rows(tables):
    store(tables, [person("sp", "1"), person("a|b", "2")], phones("sp", "1", "11", "12"))
    people, of_phones = tables.known_hashes(FAMILY, whole(DAY))
    assert people["sp|1"] == StoredHash("sp1Ana", "1sp1Ana")
    assert set(people) == {"sp|1", "a\\|b|2"}
    assert of_phones == {"sp|1|0": StoredHash("1011"), "sp|1|1": StoredHash("1112")}


def test_the_content_of_a_record_moves_with_each_of_its_rows(tables, database):
    store(tables, [person("sp", "1"), person("rj", "1")], phones("sp", "1", "11", "12"))
    before = read_contents(tables, FAMILY, whole(DAY))
    assert before == read_contents_of(tables, FAMILY, ["sp|1", "rj|1", "nobody|1"])
    assert [digest is None for digest in before["rj|1"].digests] == [False, True]
    database.query("UPDATE people_phones SET number = '9' WHERE position = 1")
    after = read_contents(tables, FAMILY, whole(DAY))
    assert after["rj|1"] == before["rj|1"]
    assert after["sp|1"].digests[0] == before["sp|1"].digests[0]
    assert after["sp|1"].digests[1] != before["sp|1"].digests[1]


def test_the_rows_of_a_record_are_written_again_when_their_hashes_are_forgotten(tables, database):
    people, of_phones = [person("sp", "1"), person("rj", "1")], phones("sp", "1", "11", "12")
    store(tables, people, of_phones)
    database.query("UPDATE people_phones SET number = '9'")
    forget_hashes(tables, {PHONES: ["sp|1"], PEOPLE: ["rj|1"]})
    assert store(tables, people, of_phones).tables == {
        "people": Counts(0, 1, 1),
        "people_phones": Counts(0, 2, 0),
    }
    assert database.query("SELECT number FROM people_phones ORDER BY position") == [
        ("11",),
        ("12",),
    ]


def test_a_row_that_the_database_refuses_leaves_the_others_of_its_record(tables, database):
    if database.on_server:
        database.query("ALTER TABLE people_phones ADD CONSTRAINT ck_number CHECK (number <> 'x')")
    else:
        database.query(
            "CREATE TRIGGER refuse BEFORE INSERT ON people_phones WHEN NEW.number = 'x'"
            " BEGIN SELECT RAISE(ABORT, 'ck_number'); END"
        )
    people = [person("sp", str(n)) for n in range(8)]
    of_phones = [row for n in range(8) for row in phones("sp", str(n), "11", f"1{n}", "13")]
    of_phones[4] = phones("sp", "1", "11", "x")[1]
    stored = store(tables, people, of_phones, Rejection("sp|9", "no name", "{}"))
    assert stored.tables == {"people": Counts(8, 0, 0), "people_phones": Counts(23, 0, 0)}
    assert stored.clashed == {"sp|1"}
    assert database.value("SELECT COUNT(*) FROM rejected_records") == 2


@pytest.mark.parametrize(
    "cells", [("a", "b"), ("a|b", ""), ("a", "|b"), ("\\", "|"), ("a\\|", "b")]
)
def test_a_key_of_several_columns_is_one_text_and_no_other_keys(cells):
    assert key_parts(key_text(cells), len(cells)) == cells
