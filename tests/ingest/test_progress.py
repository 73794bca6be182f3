"""Long work speaks in plain lines where there is no terminal."""

import io
import re

from ingest.progress import PlainProgress, Progress, progress_for


def test_plain_lines_where_there_is_no_terminal():
    stream = io.StringIO()
    progress = progress_for(stream)
    assert isinstance(progress, PlainProgress)
    progress.start("building", 2)
    progress.advance("one")
    progress.advance("two")
    progress.finish()
    progress("a sentence")
    lines = stream.getvalue().splitlines()
    assert lines[0] == "building …"
    assert re.fullmatch(r"building: done, 2, \d+\.\d s", lines[1])
    assert lines[2] == "a sentence"


def test_a_line_every_few_seconds_in_between(monkeypatch):
    moments = iter([0.0, 3.0, 6.0, 7.0, 8.0])
    monkeypatch.setattr("ingest.progress.time.monotonic", lambda: next(moments))
    stream = io.StringIO()
    progress = PlainProgress(stream)
    progress.start("building")
    for name in ("one", "two", "three"):
        progress.advance(name, 9)
    progress.finish()
    assert stream.getvalue().splitlines() == [
        "building …",
        "building: 2 of 9, two",
        "building: done, 3, 8.0 s",
    ]


def test_the_default_is_silent(capsys):
    progress = Progress()
    progress.start("building")
    progress.advance("one")
    progress("a sentence")
    progress.finish()
    assert capsys.readouterr() == ("", "")
