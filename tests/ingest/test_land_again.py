"""Landing more than once: repetition, changed paths, snapshots, full refresh, crashes."""

import shutil
from datetime import datetime

import pytest

from ingest import land as landing
from tests.ingest.desk import Desk

USERS = "user_id,role,active\nu1,sales,true\n"
MORE_USERS = "user_id,role,active\nu1,sales,false\nu2,billing,true\n"
DUTIES = "role,duty\nsales,enter_order\n"
FIRST, SECOND, THIRD = "2025-04-01T06:00:00", "2025-04-02T06:00:00", "2025-04-03T06:00:00"
MOMENTS = {moment: datetime.fromisoformat(moment) for moment in (FIRST, SECOND, THIRD)}
DELIVERIES = """
    select batch_id, source_file, extracted_at, snapshot_at, recorded_at, is_current, is_superseded
    from raw.deliveries
    order by 1
"""


@pytest.fixture
def desk(tmp_path) -> Desk:
    desk = Desk(tmp_path)
    desk.source()
    return desk


def manifest(**moments: str) -> str:
    """A manifest that declares one user per file, extracted at the moments given."""
    lines = [f"{name}.csv,users,1,{moment}" for name, moment in moments.items()]
    return "\n".join(["file,object,row_count,extracted_at", *lines, ""])


def test_the_same_bytes_again_add_nothing_wherever_they_lie(desk):
    desk.deliver("erp/users.csv", USERS)
    desk.land(FIRST)
    before = desk.everything()
    again = desk.land(SECOND)
    assert (again.files_new, again.files_known, again.changed) == (0, 1, False)
    assert desk.everything() == before
    desk.deliver("erp/copy/users__copy.csv", USERS)
    copied = desk.land(THIRD)
    assert (copied.files_new, copied.files_known, copied.rows_landed) == (0, 2, 0)
    assert desk.ask("select source_file from raw.standard__users") == [("users.csv",)]


def test_two_objects_may_have_the_same_bytes(desk):
    desk.deliver("erp/sod_conflicts.csv", "duty_a,duty_b,role,duty\na,b,c,d\n")
    desk.deliver("erp/role_duties.csv", "duty_a,duty_b,role,duty\na,b,c,d\n")
    assert desk.land().files_new == 2
    assert desk.ask("select role, duty from raw.standard__role_duties") == [("c", "d")]
    assert desk.ask("select duty_a, duty_b from raw.standard__sod_conflicts") == [("a", "b")]


def test_the_same_bytes_declared_as_extracted_later_are_a_new_delivery(desk):
    desk.deliver("erp/users.csv", USERS)
    desk.deliver("erp/manifest.csv", manifest(users="2025-03-01"))
    desk.land(FIRST)
    desk.deliver("erp/manifest.csv", manifest(users="2025-03-02"))
    assert desk.land(SECOND).files_new == 1
    assert desk.land(THIRD).files_new == 0
    assert desk.ask(DELIVERIES) == [
        (1, "users.csv", datetime(2025, 3, 1), datetime(2025, 3, 1), MOMENTS[FIRST], False, False),
        (2, "users.csv", datetime(2025, 3, 2), datetime(2025, 3, 2), MOMENTS[SECOND], True, False),
    ]


def test_landing_order_of_declared_deliveries_does_not_matter(tmp_path):
    deliveries = {
        "users__2025-03-01.csv": USERS,
        "users__2025-03-02.csv": MORE_USERS,
        "users__2025-03-03.csv": USERS,
    }
    found = []
    for order in (sorted(deliveries), sorted(deliveries, reverse=True)):
        desk = Desk(tmp_path / order[0])
        desk.source()
        for name in order:
            desk.deliver(f"erp/{name}", deliveries[name])
            desk.land()
        found.append(
            desk.ask("select * exclude (batch_id) from raw.standard__users order by source_file, source_line")
        )
    assert found[0] == found[1]
    assert len(found[0]) == 4


def test_a_path_with_other_bytes_is_a_new_delivery_and_the_old_one_history(desk):
    desk.deliver("erp/users.csv", USERS + "u9,,true\n")
    desk.land(FIRST)
    desk.deliver("erp/users.csv", MORE_USERS)
    desk.land(SECOND)
    assert desk.ask(DELIVERIES) == [
        (1, "users.csv", MOMENTS[FIRST], MOMENTS[FIRST], MOMENTS[FIRST], False, False),
        (2, "users.csv", MOMENTS[SECOND], MOMENTS[SECOND], MOMENTS[SECOND], True, False),
    ]
    assert desk.rows_landed() == 3
    assert desk.ask("select batch_id, source_line from raw.quarantine") == [(1, 3)]


def test_a_path_delivered_again_for_the_same_moment_supersedes(desk):
    desk.deliver("erp/manifest.csv", manifest(users="2025-03-01"))
    flags = "select batch_id, is_current, is_superseded from raw.deliveries order by 1"
    desk.deliver("erp/users.csv", USERS)
    desk.land(FIRST)
    desk.deliver("erp/users.csv", MORE_USERS)
    desk.land(SECOND)
    assert desk.ask(flags) == [(1, False, True), (2, True, False)]
    desk.deliver("erp/users.csv", USERS)
    back = desk.land(THIRD)
    assert (back.files_new, back.changed) == (0, True)
    assert desk.ask(flags) == [(1, True, False), (2, False, True)]


def test_an_undeclared_path_that_goes_back_to_old_bytes_is_heard(desk):
    for moment, content in ((FIRST, USERS), (SECOND, MORE_USERS), (THIRD, USERS)):
        desk.deliver("erp/users.csv", content)
        assert desk.land(moment).changed
    assert desk.ask("select batch_id, extracted_at, is_current from raw.deliveries order by 1") == [
        (1, MOMENTS[FIRST], False),
        (2, MOMENTS[SECOND], False),
        (3, MOMENTS[THIRD], True),
    ]
    assert (
        desk.ask(
            "select count(*) from raw.deliveries "
            "group by source_system, object, sha256, declared_extracted_at"
        )
        == [(1,)] * 3
    )
    assert not desk.land("2025-04-04T06:00:00").changed


def test_a_file_that_is_gone_changes_nothing_but_the_manifest_can_still_name_it(desk):
    desk.deliver("erp/users.csv", USERS)
    desk.deliver("erp/role_duties.csv", DUTIES)
    desk.deliver("erp/manifest.csv", manifest(users="2025-03-01"))
    desk.land(FIRST)
    (desk.extracts / "erp/users.csv").unlink()
    desk.land(SECOND)
    assert desk.rows_landed() == 2
    assert desk.ask("select file, is_present, actual_sha256, batch_id from raw.manifests") == [
        ("users.csv", False, None, 2)
    ]


def test_undeclared_files_of_a_full_snapshot_that_lie_together_are_one_snapshot(desk):
    desk.source("erp", load="full_snapshot")
    desk.deliver("erp/users__a.csv", USERS)
    desk.deliver("erp/role_duties.csv", DUTIES)
    desk.land(FIRST)
    desk.deliver("erp/users__b.csv", MORE_USERS)
    desk.land(SECOND)
    snapshots = "select source_file, extracted_at, snapshot_at from raw.deliveries order by 1"
    together = [
        ("role_duties.csv", MOMENTS[FIRST], MOMENTS[FIRST]),
        ("users__a.csv", MOMENTS[FIRST], MOMENTS[SECOND]),
        ("users__b.csv", MOMENTS[SECOND], MOMENTS[SECOND]),
    ]
    assert desk.ask(snapshots) == together
    (desk.extracts / "erp/users__b.csv").unlink()
    assert not desk.land(THIRD).changed
    assert desk.ask(snapshots) == together


def test_a_declared_file_stays_in_its_own_snapshot(desk):
    desk.source("erp", load="full_snapshot")
    desk.deliver("erp/users__2025-03-01.csv", USERS)
    desk.land(FIRST)
    desk.deliver("erp/users__2025-03-02.csv", MORE_USERS)
    desk.land(SECOND)
    assert desk.ask("select snapshot_at from raw.deliveries order by 1") == [
        (datetime(2025, 3, 1),),
        (datetime(2025, 3, 2),),
    ]


def test_a_refused_file_is_part_of_its_snapshot(desk):
    desk.source("erp", load="full_snapshot")
    desk.deliver("erp/users__a.csv", USERS)
    desk.land(FIRST)
    desk.deliver("erp/users__b.csv", "")
    desk.land(SECOND)
    assert desk.ask("select status, snapshot_at from raw.deliveries order by batch_id") == [
        ("landed", MOMENTS[SECOND]),
        ("refused", MOMENTS[SECOND]),
    ]


def test_full_refresh_lands_what_lies_there_and_remembers_when_it_was_first_landed(desk):
    desk.deliver("erp/users__a.csv", USERS)
    desk.deliver("erp/users__gone.csv", MORE_USERS)
    desk.deliver("old/source.yml", "kind: standard\n")
    desk.deliver("old/users.csv", USERS)
    desk.land(FIRST)
    (desk.extracts / "erp/users__gone.csv").unlink()
    shutil.rmtree(desk.extracts / "old")
    desk.deliver("erp/users__new.csv", MORE_USERS.replace("u2", "u3"))
    outcome = desk.land(SECOND, full_refresh=True)
    assert (outcome.files_new, outcome.rows_landed, outcome.changed) == (2, 3, True)
    assert desk.ask(DELIVERIES) == [
        (1, "users__a.csv", MOMENTS[FIRST], MOMENTS[FIRST], MOMENTS[FIRST], True, False),
        (2, "users__new.csv", MOMENTS[SECOND], MOMENTS[SECOND], MOMENTS[SECOND], True, False),
    ]
    assert desk.ask("select source_system, first_extracted_at from raw.sources") == [("erp", MOMENTS[FIRST])]
    assert desk.ask(
        "select distinct recorded_at from raw.standard__users where source_file = 'users__a.csv'"
    ) == [(MOMENTS[FIRST],)]


def test_full_refresh_that_is_cut_off_is_taken_up_by_the_next_run(desk, monkeypatch):
    desk.deliver("erp/users__a.csv", USERS)
    desk.deliver("erp/users__b.csv", MORE_USERS)
    desk.land(FIRST)
    before = desk.ask("select * exclude (run_id) from raw.deliveries order by 1")
    _break_at(monkeypatch, "users__b.csv")
    with pytest.raises(KeyboardInterrupt):
        desk.land(SECOND, full_refresh=True)
    assert desk.rows_landed() == 1
    monkeypatch.undo()
    desk.land(THIRD)
    assert desk.ask("select * exclude (run_id) from raw.deliveries order by 1") == before
    assert desk.ask("select * from raw.refreshing") == []


def _break_at(monkeypatch, source_file: str) -> None:
    """Interrupt the landing after a file's rows were stored, before they are registered."""
    store = landing.store

    def break_at(connection, delivery, staged):
        rows = store(connection, delivery, staged)
        if delivery.source_file == source_file:
            raise KeyboardInterrupt
        return rows

    monkeypatch.setattr(landing, "store", break_at)


def test_a_crash_between_files_leaves_whole_files_and_a_registry_that_agrees(desk, monkeypatch):
    desk.deliver("erp/role_duties.csv", DUTIES)
    desk.deliver("erp/users.csv", MORE_USERS + "u9,,true\n")
    _break_at(monkeypatch, "users.csv")
    with pytest.raises(KeyboardInterrupt):
        desk.land(FIRST)
    monkeypatch.undo()
    assert desk.ask("select object, rows_landed from raw.deliveries") == [("role_duties", 1)]
    assert (desk.rows_landed(), desk.ask("select count(*) from raw.quarantine")) == (1, [(0,)])
    assert desk.ask("select source_file from raw.files") == [("role_duties.csv",)]
    assert list(desk.warehouse.path.glob("landing-*")) == []
    outcome = desk.land(SECOND)
    assert (outcome.files_new, outcome.files_known, outcome.rows_landed) == (1, 1, 2)
    assert desk.ask("select object, rows_landed, rows_quarantined from raw.deliveries order by 1") == [
        ("role_duties", 1, 0),
        ("users", 2, 1),
    ]


def test_a_second_folder_adds_to_the_warehouse_and_leaves_its_settings(desk, tmp_path):
    desk.deliver("tieout.yml", "reporting_currency: EUR\n")
    desk.deliver("erp/users.csv", USERS)
    desk.land(FIRST)
    further = Desk(tmp_path / "further")
    further.source("shop")
    further.deliver("shop/users.csv", USERS)
    outcome = desk.land(SECOND, extracts=further.extracts)
    assert outcome.files_new == 1
    assert desk.ask("select source_system, user_id from raw.standard__users order by 1") == [
        ("erp", "u1"),
        ("shop", "u1"),
    ]
    assert desk.ask("select reporting_currency from raw.settings") == [("EUR",)]
    desk.land(THIRD, extracts=further.extracts, full_refresh=True)
    assert desk.ask("select source_system, batch_id from raw.standard__users order by 1") == [
        ("erp", 1),
        ("shop", 2),
    ]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("erp/manifest.csv", "file,object,row_count\nusers.csv,users,7\n"),
        ("erp/source.yml", "kind: standard\nowner: finance\n"),
        ("erp/source.yml", "kind: standard # a remark\n"),
        ("tieout.yml", "as_of: 2025-03-31\n"),
        ("controls.yml", "SL-01: {severity: warn}\n"),
    ],
)
def test_changed_settings_and_manifests_are_a_change_without_new_rows(desk, path, content):
    desk.deliver("erp/users.csv", USERS)
    first = desk.land(FIRST)
    desk.deliver(path, content)
    second = desk.land(SECOND)
    assert (second.rows_landed, second.files_known, second.changed) == (0, 1, True)
    assert second.fingerprint != first.fingerprint
    third = desk.land(THIRD)
    assert (third.changed, third.fingerprint) == (False, second.fingerprint)


def test_a_contract_that_gains_a_column_adapts_the_table(desk):
    desk.deliver("erp/users.csv", USERS)
    desk.land(FIRST)
    desk.ask("alter table raw.standard__users drop column active")
    outcome = desk.land(SECOND)
    assert outcome.messages[0].startswith("raw.standard__users was adapted to its contract")
    assert desk.ask("select user_id, role, active from raw.standard__users") == [("u1", "sales", None)]
    desk.land(THIRD, full_refresh=True)
    assert desk.ask("select user_id, role, active from raw.standard__users") == [("u1", "sales", True)]
