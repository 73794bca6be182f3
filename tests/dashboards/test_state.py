"""A link reopens what was seen, or says why it cannot."""

from datetime import date

from dashboards.state import Choices, filters_of

CHOICES = Choices(
    "run-2",
    [date(2025, 3, 31), date(2025, 2, 28)],
    {"*": "Group", "LE01": "LE01 One"},
    ["Retail"],
    {"*": ["reporting"], "LE01": ["functional", "reporting"]},
)


def test_without_a_link_the_newest_date_of_the_group_is_shown():
    filters = filters_of({}, CHOICES)
    assert (filters.as_of, filters.entity, filters.segment, filters.remarks) == (
        date(2025, 3, 31),
        "*",
        "all",
        [],
    )


def test_a_link_made_from_the_filters_gives_the_same_filters():
    filters = filters_of({"as_of": "2025-02-28", "entity": "LE01", "segment": "Retail"}, CHOICES)
    assert filters_of(filters.as_parameters(), CHOICES) == filters
    assert filters.as_parameters().keys() == {"as_of", "entity", "segment", "view", "comparison", "run"}


def test_a_value_that_does_not_exist_is_said():
    filters = filters_of({"entity": "LE09"}, CHOICES)
    assert filters.entity == "*"
    assert ["LE09" in remark for remark in filters.remarks] == [True]


def test_a_superseded_run_is_said_with_the_way_to_the_difference():
    [remark] = filters_of({"run": "run-1", "as_of": "2025-02-28"}, CHOICES).remarks
    assert "run-1" in remark and "tieout restatement 2025-02" in remark


def test_the_currency_view_follows_the_entity():
    assert filters_of({}, CHOICES).view == "reporting"
    assert filters_of({"entity": "LE01"}, CHOICES).view == "functional"
    assert filters_of({"entity": "LE01", "view": "reporting"}, CHOICES).view == "reporting"
    asked_of_group = filters_of({"view": "functional"}, CHOICES)
    assert asked_of_group.view == "reporting"
    assert ["functional" in remark for remark in asked_of_group.remarks] == [True]


def test_a_date_between_month_ends_is_taken_or_said():
    taken = filters_of({"as_of": "2025-03-14"}, CHOICES, takes_any_date=True)
    assert (taken.as_of, taken.reported, taken.remarks) == (date(2025, 3, 14), date(2025, 2, 28), [])
    refused = filters_of({"as_of": "2025-03-14"}, CHOICES)
    assert (refused.as_of, refused.reported) == (date(2025, 2, 28), date(2025, 2, 28))
    assert ["2025-02-28" in remark for remark in refused.remarks] == [True]


def test_a_date_outside_the_figures_does_not_exist():
    for asked in ("2025-01-01", "2025-04-01", "yesterday"):
        filters = filters_of({"as_of": asked}, CHOICES, takes_any_date=True)
        assert filters.as_of == date(2025, 3, 31)
        assert [asked in remark for remark in filters.remarks] == [True]
