"""`tieout watch` runs once for what lies there and once for each change, when the folder is still."""

from pathlib import Path

from ingest.watch import signature, watch


def test_runs_at_once_and_after_each_change_that_has_come_to_rest(tmp_path: Path):
    def write(text: str) -> None:
        (tmp_path / "orders.csv").write_text(text)

    write("one")
    # What happens between the looks: nothing, a delivery being written, written on, done.
    happenings = [lambda: None, lambda: write("tw"), lambda: write("two"), *[lambda: None] * 3]
    looks, ran = iter(happenings), []

    runs = watch(
        tmp_path,
        lambda: ran.append((tmp_path / "orders.csv").read_text()),
        seconds=0,
        sleep=lambda _: next(looks)(),
        keep_on=lambda: looks.__length_hint__() > 0,
    )

    assert ran == ["one", "two"]
    assert runs == 2


def test_the_signature_sees_content_of_equal_size(tmp_path: Path):
    path = tmp_path / "books" / "orders.csv"
    path.parent.mkdir()
    path.write_text("1")
    before = signature(tmp_path)
    path.write_text("2")
    assert signature(tmp_path) != before
