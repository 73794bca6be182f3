"""The tests: controls in SQL for dbt, everything else in pytest."""
