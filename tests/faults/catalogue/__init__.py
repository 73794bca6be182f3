"""Everything that can be wrong and has to be noticed: one fault each, the same on every company.

A fault is a function that changes the rows of a company's deliveries, described in business words by its
docstring. It finds its victim by what it is (the first open invoice for delivered goods), so that the same
fault can be planted in the golden quarter and in the demonstration company.
"""

from tests.faults.catalogue.cash import CASH
from tests.faults.catalogue.documents import DOCUMENTS
from tests.faults.catalogue.fault import Fault, Plant
from tests.faults.catalogue.landing import LANDING, source_fresh_enough, windows_that_join
from tests.faults.catalogue.ledger import (
    LEDGER,
    SEALED,
    partner_owes_what_is_claimed,
    sealed_balance_unchanged,
)
from tests.faults.catalogue.masters import (
    MASTERS,
    changes_arrive_in_time,
    override_in_order,
    shop_that_agrees,
)
from tests.faults.catalogue.orders import ORDERS
from tests.faults.catalogue.platform import PLATFORM

__all__ = ["FAULTS", "HARMLESS", "Fault"]

FAULTS: list[Fault] = [*LANDING, *MASTERS, *ORDERS, *DOCUMENTS, *CASH, *LEDGER, *PLATFORM]

# What a company may do without anything being wrong: the controls that it makes applicable must pass. With
# each stands the SQL on raw for what was done before.
HARMLESS: dict[Plant, str] = {
    windows_that_join: "",
    source_fresh_enough: "",
    changes_arrive_in_time: "",
    shop_that_agrees: "",
    override_in_order: "",
    partner_owes_what_is_claimed: "",
    sealed_balance_unchanged: SEALED,
}
