"""What a fault is, and how the catalogue's modules declare one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.faults.delivered import Deliveries

DELIVERIES, SETTINGS, RAW, BUILD = "deliveries", "settings", "raw", "build"

Plant = Callable[[Deliveries], None]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, the same on both companies, and the controls that notice it.

    Every control of `must_fail` fails; one of `may_fail` may, where it legitimately sees the same fault from
    its own side and whether it does depends on the company; every other control passes. `more_may_fail` adds
    to that by company. `plant` changes what is delivered or set. `in_raw` and `in_build` are SQL: a fault
    behind landing's back, or in a copy of the finished build, for a control that guards our own code. What
    the company did before, such as closing a period, is also SQL on raw.
    """

    fault_id: str
    description: str
    must_fail: frozenset[str]
    may_fail: frozenset[str]
    plant: Plant
    planted_in: str = DELIVERIES
    in_raw: str = ""
    in_build: str = ""
    more_may_fail: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)

    def allowed(self, company: str) -> frozenset[str]:
        """The controls that may fail on a company, those that must included."""
        return self.must_fail | self.may_fail | self.more_may_fail.get(company, frozenset())


class Chapter(list[Fault]):
    """The faults of one module of the catalogue, in the order in which they are declared."""

    def fault(
        self, must: str, may: str = "", *, settings: bool = False, given: str = "", **more: str
    ) -> Callable[[Plant], Plant]:
        """Declare a function that changes the deliveries: its name is the id, its docstring what is wrong.

        Controls are named by their ids, parted by blanks; `more` names those that may fail on one company.
        `given` is SQL on raw for what was done before, where `clean` is the build without the fault.
        """

        def declare(plant: Plant) -> Plant:
            planted_in = SETTINGS if settings else DELIVERIES
            self._declare(plant, must, may, more, plant=plant, planted_in=planted_in, in_raw=given)
            return plant

        return declare

    def in_raw(
        self, must: str, may: str = "", *, after: Plant | None = None, **more: str
    ) -> Callable[[Callable[[], str]], Callable[[], str]]:
        """Declare a function that returns SQL to be run on raw after landing, and `after` a fault there."""

        def declare(statement: Callable[[], str]) -> Callable[[], str]:
            self._declare(
                statement,
                must,
                may,
                more,
                plant=after or plant_nothing,
                planted_in=RAW,
                in_raw=statement(),
            )
            return statement

        return declare

    def in_build(
        self, must: str, may: str = "", **more: str
    ) -> Callable[[Callable[[], str]], Callable[[], str]]:
        """Declare a function that returns SQL to be run on a copy of the finished build."""

        def declare(statement: Callable[[], str]) -> Callable[[], str]:
            self._declare(
                statement, must, may, more, plant=plant_nothing, planted_in=BUILD, in_build=statement()
            )
            return statement

        return declare

    def _declare(
        self,
        function: Callable,
        must: str,
        may: str,
        more: Mapping[str, str],
        *,
        plant: Plant,
        planted_in: str,
        in_raw: str = "",
        in_build: str = "",
    ) -> None:
        description = " ".join((function.__doc__ or "").split()).removesuffix(".")
        if not description or not must:
            raise ValueError(f"{function.__name__} says neither what is wrong nor who notices it")
        self.append(
            Fault(
                function.__name__,
                description,
                ids(must),
                ids(may),
                plant,
                planted_in,
                in_raw,
                in_build,
                {company: ids(text) for company, text in more.items()},
            )
        )


def plant_nothing(books: Deliveries) -> None:
    """Leave the deliveries as they are."""


def ids(text: str) -> frozenset[str]:
    """`SL-01 AG-01` as a set."""
    return frozenset(text.split())
