"""Who may see what: the roles file, which maps users to legal entities and duties.

::

    users:
      anna@company.example:
        entities: [LE01, LE02]      # or: all
        duties: [analyst]           # analyst, FP&A, controller, admin

A user is known by the e-mail address that the sign-in vouches for, whatever its case. Who is not in the file
sees nothing. Rows of the group (`*`) are for users of all entities, bank details for controllers and admins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from ingest.errors import SettingsError
from ingest.yaml_file import Setting, read_yaml

ALL = "all"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
MEND = "Correct this line of the roles file; until then nobody is let in."


class Duty(StrEnum):
    """What somebody does in the company."""

    ANALYST = "analyst"
    FPA = "FP&A"
    CONTROLLER = "controller"
    ADMIN = "admin"


SEE_BANK_DETAILS = frozenset({Duty.CONTROLLER, Duty.ADMIN})


@dataclass(frozen=True)
class Scope:
    """What of a version somebody sees; two users of one scope see the same. ``entities`` None means all."""

    entities: frozenset[str] | None
    sees_bank_details: bool

    @property
    def sees_group(self) -> bool:
        """All entities, and so the group's own rows, and what belongs to no entity."""
        return self.entities is None


@dataclass(frozen=True)
class Access:
    """Somebody who was let in. ``entities`` None means all of them, those that come later included."""

    user: str
    entities: frozenset[str] | None
    duties: frozenset[Duty]

    @property
    def scope(self) -> Scope:
        """What this user sees."""
        return Scope(self.entities, bool(self.duties & SEE_BANK_DETAILS))


def access_of_operator(name: str) -> Access:
    """Everything, for whoever uses the dashboard on the machine itself without a sign-in."""
    return Access(f"local user {name}", None, frozenset({Duty.ADMIN}))


def read_roles(path: Path) -> dict[str, Access]:
    """The users of a roles file, by their e-mail address in lower case.

    Raises:
        SettingsError: the file is not there or cannot be used; names file, line, found and expected.
    """
    top = read_yaml(path, str(path))
    if top is None:
        raise SettingsError(
            "no such file",
            expected="a roles file",
            next_step="Name one that exists; README, section Access, shows what it holds.",
            file=path,
        )
    users = top.only("users").get("users")
    if users is None or users.is_empty or not users.mapping("`user: {entities, duties}` for each user"):
        raise (users or top).wrong("`users:` with at least one user", MEND)
    found: dict[str, Access] = {}
    for key, value in users.node.value:
        address = _address(Setting(key, users.file, users.name))
        if address in found:
            raise Setting(key, users.file, users.name).wrong("each user once, whatever the case", MEND)
        found[address] = _access(address, key, Setting(value, users.file, f"users.{address}"))
    return found


def _address(setting: Setting) -> str:
    text = setting.text("an e-mail address")
    if not EMAIL.fullmatch(text):
        raise setting.wrong("an e-mail address such as anna@company.example", MEND)
    return text.casefold()


def _access(address: str, key: yaml.Node, setting: Setting) -> Access:
    if not setting.is_mapping:
        raise Setting(key, setting.file, setting.name).wrong("`entities` and `duties` below the user", MEND)
    given = setting.only("entities", "duties")
    for name in ("entities", "duties"):
        if name not in given or given[name].is_empty:
            raise Setting(key, setting.file, setting.name).wrong(f"`{name}` below the user", MEND)
    return Access(address, _entities(given["entities"]), _duties(given["duties"]))


def _entities(setting: Setting) -> frozenset[str] | None:
    expected = f"`{ALL}`, or a list of legal entities such as [LE01, LE02]"
    if isinstance(setting.node, yaml.ScalarNode):
        if setting.text(expected) != ALL:
            raise setting.wrong(expected, MEND)
        return None
    entities: set[str] = set()
    for item in setting.items(expected):
        name = item.text("a legal entity")
        if name in (ALL, "*"):
            raise item.wrong(f"a legal entity; for all of them write `entities: {ALL}`", MEND)
        if name in entities:
            raise item.wrong("each entity once", MEND)
        entities.add(name)
    if not entities:
        raise setting.wrong(expected, MEND)
    return frozenset(entities)


def _duties(setting: Setting) -> frozenset[Duty]:
    expected = "a list of duties such as [analyst]"
    duties: set[Duty] = set()
    for item in setting.items(expected):
        duty = Duty(item.one_of(*Duty))
        if duty in duties:
            raise item.wrong("each duty once", MEND)
        duties.add(duty)
    if not duties:
        raise setting.wrong(expected, MEND)
    return frozenset(duties)
