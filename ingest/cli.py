"""The command `tieout`: arguments and messages. What it does is done by the modules that it calls."""

from __future__ import annotations

import os
import shutil
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from duckdb import DuckDBPyConnection
from typer.exceptions import TyperException

from ingest.definitions import definitions_of
from ingest.errors import NothingBuilt, TieoutError, UnknownName, UsageError
from ingest.progress import progress_for
from ingest.query import Answer, Format, as_table, exact_json
from ingest.sign_in import ROLES_VARIABLE, SECRETS_VARIABLE, read_sign_in
from ingest.warehouse import Warehouse

DEFAULT_WAREHOUSE = "warehouse"
DASHBOARD_PORT = 8501
FAILED_STATUS, INTERRUPTED_STATUS = 3, 130
ROWS_OF_A_CONTROL = 20


class Size(StrEnum):
    """How large a demonstration company is."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


app = typer.Typer(
    name="tieout",
    help="Order-to-cash warehouse: land delivered files, build the marts, control them, publish.",
    epilog="Exit status: 0 published or nothing to do; 1 a blocking control failed, the last good version"
    " stays; 2 the input or the call is unusable; 3 an internal fault.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

WarehouseOption = Annotated[
    Path | None,
    typer.Option(
        "--warehouse",
        metavar="DIR",
        help="The warehouse directory. Default: $TIEOUT_WAREHOUSE, else warehouse/ in the working directory.",
    ),
]
ExtractsArgument = Annotated[
    Path, typer.Argument(metavar="EXTRACTS", help="The folder with one sub-folder for each source.")
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="The as-of date, YYYY-MM-DD. Default: tieout.yml's, else the last posting date in the data.",
    ),
]
FullRefreshOption = Annotated[
    bool,
    typer.Option("--full-refresh", help="Land again from what lies there now; what is no longer there goes."),
]
NoBacktestOption = Annotated[
    bool,
    typer.Option(
        "--no-backtest",
        help="Leave the forecast's backtest out; origins that earlier runs scored still count.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one machine-readable line at the end of the output.")
]
UnpublishedOption = Annotated[
    bool,
    typer.Option(
        "--unpublished",
        help="Ask the last build instead, also one that a control stopped (no run in progress).",
    ),
]


@app.command()
def demo(
    size: Annotated[
        Size,
        typer.Option("--size", help="About 2,000 orders, 50,000 orders or 1,000,000 order lines."),
    ] = Size.SMALL,
    no_dashboard: Annotated[
        bool, typer.Option("--no-dashboard", help="Do not open the dashboard at the end.")
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the demonstration company's extracts, run everything on them, and open the dashboard."""
    from ingest import pipeline
    from ingest.simulate import make_company

    place = _warehouse(warehouse)
    folder = place.path / "demo" / size.value
    progress = progress_for()
    progress.start(f"making the {size.value} demonstration company")
    make_company(folder, size=size.value, progress=lambda step, done, total: progress.advance(step))
    progress.finish()
    outcome = pipeline.run(folder / "extracts", place, progress=progress)
    _tell(outcome, place)
    if outcome.published:
        _where_to_look(place)
        if not no_dashboard and not as_json and _is_on_a_terminal():
            _open_dashboard(place)
    _end(outcome, as_json)


@app.command()
def run(
    extracts: ExtractsArgument,
    warehouse: WarehouseOption = None,
    as_of: AsOfOption = None,
    full_refresh: FullRefreshOption = False,
    no_backtest: NoBacktestOption = False,
    as_json: JsonOption = False,
) -> None:
    """Land, build, control and publish in one go."""
    from ingest import pipeline

    place = _warehouse(warehouse)
    outcome = pipeline.run(
        extracts,
        place,
        as_of=_day(as_of),
        full_refresh=full_refresh,
        with_backtest=not no_backtest,
        progress=progress_for(),
    )
    _tell(outcome, place)
    _end(outcome, as_json)


@app.command()
def land(
    extracts: ExtractsArgument,
    warehouse: WarehouseOption = None,
    full_refresh: FullRefreshOption = False,
    as_json: JsonOption = False,
) -> None:
    """Land what lies in EXTRACTS, and no more."""
    from ingest import pipeline

    place = _warehouse(warehouse)
    outcome = pipeline.land(extracts, place, full_refresh=full_refresh, progress=progress_for())
    _tell(outcome, place)
    _end(outcome, as_json)


@app.command()
def build(
    warehouse: WarehouseOption = None,
    as_of: AsOfOption = None,
    no_backtest: NoBacktestOption = False,
    as_json: JsonOption = False,
) -> None:
    """Build all models from what is landed and run all controls; publish nothing."""
    from ingest import pipeline

    place = _warehouse(warehouse)
    outcome = pipeline.build(place, as_of=_day(as_of), with_backtest=not no_backtest, progress=progress_for())
    _tell(outcome, place)
    _end(outcome, as_json)


@app.command()
def publish(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Publish the last build, if no blocking control failed and nothing was landed since."""
    from ingest import pipeline

    place = _warehouse(warehouse)
    outcome = pipeline.publish(place, progress=progress_for())
    _tell(outcome, place)
    _end(outcome, as_json)


@app.command()
def watch(
    extracts: ExtractsArgument,
    warehouse: WarehouseOption = None,
    seconds: Annotated[
        float, typer.Option("--every", min=0.1, metavar="SECONDS", help="How often to look at the folder.")
    ] = 5.0,
) -> None:
    """Run whenever a delivery arrives, until interrupted."""
    from ingest import pipeline
    from ingest.watch import watch as watch_folder

    place = _warehouse(warehouse)
    progress = progress_for()
    if not extracts.is_dir():
        raise UsageError(
            "no such folder",
            expected="the folder with one sub-folder for each source",
            next_step="Name a folder that exists.",
            file=extracts,
        )

    def run_once() -> None:
        try:
            _tell(pipeline.run(extracts, place, progress=progress), place)
        except TieoutError as error:
            print(f"tieout: {error}", file=sys.stderr)

    progress(f"watching {extracts}, looking every {seconds:g} s; end with Ctrl-C")
    try:
        watch_folder(extracts, run_once, seconds=seconds)
    except KeyboardInterrupt:
        progress("no longer watching")


@app.command()
def status(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Show what is published, from which deliveries, and what waits."""
    from ingest.status import lines, read_status

    found = read_status(_warehouse(warehouse))
    print(exact_json(found.as_dict()) if as_json else "\n".join(lines(found)))


@app.command()
def controls(
    control_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One control, with its failing rows.")
    ] = None,
    warehouse: WarehouseOption = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="How many failing rows to show; 0 shows all.")
    ] = ROWS_OF_A_CONTROL,
    as_json: JsonOption = False,
) -> None:
    """Show all controls with their last result, or one with its failing rows."""
    from ingest import evidence
    from ingest.controls import failing_rows, results_of_run

    place = _warehouse(warehouse)
    folder = evidence.last_run(place, with_controls=True)
    if folder is None:
        raise NothingBuilt(
            f"no run with controls in {place.path}",
            next_step="Run `tieout run EXTRACTS`, or name another directory with --warehouse.",
        )
    path = folder / evidence.CONTROLS_FILE
    results = results_of_run(path)
    if control_id is None:
        if as_json:
            print(exact_json(results))
        else:
            _show_controls(results, evidence.read_run(folder))
        return
    wanted = control_id.upper().replace("_", "-")
    result = next((result for result in results if result["control_id"] == wanted), None)
    if result is None:
        raise UnknownName(
            f"`{control_id}`",
            expected="one of " + ", ".join(result["control_id"] for result in results),
            next_step="`tieout controls` lists them with their titles.",
        )
    if as_json:
        print(exact_json({**result, "failing_rows": failing_rows(path, wanted, limit or None)}))
    else:
        _show_control(result, failing_rows(path, wanted, limit or None))


@app.command()
def trace(
    document: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="An order, shipment, invoice, application, receipt, bank line or journal."
        ),
    ],
    warehouse: WarehouseOption = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Only what this source delivers, where an id is ambiguous.")
    ] = None,
    unpublished: UnpublishedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show a document's whole chain with the file and line of each member."""
    from ingest.trace import as_dictionaries, lines
    from ingest.trace import trace as trace_chains

    place = _warehouse(warehouse)
    with _opened(place, unpublished) as connection:
        chains = trace_chains(connection, document, source)
    print(exact_json(as_dictionaries(chains)) if as_json else "\n".join(lines(document, chains)))


@app.command()
def sql(
    question: Annotated[str, typer.Argument(metavar='"select …"', help="One SQL question.")],
    warehouse: WarehouseOption = None,
    style: Annotated[Format, typer.Option("--format", help="How to write the answer.")] = Format.TABLE,
    unpublished: UnpublishedOption = False,
) -> None:
    """Ask a read-only SQL question about what is published."""
    from ingest.query import ask, written

    place = _warehouse(warehouse)
    with _opened(place, unpublished) as connection:
        answer = ask(connection, question)
    for line in written(answer, style):
        print(line)


@app.command()
def export(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A mart; `pack`: the month-end pack; `liquidity`: daily expected receipts.",
        ),
    ],
    to: Annotated[
        Path,
        typer.Option(
            "--to",
            metavar="FILE",
            help="File to write: .xlsx, .csv or .parquet; pack: .xlsx; liquidity: .xlsx or .csv.",
        ),
    ],
    warehouse: WarehouseOption = None,
    unpublished: UnpublishedOption = False,
) -> None:
    """Write a mart, the month-end pack or the liquidity forecast to a file."""
    from ingest.export import export as write_export

    place = _warehouse(warehouse)
    with _opened(place, unpublished) as connection:
        rows = write_export(connection, what, to)
    print(f"wrote {rows:,} rows to {to}")


@app.command()
def dashboard(
    warehouse: WarehouseOption = None,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")
    ] = DASHBOARD_PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    address: Annotated[
        str,
        typer.Option(
            "--address", metavar="ADDRESS", help="Where to listen; a public address needs a sign-in."
        ),
    ] = "localhost",
    secrets: Annotated[
        Path | None,
        typer.Option(
            "--secrets",
            metavar="FILE",
            envvar=SECRETS_VARIABLE,
            help="The sign-in: a secrets.toml with a section [auth], outside of the project.",
        ),
    ] = None,
    roles: Annotated[
        Path | None,
        typer.Option(
            "--roles",
            metavar="FILE",
            envvar=ROLES_VARIABLE,
            help="The roles file: which user sees which entities, with which duties.",
        ),
    ] = None,
) -> None:
    """Serve the dashboard, on localhost unless told otherwise, until interrupted."""
    from ingest.serve import serve

    sign_in = read_sign_in(secrets, roles)
    serve(_warehouse(warehouse), port=port, opens_browser=not no_browser, address=address, sign_in=sign_in)


@app.command()
def close(
    legal_entity_id: Annotated[
        str | None,
        typer.Argument(metavar="[ENTITY]", help="The legal entity. Without any: list what is closed."),
    ] = None,
    period: Annotated[str | None, typer.Argument(metavar="[PERIOD]", help="The month, YYYY-MM.")] = None,
    closed_by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who closes it. Default: the system's user.")
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Seal a period as it is published; CL-01 and CL-02 then watch over it."""
    from ingest.close import close_period
    from ingest.seals import read_seals

    place = _warehouse(warehouse)
    if legal_entity_id is None:
        _show_seals(read_seals(place), as_json)
        return
    if period is None:
        raise UsageError(
            "an entity and no period",
            expected="both, or neither to list what is closed",
            next_step=f"For instance `tieout close {legal_entity_id} 2025-02`.",
        )
    seal = close_period(place, legal_entity_id, period, closed_by)
    if as_json:
        print(exact_json(_seal_facts(seal)))
        return
    print(f"closed    {seal.legal_entity_id} {seal.period}, version {seal.version}, by {seal.closed_by}")
    since = f"since {seal.covers_from}" if seal.covers_from else "since the first journal"
    content = seal.content
    print(
        f"sealed    {len(content['accounts']):,} accounts, {content['lines']['rows']:,} ledger lines {since},"
        f" {len(content['figures']):,} figures, {len(content['deliveries']):,} deliveries,"
        f" {len(content['controls']):,} control results of run {seal.run_id}"
    )
    print(f"evidence  {seal.folder}")
    print("the next run judges by it: CL-01 entries after the closing, CL-02 balances that differ")


@app.command()
def reopen(
    legal_entity_id: Annotated[str, typer.Argument(metavar="ENTITY", help="The legal entity.")],
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="Its last closed month, YYYY-MM.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is opened again.")],
    approver: Annotated[
        str, typer.Option("--approver", metavar="NAME", help="Who approves it; not who asks for it.")
    ],
    requested_by: Annotated[
        str | None,
        typer.Option("--requested-by", metavar="NAME", help="Who asks for it. Default: the system's user."),
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open a closed period again; its seal is kept, and no longer judged by."""
    from ingest.close import reopen_period

    seal = reopen_period(
        _warehouse(warehouse),
        legal_entity_id,
        period,
        reason=reason,
        approver=approver,
        requested_by=requested_by,
    )
    if as_json:
        print(exact_json(_seal_facts(seal)))
        return
    assert seal.reopening is not None
    print(
        f"reopened  {seal.legal_entity_id} {seal.period}, version {seal.version}, asked for by"
        f" {seal.reopening.requested_by}, approved by {seal.reopening.approver}: {seal.reopening.reason}"
    )
    print(f"evidence  {seal.folder}")
    print(f"`tieout run` builds without it; `tieout close {legal_entity_id} {period}` closes it again")


@app.command()
def restatement(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="A month that was closed, YYYY-MM.")],
    legal_entity_id: Annotated[
        str | None, typer.Option("--entity", metavar="ENTITY", help="Only this legal entity.")
    ] = None,
    version: Annotated[
        int, typer.Option("--version", min=1, help="Which of its closings to compare with; 1 is the first.")
    ] = 1,
    warehouse: WarehouseOption = None,
    style: Annotated[Format, typer.Option("--format", help="How to write the rows.")] = Format.TABLE,
    unpublished: UnpublishedOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Show what a closed period showed when it was published, what it shows now, and why, row by row."""
    from ingest import restatement as restating
    from ingest.query import written

    place = _warehouse(warehouse)
    with _opened(place, unpublished) as connection:
        answer = restating.restatement(
            connection, place, period, legal_entity_id=legal_entity_id, version=version
        )
    style = Format.JSON if as_json else style
    if style is Format.TABLE and not answer.rows:
        print(f"nothing of {period} is other than when it was closed")
        return
    for line in written(restating.shown(answer) if style is Format.TABLE else answer, style):
        print(line)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit status; nothing a user does gives a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    started = time.monotonic()
    try:
        result = app(args=given, prog_name="tieout", standalone_mode=False)
        ending = result if isinstance(result, int) else 0
        if ending == INTERRUPTED_STATUS:
            print("tieout: interrupted; what is published stays as it was", file=sys.stderr)
    except TyperException as error:
        message = error.format_message()
        is_help = message.startswith("Usage:")
        print(message if is_help else f"tieout: {message} See `tieout --help`.", file=sys.stderr)
        ending = UsageError.exit_status
        _print_summary_of_failure(given, started)
    except TieoutError as error:
        print(f"tieout: {error}", file=sys.stderr)
        ending = error.exit_status
        _print_summary_of_failure(given, started)
    except BrokenPipeError:
        # Whoever read the output has seen enough; keep Python from complaining when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        ending = 0
    except Exception as error:
        ending = _unexpected(error)
        _print_summary_of_failure(given, started)
    sys.exit(ending)


def _warehouse(given: Path | None) -> Warehouse:
    return Warehouse(Path(given or os.environ.get("TIEOUT_WAREHOUSE") or DEFAULT_WAREHOUSE).resolve())


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _tell(outcome: Any, place: Warehouse) -> None:
    """How a run ended, in words: what is wrong on stderr, what is published on stdout."""
    from ingest import evidence
    from ingest.reader import open_published
    from ingest.summary import lines_of, summarise

    for refused in outcome.refused:
        print(f"tieout: {refused}", file=sys.stderr)
    if outcome.error is not None:
        print(f"tieout: {outcome.error}", file=sys.stderr)
    if outcome.result == evidence.REFUSED:
        print("nothing was built; the other files are landed and wait", file=sys.stderr)
    elif outcome.result == evidence.STOPPED:
        count = outcome.controls_blocking_failed
        print(
            f"{count} blocking control{'' if count == 1 else 's'} failed, nothing was published;"
            " `tieout controls` and `tieout controls ID` say what and where",
            file=sys.stderr,
        )
    elif outcome.result == evidence.PUBLISHED:
        with open_published(place) as connection:
            summary = summarise(connection)
        print(f"published  run {outcome.run_id} in {place.published}")
        print("\n".join(lines_of(summary) if summary else []))
    elif outcome.result == evidence.LANDED:
        print(f"landed {outcome.rows_landed:,} rows; {outcome.rows_quarantined:,} rows quarantined")
    elif outcome.result == evidence.BUILT:
        print(
            f"built as of {outcome.as_of}: {outcome.controls_passed} controls passed,"
            f" {outcome.controls_failed} failed, none of them blocking; `tieout publish` publishes it"
        )


def _where_to_look(place: Warehouse) -> None:
    from ingest.reader import open_published
    from ingest.summary import summarise

    with open_published(place) as connection:
        summary = summarise(connection)
    tieout = "tieout" if shutil.which("tieout") else os.path.relpath(sys.argv[0])
    option = "" if place.path == Path(DEFAULT_WAREHOUSE).resolve() else f" --warehouse {place.path}"
    print("\nwhere to look next")
    print(f"  {tieout} dashboard{option}")
    if summary and summary.trace_example:
        print(f"  {tieout} trace {summary.trace_example}{option}")
    print(f"  {tieout} status{option}")
    print(f"  {tieout} controls{option}")
    print(f'  {tieout} sql "select * from marts.rpt_ar_aging order by as_of desc limit 20"{option}')


def _is_on_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _open_dashboard(place: Warehouse) -> None:
    """Serve the dashboard until interrupted; what was published stays published if it cannot be served."""
    from ingest.serve import serve

    print("\nThe dashboard opens in your browser; Ctrl-C ends it.", flush=True)
    try:
        serve(place, port=DASHBOARD_PORT, opens_browser=True)
    except UsageError as error:
        print(f"tieout: {error}", file=sys.stderr)


def _end(outcome: Any, as_json: bool) -> None:
    if as_json:
        print(exact_json(outcome.summary()))
    raise typer.Exit(outcome.exit_status)


def _seal_facts(seal: Any) -> dict[str, Any]:
    """What a seal says of itself, without its balances and lines."""
    reopening = seal.reopening
    return {
        "seal_id": seal.seal_id,
        "legal_entity_id": seal.legal_entity_id,
        "period": seal.period,
        "version": seal.version,
        "is_in_force": seal.is_in_force,
        "closed_at": seal.closed_at,
        "closed_by": seal.closed_by,
        "run_id": seal.run_id,
        "code_version": seal.code_version,
        "sha256": seal.sha256,
        "evidence": str(seal.folder),
        "reopened_at": reopening.reopened_at if reopening else None,
        "requested_by": reopening.requested_by if reopening else None,
        "approver": reopening.approver if reopening else None,
        "reason": reopening.reason if reopening else None,
    }


def _show_seals(seals: Sequence[Any], as_json: bool) -> None:
    facts = [_seal_facts(seal) for seal in seals]
    if as_json:
        print(exact_json(facts))
    elif not facts:
        print("no period is closed")
    else:
        columns = [
            *("legal_entity_id", "period", "version", "closed_at", "closed_by", "run_id"),
            *("reopened_at", "requested_by", "approver", "reason"),
        ]
        rows = [tuple(fact[name] for name in columns) for fact in facts]
        print("\n".join(list(as_table(Answer(columns, rows)))[:-1]))


def _show_controls(results: list[dict[str, Any]], run: dict[str, Any]) -> None:
    columns = ["id", "title", "severity", "status", "failures", "amount at risk", "owner"]
    rows = [
        (
            result["control_id"],
            result["title"],
            result["severity"],
            result["status"] + (" (overridden)" if result["is_overridden"] else ""),
            result["failures"],
            result["amount_at_risk"],
            result["owner"],
        )
        for result in results
    ]
    print("\n".join(list(as_table(Answer(columns, rows)))[:-1]))
    print(f"\nrun {run.get('run_id')}, as of {run.get('as_of')}, {run.get('outcome')}")


def _show_control(result: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    print(f"{result['control_id']}  {result['title']}")
    for name in (
        *("assertion", "severity", "status", "failures", "amount_at_risk", "tolerance", "owner", "covers"),
        *("message", "applicability_reason"),
        *("override_reason", "override_approver", "override_expires_on"),
        "run_id",
    ):
        if result[name] is not None and result[name] != "":
            print(f"{name.replace('_', ' '):<22}{result[name]}")
    for definition in definitions_of(result["covers"] or ""):
        print(f"  {definition.metric_id:<32}{definition.formula} ({definition.unit})")
    if rows:
        # What every row says alike is said above; columns without any value say nothing.
        said = {"control_id", "run_id", "owner"}
        columns = [
            name for name in rows[0] if name not in said and any(row[name] is not None for row in rows)
        ]
        print()
        lines = list(as_table(Answer(columns, [tuple(row[name] for name in columns) for row in rows])))
        print("\n".join(lines[:-1]))
        if result["failures"] and len(rows) < result["failures"]:
            print(f"({len(rows)} of {result['failures']} rows; --limit 0 shows all)")


@contextmanager
def _opened(place: Warehouse, unpublished: bool) -> Iterator[DuckDBPyConnection]:
    """What a question is put to: the published version, or the last build, which is said on stderr."""
    from ingest.reader import open_published, open_unpublished
    from ingest.state import read_finished_build, read_published

    if not unpublished:
        with open_published(place) as connection:
            yield connection
        return
    with open_unpublished(place) as connection:
        finished = read_finished_build(connection)
        if finished is None:
            what = "a build that did not come to its end; tables may be missing"
        elif finished == read_published(place):
            what = f"the last build, run {finished.run_id}, which is also what is published"
        else:
            what = f"the last build, run {finished.run_id}, which is not what is published"
        print(f"tieout: this is {what}", file=sys.stderr)
        yield connection


def _print_summary_of_failure(given: list[str], started: float) -> None:
    """The machine-readable line of a run that could not begin."""
    if "--json" not in given or not given or given[0] not in ("demo", "run", "land", "build", "publish"):
        return
    from ingest.outcome import not_begun

    print(exact_json(not_begun(time.monotonic() - started)))


def _unexpected(error: Exception) -> int:
    import tempfile

    with tempfile.NamedTemporaryFile(
        "w", prefix="tieout-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write("".join(traceback.format_exception(error)))
    first = (str(error).strip().splitlines() or [""])[0]
    print(
        f"tieout: internal fault: {type(error).__name__}: {first}. The details lie in {file.name}.",
        file=sys.stderr,
    )
    return FAILED_STATUS
