"""What a run does: what counts as new, what stops it, what it leaves behind."""

import json
import re

import pytest

from ingest import pipeline
from ingest.errors import BuildFault, MissingColumn, NothingBuilt, WarehouseBusy

OVERRIDE = {
    "reason": "known, mended next week",
    "requested_by": "anna",
    "approver": "ben",
    "expires_on": "2025-04-10",
}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The runs of these tests begin on 1 April 2025."""
    monkeypatch.setenv("TIEOUT_NOW", "2025-04-01T06:00:00Z")


def test_a_clean_delivery_is_published(company):
    company.deliver("web", "phone")
    outcome = company.run()
    assert (outcome.exit_status, outcome.result) == (0, "published")
    summary = outcome.summary()
    assert summary.pop("seconds") > 0
    assert summary == {
        "run_id": "20250401T060000Z-0001",
        "published": True,
        "as_of": "2025-03-31",
        "rows_landed": 2,
        "rows_quarantined": 0,
        "controls_passed": 4,
        "controls_failed": 0,
        "controls_blocking_failed": 0,
    }
    assert company.published("select order_id from marts.fct_orders order by 1") == [("SO-1",), ("SO-2",)]
    assert company.published("select run_id from raw.finished_build") == [(outcome.run_id,)]


def test_nothing_new_builds_nothing_and_answers_with_the_published_run(company):
    company.deliver("web")
    first = company.run()
    before = company.warehouse.published.stat()
    again = company.run()
    assert (again.exit_status, again.published, again.run_id) == (0, True, first.run_id)
    assert (again.rows_landed, again.controls_passed, again.as_of) == (0, 4, first.as_of)
    after = company.warehouse.published.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [folder.name for folder in company.warehouse.runs.iterdir()] == [first.run_id]


def test_another_as_of_date_builds_without_landing(company):
    company.deliver("web")
    first = company.run()
    other = company.run("2025-02-28")
    assert (other.run_id != first.run_id, other.rows_landed, str(other.as_of)) == (True, 0, "2025-02-28")
    assert str(company.run("2025-03-31").as_of) == "2025-03-31"


def test_changed_settings_build(company):
    company.deliver("web")
    first = company.run()
    company.set_controls(SL_01={"owner": "Group accounting"})
    second = company.run()
    assert second.run_id != first.run_id
    assert company.published(
        "select owner from marts.rpt_control_results"
        f" where run_id = '{second.run_id}' and control_id = 'SL-01'"
    ) == [("Group accounting",)]


def test_changed_code_builds(company, monkeypatch):
    company.deliver("web")
    first = company.run()
    monkeypatch.setattr("ingest.evidence.code_version", lambda: "another")
    second = company.run()
    assert (second.exit_status, second.run_id != first.run_id) == (0, True)
    assert company.published("select code_version from raw.run") == [("another",)]


def test_a_blocking_control_stops_publishing_and_the_last_good_version_stays(company):
    company.deliver("web")
    good = company.run()
    company.deliver("web", "SL-01")
    stopped = company.run()
    assert (stopped.exit_status, stopped.published) == (1, False)
    assert (stopped.controls_passed, stopped.controls_failed, stopped.controls_blocking_failed) == (3, 1, 1)
    assert company.published("select run_id from raw.finished_build") == [(good.run_id,)]
    assert company.published("select count(*) from marts.fct_orders") == [(1,)]
    assert company.evidence(
        stopped,
        "select control_id, status, failures, amount_at_risk::varchar, failures_table"
        " from marts.rpt_control_results where status = 'fail'",
    ) == [("SL-01", "fail", 1, "12.5000", "controls.sl_01")]


def test_mended_in_place_the_next_run_publishes_with_the_stopped_run_in_its_history(company):
    company.deliver("SL-01")
    stopped = company.run()
    company.deliver("web")
    mended = company.run()
    assert (mended.exit_status, mended.published) == (0, True)
    assert company.published(
        "select run_id, status from marts.rpt_control_results where control_id = 'SL-01' order by run_id"
    ) == [(stopped.run_id, "fail"), (mended.run_id, "pass")]


def test_a_stopped_run_blocks_again_while_nothing_is_mended(company):
    company.deliver("SL-01")
    first = company.run()
    second = company.run()
    assert (second.exit_status, second.rows_landed, second.run_id != first.run_id) == (1, 0, True)


def test_a_warning_publishes(company):
    company.deliver("OR-02")
    outcome = company.run()
    assert (outcome.exit_status, outcome.controls_failed, outcome.controls_blocking_failed) == (0, 1, 0)


def test_the_company_may_turn_a_warning_into_a_block_and_back(company):
    company.deliver("OR-02")
    company.set_controls(OR_02={"severity": "block"})
    assert company.run().exit_status == 1
    company.set_controls(OR_02={"severity": "warn"})
    assert company.run().exit_status == 0


def test_an_overridden_failure_publishes_and_stays_visible(company):
    company.deliver("SL-01")
    company.set_controls(SL_01={"override": OVERRIDE})
    outcome = company.run()
    assert (outcome.exit_status, outcome.controls_failed, outcome.controls_blocking_failed) == (0, 1, 0)
    assert company.published(
        "select status, severity, is_overridden, override_reason, override_approver,"
        " override_expires_on::varchar from marts.rpt_control_results where control_id = 'SL-01'"
    ) == [("fail", "block", True, "known, mended next week", "ben", "2025-04-10")]


def test_an_override_that_has_expired_blocks_though_nothing_else_changed(company, monkeypatch):
    company.deliver("SL-01")
    company.set_controls(SL_01={"override": OVERRIDE})
    assert company.run().exit_status == 0
    monkeypatch.setenv("TIEOUT_NOW", "2025-04-10T23:59:59Z")
    assert company.run().rows_landed == 0
    monkeypatch.setenv("TIEOUT_NOW", "2025-04-11T00:00:00Z")
    assert company.run().exit_status == 1


def test_a_control_that_cannot_run_is_an_error_and_blocks(company):
    company.deliver("broken SL-01")
    outcome = company.run()
    assert (outcome.exit_status, outcome.controls_failed, outcome.controls_blocking_failed) == (1, 1, 1)
    [(status, failures, message)] = company.evidence(
        outcome,
        "select status, failures, message from marts.rpt_control_results where control_id = 'SL-01'",
    )
    assert (status, failures) == ("error", None)
    assert "the planted fault" in message


def test_a_warning_that_cannot_run_does_not_block(company):
    company.deliver("broken OR-02")
    outcome = company.run()
    assert (outcome.exit_status, outcome.controls_failed, outcome.controls_blocking_failed) == (0, 1, 0)


def test_not_applicable_is_in_neither_count_but_failing_rows_beat_it(company):
    company.deliver("web")
    outcome = company.run()
    rows = "select status, applicability_reason from marts.rpt_control_results where control_id = 'SQ-01'"
    assert company.evidence(outcome, rows) == [("not_applicable", "no numbers are delivered")]
    assert (outcome.controls_passed, outcome.controls_failed) == (4, 0)
    company.deliver("SQ-01")
    outcome = company.run()
    assert company.evidence(outcome, rows) == [("fail", "no numbers are delivered")]
    assert outcome.exit_status == 1


def test_a_failing_test_of_a_model_blocks_as_one_control(company):
    company.deliver("web", "")
    outcome = company.run()
    assert (outcome.exit_status, outcome.controls_blocking_failed) == (1, 1)
    assert company.evidence(outcome, "select business_key, actual, run_id from controls.dt_02") == [
        ("not_null_fct_orders_channel", "1 failing rows", outcome.run_id)
    ]


def test_failing_rows_are_kept_with_run_owner_batch_and_first_sighting(company, monkeypatch):
    company.deliver("SL-01")
    company.run()
    monkeypatch.setenv("TIEOUT_NOW", "2025-04-02T06:00:00Z")
    company.deliver("SL-01", "SL-01")
    second = company.run()
    assert company.evidence(
        second,
        "select business_key, run_id, owner, batch_id, first_seen_at::date::varchar, source_file, source_line"
        " from controls.sl_01 order by business_key",
    ) == [
        ("SO-1", second.run_id, "Accounting", 2, "2025-04-01", "orders.csv", 2),
        ("SO-2", second.run_id, "Accounting", 2, "2025-04-02", "orders.csv", 3),
    ]


def test_a_refused_file_stops_the_build_and_the_others_land(company):
    company.deliver("web")
    good = company.run()
    company.deliver("phone", file="orders__2.csv")
    (company.extracts / "shop" / "orders__3.csv").write_text("order_id\nSO-9\n")
    refused = company.run()
    assert (refused.exit_status, refused.result, refused.rows_landed) == (2, "input refused", 1)
    [error] = refused.refused
    assert isinstance(error, MissingColumn)
    assert "orders__3.csv" in str(error)
    assert company.record(refused)["refused"][0]["file"] == error.file
    assert company.published("select run_id from raw.finished_build") == [(good.run_id,)]
    built = pipeline.build(company.warehouse)
    assert (built.exit_status, "orders__3.csv" in str(built.error)) == (2, True)
    company.deliver("web", file="orders__3.csv")
    assert company.run().exit_status == 0


def test_a_quarantined_row_is_counted(company):
    company.deliver("web")
    path = company.extracts / "shop" / "orders.csv"
    path.write_text(path.read_text().replace("2025-03-31", "2025-02-30"))
    company.deliver("web", file="orders__2.csv")
    outcome = company.run()
    assert (outcome.rows_landed, outcome.rows_quarantined) == (1, 1)
    [kept] = company.record(outcome)["quarantine"]
    assert (kept["source_file"], kept["source_line"], kept["column_name"]) == ("orders.csv", 2, "order_date")


def test_settings_that_cannot_be_read_are_said_and_nothing_is_landed(company):
    company.deliver("web")
    (company.extracts / "tieout.yml").write_text("as_of: [\n")
    outcome = company.run()
    assert (outcome.exit_status, outcome.published, outcome.rows_landed) == (2, False, 0)
    assert "tieout.yml" in str(outcome.error)


def test_a_model_that_cannot_be_built_is_named_and_the_published_version_stays(company, monkeypatch):
    company.deliver("web")
    good = company.run()
    model = company.project / "models" / "marts" / "fct_orders.sql"
    sound = model.read_text()
    model.write_text(sound + " and nonsense")
    try:
        company.deliver("phone")
        outcome = company.run()
    finally:
        model.write_text(sound)
    assert (outcome.exit_status, outcome.published) == (3, False)
    assert isinstance(outcome.error, BuildFault)
    assert "fct_orders" in str(outcome.error)
    assert company.published("select run_id from raw.finished_build") == [(good.run_id,)]
    assert company.run().exit_status == 0


def test_tables_of_models_that_are_gone_are_dropped(company):
    extra = company.project / "models" / "marts" / "fct_extra.sql"
    extra.write_text("{{ config(contract={'enforced': false}) }} select 1 as one")
    company.deliver("web")
    try:
        company.run()
        tables = "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
        assert company.published(tables) == [("fct_extra",), ("fct_orders",), ("rpt_control_results",)]
    finally:
        extra.unlink()
    company.deliver("phone")
    company.run()
    assert company.published(tables) == [("fct_orders",), ("rpt_control_results",)]


def test_a_second_pipeline_ends_at_once_and_names_the_first(company):
    company.deliver("web")
    with pipeline._locked(company.warehouse, "run"), pytest.raises(WarehouseBusy) as busy:
        company.run()
    assert re.search(r"run 20250401T060000Z-0001, process \d+, started 2025-04-01T06:00:00Z", str(busy.value))
    assert company.run().exit_status == 0


def test_a_damaged_build_is_moved_aside_and_restored_from_what_is_published(company):
    company.deliver("web")
    company.run()
    first_recorded = company.published("select recorded_at from raw.deliveries")
    company.warehouse.build.write_bytes(b"this is no database" * 1000)
    company.deliver("web", "phone")
    outcome = company.run()
    assert outcome.exit_status == 0
    assert any("could not be opened" in message for message in outcome.messages)
    assert len(list(company.warehouse.path.glob("build.damaged-*"))) == 1
    assert (
        company.published("select recorded_at from raw.deliveries order by batch_id limit 1")
        == first_recorded
    )


def test_a_lost_build_gets_its_history_back_from_the_evidence(company):
    company.deliver("SL-01")
    stopped = company.run()
    company.warehouse.build.unlink()
    company.deliver("web")
    outcome = company.run()
    assert company.published(
        "select run_id, count(*) from marts.rpt_control_results group by run_id order by run_id"
    ) == [(stopped.run_id, 5), (outcome.run_id, 5)]


def test_the_steps_one_by_one(company):
    company.deliver("web")
    landed = pipeline.land(company.extracts, company.warehouse)
    assert (landed.exit_status, landed.published, landed.rows_landed) == (0, False, 1)
    with pytest.raises(NothingBuilt):
        pipeline.publish(company.warehouse)
    built = pipeline.build(company.warehouse)
    assert (built.exit_status, built.published, built.controls_passed) == (0, False, 4)
    assert not company.warehouse.published.exists()
    published = pipeline.publish(company.warehouse)
    assert (published.exit_status, published.published, published.run_id) == (0, True, built.run_id)
    assert pipeline.land(company.extracts, company.warehouse).published


def test_a_build_older_than_the_last_landing_is_not_published(company):
    company.deliver("web")
    company.run()
    company.deliver("web", "phone")
    pipeline.land(company.extracts, company.warehouse)
    with pytest.raises(NothingBuilt, match="newer than the last build"):
        pipeline.publish(company.warehouse)


def test_a_build_that_a_control_stopped_is_not_published(company):
    company.deliver("SL-01")
    company.run()
    assert pipeline.publish(company.warehouse).exit_status == 1
    assert not company.warehouse.published.exists()


def test_building_needs_something_landed(company):
    outcome = pipeline.build(company.warehouse)
    assert (outcome.exit_status, type(outcome.error)) == (2, NothingBuilt)


def test_the_record_says_what_ran_on_what(company):
    company.deliver("web")
    outcome = company.run()
    record = company.record(outcome)
    assert record["outcome"] == "published"
    assert record["exit_status"] == 0
    assert record["as_of"] == "2025-03-31"
    assert record["started_at"] == "2025-04-01T06:00:00Z"
    assert re.fullmatch(r"[0-9a-f]{16}", record["code_version"])
    [delivery] = record["deliveries"]
    assert re.fullmatch(r"[0-9a-f]{64}", delivery["sha256"])
    assert record["controls"]["SL-01"] == "pass"
    assert record["rows"]["fct_orders"] == 1
    assert json.dumps(record)


def test_a_full_refresh_lands_again(company):
    company.deliver("web")
    first = company.run()
    outcome = company.run(full_refresh=True)
    assert (outcome.exit_status, outcome.rows_landed, outcome.run_id != first.run_id) == (0, 1, True)
