"""The dashboard's sign-in: the files that set it up, and which addresses may be served without it.

Streamlit signs users in by OpenID Connect. It takes the provider from the section ``[auth]`` of a
``secrets.toml``, which lies where the operator wants, outside of the project. The roles file says what each
user sees. A sign-in is both files, or none.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from ingest.errors import SettingsError, UsageError
from ingest.project import project_root
from ingest.roles import read_roles

ROLES_VARIABLE = "TIEOUT_ROLES"
SECRETS_VARIABLE = "TIEOUT_SECRETS"
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
CALLBACK = "/oauth2callback"
SHORTEST_SECRET = 32
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
HOW_TO = "README, section Access, shows both files."


@dataclass(frozen=True)
class SignIn:
    """The two files of a sign-in, as absolute paths."""

    secrets: Path
    roles: Path


def read_sign_in(secrets: Path | None, roles: Path | None) -> SignIn | None:
    """The sign-in that two files set up, both read and checked; None where neither is given.

    Raises:
        UsageError: one is given without the other.
        SettingsError: one of them cannot be used, or the secrets lie in the project's folder.
    """
    if secrets is None and roles is None:
        return None
    if secrets is None or roles is None:
        raise UsageError(
            "a roles file and no secrets file" if secrets is None else "a secrets file and no roles file",
            expected="both, or neither",
            next_step=f"Give --secrets and --roles. {HOW_TO}",
        )
    _check_secrets(secrets.absolute())
    read_roles(roles.absolute())
    return SignIn(secrets.absolute(), roles.absolute())


def is_local(address: str | None) -> bool:
    """Whether only this machine can reach a server on the address; None stands for every address."""
    if address is None:
        return False
    name = address.strip().strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def check_address(address: str, sign_in: SignIn | None) -> None:
    """Refuse to serve others than this machine's users without a sign-in.

    Raises:
        UsageError: the address is public and there is no sign-in.
    """
    if sign_in is None and not is_local(address):
        raise UsageError(
            f"the public address {address} and no sign-in",
            expected="localhost, or a sign-in that says who may see what",
            next_step=f"Leave out --address, or give --secrets and --roles. {HOW_TO}",
        )


def _check_secrets(path: Path) -> None:
    if path.resolve().is_relative_to(project_root()):
        raise SettingsError(
            "secrets in the project's folder",
            expected="a place outside of it, readable by the server only",
            next_step="Move the file, and name it with --secrets.",
            file=path,
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"a file that cannot be read ({error.strerror})",
            expected="a secrets.toml with a section [auth]",
            next_step=HOW_TO,
            file=path,
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(error), expected="TOML", next_step=HOW_TO, file=path) from error
    section = content.get("auth")
    for name in NEEDED:
        value = section.get(name) if isinstance(section, dict) else None
        if not isinstance(value, str) or not value.strip():
            raise _unusable(path, name, "no text", "one" if section else "a section [auth] with it")
    assert isinstance(section, dict)
    _check_values(path, section)


def _check_values(path: Path, section: dict[str, str]) -> None:
    if not section["redirect_uri"].endswith(CALLBACK):
        raise _unusable(
            path, "redirect_uri", f"`{section['redirect_uri']}`", f"the server's address with {CALLBACK}"
        )
    if len(section["cookie_secret"]) < SHORTEST_SECRET:
        raise _unusable(
            path,
            "cookie_secret",
            f"{len(section['cookie_secret'])} characters",
            f"at least {SHORTEST_SECRET} random ones",
        )
    provider = urlsplit(section["server_metadata_url"])
    if provider.scheme != "https" and not is_local(provider.hostname or ""):
        raise _unusable(
            path, "server_metadata_url", f"`{section['server_metadata_url']}`", "an address with https"
        )


def _unusable(path: Path, name: str, found: str, expected: str) -> SettingsError:
    return SettingsError(
        found,
        expected=expected,
        next_step=f"Correct the section [auth]. {HOW_TO}",
        file=path,
        column=f"auth.{name}",
    )
