"""What SAP books apart from invoices paid in full: a small company whose FI tables hold one case of each."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.harness.deliveries import write_rows
from tests.harness.project import Build, CompiledProject, Node, write_source

HEADER = [
    "BUKRS",
    "BELNR",
    "GJAHR",
    "BLART",
    "BLDAT",
    "BUDAT",
    "WAERS",
    "HWAER",
    "KURSF",
    "AWTYP",
    "AWKEY",
    "STBLG",
]
LINE = (
    *("BUKRS", "BELNR", "GJAHR", "BUZEI", "KOART", "SHKZG", "WRBTR", "DMBTR", "HKONT", "KUNNR", "UMSKZ"),
    *("AUGDT", "AUGBL", "REBZG", "ZFBDT", "ZBD1T", "ZBD2T", "MWSKZ", "BUZID", "GVTYP"),
)

# Type, posting day, source document, other header cells; then class, side, amount, account, other line cells.
DOCUMENTS = {
    # An invoice with tax, paid within the discount period.
    "4711": ("RV", "01/10/2025", "0090000001", {}, [
        ("D", "S", "119.00", "110000", {"AUGDT": "02/01/2025", "AUGBL": "14001.0", "ZFBDT": "01/10/2025",
                                        "ZBD1T": "14", "ZBD2T": "30"}),
        ("S", "H", "100.00", "600000", {"MWSKZ": "A1", "GVTYP": "X"}),
        ("S", "H", "19.00", "220000", {"MWSKZ": "A1", "BUZID": "T"}),
    ]),
    "14001": ("DZ", "02/01/2025", "", {}, [
        ("S", "S", "116.62", "100000", {}),
        ("S", "S", "2.00", "690000", {"MWSKZ": "A1", "GVTYP": "X"}),
        ("S", "S", "0.38", "220000", {"MWSKZ": "A1", "BUZID": "T"}),
        ("D", "H", "119.00", "110000", {"AUGDT": "02/01/2025", "AUGBL": "14001.0"}),
    ]),
    # An invoice of which 50.00 stays on the account as a rest, paid later.
    "4712": ("RV", "01/11/2025", "0090000002", {}, [
        ("D", "S", "200.00", "110000", {"AUGDT": "02/05/2025", "AUGBL": "14002.0"}),
        ("S", "H", "200.00", "600000", {"GVTYP": "X"}),
    ]),
    "14002": ("DZ", "02/05/2025", "", {}, [
        ("S", "S", "150.00", "100000", {}),
        ("D", "H", "200.00", "110000", {"AUGDT": "02/05/2025", "AUGBL": "14002.0"}),
        ("D", "S", "50.00", "110000", {"AUGDT": "02/20/2025", "AUGBL": "14003.0", "REBZG": "4712.0"}),
    ]),
    "14003": ("DZ", "02/20/2025", "", {}, [
        ("S", "S", "50.00", "100000", {}),
        ("D", "H", "50.00", "110000", {"AUGDT": "02/20/2025", "AUGBL": "14003.0"}),
    ]),
    # An invoice paid in part; the part stays open beside it until the rest comes.
    "4713": ("RV", "01/12/2025", "0090000003", {}, [
        ("D", "S", "300.00", "110000", {"AUGDT": "03/01/2025", "AUGBL": "14005.0"}),
        ("S", "H", "300.00", "600000", {"GVTYP": "X"}),
    ]),
    "14004": ("DZ", "02/06/2025", "", {}, [
        ("S", "S", "100.00", "100000", {}),
        ("D", "H", "100.00", "110000", {"AUGDT": "03/01/2025", "AUGBL": "14005.0", "REBZG": "4713.0"}),
    ]),
    "14005": ("DZ", "03/01/2025", "", {}, [
        ("S", "S", "200.00", "100000", {}),
        ("D", "H", "200.00", "110000", {"AUGDT": "03/01/2025", "AUGBL": "14005.0"}),
    ]),
    # Two invoices and the credit memo to the second, settled by one receipt.
    "4714": ("RV", "01/13/2025", "0090000004", {}, [
        ("D", "S", "70.00", "110000", {"AUGDT": "02/07/2025", "AUGBL": "14006.0"}),
        ("S", "H", "70.00", "600000", {"GVTYP": "X"}),
    ]),
    "4715": ("RV", "01/14/2025", "0090000005", {}, [
        ("D", "S", "400.00", "110000", {"AUGDT": "02/07/2025", "AUGBL": "14006.0"}),
        ("S", "H", "400.00", "600000", {"GVTYP": "X"}),
    ]),
    "4716": ("RV", "01/20/2025", "0090000006", {}, [
        ("D", "H", "80.00", "110000", {"AUGDT": "02/07/2025", "AUGBL": "14006.0", "REBZG": "4715.0"}),
        ("S", "S", "80.00", "600000", {"GVTYP": "X"}),
    ]),
    "14006": ("DZ", "02/07/2025", "", {}, [
        ("S", "S", "390.00", "100000", {}),
        ("D", "H", "390.00", "110000", {"AUGDT": "02/07/2025", "AUGBL": "14006.0"}),
    ]),
    # A receipt that bounced, so that its invoice is open again.
    "4717": ("RV", "01/15/2025", "0090000007", {}, [
        ("D", "S", "60.00", "110000", {}),
        ("S", "H", "60.00", "600000", {"GVTYP": "X"}),
    ]),
    "14007": ("DZ", "02/08/2025", "", {"STBLG": "14008.0"}, [
        ("S", "S", "60.00", "100000", {}),
        ("D", "H", "60.00", "110000", {"AUGDT": "02/10/2025", "AUGBL": "14008.0"}),
    ]),
    "14008": ("DZ", "02/10/2025", "", {"STBLG": "14007.0"}, [
        ("S", "H", "60.00", "100000", {}),
        ("D", "S", "60.00", "110000", {"AUGDT": "02/10/2025", "AUGBL": "14008.0"}),
    ]),
    # Cleared in January by a document that the extract does not hold.
    "4718": ("RV", "01/16/2025", "0090000008", {}, [
        ("D", "S", "33.00", "110000", {"AUGDT": "01/31/2025", "AUGBL": "99999.0"}),
        ("S", "H", "33.00", "600000", {"GVTYP": "X"}),
    ]),
    # 1.25 dollars to the euro, quoted the other way round; yen, which have no decimals, without any rate.
    "4719": ("RV", "01/17/2025", "0090000009", {"WAERS": "USD", "KURSF": "-1.25"}, [
        ("D", "S", "1,000.00|800.00", "110000", {}),
        ("S", "H", "1,000.00|800.00", "600000", {"GVTYP": "X"}),
    ]),
    "4720": ("RV", "01/18/2025", "0090000010", {"WAERS": "JPY", "KURSF": "0.0"}, [
        ("D", "S", "1,234.00|771.25", "110000", {}),
        ("S", "H", "1,234.00|771.25", "600000", {"GVTYP": "X"}),
    ]),
    # An invoice entered in accounting, without a billing document.
    "1800": ("DR", "01/19/2025", "", {}, [
        ("D", "S", "25.00", "110000", {"ZFBDT": "01/19/2025", "ZBD1T": "10"}),
        ("S", "H", "25.00", "600000", {"GVTYP": "X"}),
    ]),
    # A down payment stands on the customer, but is no trade receivable.
    "14009": ("SA", "02/11/2025", "", {}, [
        ("S", "S", "500.00", "100000", {}),
        ("D", "H", "500.00", "170000", {"UMSKZ": "A"}),
    ]),
}  # fmt: skip


def write_ledger(extracts: Path) -> Path:
    """Write DOCUMENTS as the two FI tables of source `fi`."""
    headers: list[dict[str, str]] = []
    lines: list[dict[str, str]] = []
    for number, (kind, posted, origin, cells, items) in DOCUMENTS.items():
        key = {"BUKRS": "DE01", "BELNR": number, "GJAHR": "2025"}
        currency = {"WAERS": "EUR", "HWAER": "EUR", "KURSF": "0.0"}
        source = {"AWTYP": "VBRK", "AWKEY": origin} if origin else {"AWTYP": "BKPF"}
        headers.append(
            {**key, "BLART": kind, "BLDAT": posted, "BUDAT": posted, **currency, **source, **cells}
        )
        for item, (account_class, side, amounts, account, line_cells) in enumerate(items, start=1):
            amount, _, functional = amounts.partition("|")
            lines.append(
                {
                    **{**key, "BUZEI": f"{item:03}", "KOART": account_class, "SHKZG": side},
                    **{"WRBTR": f"{amount:>16}", "DMBTR": f"{functional or amount:>16}", "HKONT": account},
                    **({"KUNNR": "100.0"} if account_class == "D" else {}),
                    **line_cells,
                }
            )
    source = write_source(extracts, "fi", kind="sap")
    write_rows(source / "BKPF.csv", HEADER, headers)
    write_rows(source / "BSEG.csv", LINE, lines)
    return source


def sap_staging(node: Node) -> bool:
    """What the staging of this kind needs."""
    return node.path.startswith(("models/staging/registry", "models/staging/sap"))


def values(build: Build, query: str) -> list[tuple[object, ...]]:
    """The rows of a query on the staging models, as tuples."""
    build.connection.execute("set search_path = 'staging'")
    return build.connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def ledger(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    folder = tmp_path_factory.mktemp("sap_ledger")
    write_ledger(folder / "extracts")
    build = compiled_project.build(folder / "extracts", folder, only=sap_staging)
    yield build
    build.close()


def test_net_is_gross_less_the_tax_lines_and_the_last_of_the_terms_is_the_due_date(ledger: Build) -> None:
    assert values(
        ledger, "select net, tax, gross, due_date from stg_sap__invoices where doc_id = '90000001'"
    ) == [(Decimal("100"), Decimal("19"), Decimal("119"), date(2025, 2, 9))]
    assert values(
        ledger, "select line_no, net_amount, tax_rate from stg_sap__invoice_lines where doc_id = '90000001'"
    ) == [("2", Decimal("100"), Decimal("0.19"))]


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        ("14001", ("100000", Decimal("116.62"), None)),
        ("14002", ("100000", Decimal("150"), None)),
        ("14007", ("100000", Decimal("60"), None)),
        ("14008", ("100000", Decimal("60"), "DE01-2025-14007")),
    ],
)
def test_a_receipt_is_what_reached_the_bank(
    ledger: Build, payment: str, expected: tuple[object, ...]
) -> None:
    query = "select bank_account_id, amount, reverses_payment_id from stg_sap__payments where payment_id = "
    assert values(ledger, f"{query} 'DE01-2025-{payment}'") == [expected]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("90000001", [("payment", "14001", date(2025, 2, 1), Decimal("119"), Decimal("2.38"))]),
        (
            "90000002",
            [
                ("payment", "14002", date(2025, 2, 5), Decimal("150"), None),
                ("payment", "14003", date(2025, 2, 20), Decimal("50"), None),
            ],
        ),
        (
            "90000003",
            [
                ("payment", "14004", date(2025, 2, 6), Decimal("100"), None),
                ("payment", "14005", date(2025, 3, 1), Decimal("200"), None),
            ],
        ),
        ("90000004", [("payment", "14006", date(2025, 2, 7), Decimal("70"), None)]),
        (
            "90000005",
            [
                ("credit_memo", "90000006", date(2025, 2, 7), Decimal("80"), None),
                ("payment", "14006", date(2025, 2, 7), Decimal("320"), None),
            ],
        ),
        ("90000007", []),
        ("90000008", []),
    ],
)
def test_what_settles_a_document(
    ledger: Build, document: str, expected: Sequence[tuple[object, ...]]
) -> None:
    found = values(
        ledger,
        f"""select source_type, replace(source_id, 'DE01-2025-', ''), posting_date, amount, discount
        from stg_sap__applications where doc_id = '{document}' order by source_type, posting_date""",
    )
    assert found == expected


def test_a_clearing_by_something_that_is_not_delivered_is_named(ledger: Build) -> None:
    query = "select doc_id, clearing_id, posting_date, amount from stg_sap__unexplained_clearings"
    assert values(ledger, query) == [("90000008", "DE01-2025-99999", date(2025, 1, 31), Decimal("33"))]


def test_a_credit_memo_is_negative_and_names_its_invoice(ledger: Build) -> None:
    query = "select doc_type, original_doc_id, gross from stg_sap__invoices where gross < 0"
    assert values(ledger, query) == [("credit_memo", "90000005", Decimal("-80"))]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("90000009", ("USD", Decimal("1000"), Decimal("0.8"))),
        ("90000010", ("JPY", Decimal("123400"), Decimal("0.00625"))),
    ],
)
def test_foreign_documents_are_whole_units_at_company_currency_per_unit(
    ledger: Build, document: str, expected: tuple[object, ...]
) -> None:
    query = f"select currency, gross, fx_rate from stg_sap__invoices where doc_id = '{document}'"
    assert values(ledger, query) == [expected]


def test_an_invoice_of_accounting_is_known_by_its_document(ledger: Build) -> None:
    query = "select doc_id, doc_type, gross, due_date from stg_sap__invoices where doc_id like 'DE01-%'"
    assert values(ledger, query) == [("DE01-2025-1800", "invoice", Decimal("25"), date(2025, 1, 29))]


def test_what_is_open_is_what_the_receivables_account_shows(ledger: Build) -> None:
    open_items = """
        with changes as (
            select gross as amount from stg_sap__invoices where currency = 'EUR'
            union all select -amount from stg_sap__applications where source_type = 'payment'
            union all select -amount from stg_sap__unexplained_clearings
        )
        select sum(amount) from changes"""
    account = """
        select sum(amount) from stg_sap__gl_journal_lines where control_of = 'ar' and currency = 'EUR'"""
    # 33.00 was cleared by something the extract lacks; the account still holds its debit.
    assert values(ledger, open_items) == [(Decimal("85"),)]
    assert values(ledger, account) == [(Decimal("85") + Decimal("33"),)]


def test_a_down_payment_is_no_receivable(ledger: Build) -> None:
    query = "select control_of from stg_sap__gl_journal_lines where account_id = '170000'"
    assert values(ledger, query) == [(None,)]


def test_a_posted_header_without_lines_is_named_and_a_parked_one_is_not(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    source = write_ledger(tmp_path / "extracts")
    key = {"BUKRS": "DE01", "GJAHR": "2025", "BLART": "SA", "BLDAT": "02/12/2025", "BUDAT": "02/12/2025"}
    euro = {"WAERS": "EUR", "HWAER": "EUR"}
    headers = [{**key, **euro, "BELNR": "500"}, {**key, **euro, "BELNR": "501", "BSTAT": "V"}]
    write_rows(source / "BKPF__more.csv", [*HEADER, "BSTAT"], headers)
    build = compiled_project.build(tmp_path / "extracts", tmp_path, only=sap_staging)
    found = values(build, "select document_id, missing_object from stg_sap__incomplete_documents")
    build.close()
    assert found == [("DE01-2025-500", "bseg")]


def test_both_families_together_count_nothing_twice(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    source = write_ledger(tmp_path / "extracts")
    entity = {"companyCode": "DE01", "fiscalYear": "2025", "accountingDocument": "0000004711"}
    money = {"transactionCurrency": "EUR", "companyCodeCurrency": "EUR"}
    item = {
        **{**entity, **money, "accountingDocumentItem": "1", "accountingDocumentType": "RV"},
        **{"referenceDocument": "0090000001", "customer": "0000000100", "glAccount": "0000110000"},
        **{"amountInTransactionCurrency": "119", "amountInCompanyCodeCurrency": "119"},
        **{"documentDate": "2025-01-10T00:00:00.000Z", "postingDate": "2025-01-10T00:00:00.000Z"},
        **{"clearingDate": "2025-02-01T00:00:00.000Z"},
        **{"clearingAccountingDocument": "0000014001", "clearingDocFiscalYear": "2025"},
    }
    header = {
        **{**entity, **money, "billingDocument": "0090000001", "billingDocumentType": "F2"},
        **{"billingDocumentDate": "2025-01-10T00:00:00.000Z", "totalNetAmount": "100"},
        **{"soldToParty": "0000000100"},
    }
    write_rows(source / "journal_entry_items_accounts_receivable.csv", list(item), [item])
    write_rows(source / "billing_document_headers.csv", list(header), [header])
    build = compiled_project.build(tmp_path / "extracts", tmp_path, only=sap_staging)
    lines = values(build, "select count(*), sum(amount) from stg_sap__gl_journal_lines")
    documents = values(build, "select net, tax, gross from stg_sap__invoices where doc_id = '90000001'")
    applications = values(build, "select sum(amount) from stg_sap__applications where doc_id = '90000001'")
    build.close()
    assert lines == [(sum(len(items) for *_, items in DOCUMENTS.values()), Decimal(0))]
    assert documents == [(Decimal("100"), Decimal("19"), Decimal("119"))]
    assert applications == [(Decimal("119"),)]


def test_a_document_is_known_from_its_first_delivery_and_its_clearing_from_the_one_that_brings_it(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "extracts", "fi", kind="sap")
    key = {"BUKRS": "DE01", "GJAHR": "2025"}
    money = {
        "WRBTR": "10.00",
        "DMBTR": "10.00",
        "HKONT": "110000",
        "KUNNR": "100",
        "KOART": "D",
        "BUZEI": "1",
    }
    invoice = {**key, **money, "BELNR": "1", "SHKZG": "S"}
    receipt = {**key, **money, "BELNR": "2", "SHKZG": "H", "AUGDT": "02/10/2025", "AUGBL": "2"}
    header = {**key, "WAERS": "EUR", "HWAER": "EUR"}
    billed = {
        "BELNR": "1",
        "BLART": "RV",
        "BLDAT": "01/10/2025",
        "BUDAT": "01/10/2025",
        "AWTYP": "VBRK",
        "AWKEY": "9",
    }
    paid = {"BELNR": "2", "BLART": "DZ", "BLDAT": "02/10/2025", "BUDAT": "02/10/2025", "AWTYP": "BKPF"}
    cleared = {"AUGDT": "02/10/2025", "AUGBL": "2"}
    write_rows(source / "BKPF__2025-01-31.csv", HEADER, [{**header, **billed}])
    write_rows(source / "BSEG__2025-01-31.csv", LINE, [invoice])
    write_rows(source / "BKPF__2025-03-05.csv", HEADER, [{**header, **paid}])
    write_rows(source / "BSEG__2025-03-05.csv", LINE, [{**invoice, **cleared}, receipt])
    build = compiled_project.build(tmp_path / "extracts", tmp_path, only=sap_staging)
    query = "select cast(known_at as date), known_at_assumed from"
    documents = values(build, f"{query} stg_sap__invoices")
    applications = values(build, f"{query} stg_sap__applications")
    receipts = values(build, f"{query} stg_sap__payments")
    build.close()
    assert documents == [(date(2025, 1, 10), True)]
    assert applications == [(date(2025, 3, 5), False)]
    assert receipts == [(date(2025, 3, 5), False)]


@pytest.mark.slow
def test_the_controls_find_the_one_item_without_a_partner_and_nothing_else(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    write_ledger(tmp_path / "extracts")
    build = compiled_project.build(tmp_path / "extracts", tmp_path)
    failing = build.failing_controls()
    open_items = values(
        build,
        """
        select doc_id, open_amount, open_amount_functional
        from marts.ar_open_items_at(date '2025-03-01')
        order by doc_id
        """,
    )
    build.close()
    # AG-01 compares with the same account as SL-01, and so finds the same 33.00.
    assert sorted(failing) == ["AG-01", "SL-01", "SL-04"]
    assert {row["business_key"] for row in failing["SL-04"]} == {"90000008"}
    assert "90000008" in {row["business_key"] for row in failing["SL-01"]}
    assert {row["difference"] for row in failing["AG-01"]} == {Decimal("-33")}
    assert open_items == [
        ("90000007", Decimal("60"), Decimal("60")),
        ("90000009", Decimal("1000"), Decimal("800")),
        ("90000010", Decimal("123400"), Decimal("771.25")),
        ("DE01-2025-1800", Decimal("25"), Decimal("25")),
    ]
