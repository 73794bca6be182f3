"""The company's settings: tieout.yml and controls.yml beside the sources, source.yml in each source.

They are read and checked before anything is landed. Every SettingsError names file, line, the value
found, what was expected and what to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from ingest.contracts import known_kinds
from ingest.errors import SettingsError
from ingest.yaml_file import Setting, read_yaml

CURRENCY = r"[A-Z]{3}"
CONTROL_ID = r"[A-Z]{2}-\d{2}"


@dataclass(frozen=True)
class EntitySettings:
    """What the company sets for one legal entity. ``closed_at`` is UTC; null where it was not given."""

    legal_entity_id: str
    ledger: str | None = None
    close_through: date | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class ControlSettings:
    """What the company sets for one control. An override is complete only with all four of its parts."""

    control_id: str
    severity: str | None = None
    tolerance: Decimal | None = None
    owner: str | None = None
    override_reason: str | None = None
    override_requested_by: str | None = None
    override_approver: str | None = None
    override_expires_on: date | None = None


@dataclass(frozen=True)
class Company:
    """tieout.yml and controls.yml. Empty where the company leaves the default."""

    reporting_currency: str | None = None
    as_of: date | None = None
    entities: tuple[EntitySettings, ...] = ()
    sources: tuple[str, ...] = ()
    number_series: tuple[str, ...] = ()
    ageing_buckets: tuple[int, ...] = ()
    controls: tuple[ControlSettings, ...] = ()
    is_given: bool = False


@dataclass(frozen=True)
class Source:
    """One source folder. ``kind`` is None where neither source.yml nor the folder's name tells it."""

    name: str
    folder: Path
    kind: str | None
    load: str = "incremental"
    owner: str | None = None
    freshness_warn_after_hours: float | None = None
    freshness_error_after_hours: float | None = None


def read_company(extracts: Path) -> Company:
    """Read tieout.yml and controls.yml of an extracts folder; both are optional."""
    settings = read_yaml(extracts / "tieout.yml", "tieout.yml")
    controls = read_yaml(extracts / "controls.yml", "controls.yml")
    given = {} if settings is None else settings.only(
        "reporting_currency", "as_of", "ledger", "close_through", "sources", "number_series", "ageing_buckets"
    )  # fmt: skip

    def setting(name: str) -> Setting | None:
        entry = given.get(name)
        return None if entry is None or entry.is_empty else entry

    currency, as_of = setting("reporting_currency"), setting("as_of")
    return Company(
        reporting_currency=currency.matching(CURRENCY, "an ISO 4217 code such as EUR") if currency else None,
        as_of=as_of.date() if as_of else None,
        entities=_read_entities(setting("ledger"), setting("close_through")),
        sources=_read_names(setting("sources"), "the name of a source folder"),
        number_series=_read_names(
            setting("number_series"),
            "a prefix of document numbers such as INV-, or '' for numbers of digits alone",
            may_be_blank=True,
        ),
        ageing_buckets=_read_buckets(setting("ageing_buckets")),
        controls=_read_controls(controls),
        is_given=settings is not None or controls is not None,
    )


def _read_entities(ledger: Setting | None, close_through: Setting | None) -> tuple[EntitySettings, ...]:
    ledgers = ledger.mapping("a ledger for each entity, `{LE01: booked}`") if ledger else {}
    closes = close_through.mapping("a date for each entity, `{LE01: 2025-02-28}`") if close_through else {}
    entities = []
    for name in sorted({*ledgers, *closes}):
        through, closed_at = _read_close(closes[name]) if name in closes else (None, None)
        entities.append(
            EntitySettings(
                legal_entity_id=name,
                ledger=ledgers[name].one_of("booked", "derived", "partial") if name in ledgers else None,
                close_through=through,
                closed_at=closed_at,
            )
        )
    return tuple(entities)


def _read_close(setting: Setting) -> tuple[date | None, datetime | None]:
    if setting.is_empty:
        return None, None
    if not setting.is_mapping:
        return setting.date(), None
    entries = setting.only("date", "closed_at")
    if "date" not in entries:
        raise setting.wrong("`date`, and if known `closed_at`")
    closed_at = entries.get("closed_at")
    return entries["date"].date(), closed_at.timestamp() if closed_at and not closed_at.is_empty else None


def _read_names(setting: Setting | None, expected: str, *, may_be_blank: bool = False) -> tuple[str, ...]:
    names: list[str] = []
    for item in setting.items() if setting else ():
        name = "" if may_be_blank and item.is_blank_text else item.text(expected)
        if name in names:
            raise item.wrong(f"{expected}, each once")
        names.append(name)
    return tuple(names)


def _read_buckets(setting: Setting | None) -> tuple[int, ...]:
    buckets: list[int] = []
    for item in setting.items() if setting else ():
        days = item.whole_number("a number of days greater than zero")
        if buckets and days <= buckets[-1]:
            raise item.wrong(f"more days than the bucket before it, {buckets[-1]}")
        buckets.append(days)
    return tuple(buckets)


def _read_controls(top: Setting | None) -> tuple[ControlSettings, ...]:
    controls = []
    for control_id, entry in sorted((top.mapping() if top else {}).items()):
        if not entry.name or not _is_control_id(control_id):
            raise SettingsError(
                f"the control `{control_id}`",
                expected="the id of a control, such as SL-01",
                next_step="`tieout controls` lists the ids.",
                file=entry.file,
                line=entry.line,
            )
        given = {
            name: value
            for name, value in entry.only("severity", "tolerance", "owner", "override").items()
            if not value.is_empty
        }
        override = {}
        if "override" in given:
            override = {
                name: value
                for name, value in given["override"]
                .only("reason", "requested_by", "approver", "expires_on")
                .items()
                if not value.is_empty
            }
        controls.append(
            ControlSettings(
                control_id=control_id,
                severity=given["severity"].one_of("block", "warn") if "severity" in given else None,
                tolerance=given["tolerance"].decimal("an amount ≥ 0 such as 0.05")
                if "tolerance" in given
                else None,
                owner=given["owner"].text() if "owner" in given else None,
                override_reason=override["reason"].text() if "reason" in override else None,
                override_requested_by=override["requested_by"].text() if "requested_by" in override else None,
                override_approver=override["approver"].text() if "approver" in override else None,
                override_expires_on=override["expires_on"].date() if "expires_on" in override else None,
            )
        )
    return tuple(controls)


def _is_control_id(text: str) -> bool:
    return re.fullmatch(CONTROL_ID, text) is not None


def read_source(folder: Path) -> Source:
    """Read a source folder's source.yml; without one, a folder named like a kind is of that kind."""
    top = read_yaml(folder / "source.yml", f"{folder.name}/source.yml")
    if top is None:
        return Source(folder.name, folder, folder.name if folder.name in known_kinds() else None)
    given = {
        name: value
        for name, value in top.only("kind", "load", "owner", "freshness").items()
        if not value.is_empty
    }
    if "kind" not in given:
        if folder.name not in known_kinds():
            raise top.wrong(f"`kind:` and one of {', '.join(known_kinds())}")
        kind = folder.name
    else:
        kind = given["kind"].one_of(*known_kinds())
    freshness = (
        given["freshness"].only("warn_after_hours", "error_after_hours") if "freshness" in given else {}
    )
    hours = {
        name: float(value.decimal("a number of hours such as 24"))
        for name, value in freshness.items()
        if not value.is_empty
    }
    return Source(
        name=folder.name,
        folder=folder,
        kind=kind,
        load=given["load"].one_of("incremental", "full_snapshot") if "load" in given else "incremental",
        owner=given["owner"].text() if "owner" in given else None,
        freshness_warn_after_hours=hours.get("warn_after_hours"),
        freshness_error_after_hours=hours.get("error_after_hours"),
    )
