select legal_entity_id, source_doc_id, account_id, period, expected, booked, difference, cause
from marts.rpt_posting_differences
where legal_entity_id = $entity or $entity = '*'
order by period, source_doc_id, account_id
