select balances.as_of, balances.legal_entity_id, balances.account_id, accounts.name as account,
    balances.opening_balance, balances.debit, balances.credit, balances.closing_balance
from marts.trial_balance_at($as_of) as balances
left join marts.dim_account as accounts on balances.account_key = accounts.account_key
where balances.legal_entity_id = $entity
order by balances.account_id
