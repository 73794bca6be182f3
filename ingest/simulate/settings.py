"""What the demonstration company is: dates, sizes, entities, currencies, chart, products, terms, people.

Everything here is data. Days are proleptic ordinals (`date.toordinal()`), money is whole minor units
of its currency, tax and discount rates are basis points (1900 = 19 %).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

SizeName = Literal["small", "medium", "large"]

OPENING = date(2022, 12, 31).toordinal()
FIRST_DAY = date(2023, 1, 1).toordinal()
AS_OF = date(2024, 12, 31).toordinal()
EXTRACTED_AT = "2024-12-31T22:00:00Z"
DEFAULT_SEED = 20241231
REPORTING_CURRENCY = "EUR"


@dataclass(frozen=True)
class Size:
    """How much the company trades: number of orders in 24 months, and of customers."""

    orders: int
    customers: int
    writes_every_answer: bool = True


SIZES: dict[SizeName, Size] = {
    "small": Size(orders=2_000, customers=300),
    "medium": Size(orders=50_000, customers=1_500),
    "large": Size(orders=335_000, customers=5_000, writes_every_answer=False),
}

DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
CURRENCIES = list(DECIMALS)


@dataclass(frozen=True)
class Entity:
    """A legal entity: functional currency, calendar, share of the orders, bank accounts."""

    legal_entity_id: str
    number: int
    name: str
    currency: str
    country: str
    time_zone: str
    share_of_orders: float
    banks: dict[str, int]


ENTITIES = [
    Entity(
        "LE01",
        1,
        "Nordlicht Messtechnik GmbH",
        "EUR",
        "DE",
        "Europe/Berlin",
        0.6,
        {"EUR": 1010, "USD": 1020, "GBP": 1030, "JPY": 1035},
    ),
    Entity(
        "LE02",
        2,
        "Nordlicht Instruments Inc",
        "USD",
        "US",
        "America/New_York",
        0.4,
        {"USD": 1040, "EUR": 1050, "GBP": 1060, "JPY": 1070, "KWD": 1080},
    ),
]

RECEIVABLE, RECEIVABLE_FX, ALLOWANCE, UNBILLED, INVENTORY = 1100, 1105, 1190, 1250, 1300
EQUIPMENT, ACCUMULATED_DEPRECIATION = 1500, 1590
PAYABLE, TAX, UNAPPLIED, DEFERRED, LOAN = 2000, 2200, 2400, 2500, 2700
CAPITAL, RETAINED = 3000, 3100
GOODS, SUBSCRIPTIONS, SERVICES, DISCOUNTS = 4000, 4010, 4020, 4900
COST_OF_SALES, PAYROLL, PREMISES, DEPRECIATION, IMPAIRMENT, BANK_CHARGES = 5000, 6100, 6200, 6300, 6500, 6800
REALISED_FX, UNREALISED_FX, CASH_FX, INTEREST, INCOME_TAX, ROUNDING = 7000, 7010, 7020, 7100, 8000, 9990

_BANK_ROWS = [
    (
        account,
        f"Bank {currency} {entity.legal_entity_id}",
        "asset",
        "D",
        "Cash and cash equivalents",
        "cash",
        "bank",
    )
    for entity in ENTITIES
    for currency, account in entity.banks.items()
]
CHART: list[tuple[int, str, str, str, str, str, str | None]] = [
    *_BANK_ROWS,
    (RECEIVABLE, "Trade receivables", "asset", "D", "Trade receivables", "operating", "ar"),
    (
        RECEIVABLE_FX,
        "Trade receivables, FX revaluation",
        "asset",
        "D",
        "Receivables FX revaluation",
        "operating",
        "ar_fx",
    ),
    (
        ALLOWANCE,
        "Allowance for expected credit losses",
        "asset",
        "C",
        "ECL allowance",
        "operating",
        "allowance",
    ),
    (UNBILLED, "Contract assets", "asset", "D", "Contract assets", "operating", "unbilled"),
    (INVENTORY, "Inventory", "asset", "D", "Inventory", "operating", "inventory"),
    (EQUIPMENT, "Equipment", "asset", "D", "Equipment", "investing", None),
    (ACCUMULATED_DEPRECIATION, "Accumulated depreciation", "asset", "C", "Equipment", "noncash", None),
    (PAYABLE, "Trade payables", "liability", "C", "Trade payables", "operating", "ap"),
    (TAX, "VAT and sales tax payable", "liability", "C", "VAT", "operating", "tax"),
    (
        UNAPPLIED,
        "Unapplied cash and customer credits",
        "liability",
        "C",
        "Customer credits",
        "operating",
        "unapplied",
    ),
    (DEFERRED, "Contract liabilities", "liability", "C", "Contract liabilities", "operating", "deferred"),
    (LOAN, "Bank loan", "liability", "C", "Bank loan", "financing", None),
    (CAPITAL, "Share capital", "equity", "C", "Share capital", "financing", None),
    (RETAINED, "Retained earnings", "equity", "C", "Retained earnings", "equity_result", None),
    (GOODS, "Revenue, goods", "revenue", "C", "Net revenue", "pl", "revenue"),
    (SUBSCRIPTIONS, "Revenue, subscriptions", "revenue", "C", "Net revenue", "pl", None),
    (SERVICES, "Revenue, services", "revenue", "C", "Net revenue", "pl", None),
    (DISCOUNTS, "Discounts and allowances", "revenue", "D", "Net revenue", "pl", "discount"),
    (COST_OF_SALES, "Cost of goods sold", "expense", "D", "Cost of sales", "pl", "cogs"),
    (PAYROLL, "Payroll", "expense", "D", "Operating expenses", "pl", None),
    (PREMISES, "Premises and other", "expense", "D", "Operating expenses", "pl", None),
    (DEPRECIATION, "Depreciation", "expense", "D", "Operating expenses", "pl", None),
    (IMPAIRMENT, "Impairment loss on receivables", "expense", "D", "Operating expenses", "pl", "impairment"),
    (BANK_CHARGES, "Bank charges", "expense", "D", "Operating expenses", "pl", "bank_charges"),
    (REALISED_FX, "Realised FX", "other_pl", "C", "FX result", "pl", "fx_realised"),
    (UNREALISED_FX, "Unrealised FX on receivables", "other_pl", "C", "FX result", "pl", "fx_unrealised"),
    (CASH_FX, "FX on cash", "other_pl", "C", "FX result", "pl", "fx_cash"),
    (INTEREST, "Interest", "other_pl", "D", "Interest result", "pl", None),
    (INCOME_TAX, "Income tax", "other_pl", "D", "Income tax", "pl", None),
    (ROUNDING, "Rounding differences", "other_pl", "D", "Rounding differences", "pl", "rounding"),
]

# payment_terms_id: (net days, discount in basis points, discount days)
TERMS: dict[str, tuple[int, int, int]] = {
    "NET14": (14, 0, 0),
    "NET30": (30, 0, 0),
    "NET45": (45, 0, 0),
    "NET60": (60, 0, 0),
    "2-10-NET30": (30, 200, 10),
    "3-14-NET45": (45, 300, 14),
}


@dataclass(frozen=True)
class Product:
    """Something sold: `base_price` in euro cents (2023), `unit_cost` in minor units of `cost_currency`."""

    product_id: str
    name: str
    kind: str
    segment: str
    base_price: int
    unit_cost: int
    cost_currency: str
    account: int
    reduced_tax: bool = False
    months: int = 0


PRODUCTS: list[Product] = [
    Product("TEMP-100", "Temperature sensor", "goods", "Sensors", 8_900, 4_905, "EUR", GOODS),
    Product("TEMP-200", "Temperature sensor, industrial", "goods", "Sensors", 16_400, 9_120, "EUR", GOODS),
    Product("PRES-100", "Pressure sensor", "goods", "Sensors", 12_750, 7_015, "EUR", GOODS),
    Product("PRES-300", "Pressure transmitter", "goods", "Sensors", 31_200, 17_940, "USD", GOODS),
    Product("FLOW-050", "Flow meter", "goods", "Sensors", 42_500, 23_370, "EUR", GOODS),
    Product("FLOW-080", "Flow meter, wide", "goods", "Sensors", 58_900, 33_110, "EUR", GOODS),
    Product("GATE-010", "Field gateway", "goods", "Gateways", 27_300, 15_995, "USD", GOODS),
    Product("GATE-020", "Field gateway, rail mount", "goods", "Gateways", 33_900, 19_480, "EUR", GOODS),
    Product("GATE-EX1", "Gateway for hazardous areas", "goods", "Gateways", 76_500, 44_065, "EUR", GOODS),
    Product("DISP-007", "Panel display", "goods", "Gateways", 19_900, 12_130, "USD", GOODS),
    Product("CABL-005", "Cable set, 5 m", "goods", "Accessories", 2_450, 985, "EUR", GOODS),
    Product("CABL-020", "Cable set, 20 m", "goods", "Accessories", 5_900, 2_410, "EUR", GOODS),
    Product("MOUN-001", "Mounting kit", "goods", "Accessories", 3_750, 1_525, "EUR", GOODS),
    Product("POWR-024", "Power supply 24 V", "goods", "Accessories", 6_900, 3_815, "EUR", GOODS),
    Product("BOOK-001", "Calibration handbook", "goods", "Publications", 4_900, 1_180, "EUR", GOODS, True),
    Product("BOOK-002", "Safety handbook", "goods", "Publications", 3_900, 995, "EUR", GOODS, True),
    Product(
        "CLOUD-12",
        "Monitoring platform, seat and month",
        "subscription",
        "Services",
        3_900,
        0,
        "EUR",
        SUBSCRIPTIONS,
        months=12,
    ),
    Product(
        "CLOUD-06",
        "Monitoring platform, half year, seat and month",
        "subscription",
        "Services",
        4_500,
        0,
        "EUR",
        SUBSCRIPTIONS,
        months=6,
    ),
    Product(
        "SUPP-12",
        "Support plan, month",
        "subscription",
        "Services",
        12_500,
        0,
        "EUR",
        SUBSCRIPTIONS,
        months=12,
    ),
    Product(
        "CALI-03", "Calibration service, month", "service", "Services", 21_000, 0, "EUR", SERVICES, months=3
    ),
    Product("TRAI-01", "Training month", "service", "Services", 34_000, 0, "EUR", SERVICES, months=1),
]
GOODS_PRODUCTS = [position for position, product in enumerate(PRODUCTS) if product.kind == "goods"]
PERIOD_PRODUCTS = [position for position, product in enumerate(PRODUCTS) if product.kind != "goods"]

PRICE_FACTOR = {"EUR": 1.0, "USD": 1.08, "GBP": 0.88, "JPY": 152.0, "KWD": 0.33}
PRICE_RISE = {2022: 0.97, 2023: 1.0, 2024: 1.035}

TAX_STANDARD = {1: 1900, 2: 825}
TAX_REDUCED = {1: 700, 2: 0}

USERS = [
    ("u_sales1", "sales", True),
    ("u_sales2", "sales", True),
    ("u_sales3", "sales", True),
    ("u_credit1", "credit", True),
    ("u_pricing1", "pricing", True),
    ("u_ship1", "warehouse", True),
    ("u_billing1", "billing", True),
    ("u_billing2", "billing", True),
    ("u_cash1", "cash", True),
    ("u_cash2", "cash", True),
    ("u_armanager1", "receivables_manager", True),
    ("u_gl1", "accountant", True),
    ("u_controller1", "controller", True),
    ("u_master1", "master_data", True),
    ("u_left1", "former_cash_desk", False),
]
ROLE_DUTIES = [
    ("sales", "enter_order"),
    ("credit", "approve_credit"),
    ("pricing", "approve_price"),
    ("warehouse", "ship_goods"),
    ("billing", "post_invoice"),
    ("cash", "apply_cash"),
    ("receivables_manager", "approve_write_off"),
    ("receivables_manager", "approve_refund"),
    ("accountant", "post_journal"),
    ("controller", "approve_journal"),
    ("master_data", "maintain_customer"),
    ("former_cash_desk", "apply_cash"),
    ("former_cash_desk", "approve_write_off"),
]
SOD_CONFLICTS = [
    ("enter_order", "approve_credit"),
    ("enter_order", "approve_price"),
    ("enter_order", "maintain_customer"),
    ("post_invoice", "apply_cash"),
    ("apply_cash", "approve_write_off"),
    ("apply_cash", "approve_refund"),
    ("post_journal", "approve_journal"),
]

# bucket: (greatest days past due, loss rate in basis points of basis points, 30 = 0.003)
LOSS_RATES = {"current": 30, "1-30": 160, "31-60": 360, "61-90": 660, "90+": 1060}
DUE_BUCKETS = ["current", "1-30", "31-60", "61-90", "90+"]
AGE_BUCKETS = ["0-30", "31-60", "61-90", "90+"]

SUPPLIERS = [
    "Halbleiter Nord KG",
    "Gehaeuse Schmitt GmbH",
    "Pacific Boards Ltd",
    "Cable Works Inc",
    "Optik Weiss AG",
]
