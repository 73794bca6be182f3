select
    backlog.as_of,
    backlog.legal_entity_id,
    backlog.order_id,
    backlog.line_no,
    customers.name as customer,
    products.name as product,
    backlog.promised_date,
    backlog.open_quantity,
    backlog.backlog_functional
from marts.rpt_order_backlog as backlog
left join marts.dim_customer as customers on backlog.customer_key = customers.customer_key
left join
    marts.dim_product as products
    on backlog.source_system = products.source_system
    and backlog.product_id = products.product_id
where backlog.as_of = $as_of and (backlog.legal_entity_id = $entity or $entity = '*')
order by backlog.backlog_functional desc, backlog.order_id, backlog.line_no
