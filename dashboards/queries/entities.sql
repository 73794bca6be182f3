select legal_entity_id, name, functional_currency as currency, reporting_currency, ledger
from marts.dim_legal_entity
order by legal_entity_id
