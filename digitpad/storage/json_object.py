"""JSON objects from untrusted text; what is wrong with one is said in one sentence."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from digitpad.domain.errors import InputError
from digitpad.domain.settings_fields import shown


def json_object(data: bytes | str) -> dict[str, Any]:
    """The values of a JSON object by their keys.

    The standard library reads it, since msgspec lets the last of two like keys win and counts bytes instead of lines.

    Raises:
        InputError: it is not UTF-8, not JSON or not an object, is nested too deeply, or holds NaN, an infinity, a
            number with thousands of digits, or a key twice. The sentence begins with 'It'.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")  # some editors put a mark before the text
        values = json.loads(text, object_pairs_hook=_without_twins, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise InputError("It is not UTF-8 text.") from error
    except json.JSONDecodeError as error:
        said = "It is not JSON: line {line}, column {column} is wrong ({reason})."
        raise InputError(said, line=error.lineno, column=error.colno, reason=error.msg) from error
    except RecursionError as error:
        raise InputError("It is nested too deeply.") from error
    except ValueError as error:  # Python refuses to read a number of some thousand digits
        raise InputError("It holds an endless number.") from error
    if not isinstance(values, dict):
        raise InputError("It is {value}, and not an object in braces.", value=shown(values))
    return values


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise InputError("It holds {value} twice. Remove one of them.", value=shown(twin))
    return values


def _refuse(constant: str) -> NoReturn:
    raise InputError("It holds {value}, which is no usable number. Correct it.", value=constant)
