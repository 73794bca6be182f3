"""`make bench`: take every measurement, write results.md, end with 1 when a limit is exceeded."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import building, dashboard, forecasting, landing, running
from benchmarks.company import SEED, company, company_of_invoices
from benchmarks.report import PAGE, page


def main() -> int:
    """Take the measurements at one size; only the full size is written to results.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", choices=["small", "medium", "large"], default="large")
    size = parser.parse_args().size
    extracts = company(size)
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "warehouse"
        measurements = [
            landing.measure(extracts),
            *building.measure(extracts),
            *running.measure(extracts, warehouse),
            *forecasting.measure(company_of_invoices()),
            *dashboard.measure(warehouse),
        ]
    text = page(measurements, f"the demonstration company, size {size}, seed {SEED}")
    print(text)
    if size == "large":
        PAGE.write_text(text)
    return 0 if all(measurement.holds for measurement in measurements) else 1


if __name__ == "__main__":
    sys.exit(main())
