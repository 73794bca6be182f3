"""Faults of transport and landing: files, manifests, windows, quarantine, versions, freshness."""

from collections.abc import Callable
from pathlib import Path

from tests.faults.catalogue.fault import Chapter
from tests.faults.delivered import Deliveries, plus, write_file

LANDING = Chapter()


@LANDING.fault("LD-01 LD-02", "BU-01")
def listed_file_absent(books: Deliveries) -> None:
    """A file that the manifest lists does not come: the budget."""
    books.files("budgets")[0].path.unlink()


@LANDING.fault("LD-01")
def other_bytes_than_declared(books: Deliveries) -> None:
    """The file of receipts has other bytes than its manifest declares, with the same rows."""
    path = books.files("payments")[0].path
    header, _, rest = path.read_text(encoding="utf-8").partition("\n")
    quoted = ",".join(f'"{name}"' for name in header.split(","))
    path.write_text(f"{quoted}\n{rest}", encoding="utf-8")


@LANDING.fault("LD-01 LD-02 BK-02", "BK-01 BK-03")
def file_cut_off(books: Deliveries) -> None:
    """The file of bank lines breaks off before its last row."""
    path = books.files("bank_statement_lines")[-1].path
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n").rpartition("\n")[0] + "\n")


@LANDING.fault("LD-01", "LD-05")
def one_row_more_declared(books: Deliveries) -> None:
    """The manifest declares one receipt more than came."""
    declared = _declared(books, "payments")
    declared["row_count"] = plus(declared["row_count"], "1")


@LANDING.fault("LD-02")
def control_total_one_cent_off(books: Deliveries) -> None:
    """The manifest's control total of refunds is one cent off."""
    declared = _declared(books, "refunds")
    declared["control_total"] = plus(declared["control_total"], "0.01")


FEBRUARY = "2024-02-01T00:00:00Z"


def _in_two_windows(begin: str) -> Callable[[Deliveries], None]:
    """The orders in two files, the first one up to 1 February, the second one from `begin` on."""

    def plant(books: Deliveries) -> None:
        [file] = books.files("orders")
        rows, declared = file.rows, _declared(books, "orders")
        manifest = books.manifest("orders")
        manifest.rows.remove(declared)
        file.path.unlink()
        for number, window in enumerate(
            (("2022-01-01T00:00:00Z", FEBRUARY), (begin, "2026-01-01T00:00:00Z"))
        ):
            file.path = file.path.with_name(f"orders__part{number}.csv")
            file.rows = rows[number::2]
            write_file(file)
            manifest.rows.append(
                declared
                | {"window_from": window[0], "window_to": window[1], "row_count": str(len(file.rows))}
                | {"file": file.path.relative_to(file.source).as_posix(), "sha256": ""}
            )
        books.read.pop("orders")

    return plant


@LANDING.fault("LD-03")
def gap_between_windows(books: Deliveries) -> None:
    """Between two extract windows of the orders one second is missing."""
    _in_two_windows("2024-02-01T00:00:01Z")(books)


@LANDING.fault("LD-03")
def overlap_of_windows(books: Deliveries) -> None:
    """Two extract windows of the orders overlap by an hour."""
    _in_two_windows("2024-01-31T23:00:00Z")(books)


def windows_that_join(books: Deliveries) -> None:
    """No fault: the second extract window of the orders begins where the first one ends."""
    _in_two_windows(FEBRUARY)(books)


@LANDING.in_raw("LD-04")
def delivery_landed_twice() -> str:
    """The delivery of the orders stands in raw a second time, under another file name."""
    return """
    insert into raw.deliveries by name
    select * replace (9999 as batch_id, 'again.csv' as source_file)
    from raw.deliveries where object = 'orders';
    insert into raw.standard__orders by name
    select * replace (9999 as batch_id, 'again.csv' as source_file) from raw.standard__orders;
    """


@LANDING.in_raw("LD-04")
def rows_of_no_delivery() -> str:
    """Rows of the budget stand in raw that no registered delivery brought."""
    return """
    insert into raw.standard__budgets by name
    select * replace (8888 as batch_id) from raw.standard__budgets;
    """


@LANDING.fault("LD-05 LD-06", "LD-02")
def decimal_comma(books: Deliveries) -> None:
    """A month of the sales history has a decimal comma."""
    books.rows("sales_history")[1]["gross_credit_sales"] = "3910,00"


@LANDING.fault("LD-05 LD-06", "PR-01 PR-02")
def impossible_date(books: Deliveries) -> None:
    """A contract price is valid to 30 February."""
    books.rows("contract_prices")[-1]["valid_to"] = "2025-02-30"


@LANDING.in_raw("LD-06", "LD-01 LD-02 LD-05", after=decimal_comma)
def quarantine_emptied_by_hand() -> str:
    """A rejected row of the sales history was deleted from the quarantine."""
    return "delete from raw.quarantine"


@LANDING.fault("SY-05", settings=True)
def source_gone_quiet(books: Deliveries) -> None:
    """The newest delivery is older than the source promises."""
    _promise_freshness(books, warn=2, error=4)


def source_fresh_enough(books: Deliveries) -> None:
    """No fault: the newest delivery is younger than the source promises."""
    _promise_freshness(books, warn=9_000, error=9_000)


def _promise_freshness(books: Deliveries, *, warn: int, error: int) -> None:
    for settings in sorted(books.extracts.glob("*/source.yml")):
        _append(settings, f"freshness: {{warn_after_hours: {warn}, error_after_hours: {error}}}\n")


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def _declared(books: Deliveries, object_name: str) -> dict[str, str]:
    """The manifest's row of an object's first file."""
    return next(row for row in books.manifest(object_name).rows if row["object"] == object_name)
