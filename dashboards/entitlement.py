"""What of a published version somebody sees: views that hold the rows of their entities, and no others.

The published file is attached under a name that no query knows. What pages ask is a catalog of views over it,
one for each scope, with the names of the published relations: `marts.rpt_kpis` there has the rows that the
scope's users may see. So a query needs no condition of its own, and none can forget it.

A relation with a `legal_entity_id` shows the rows of the scope's entities. One without is classified below;
one that is not does not exist for anybody. Table macros are filtered by the `legal_entity_id` that they give,
after they have computed over all entities. Columns with bank details are masked by their name, wherever.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import duckdb

from ingest.roles import Scope

ENTITY = "legal_entity_id"

# Every relation of these schemas is classified; of other schemas only those that stand here exist on pages.
SCHEMAS = ("marts", "dashboard", "seeds")
INTERNAL = (
    *("intermediate.int_orders", "intermediate.int_order_lines", "intermediate.int_shipments"),
    *("intermediate.int_ar_documents", "intermediate.int_ar_document_lines"),
    *("intermediate.int_applications", "intermediate.int_receipts", "intermediate.int_bank_statement_lines"),
    *("intermediate.int_refunds", "intermediate.int_write_offs", "intermediate.int_unexplained_clearings"),
    *("intermediate.int_disputes", "intermediate.int_journal_lines", "raw.quarantine", "raw.finished_build"),
    *("staging.stg_registry__deliveries", "staging.stg_registry__quarantine", "raw.lineage"),
)

# Without an entity and the same for everybody: definitions, master data of the company, what was delivered.
SHARED = frozenset(
    {
        *("marts.dim_account", "marts.dim_date", "marts.dim_metric", "marts.dim_product"),
        "marts.rpt_control_results",
        *("seeds.ageing_buckets", "seeds.control_catalogue", "seeds.control_faults", "seeds.control_inputs"),
        *("seeds.control_limits", "seeds.currencies", "seeds.eu_member_states", "seeds.metric_definitions"),
        *("seeds.posting_source_types", "seeds.standard_accounts"),
        *("raw.finished_build", "raw.lineage", "staging.stg_registry__deliveries"),
        "dashboard.cut_freshness",
    }
)

# Without an entity, drawn from all of them or of an entity that nobody knows: for users of all entities.
GROUP_ONLY = frozenset(
    {
        *("marts.rpt_cash_forecast_accuracy", "marts.rpt_cash_forecast_accuracy_by_slice"),
        *("raw.quarantine", "staging.stg_registry__quarantine"),
    }
)

# Without an entity of their own: seen with the rows that they belong to. `{entitled}` is the scope's catalog,
# `{whole}` the published one.
OF_DOCUMENTS = "document_key in (select document_key from {entitled}.intermediate.int_ar_documents)"
THROUGH = {
    "marts.dim_customer": """
        customer_key in (
            select customer_key from {entitled}.marts.fct_orders
            union all
            select customer_key from {entitled}.marts.fct_ar_documents
            union all
            select customer_key from {entitled}.marts.fct_receipts
        )""",
    "intermediate.int_disputes": OF_DOCUMENTS,
    "intermediate.int_unexplained_clearings": OF_DOCUMENTS,
    # A line that pays a receipt is its entity's; any other belongs to whoever's books the account stands in.
    "intermediate.int_bank_statement_lines": """
        case
            when receipt_key is not null
            then receipt_key in (select receipt_key from {entitled}.intermediate.int_receipts)
            else bank_account_id in (
                select bank_account_id from {whole}.intermediate.int_bank_accounts where {is_entitled}
            )
        end""",
}

# Of shared relations, what sums over all entities: null for whoever does not see all of them.
SUMS_OVER_ENTITIES = {"marts.rpt_control_results": frozenset({"failures", "amount_at_risk", "message"})}

# Bank details, by the name of their column in any relation.
ACCOUNTS = frozenset({"bank_account_id", "iban", "bic", "account_number"})
TEXTS = frozenset({"counterparty", "remittance_text", "account_holder"})
KEYS = frozenset({"bank_line_key", "bank_account_key"})
# Texts of a control's failing row, which may name the bank account that it is about.
TEXTS_OF_FINDINGS = frozenset({"business_key", "expected", "actual", "difference"})
MASK = "••••"


@dataclass(frozen=True)
class Relation:
    """A relation of the published file: `schema.name`, and its columns with their types."""

    name: str
    columns: dict[str, str]

    @property
    def is_classified(self) -> bool:
        """It is known whose rows it holds."""
        return self.is_of_entities or self.name in SHARED | GROUP_ONLY | THROUGH.keys()

    @property
    def is_of_entities(self) -> bool:
        """Its rows name their entity."""
        return ENTITY in self.columns


@dataclass
class Publication:
    """An opened published file, under a name that no query knows, and the catalogs of views over it."""

    connection: duckdb.DuckDBPyConnection
    whole: str
    _macros: str = field(default_factory=lambda: "macros_" + token_hex(8))
    _catalogs: dict[Scope, str] = field(default_factory=dict)
    _relations: list[Relation] = field(default_factory=list)
    _table_macros: list[tuple[str, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._relations = relations_of(self.connection, self.whole)
        self._table_macros = self._qualify_macros()

    def catalog_of(self, scope: Scope) -> str:
        """The catalog with what a scope sees, made when it is first asked for. One thread at a time."""
        if scope not in self._catalogs:
            catalog, salt = "entitled_" + token_hex(8), token_hex(16)
            self.connection.execute(f"attach ':memory:' as {catalog}")
            self._make_views(catalog, scope, salt)
            self._make_filtered_macros(catalog, scope, salt)
            self._catalogs[scope] = catalog
        return self._catalogs[scope]

    def _make_views(self, catalog: str, scope: Scope, salt: str) -> None:
        exposed = [relation for relation in self._relations if relation.is_classified]
        for schema in sorted({relation.name.partition(".")[0] for relation in exposed} | set(SCHEMAS)):
            self.connection.execute(f"create schema {catalog}.{schema}")
        # What is seen with other rows comes after them
        for relation in sorted(exposed, key=lambda one: (one.name in THROUGH, one.name)):
            try:
                self.connection.execute(
                    f"create view {catalog}.{relation.name} as select {columns_for(relation, scope, salt)}"
                    f" from {self.whole}.{relation.name} where {self._condition(relation, catalog, scope)}"
                )
            except duckdb.CatalogException:
                # A version of an older tieout lacks what the rows belong to, so nobody knows whose they are
                continue

    def _make_filtered_macros(self, catalog: str, scope: Scope, salt: str) -> None:
        for name, parameters in self._table_macros:
            names = ", ".join(quoted(parameter) for parameter in parameters)
            try:
                given = self.connection.execute(
                    f"describe select * from {self._macros}.{name}({', '.join('null' for _ in parameters)})"
                ).fetchall()
            except duckdb.Error:
                # What it gives cannot be told, so nobody knows whose rows they are
                continue
            result = Relation(name, {row[0]: row[1] for row in given})
            if result.is_of_entities:
                self.connection.execute(
                    f"create macro {catalog}.{name}({names}) as table"
                    f" select {columns_for(result, scope, salt)} from {self._macros}.{name}({names})"
                    f" where {is_entitled(scope)}"
                )

    def _condition(self, relation: Relation, catalog: str, scope: Scope) -> str:
        if scope.sees_group or relation.name in SHARED:
            return "true"
        if relation.name in GROUP_ONLY:
            return "false"
        if relation.name in THROUGH:
            return THROUGH[relation.name].format(
                entitled=catalog, whole=self.whole, is_entitled=is_entitled(scope)
            )
        return is_entitled(scope)

    def _qualify_macros(self) -> list[tuple[str, list[str]]]:
        """Make the table macros anew with the published catalog named in them; returns name and parameters.

        A macro's tables are looked up where it is called from, which here would be the filtered views.
        """
        self.connection.execute(f"attach ':memory:' as {self._macros}")
        found = self.connection.execute(
            """
            select schema_name, function_name, parameters, macro_definition from duckdb_functions()
            where database_name = ? and function_type = 'table_macro' and list_contains(?, schema_name)
            order by all""",
            [self.whole, list(SCHEMAS)],
        ).fetchall()
        for schema in sorted({schema for schema, *_ in found}):
            self.connection.execute(f"create schema {self._macros}.{schema}")
        made: list[tuple[str, list[str]]] = []
        waiting = [(f"{schema}.{quoted(name)}", *rest) for schema, name, *rest in found]
        # A macro that calls another one comes after it
        while progress := [macro for macro in waiting if self._make_macro(*macro)]:
            made += [(name, parameters) for name, parameters, _ in progress]
            waiting = [macro for macro in waiting if macro not in progress]
        return made

    def _make_macro(self, name: str, parameters: list[str], definition: str) -> bool:
        names = ", ".join(quoted(parameter) for parameter in parameters)
        try:
            self.connection.execute(
                f"create macro {self._macros}.{name}({names}) as table {self._qualified(definition)}"
            )
        except duckdb.CatalogException:
            return False
        return True

    def _qualified(self, definition: str) -> str:
        """A query in which every relation and table macro of a schema is named with its catalog."""
        row = self.connection.execute("select json_serialize_sql(?)", [definition]).fetchone()
        tree = json.loads(row[0]) if row else {}
        for node in nodes(tree):
            if node.get("type") == "BASE_TABLE" and len(path := node["qualified_name"]["path"]) == 2:
                path.insert(0, self.whole)
            if node.get("type") == "TABLE_FUNCTION":
                path = node["function"]["qualified_name"]["path"]
                if len(path) == 2:
                    path.insert(0, self._macros)
        row = self.connection.execute("select json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
        return str(row[0]) if row else ""


def is_for_the_group(mart: str) -> bool:
    """Whether a mart is shown to users of all entities only."""
    return any(name.partition(".")[2] == mart for name in GROUP_ONLY)


def relations_of(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[Relation]:
    """The relations of a published file that pages may ask for, classified or not."""
    rows = connection.execute(
        """
        select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()
        where database_name = $catalog
            and (list_contains($schemas, schema_name)
                or list_contains($internal, schema_name || '.' || table_name))
        order by schema_name, table_name, column_index""",
        {"catalog": catalog, "schemas": list(SCHEMAS), "internal": list(INTERNAL)},
    ).fetchall()
    found: dict[str, Relation] = {}
    for name, column, data_type in rows:
        found.setdefault(name, Relation(name, {})).columns[column] = data_type
    return list(found.values())


def columns_for(relation: Relation, scope: Scope, salt: str) -> str:
    """A select list: the relation's columns, bank details masked and sums over entities left out."""
    left_out = frozenset() if scope.sees_group else SUMS_OVER_ENTITIES.get(relation.name, frozenset())
    replaced = {
        column: f"cast(null as {data_type})"
        if column in left_out
        else masked(column, relation.columns, scope, salt)
        for column, data_type in relation.columns.items()
    }
    given = [f"{expression} as {quoted(column)}" for column, expression in replaced.items() if expression]
    return f"* replace ({', '.join(given)})" if given else "*"


def masked(column: str, columns: dict[str, str], scope: Scope, salt: str) -> str | None:
    """What is shown in place of a column with bank details that the scope does not see; else None."""
    name = quoted(column)
    if scope.sees_bank_details:
        return None
    if column in ACCOUNTS:
        return masked_account(name)
    if column in TEXTS:
        return f"case when {name} is not null then '{MASK}' end"
    if column in KEYS:
        return f"md5('{salt}' || {name})"
    if column in TEXTS_OF_FINDINGS and columns[column] == "VARCHAR" and "bank_account_id" in columns:
        return f"coalesce(replace({name}, bank_account_id, {masked_account('bank_account_id')}), {name})"
    return None


def masked_account(name: str) -> str:
    """An account number of which only the end shows, and nothing where it is short."""
    return (
        f"case when {name} is null then null when length({name}) > 8"
        f" then '{MASK}' || right({name}, 4) else '{MASK}' end"
    )


def is_entitled(scope: Scope) -> str:
    """The condition that a row's entity is one of the scope's; rows of the group and of none are not."""
    if scope.entities is None:
        return "true"
    return f"{ENTITY} in ({', '.join(text(entity) for entity in sorted(scope.entities))})"


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of a query parsed by DuckDB."""
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from nodes(child)
    elif isinstance(tree, Sequence) and not isinstance(tree, str):
        for child in tree:
            yield from nodes(child)


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"
