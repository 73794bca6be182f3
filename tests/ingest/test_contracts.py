"""The contract files: what the standard one says, and what is said about one that is wrong."""

import re
from pathlib import Path

import pytest

from ingest.contracts import Column, known_kinds, load_contract, read_contract
from ingest.errors import ContractError


def test_the_standard_contract_has_every_object_and_yields_each():
    contract = load_contract("standard")
    assert len(contract.objects) == 30
    assert set(contract.entities) >= set(contract.objects)
    assert contract.objects["invoice_lines"].key == ("doc_id", "line_no")
    assert contract.objects["payments"].required == (
        *(
            "payment_id",
            "legal_entity_id",
            "bank_account_id",
            "posting_date",
            "currency",
            "fx_rate",
            "amount",
        ),
    )
    assert contract.objects["fx_rates"].column("RATE").sql_type == "decimal(18,8)"
    assert all(known.columns[-1].name == "is_deleted" for known in contract.objects.values())


@pytest.mark.parametrize("kind", known_kinds())
def test_every_contract_is_described_and_has_keys(kind):
    contract = load_contract(kind)
    assert contract.description
    for known in contract.objects.values():
        assert known.description, known.name
        assert known.key, known.name
        assert all(known.column(name).required for name in known.key), known.name
        assert re.fullmatch(rf"{kind}__[a-z0-9_]+", known.table)


@pytest.mark.parametrize(
    ("column", "found", "expected"),
    [
        ("{type: money}", "type `money` in things.a", "decimal(p,s)"),
        ("{type: text, requird: true}", "`requird` in things.a", "required"),
        (
            "{type: text, thousands: ','}",
            "`thousands` in things.a",
            "no such attribute on a column of type text",
        ),
        (
            "{type: amount, values: [1]}",
            "`values` in things.a",
            "no such attribute on a column of type amount",
        ),
        ("text", "column things.a", "a mapping with at least `type`"),
    ],
)
def test_a_wrong_column_is_named(tmp_path, column, found, expected):
    path = _contract(tmp_path, f"objects:\n  things:\n    columns:\n      a: {column}\n")
    with pytest.raises(ContractError) as raised:
        read_contract(path)
    assert (raised.value.file, raised.value.found) == ("mine.yml", found)
    assert expected in raised.value.expected


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("objects:\n  Things: {columns: {a: {type: text}}}\n", "object `Things`"),
        ("objects:\n  things: {}\n", "object things without columns"),
        ("objects:\n  things: {columns: {batch_id: {type: text}}}\n", "things.batch_id"),
        ("objects:\n  things: {columns: {a: {type: text}, b: {type: text, aliases: [A]}}}\n", "things.b"),
        (
            "objects:\n  x: {file_names: [Y], columns: {a: {type: text}}}\n"
            "  y: {columns: {a: {type: text}}}\n",
            "file name `y` for x and y",
        ),
        ("other: 1\nobjects: {}\n", "`other`"),
        ("entities: []\n", "no mapping `objects`"),
    ],
)
def test_a_wrong_contract_is_named(tmp_path, content, found):
    with pytest.raises(ContractError) as raised:
        read_contract(_contract(tmp_path, content))
    assert raised.value.found == found


def test_aliases_and_file_names_without_regard_to_capitals(tmp_path):
    contract = read_contract(
        _contract(
            tmp_path,
            "objects:\n  things:\n    file_names: [THG]\n    columns:\n"
            "      a: {type: text, aliases: [Alpha]}\n"
            "      b: {type: boolean, true_values: X, false_values: ['']}\n",
        )
    )
    assert contract.object_of_file("thg") is contract.objects["things"]
    assert contract.object_of_file("other") is None
    assert contract.objects["things"].column("ALPHA") == Column("a", "text", aliases=("Alpha",))
    assert contract.objects["things"].column("b").true_values == ("X",)


def _contract(folder: Path, content: str) -> Path:
    path = folder / "mine.yml"
    path.write_text(f"kind: mine\n{content}")
    return path
