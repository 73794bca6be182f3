"""Rows of other entities never reach a page: views, macros, failing rows, masks, what nobody classified."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from dashboards.entitlement import (
    ACCOUNTS,
    ENTITY,
    GROUP_ONLY,
    INTERNAL,
    KEYS,
    SCHEMAS,
    SHARED,
    TEXTS,
    THROUGH,
    Relation,
    masked_account,
)
from dashboards.warehouse import QUERIES, NotInThisVersion, Version, Versions
from ingest.controls import RESULT_COLUMNS
from ingest.export import PACK_SHEETS
from ingest.roles import Access, Duty
from ingest.trace import ENTITIES
from tests.dashboards.publication import ADMIN, ANALYST, CONTROLLER, RUNS, publish
from tests.dashboards.test_queries import nodes
from tests.harness.golden import PROJECT

ACCOUNT = "DE02120300000000202051"


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """The small publication, opened."""
    return Versions(publish(tmp_path_factory.mktemp("published")))


@pytest.fixture
def admin(versions: Versions) -> Iterator[Version]:
    with versions.take(ADMIN) as version:
        yield version


@pytest.fixture
def analyst(versions: Versions) -> Iterator[Version]:
    with versions.take(ANALYST) as version:
        yield version


@pytest.fixture
def controller(versions: Versions) -> Iterator[Version]:
    with versions.take(CONTROLLER) as version:
        yield version


def rows(version: Version, query: str) -> list[tuple]:
    with version.cursor() as cursor:
        return cursor.execute(query).fetchall()


def relations(version: Version) -> list[str]:
    query = """
        select table_schema || '.' || table_name from information_schema.tables
        where table_catalog = current_database() order by all"""
    return [name for (name,) in rows(version, query)]


# What reaches whom


def test_every_relation_with_an_entity_shows_the_rows_of_the_users_entities_only(analyst, controller, admin):
    found = 0
    for version, expected in ((analyst, {"LE01"}), (controller, {"LE02"})):
        for name in relations(version):
            columns = [row[0] for row in rows(version, f"describe {name}")]
            if ENTITY in columns:
                assert {row[0] for row in rows(version, f"select {ENTITY} from {name}")} == expected, name
                found += 1
    assert found >= 14
    assert {row[0] for row in rows(admin, f"select {ENTITY} from marts.rpt_kpis")} == {
        "LE01",
        "LE02",
        "*",
        None,
    }


def test_a_user_of_several_entities_sees_them_and_not_the_group(versions):
    both = Access("both@company.example", frozenset({"LE01", "LE02"}), frozenset({Duty.FPA}))
    with versions.take(both) as version:
        found = rows(version, f"select {ENTITY} from marts.rpt_kpis order by all")
        assert (found, version.sees_group) == ([("LE01",), ("LE02",)], False)


def test_an_entity_that_is_text_of_a_query_finds_nothing(versions):
    odd = Access("odd@company.example", frozenset({"LE01' or true or '"}), frozenset({Duty.ADMIN}))
    with versions.take(odd) as version:
        assert rows(version, "select * from marts.rpt_kpis") == []


def test_what_nobody_classified_is_there_for_nobody(analyst, admin):
    for version in (analyst, admin):
        for name in (
            "marts.new_and_unclassified",
            "intermediate.int_secret",
            "intermediate.int_bank_accounts",
        ):
            with pytest.raises(duckdb.CatalogException):
                rows(version, f"select * from {name}")


def test_a_query_for_what_is_not_there_is_told_so(admin):
    # the small publication has no such mart
    with pytest.raises(NotInThisVersion, match="this version does not hold"):
        admin.ask("trial_balance", as_of=None, entity="LE01")


def test_rows_without_an_entity_come_with_what_they_belong_to(analyst, controller, admin):
    customers = "select name from marts.dim_customer order by all"
    assert rows(analyst, customers) == [("Alpha",), ("Gamma",)]
    assert rows(controller, customers) == [("Beta",)]
    assert rows(admin, customers) == [("Alpha",), ("Beta",), ("Delta",), ("Gamma",)]
    disputes = "select dispute_key from intermediate.int_disputes"
    assert (rows(analyst, disputes), rows(controller, disputes)) == ([("d1",)], [("d2",)])
    lines = "select bank_line_key from intermediate.int_bank_statement_lines order by all"
    assert rows(controller, lines) == [("b2",), ("b4",)]
    assert len(rows(analyst, lines)) == 2


def test_of_an_older_version_what_cannot_be_told_apart_is_left_out(tmp_path):
    warehouse = publish(tmp_path)
    with duckdb.connect(str(warehouse.published)) as connection:
        connection.execute("drop table intermediate.int_bank_accounts")
    with Versions(warehouse).take(ANALYST) as version:
        assert "intermediate.int_bank_statement_lines" not in relations(version)
        assert rows(version, "select distinct legal_entity_id from marts.rpt_kpis") == [("LE01",)]


def test_what_is_drawn_from_all_entities_is_for_users_of_all(analyst, admin):
    for name in ("marts.rpt_cash_forecast_accuracy", "raw.quarantine", "staging.stg_registry__quarantine"):
        assert (len(rows(analyst, f"from {name}")), len(rows(admin, f"from {name}"))) == (0, 1), name
    result = "select status, failures, amount_at_risk, message from marts.rpt_control_results"
    assert rows(analyst, result) == [("fail", None, None, None)]
    assert rows(admin, result)[0][1] == 5


def test_a_table_macro_computes_over_all_entities_and_gives_the_users_own(analyst, controller, admin):
    opened = "select legal_entity_id, amount from marts.open_at(date '2025-03-31') order by all"
    assert rows(admin, opened) == [("*", 70), ("LE01", 30), ("LE02", 40)]
    assert (rows(analyst, opened), rows(controller, opened)) == ([("LE01", 30)], [("LE02", 40)])
    # of a macro that calls another one
    shares = "select legal_entity_id, round(share, 4) from dashboard.cut_open_at(date '2025-03-31')"
    assert (rows(analyst, shares), rows(controller, shares)) == (
        [("LE01", pytest.approx(0.4286))],
        [("LE02", pytest.approx(0.5714))],
    )
    for version in (analyst, admin):
        with pytest.raises(duckdb.CatalogException):
            rows(version, "from marts.without_entity()")


def test_failing_rows_of_a_run_are_the_users_own(analyst, controller, admin):
    def entities(version: Version) -> list:
        return [row[ENTITY] for row in version.failing_rows(RUNS[0], "BK-01", 10)]

    assert entities(admin) == ["LE01", "LE02", "*", None]
    assert (entities(analyst), entities(controller)) == (["LE01"], ["LE02"])
    assert len(admin.failing_rows(RUNS[0], "BK-01", 2)) == 2
    assert analyst.failing_rows(RUNS[0], "without-entity", 10) == []
    assert analyst.failing_rows("../../elsewhere", "BK-01", 10) == []
    [result] = analyst.control_results(RUNS[0])
    assert (result["status"], result["failures"], result["amount_at_risk"]) == ("fail", None, None)


# Bank details


def test_bank_details_are_masked_for_who_is_no_controller_or_admin(analyst, controller):
    receipts = "select bank_account_id, remittance_text from marts.fct_receipts"
    assert rows(analyst, receipts) == [("••••2051", "••••")]
    assert rows(controller, receipts) == [("1010", None)]
    lines = "select bank_account_id, counterparty, bank_line_key from intermediate.int_bank_statement_lines"
    [first, second] = rows(analyst, lines)
    assert first[:2] == second[:2] == ("••••2051", "••••")
    assert first[2] != second[2] and not {first[2], second[2]} & {"b1", "b3"}
    [finding] = analyst.failing_rows(RUNS[0], "BK-01", 10)
    assert (finding["bank_account_id"], finding["business_key"]) == ("••••2051", "••••2051 S1")
    everything = [str(rows(analyst, f"from {name}")) for name in relations(analyst)]
    assert not [text for text in everything if ACCOUNT in text]


@pytest.mark.parametrize(
    ("account", "shown"), [(ACCOUNT, "••••2051"), ("1010", "••••"), ("", "••••"), (None, None)]
)
def test_of_an_account_the_end_shows_where_it_is_long(account, shown):
    query = f"select {masked_account('account')} from (select cast(? as varchar) as account)"
    assert duckdb.execute(query, [account]).fetchone() == (shown,)


def test_columns_with_bank_details_are_known_by_their_names():
    sensitive = re.compile(
        "iban|bic$|swift|bank_account|bank_line_key|account_(holder|number)|counterparty$|remittance"
    )
    columns = {column for columns in project_relations().values() for column in columns}
    found = {column for column in columns if sensitive.search(column)}
    assert found == {"bank_account_id", "remittance_text"}
    assert found <= ACCOUNTS | TEXTS | KEYS


# That it cannot be forgotten


def project_relations() -> dict[str, set[str]]:
    """The relations of the published schemas with the columns that their models and seeds describe."""
    found: dict[str, set[str]] = {"marts.rpt_control_results": set(RESULT_COLUMNS)}
    for schema in ("marts", "dashboard"):
        folder = PROJECT / "models" / schema
        described = {
            model["name"]: {column["name"] for column in model.get("columns", [])}
            for path in folder.rglob("*.yml")
            for model in yaml.safe_load(path.read_text()).get("models", [])
        }
        for path in [*folder.rglob("*.sql"), *folder.rglob("*.py")]:
            found[f"{schema}.{path.stem}"] = described.get(path.stem, set())
    for path in (PROJECT / "seeds").glob("*.yml"):
        for seed in yaml.safe_load(path.read_text())["seeds"]:
            found[f"seeds.{seed['name']}"] = {column["name"] for column in seed["columns"]}
    return found


def test_every_published_relation_is_classified():
    unclassified = [
        name
        for name, columns in project_relations().items()
        if not Relation(name, dict.fromkeys(columns, "")).is_classified
    ]
    assert unclassified == [], (
        "Whose rows are these? Give them a legal_entity_id, or classify them in dashboards/entitlement.py;"
        " until then no page sees them."
    )


def test_a_relation_is_classified_once_and_exists():
    assert not SHARED & GROUP_ONLY and not (SHARED | GROUP_ONLY) & THROUGH.keys()
    known = project_relations().keys() | set(INTERNAL)
    assert (SHARED | GROUP_ONLY | THROUGH.keys()) <= known
    models = {f"{path.parts[-3]}.{path.stem}" for path in (PROJECT / "models").glob("*/*/*.sql")}
    assert {name for name in INTERNAL if not name.startswith("raw.")} <= models


def test_the_files_in_which_pages_look_have_only_what_is_classified():
    queries = [path.read_text() for path in QUERIES.glob("*.sql")] + list(PACK_SHEETS.values())
    assert len(queries) > 25
    for query in queries:
        text = duckdb.execute("select json_serialize_sql(?)", [query]).fetchone()[0]
        for node in nodes(json.loads(text)["statements"]):
            if node.get("type") == "BASE_TABLE":
                path = node["qualified_name"]["path"]
            elif node.get("type") == "TABLE_FUNCTION":
                path = node["function"]["qualified_name"]["path"]
                assert len(path) == 2 and path[0] in SCHEMAS, query
            else:
                continue
            # a name of three parts could reach another catalog; of one part it is a part of the query
            assert len(path) <= 2, query
            assert len(path) == 1 or path[0] in SCHEMAS or ".".join(path) in INTERNAL, query


def test_trace_asks_only_for_what_is_classified():
    assert {f"intermediate.{entity.table}" for entity in ENTITIES.values()} <= set(INTERNAL)


def test_the_published_file_has_a_name_that_no_query_knows(versions, analyst):
    names = {name for (name,) in rows(analyst, "select database_name from duckdb_databases()")}
    unguessable = {re.sub(r"[0-9a-f]{16}$", "", name) for name in names - {"memory", "system", "temp"}}
    assert unguessable == {"whole_", "macros_", "entitled_"}
    for name in ("published", "build", "whole", "memory"):
        with pytest.raises(duckdb.Error):
            rows(analyst, f"select * from {name}.marts.rpt_kpis")
    other = versions.warehouse.runs / RUNS[0] / "controls.duckdb"
    with pytest.raises(duckdb.PermissionException):
        rows(analyst, f"attach '{other}' as evidence (read_only)")


MODULES = sorted((PROJECT / "dashboards").rglob("*.py"))
OPENERS = {"duckdb", "ingest.reader", "ingest.query", "dashboards.entitlement"}
UNFILTERED = {
    "open_version",
    "open_published",
    "open_unpublished",
    "failing_rows",
    "results_of_run",
    "connect",
}
MAY_OPEN = {"warehouse.py", "entitlement.py"}
CACHES = {"cache", "lru_cache", "cache_data", "cache_resource", "fragment"}
CACHED = {
    *(("app.py", "versions"), ("access.py", "_users_of"), ("warehouse.py", "query_text")),
    ("format.py", "minor_units"),
}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_pages_opens_nothing_itself(path: Path):
    tree = ast.parse(path.read_text())
    imported = {
        alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    if path.name not in MAY_OPEN:
        openers = {
            name
            for name in imported
            if name.rpartition(".")[2] in UNFILTERED or any(name.startswith(one) for one in OPENERS)
        }
        assert openers <= {"dashboards.entitlement.is_for_the_group"}
        assert "_connection" not in {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_nothing_is_kept_between_users(path: Path):
    """What Streamlit or Python keeps is kept for everybody: of rows nothing is kept."""
    tree = ast.parse(path.read_text())
    kept = {
        (path.name, node.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for decorator in node.decorator_list
        if name_of(decorator) in CACHES
    }
    assert kept <= CACHED


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_whatever_is_handed_out_is_logged(path: Path):
    """A download goes through the one function that logs it; Streamlit's own export is switched off."""
    tree = ast.parse(path.read_text())
    buttons = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) == "download_button"
    ]
    for button in buttons:
        assert name_of(button.args[1]) == "partial", ast.unparse(button)
        assert ast.unparse(button.args[1].args[0]) == "_handed_out", ast.unparse(button)


def name_of(node: ast.AST) -> str:
    """The last name of a decorator or a call."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_users_of_one_scope_share_what_is_opened(versions):
    other = Access("carl@company.example", frozenset({"LE01"}), frozenset({Duty.FPA}))
    with versions.take(ANALYST) as first, versions.take(other) as second, versions.take(CONTROLLER) as third:
        databases = [rows(version, "select current_database()")[0][0] for version in (first, second, third)]
    assert databases[0] == databases[1] != databases[2]
