select
    backlog.as_of,
    backlog.legal_entity_id,
    backlog.order_id,
    backlog.line_no,
    backlog.source_system,
    backlog.customer_id,
    customers.name as customer,
    products.name as product,
    backlog.promised_date,
    backlog.open_quantity,
    backlog.backlog_functional,
    entities.functional_currency
from marts.rpt_order_backlog as backlog
left join marts.dim_customer as customers on backlog.customer_key = customers.customer_key
left join
    marts.dim_product as products
    on backlog.source_system = products.source_system
    and backlog.product_id = products.product_id
left join marts.dim_legal_entity as entities on backlog.legal_entity_id = entities.legal_entity_id
where backlog.as_of = $reported and (backlog.legal_entity_id = $entity or $entity = '*')
order by backlog.backlog_functional desc, backlog.order_id, backlog.line_no
