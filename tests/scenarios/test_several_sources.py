"""Several sources side by side: equal keys are different things unless both keep one entity's books."""

from pathlib import Path

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import Company, assert_shows

LE01 = """
legal_entity_id name           functional_currency
LE01            "Name in erp"  EUR
"""
LE02 = """
legal_entity_id name           functional_currency
LE02            "The shop"     EUR
"""
ERP = {
    "legal_entities": LE01,
    "customers": """
    customer_id name
    C1          "First in erp"
    """,
    "invoices": """
    doc_id posting_date gross
    INV-1  2025-01-10   100.00
    """,
    "payments": """
    payment_id posting_date amount
    PMT-1      2025-01-20    60.00
    """,
    "applications": """
    application_id source_id doc_id posting_date amount
    APP-1          PMT-1     INV-1  2025-01-20   60.00
    """,
}
SHOP = {
    "legal_entities": LE02,
    "customers": """
    customer_id name
    C1          "First in shop"
    """,
    "invoices": """
    doc_id posting_date gross legal_entity_id
    INV-1  2025-01-12   7.00  LE02
    """,
    "payments": """
    payment_id posting_date amount legal_entity_id
    PMT-1      2025-01-21   5.00   LE02
    """,
    "applications": """
    application_id source_id doc_id posting_date amount
    APP-1          PMT-1     INV-1  2025-01-21   5.00
    """,
}


def built(project: CompiledProject, folder: Path, settings: str = "", **sources: dict[str, str]) -> Build:
    company = Company(project, folder)
    if settings:
        company.settings(settings)
    for name, files in sources.items():
        company.deliver(files, name)
    return company.build()


def test_equal_keys_of_two_sources_are_different_things(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = built(compiled_project, tmp_path, erp=ERP, shop=SHOP)
    assert_shows(
        build,
        "marts.dim_customer",
        """
        customer_key customer_id name
        erp:C1       C1          "First in erp"
        shop:C1      C1          "First in shop"
        """,
    )
    assert_shows(
        build,
        "marts.rpt_ar_open_items",
        """
        as_of      source_system legal_entity_id doc_id customer_key open_amount
        2025-01-21 erp           LE01            INV-1  erp:C1       40.00
        2025-01-21 shop          LE02            INV-1  shop:C1       2.00
        """,
    )
    assert_shows(
        build,
        "marts.fct_receipts",
        """
        source_system payment_id amount applied_amount unapplied_amount source_file  source_line
        erp           PMT-1      60.00  60.00          0                payments.csv 2
        shop          PMT-1       5.00   5.00          0                payments.csv 2
        """,
    )
    assert build.failing_controls() == {}
    build.close()


def test_a_bank_source_names_documents_of_the_one_other_source(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    erp = {name: text for name, text in ERP.items() if name not in ("payments", "applications")}
    build = built(
        compiled_project,
        tmp_path,
        erp=erp,
        bank={"payments": ERP["payments"], "applications": ERP["applications"]},
    )
    assert_shows(
        build,
        "marts.rpt_ar_open_items",
        """
        as_of      source_system doc_id open_amount
        2025-01-20 erp           INV-1  40.00
        """,
    )
    assert_shows(
        build,
        "marts.fct_receipts",
        """
        source_system payment_id customer_id customer_key applied_amount unapplied_amount
        bank          PMT-1      C1          erp:C1       60.00          0
        """,
    )
    assert build.failing_controls() == {}
    build.close()


def test_a_reference_that_two_sources_could_answer_or_none_is_an_orphan(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    shop = {
        **{name: text for name, text in SHOP.items() if name not in ("payments", "applications")},
        "customers": """
        customer_id name
        C9          "Only in shop"
        """,
        "invoices": """
        doc_id posting_date gross legal_entity_id customer_id
        INV-1  2025-01-12   7.00  LE02            C9
        """,
    }
    erp = {name: text for name, text in ERP.items() if name not in ("payments", "applications")}
    build = built(
        compiled_project,
        tmp_path,
        erp=erp,
        shop=shop,
        bank={
            "payments": """
            payment_id posting_date amount
            PMT-1      2025-01-20    60.00
            """,
            "applications": """
            application_id source_id doc_id posting_date amount
            TWICE          PMT-1     INV-1  2025-01-20   30.00
            NOWHERE        PMT-1     INV-8  2025-01-20   30.00
            """,
        },
    )
    assert {
        (row["source_system"], row["source_file"], row["source_line"], row["offending_value"])
        for row in build.failing_control("RI-01")
    } == {
        ("bank", "applications.csv", 2, "INV-1"),
        ("bank", "applications.csv", 3, "INV-8"),
    }
    assert_shows(
        build,
        "marts.rpt_ar_open_items",
        """
        source_system doc_id open_amount
        erp           INV-1  100.00
        shop          INV-1    7.00
        """,
    )
    build.close()


def test_a_source_that_delivers_the_object_does_not_borrow_from_another(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    shop = {
        **SHOP,
        "customers": """
        customer_id name
        C2          "Second in shop"
        """,
    }
    build = built(compiled_project, tmp_path, erp=ERP, shop=shop)
    assert {
        (row["source_system"], row["source_file"], row["offending_value"])
        for row in build.failing_control("RI-01")
    } == {("shop", "invoices.csv", "C1"), ("shop", "payments.csv", "C1")}
    build.close()


def same_entity(name: str, customer: str, currency: str = "EUR", doc_id: str = "INV-1") -> dict[str, str]:
    return {
        "legal_entities": f"""
        legal_entity_id name     functional_currency
        LE01            "{name}" {currency}
        """,
        "customers": f"""
        customer_id name
        C1          "{customer}"
        """,
        "chart_of_accounts": f"""
        account_id name           account_type normal_balance statement_line cash_flow_class control_of
        1100       "AR in {name}" asset        D              Receivables    operating       ar
        """,
        "invoices": f"""
        doc_id   posting_date gross
        {doc_id} 2025-01-10   100.00
        """,
    }


def test_sources_of_one_entity_share_its_customers_and_accounts(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = built(
        compiled_project,
        tmp_path,
        "sources: [zeta, alpha]\n",
        alpha=same_entity("Alpha", "First in alpha"),
        zeta=same_entity("Zeta", "First in zeta", doc_id="INV-2"),
    )
    assert_shows(build, "marts.dim_legal_entity", "legal_entity_id name\nLE01 Zeta")
    assert_shows(build, "marts.dim_customer", 'customer_id name\nC1 "First in zeta"')
    assert_shows(build, "marts.dim_account", 'account_id name\n1100 "AR in Zeta"')
    assert_shows(
        build,
        "marts.rpt_ar_open_items",
        """
        source_system doc_id customer_key open_amount
        alpha         INV-1  zeta:C1      100.00
        zeta          INV-2  zeta:C1      100.00
        """,
    )
    assert build.failing_controls() == {}
    build.close()


def test_without_a_setting_the_first_source_by_alphabet_wins_and_currencies_must_agree(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = built(
        compiled_project,
        tmp_path,
        zeta=same_entity("Zeta", "First in zeta", "USD"),
        alpha=same_entity("Alpha", "First in alpha", "EUR", doc_id="INV-2"),
    )
    assert_shows(build, "marts.dim_legal_entity", "legal_entity_id name functional_currency\nLE01 Alpha EUR")
    assert_shows(build, "marts.dim_customer", 'customer_id name\nC1 "First in alpha"')
    rows = build.failing_control("RI-02")
    build.close()
    assert rows != []
    assert {row["legal_entity_id"] for row in rows} == {"LE01"}
    assert {row["source_system"] for row in rows} == {"alpha", "zeta"}


def test_a_shipment_of_another_source_answers_no_reference(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    def with_shipment(files: dict[str, str], shipment: str, named: str, entity: str) -> dict[str, str]:
        return {
            "legal_entities": files["legal_entities"],
            "customers": files["customers"],
            "orders": f"order_id order_date legal_entity_id\nSO-1 2025-01-05 {entity}",
            "shipments": f"""
            shipment_id order_id order_line_no quantity ship_date
            {shipment}  SO-1     10            1        2025-01-09
            {shipment}  SO-1     20            1        2025-01-09
            """,
            "invoices": f"""
            doc_id posting_date gross legal_entity_id order_id shipment_id
            INV-1  2025-01-10   10.00 {entity}        SO-1     {named}
            """,
        }

    build = built(
        compiled_project,
        tmp_path,
        erp=with_shipment(ERP, "SH-1", "SH-1", "LE01"),
        shop=with_shipment(SHOP, "SH-2", "SH-1", "LE02"),
    )
    assert [
        (row["source_system"], row["source_file"], row["offending_value"])
        for row in build.failing_control("RI-01")
    ] == [("shop", "invoices.csv", "SH-1")]
    build.close()


def test_an_object_that_was_delivered_empty_is_delivered(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver(
        {name: text for name, text in ERP.items() if name != "customers"}
        | {"customers__2025-03-01": ERP["customers"], "customers__2025-03-02": "customer_id name"},
        "erp",
        load="full_snapshot",
    )
    build = company.build()
    orphans = {(row["source_file"], row["offending_value"]) for row in build.failing_control("RI-01")}
    build.close()
    assert orphans == {("invoices.csv", "C1"), ("payments.csv", "C1")}


def test_an_emptied_object_does_not_borrow_from_another_source(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver(ERP, "erp")
    company.deliver({**SHOP, "customers": "customer_id name"}, "shop")
    build = company.build()
    assert_shows(
        build,
        "marts.fct_ar_documents",
        """
        source_system doc_id customer_key
        erp           INV-1  erp:C1
        shop          INV-1  -
        """,
    )
    build.close()
