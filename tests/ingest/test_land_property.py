"""What is landed does not depend on the order, the split or the repetition of files.

At the level of raw that means: every distinct row of the delivery stands there with its moment of
extraction, whichever files it came in and however often; nothing else stands there.
"""

import csv
import io
import random
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingest.desk import Desk

COLUMNS = ("user_id", "role", "active")
ROWS = [
    (f"u{number}", random.Random(number).choice(["sales", "billing", 'say "x",\ny']), "true")
    for number in range(12)
]
ROWS[5] = ("u5", "", "true")  # a row for quarantine
DAYS = ("2025-03-01", "2025-03-02")


def text_of(rows: list[tuple[str, ...]]) -> str:
    """A csv file of these rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[tuple[str, str]]]:
    """The same twelve rows on two days: split into files, repeated, spread over runs in any order."""
    files = []
    for day in DAYS:
        rows = draw(st.permutations(ROWS))
        cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
        for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(rows)], strict=True)):
            part = text_of(rows[start:end])
            for copy in range(draw(st.integers(1, 2))):
                files.append((f"erp/{copy}/users__{day}_part{number}.csv", part))
    files = draw(st.permutations(files))
    cut = draw(st.integers(0, len(files)))
    return [list(files[:cut]), list(files[cut:])]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deliveries())
def test_raw_holds_the_same_rows_for_any_order_split_and_repetition(runs):
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.source()
        for files in runs:
            for path, content in files:
                desk.deliver(path, content)
            if any(desk.extracts.rglob("*.csv")):
                assert desk.land().refused == []
        found = desk.ask(
            "select distinct user_id, role, active, extracted_at::date::varchar "
            "from raw.standard__users order by all"
        )
        expected = [(user, role, True, day) for user, role, _ in ROWS if role for day in DAYS]
        assert found == sorted(expected)
        assert desk.ask("select distinct value, column_name, reason from raw.quarantine") == [
            (None, "role", "the cell is empty, and the column is required")
        ]
        (rows,) = desk.ask("select sum(rows_landed + rows_quarantined)::bigint from raw.deliveries")[0]
        assert rows == desk.rows_landed() + desk.ask("select count(*) from raw.quarantine")[0][0]
        twice = desk.ask(
            "select 1 from raw.deliveries group by source_system, object, sha256, declared_extracted_at "
            "having count(*) > 1"
        )
        assert twice == []
