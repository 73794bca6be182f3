"""Who is looking: whoever uses this machine, or a user whom the sign-in and the roles file know.

Without a sign-in only this machine is served, also when the app is started by `streamlit run`. With one, a
user sees what the roles file says, which is read again when it changes; whoever is not in it sees nothing.
"""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import streamlit as st

from ingest.errors import SettingsError
from ingest.roles import Access, access_of_operator, read_roles
from ingest.sign_in import ROLES_VARIABLE, is_local

SIGN_IN, SIGN_OUT = "Sign in", "Sign out"


@dataclass(frozen=True)
class Refusal:
    """Nothing is shown but this: what is the matter, and what to do about it."""

    title: str
    text: str
    offers: Literal["sign in", "sign out"] | None = None


PUBLIC = Refusal(
    "This dashboard shows nothing to the network",
    "It has no sign-in, and this server answers more than its own machine. Start it with `tieout dashboard`,"
    " which listens on localhost only; or give it a sign-in with `--secrets` and `--roles`, and then an"
    " address with `--address`. README, section Access, shows how.",
)
HALF = Refusal(
    "The sign-in is not complete",
    f"It needs both a section `[auth]` in Streamlit's secrets and a roles file, which the variable"
    f" `{ROLES_VARIABLE}` names. Start the dashboard with `tieout dashboard --secrets FILE --roles FILE`."
    " README, section Access, shows both files.",
)
HEADERS = Refusal(
    "The sign-in can be gone round",
    "Streamlit's option `server.trustedUserHeaders` lets a request name its own user. Start the dashboard"
    " without it.",
)
NOT_SIGNED_IN = Refusal("Tieout", "Sign in to see the figures of your entities.", "sign in")
NO_ROLES = Refusal(
    "Nobody is let in at the moment",
    "The roles file cannot be used. Whoever runs this server finds the line and the reason in its log.",
    "sign out",
)
NOT_VERIFIED = Refusal(
    "Your e-mail address is not confirmed",
    "The sign-in gives no e-mail address that its provider has confirmed, so nobody knows what you may see.",
    "sign out",
)


def admitted() -> Access | Refusal:
    """Who is let in, and to what; or why nobody is."""
    roles = os.environ.get(ROLES_VARIABLE)
    has_provider = st.secrets.load_if_toml_exists() and "auth" in st.secrets
    if not roles and not has_provider:
        return _without_sign_in()
    if not roles or not has_provider:
        return HALF
    if st.get_option("server.trustedUserHeaders"):
        return HEADERS
    if not st.user.is_logged_in:
        return NOT_SIGNED_IN
    try:
        users = _users(Path(roles))
    except SettingsError as error:
        print(f"tieout: {error}", file=sys.stderr, flush=True)
        return NO_ROLES
    return _known(users, st.user.get("email"), st.user.get("email_verified"))


def _known(users: dict[str, Access], email: object, is_verified: object) -> Access | Refusal:
    """The user of a confirmed e-mail address. A provider that says nothing of that confirms all its users."""
    if not isinstance(email, str) or (is_verified is not None and str(is_verified).lower() != "true"):
        return NOT_VERIFIED
    return users.get(email.strip().casefold()) or Refusal(
        "You have no access to this dashboard",
        f"You are signed in as {email}, who is not in the roles file. Whoever runs this server can add you.",
        "sign out",
    )


def _without_sign_in() -> Access | Refusal:
    """Everything, on this machine. A name that is not this machine's leads here by a proxy or by deceit."""
    host = st.context.headers.get("Host")
    if not is_local(st.get_option("server.address")) or (
        host and not is_local(urlsplit(f"//{host}").hostname)
    ):
        return PUBLIC
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "without a name"
    return access_of_operator(name)


def _users(path: Path) -> dict[str, Access]:
    try:
        found = path.stat()
    except OSError:
        return read_roles(path)
    return _users_of(path, found.st_ino, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def _users_of(path: Path, *identity: int) -> dict[str, Access]:
    """The users of a roles file, read once for each state of the file."""
    return read_roles(path)


def switch_off_own_exports() -> None:
    """Switch off Streamlit's own export of tables: exports are logged, and that one would not be."""
    st.set_option("client.disableDataExport", True)


def turn_away(refusal: Refusal) -> None:
    """Show a refusal, and nothing else."""
    st.title(refusal.title)
    if refusal.offers == "sign in":
        st.write(refusal.text)
        st.button(SIGN_IN, on_click=st.login, type="primary")
        return
    st.error(refusal.text)
    if refusal.offers == "sign out":
        st.button(SIGN_OUT, on_click=st.logout)


def say_who(access: Access) -> None:
    """Who is signed in, and the way out; nothing without a sign-in."""
    if not os.environ.get(ROLES_VARIABLE):
        return
    entities = "all entities" if access.entities is None else ", ".join(sorted(access.entities))
    who = escape(f"{access.user}, {', '.join(sorted(access.duties))} of {entities}")
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        # no markdown: it would make a link of the address
        st.html(f'<span style="font-size: 0.85rem; opacity: 0.75">{who}</span>', width="content")
        st.button(SIGN_OUT, on_click=st.logout, type="tertiary")
