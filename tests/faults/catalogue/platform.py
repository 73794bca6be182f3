"""Faults behind landing's back or in a copy of the build, for the controls that guard our own code."""

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
    select * replace (timestamp '2099-01-01 00:00:00' as updated_at, 99999 as source_line)
    from raw.standard__orders
    order by order_id
    limit 1
    """


@PLATFORM.in_build("DT-01", "AG-01")
def amount_in_floating_point() -> str:
    """An amount of the ageing was turned into floating point."""
    return "alter table marts.rpt_ar_aging alter amount type double"


@PLATFORM.in_build("DT-02")
def receipt_twice_in_its_fact() -> str:
    """A receipt stands in its fact twice."""
    return "insert into marts.fct_receipts select * from marts.fct_receipts limit 1"


@PLATFORM.in_raw("CL-02")
def sealed_balance_that_is_gone() -> str:
    """The books no longer show the balances that were sealed when their first month was closed."""
    return """
    insert into raw.seals by name
    select
        'LE01:first:1' as seal_id,
        'LE01' as legal_entity_id,
        strftime(min(posting_date), '%Y-%m') as period,
        1 as version,
        last_day(min(posting_date)) as closed_through,
        timestamp '2099-01-01' as closed_at,
        true as is_in_force
    from raw.standard__gl_journal_lines
    where legal_entity_id = 'LE01';
    insert into raw.sealed_balances values ('LE01:first:1', '9999', 0, 0.01)
    """
