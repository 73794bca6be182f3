"""How a delivered cell becomes a typed value, and why one cannot.

The casting is SQL, one expression for each column, so that a file is parsed, typed and judged in one
pass. A cell is never repaired or rounded: what the contract's type cannot hold exactly is rejected.
DuckDB's casts are more lenient than the layout (`1_000`, `2025-1-5`, `infinity`), so each is followed by
a check of the spelling: first a cheap one that nearly every cell passes, then, for the rest, a pattern.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.contracts import Column

ISO_DATE = r"\d{4}-\d{2}-\d{2}"
ISO_TIME = r"\d{2}:\d{2}(:\d{2}(\.\d{1,6}0*)?)?"
ISO_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)"
PERIOD = r"\d{4}-(0[1-9]|1[0-2])"
INTEGER = r"[+-]?\d+(\.0*)?"
TRAILING_MINUS = r"^(\d.*)-$"
FLOAT_SUFFIX = r"^([+-]?\d+)\.0+$"


@dataclass(frozen=True)
class CastCell:
    """SQL for one column: the cell made ready, the typed value, and when the cell is rejected."""

    prepared: str
    typed: str
    is_rejected: str


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def prepare(column: Column, cell: str) -> str:
    """The cell after strip, empty, float_suffix and leading_zeros, the signs of a number made plain."""
    sql = cell
    if column.strip:
        sql = f"nullif(trim({sql}, ' ' || chr(9)), '')"
    if column.empty:
        spellings = ", ".join(literal(spelling) for spelling in column.empty)
        sql = f"case when {sql} not in ({spellings}) then {sql} end"
    if column.float_suffix:
        sql = f"regexp_replace({sql}, '{FLOAT_SUFFIX}', '\\1')"
    if column.leading_zeros == "strip":
        digits = f"regexp_full_match({sql}, '0\\d+')"
        sql = f"case when {digits} then coalesce(nullif(ltrim({sql}, '0'), ''), '0') else {sql} end"
    return sql


def cast_cell(column: Column, cell: str, prepared: str) -> CastCell:
    """SQL for a column whose delivered text is ``cell``; ``prepared`` is the name its prepared form gets."""
    typed, is_wrong = _typed(column, prepared)
    is_rejected = f"{prepared} is not null and ({is_wrong})" if is_wrong else ""
    if column.must_have_value and "" not in (*column.true_values, *column.false_values):
        missing = f"{prepared} is null"
        is_rejected = f"{missing} or {is_wrong}" if is_wrong else missing
    return CastCell(prepare(column, cell), typed, is_rejected)


def _typed(column: Column, cell: str) -> tuple[str, str]:
    if column.decimals:
        return _decimal(column, cell)
    if column.type == "integer":
        plain = _plain_number(column, cell)
        value = f"try_cast({plain} as bigint)"
        back = f"cast({value} as varchar)"
        spelled = f"case when {back} = {cell} then true else regexp_full_match({plain}, '{INTEGER}') end"
        return value, f"{value} is null or not {_grouped(column, cell, spelled)}"
    if column.type == "date":
        return _date(column, cell)
    if column.type == "timestamp":
        naive = f"case when suffix({cell}, 'Z') then try_cast({cell} as timestamp)"
        value = f"{naive} else cast(try_cast({cell} as timestamptz) as timestamp) end"
        usual = f"{cell} like '____-__-__T__:__:__Z' and {cell} >= '0'"
        shape = f"regexp_full_match({cell}, '{ISO_DATE}[T ]{ISO_TIME}{ISO_ZONE}')"
        return value, f"{value} is null or not case when {usual} then true else {shape} end"
    if column.type == "boolean":
        true, false = _spellings(column.true_values, cell), _spellings(column.false_values, cell)
        value = f"case when {true} then true when {false} then false end"
        return value, f"({value}) is null"
    if column.type == "period":
        return cell, f"not regexp_full_match({cell}, '{PERIOD}')"
    if column.values:
        return cell, f"{cell} not in ({', '.join(literal(value) for value in column.values)})"
    return cell, ""


def _decimal(column: Column, cell: str) -> tuple[str, str]:
    precision, scale = column.decimals or (18, 4)
    plain = _plain_number(column, cell)
    value = f"try_cast({plain} as decimal({precision},{scale}))"
    shape = _decimal_shape(scale)
    # The value written back begins with the cell, unless the cell has a plus sign, zeros in front or
    # is no number at all; only then is its spelling looked at.
    back = f"starts_with(cast({value} as varchar), {plain})"
    spelled = f"case when {back} then true else regexp_full_match({plain}, '{shape}') end"
    return value, f"{value} is null or not {_grouped(column, cell, spelled)}"


def _decimal_shape(scale: int) -> str:
    return rf"[+-]?(\d+(\.\d{{0,{scale}}}0*)?|\.\d{{1,{scale}}}0*)"


def _plain_number(column: Column, cell: str) -> str:
    sql = cell
    if column.thousands:
        sql = f"replace({sql}, {literal(column.thousands)}, '')"
    if column.decimal_sign != ".":
        sql = f"replace({sql}, {literal(column.decimal_sign)}, '.')"
    if column.sign == "trailing":
        sql = f"regexp_replace({sql}, '{TRAILING_MINUS}', '-\\1')"
    return sql


def _grouped(column: Column, cell: str, spelled: str) -> str:
    shape = _grouping(column)
    return f"(({spelled}) and regexp_full_match({cell}, {literal(shape)}))" if shape else f"({spelled})"


def _grouping(column: Column) -> str:
    """The spelling of a number with thousands signs or another decimal sign; empty for plain numbers."""
    if not column.thousands and column.decimal_sign == ".":
        return ""
    point = re.escape(column.decimal_sign)
    whole = r"\d+"
    if column.thousands:
        whole = rf"(\d+|\d{{1,3}}({re.escape(column.thousands)}\d{{3}})*)"
    return rf"[+-]?{whole}({point}\d*)?-?"


def _date(column: Column, cell: str) -> tuple[str, str]:
    if column.format == "iso_timestamp":
        value = f"try_cast(left({cell}, 10) as date)"
        shape = rf"{ISO_DATE}([T ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d*)?)?{ISO_ZONE}?)?"
        back = f"cast({value} as varchar) = left({cell}, 10)"
        return value, f"{value} is null or not ({back} and regexp_full_match({cell}, '{shape}'))"
    if column.format and column.format != "YYYY-MM-DD":
        pattern = column.format.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d")
        value = f"cast(try_strptime({cell}, {literal(pattern)}) as date)"
        return value, f"{value} is null or strftime({value}, {literal(pattern)}) <> {cell}"
    value = f"try_cast({cell} as date)"
    return value, f"{value} is null or {cell} not like '____-__-__' or {cell} < '0'"


def _spellings(values: tuple[str, ...], cell: str) -> str:
    found = [f"{cell} = {literal(value)}" for value in values if value]
    if "" in values:
        found.append(f"{cell} is null")
    return " or ".join(found) or "false"


def expected_of(column: Column) -> str:
    """What a cell of the column should have held, as a noun phrase."""
    if column.decimals:
        precision, scale = column.decimals
        number = f"a number with at most {scale} decimals and {precision - scale} digits before them"
        if column.thousands or column.decimal_sign != ".":
            return f"{number}, written like 1{column.thousands}234{column.decimal_sign}50"
        return f"{number}, a decimal point and no thousands sign"
    phrases = {
        "integer": "a whole number",
        "date": f"a date {column.format or 'YYYY-MM-DD'} that exists",
        "timestamp": "an ISO 8601 timestamp with zone, such as 2025-03-31T22:00:00Z",
        "period": "a month YYYY-MM",
    }
    if column.type == "date" and column.format == "iso_timestamp":
        return "a date or an ISO 8601 timestamp"
    if column.type == "boolean":
        spellings = [value for value in (*column.true_values, *column.false_values) if value]
        return " or ".join(f"`{value}`" for value in spellings)
    if column.values:
        return f"one of {', '.join(column.values)}"
    return phrases.get(column.type, "a text")


def reason_of(column: Column, cell: str | None) -> str:
    """Why the cell was rejected, for a person."""
    text = (cell or "").strip(" \t") if column.strip else cell or ""
    if not text or text in column.empty:
        return "the cell is empty, and the column is required"
    if column.decimals or column.type == "integer":
        return _reason_of_number(column, text)
    if column.type == "date":
        return _reason_of_date(column, text)
    if column.type == "timestamp":
        if re.fullmatch(rf"{ISO_DATE}[T ]{ISO_TIME}", text):
            return "a timestamp without its zone"
        return "no such moment" if re.fullmatch(rf"{ISO_DATE}[T ].*", text) else "no timestamp"
    if column.type == "boolean":
        return "neither true nor false"
    if column.type == "period":
        return "no month"
    return "a value that the layout does not know"


def _reason_of_number(column: Column, text: str) -> str:
    plain = text.replace(column.thousands, "") if column.thousands else text
    plain = plain.replace(column.decimal_sign, ".")
    grouping = _grouping(column)
    if grouping and not re.fullmatch(grouping, text, re.ASCII):
        return "no number with its signs in the right places"
    scale = column.decimals[1] if column.decimals else 0
    if re.fullmatch(_decimal_shape(scale) if scale else INTEGER, plain, re.ASCII):
        return "more digits than the column holds"
    if re.fullmatch(r"[+-]?\d*\.\d+", plain, re.ASCII):
        return "more decimals than the column holds; amounts are never rounded"
    if re.fullmatch(r"[+-]?[\d.,' ]+", text) and ("," in text or "'" in text or text.count(".") > 1):
        return "a comma or thousands sign in a number"
    return "no number"


def _reason_of_date(column: Column, text: str) -> str:
    pattern = column.format or "YYYY-MM-DD"
    head = text[:10] if pattern == "iso_timestamp" else text
    shape = ISO_DATE
    if pattern not in ("iso_timestamp", "YYYY-MM-DD"):
        shape = re.escape(pattern).replace("YYYY", r"\d{4}").replace("MM", r"\d{2}").replace("DD", r"\d{2}")
    return "no such day in the calendar" if re.fullmatch(shape, head) else "no date in the form expected"
