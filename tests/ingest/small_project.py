"""A dbt project small enough to build in a second, for what the pipeline does whatever the models are.

Its controls look at one column of the delivered orders: the control that an order's `channel` names fails on
it. The pipeline runs on it as on the real one, with the real landing and the real macro for severities.
"""

import shutil
from pathlib import Path

from tests.harness.golden import PROJECT

MACROS = ("generate_schema_name.sql", "two_part_names.sql", "get_test_sql.sql")
CONTROLS = ("LD-01", "OR-02", "SL-01", "SQ-01")

DBT_PROJECT = """
name: tieout
version: "1.0.0"
config-version: 2
profile: tieout
model-paths: [models]
seed-paths: [seeds]
macro-paths: [macros]
test-paths: [tests]
flags: {send_anonymous_usage_stats: false, use_colors: false}
models:
  tieout:
    intermediate: {+schema: intermediate, +materialized: table}
    marts: {+schema: marts, +materialized: table, +contract: {enforced: true}}
seeds:
  tieout: {+schema: seeds, +quote_columns: false}
data_tests:
  tieout:
    controls: {+schema: controls, +store_failures: true, +severity: error}
"""

CATALOGUE = """control_id,title,domain,assertion,severity,tolerance,owner,covers
LD-01,Rows are complete,landing,No order is of channel LD-01.,block,0,Data,fct_orders
OR-02,Orders are in time,orders,No order is of channel OR-02.,warn,0,Sales,fct_orders
SL-01,Open items tie,receivables,No order is of channel SL-01.,block,0,Accounting,fct_orders
SQ-01,Numbers run on,documents,No order is of channel SQ-01.,block,0,Billing,fct_orders
"""

CONTROL = """{{{{ config(alias="{alias}", meta={{"control_id": "{control_id}"}}) }}}}
select
    '{control_id}' as control_id,
    as_of,
    legal_entity_id,
    order_id as business_key,
    cast(12.5 as decimal(18, 4)) as amount_at_risk,
    'another channel' as expected,
    channel as actual,
    cast(null as decimal(18, 4)) as difference,
    source_system,
    source_file,
    source_line
from {{{{ ref("fct_orders") }}}}, {{{{ ref("int_as_of") }}}}
where
    case
        when channel = 'broken {control_id}' then error('the planted fault')
        else channel = '{control_id}'
    end
"""

MODELS = {
    "intermediate/int_as_of": """
        select coalesce(as_of_requested, as_of, (select max(order_date) from raw.standard__orders)) as as_of
        from raw.settings""",
    "intermediate/int_control_settings": """
        select
            catalogue.* replace (
                coalesce(settings.severity, catalogue.severity) as severity,
                coalesce(settings.owner, catalogue.owner) as owner,
                cast(coalesce(settings.tolerance, catalogue.tolerance) as decimal(18, 4)) as tolerance
            ),
            settings.override_reason,
            settings.override_approver,
            settings.override_expires_on,
            coalesce(settings.override_expires_on >= cast(run.started_at as date), false) as is_overridden
        from {{ ref("control_catalogue") }} as catalogue
        cross join raw.run as run
        left join raw.control_settings as settings on catalogue.control_id = settings.control_id""",
    "intermediate/int_control_applicability": """
        select 'SQ-01' as control_id, false as is_applicable, 'no numbers are delivered' as reason""",
    "intermediate/int_accounts": "select 'a' as account_id",
    "intermediate/int_fx_rates": "select 1 as rate",
    "intermediate/int_customers": "select 'c' as customer_id, 'Customer' as name, 'c' as customer_key",
    "intermediate/int_legal_entities": """
        select 'LE01' as legal_entity_id, 'One' as name, 'EUR' as functional_currency,
            'EUR' as reporting_currency, 'booked' as ledger""",
    "intermediate/int_ar_documents": """
        select 'LE01' as legal_entity_id, 'shop' as source_system, 'c' as customer_id, 'c' as customer_key,
            'invoice' as doc_type, 'EUR' as currency, 'EUR' as functional_currency, 1 as fx_rate,
            current_date as due_date, 1 as net, 1 as gross where false""",
    "marts/fct_orders": """
        select source_system, source_file, source_line, order_id, legal_entity_id, channel
        from raw.standard__orders
        where batch_id in (select batch_id from raw.deliveries where is_current)""",
}

PROPERTIES = """
models:
  - name: fct_orders
    columns:
      - {name: source_system, data_type: varchar}
      - {name: source_file, data_type: varchar}
      - {name: source_line, data_type: bigint}
      - {name: order_id, data_type: varchar}
      - {name: legal_entity_id, data_type: varchar}
      - {name: channel, data_type: varchar, data_tests: [not_null]}
"""


def write_small_project(folder: Path) -> Path:
    """Write the project into a folder and return it."""
    files = {
        "dbt_project.yml": DBT_PROJECT,
        "profiles.yml": (PROJECT / "profiles.yml").read_text(),
        "seeds/control_catalogue.csv": CATALOGUE,
        "models/marts/_marts__models.yml": PROPERTIES,
        **{f"models/{name}.sql": sql for name, sql in MODELS.items()},
        **{
            f"tests/controls/{control_id.lower().replace('-', '_')}.sql": CONTROL.format(
                alias=control_id.lower().replace("-", "_"), control_id=control_id
            )
            for control_id in CONTROLS
        },
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "macros").mkdir()
    for name in MACROS:
        shutil.copyfile(PROJECT / "macros" / "engine" / name, folder / "macros" / name)
    return folder
