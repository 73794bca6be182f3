"""Faults in a copy of the build, for the controls that guard our own code."""

from tests.faults.catalogue.fault import Chapter

PLATFORM = Chapter()


@PLATFORM.in_build("GL-02")
def balance_lost_from_the_trial_balance() -> str:
    """An account is missing from the latest trial balance."""
    return """
    delete from marts.rpt_trial_balance
    where as_of = (select max(as_of) from marts.rpt_trial_balance)
    and legal_entity_id = 'LE01' and account_id = '3000'
    """


@PLATFORM.in_build("SL-04")
def rollforward_one_cent_off() -> str:
    """A month of the receivables' roll-forward is one cent off."""
    return """
    update marts.rpt_ar_rollforward set collected = collected - 0.01
    where period = (select max(period) from marts.rpt_ar_rollforward) and legal_entity_id = 'LE01'
    """


@PLATFORM.in_build("AG-01")
def bucket_lost_from_the_ageing() -> str:
    """An open item's bucket is missing from the latest ageing."""
    return """
    delete from marts.rpt_ar_aging
    where as_of = (select max(as_of) from marts.rpt_ar_aging)
    and legal_entity_id = 'LE01' and basis = 'due_date' and bucket = 'current'
    """


@PLATFORM.in_build("OR-01")
def order_line_one_cent_off() -> str:
    """The value of an order line is one cent more than quantity times price."""
    return """
    update marts.fct_order_lines set net_amount = net_amount + 0.01
    where order_line_key = (select min(order_line_key) from marts.fct_order_lines)
    """


@PLATFORM.in_build("SG-01")
def profit_of_a_product_lost() -> str:
    """A product's revenue is missing from the profitability."""
    return """
    delete from marts.rpt_profitability
    where dimension = 'product'
    """


@PLATFORM.in_build("SY-04")
def older_version_counts() -> str:
    """Of an order that changed, the older version counts and not the newest one."""
    return """
    insert into raw.standard__orders by name
    select
        * replace (timestamp '2025-01-01 00:00:00' as updated_at, source_line + 1000000 as source_line)
    from raw.standard__orders
    where order_id = (select min(order_id) from raw.standard__orders)
    """


@PLATFORM.in_build("DT-01", "AG-01")
def amount_in_floating_point() -> str:
    """An amount of the ageing was turned into floating point."""
    return "alter table marts.rpt_ar_aging alter amount type double"


@PLATFORM.in_build("DT-02")
def receipt_twice_in_its_fact() -> str:
    """A receipt stands in its fact twice."""
    return "insert into marts.fct_receipts select * from marts.fct_receipts limit 1"
