"""`tieout trace`: the whole chain, from any member, down to file and line."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest.errors import UnknownName
from ingest.reader import open_version
from ingest.trace import Chain, lines, trace
from tests.harness.golden import GOLDEN, needs_golden_quarter
from tests.harness.published import PublishedRun, tieout

pytestmark = [needs_golden_quarter, pytest.mark.slow]

BOOKS = GOLDEN / "extracts" / "books"


@pytest.fixture
def published(golden_run: PublishedRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """The golden quarter as it is published."""
    connection = open_version(golden_run.warehouse / "published.duckdb")
    yield connection
    connection.close()


def members(chain: Chain) -> dict[str, list[str]]:
    """Ids by kind, journals once each."""
    found: dict[str, list[str]] = {}
    for member in chain.members:
        identity = member.id.split(" / ")[0] if member.kind == "journal" else member.id
        listed = found.setdefault(member.kind, [])
        if identity not in listed:
            listed.append(identity)
    return found


CHAIN_OF_INV_1001 = {
    "order": ["SO-1001"],
    "order line": ["SO-1001 / 1", "SO-1001 / 2"],
    "shipment": ["SHP-01", "RET-01"],
    "invoice": ["INV-1001"],
    "credit memo": ["CM-2001"],
    "document line": ["CM-2001 / 1", "INV-1001 / 1", "INV-1001 / 2"],
    "application": ["APP-02", "APP-03", "APP-08"],
    "receipt": ["PMT-02", "PMT-05"],
    "bank line": ["B-1010-003", "B-1010-007"],
    "refund": ["RF-01"],
    "journal": ["002", "003", "018", "019", "020", "021", "022", "038", "044", "049"],
}


@pytest.mark.parametrize(
    "start",
    [
        *("INV-1001", "CM-2001", "SO-1001", "SHP-01", "RET-01", "APP-02", "APP-03", "PMT-02", "B-1010-003"),
        *("002", "003", "018", "019", "020", "021", "022"),
    ],
)
def test_the_chain_is_the_same_from_whichever_of_its_own_members(published, start):
    [chain] = trace(published, start)
    assert members(chain) == CHAIN_OF_INV_1001
    assert chain.notes == ("PMT-05 also pays 2,856.00 of INV-1005 (APP-06), which is another chain",)


def test_a_receipt_has_all_documents_that_it_pays(published):
    [chain] = trace(published, "PMT-05")
    found = members(chain)
    assert found["invoice"] == ["INV-1001", "INV-1005"]
    assert found["order"] == ["SO-1001", "SO-1005"]
    assert found["refund"] == ["RF-01"]
    assert chain.notes == ()


def test_one_delivery_of_an_order_leads_to_its_own_invoice(published):
    [chain] = trace(published, "SHP-06")
    found = members(chain)
    assert (found["order"], found["shipment"], found["invoice"]) == (["SO-1006"], ["SHP-06"], ["INV-1007"])


def test_a_write_off_and_a_dispute_lead_to_their_documents(published):
    [written_off] = trace(published, "WO-01")
    assert members(written_off)["invoice"] == ["INV-0900"]
    assert members(written_off)["journal"] == ["048"]
    [disputed] = trace(published, "DSP-01")
    assert members(disputed)["invoice"] == ["INV-1004"]
    assert members(disputed)["dispute"] == ["DSP-01"]


def test_a_journal_without_a_document_stands_alone(published):
    [chain] = trace(published, "016")
    assert members(chain) == {"journal": ["016"]}
    assert [member.row["account_id"] for member in chain.members] == ["1010", "2700"]


def test_every_member_names_the_line_that_holds_its_id(published):
    [chain] = trace(published, "INV-1001")
    assert len(chain.members) == 43
    for member in chain.members:
        record = (BOOKS / Path(member.source_file)).read_text().splitlines()[member.source_line - 1]
        for part in member.id.split(" / "):
            assert part in record.split(","), (member.place, record)


def test_the_text_shows_facts_and_places(published):
    text = lines("INV-1001", trace(published, "INV-1001"))
    assert text[0] == "INV-1001, invoice of books"
    [invoice] = [line for line in text if line.startswith("  invoice ")]
    assert invoice.endswith("  books/invoices.csv, line 3")
    assert "2025-01-10 customer C1 1,404.00 EUR due 2025-02-09" in invoice


def test_a_key_with_its_source_is_found_too(published):
    assert trace(published, "books:INV-1001") == trace(published, "INV-1001")


def test_the_source_narrows(published):
    assert len(trace(published, "INV-1001", "books")) == 1
    with pytest.raises(UnknownName, match="in source shop"):
        trace(published, "INV-1001", "shop")


def test_an_unknown_id_is_said(published):
    with pytest.raises(UnknownName, match="`INV-9999`"):
        trace(published, "INV-9999")


def test_the_command_prints_the_chain_down_to_file_and_line(golden_run):
    asked = tieout("trace", "INV-1001", warehouse=golden_run.warehouse)
    assert asked.exit_status == 0
    for identity, place in {
        "SO-1001": "books/orders.csv, line 2",
        "RET-01": "books/shipments.csv, line 7",
        "CM-2001": "books/invoices.csv, line 7",
        "APP-08": "books/applications.csv, line 9",
        "PMT-05": "books/payments.csv, line 6",
        "B-1010-007": "books/bank_statement_lines.csv, line 8",
        "044 / 2": "books/gl_journal_lines.csv, line 108",
    }.items():
        assert any(identity in line and line.endswith(place) for line in asked.output.splitlines()), identity


def test_one_id_in_two_sources_gives_two_chains(golden_run, tmp_path):
    """A shop that numbers its orders like the books does not mix with them."""
    shop = tmp_path / "extracts" / "shop"
    shop.mkdir(parents=True)
    (shop / "source.yml").write_text("kind: standard\n")
    (shop / "orders.csv").write_text(
        "order_id,legal_entity_id,customer_id,order_date,currency,status\n"
        "SO-1001,LE01,WEB-7,2025-01-05,EUR,confirmed\n"
    )
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    for folder in (GOLDEN / "extracts", tmp_path / "extracts"):
        tieout("land", folder, warehouse=warehouse)
    tieout("build", warehouse=warehouse)
    asked = tieout("trace", "SO-1001", "--unpublished", warehouse=warehouse)
    assert "SO-1001 stands for 2 things" in asked.output
    assert "SO-1001, order of books" in asked.output
    assert "SO-1001, order of shop" in asked.output
    narrowed = tieout("trace", "SO-1001", "--unpublished", "--source", "shop", warehouse=warehouse)
    assert "INV-1001" not in narrowed.output
    assert "shop/orders.csv, line 2" in narrowed.output
