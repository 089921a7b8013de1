"""What is declared once of each value that a person can set or a file can hold, and checking by it.

A field of a dataclass carries its `Setting` as `Annotated[int, Setting(1, 1000, …)]`; files, forms and the command line
check and show it by that. Types are checked by msgspec, which takes 5 to 9 ms to import where cattrs takes 15 and
pydantic 32; it is imported when a value is first checked, which no window's start waits for.
"""

from __future__ import annotations

import functools
import reprlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from types import UnionType
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

from digitpad.domain.errors import InputError, Message, message_from_values

T = TypeVar("T")

_BESIDE = "_message"
"""What follows the key of a message's English text in the key of its template and values."""


@dataclass(frozen=True)
class Setting:
    """What is declared of a value.

    Attributes:
        low, high: lowest and highest number, of a list the lowest and highest in it.
        label, help: name and what it does, for forms; '' for what has no field.
        unit: what stands behind the number.
        step: what the arrows of its field add; with 0 they go through 1, 2, 5, 10 …
        choices: the texts that it can be, each with its word for forms; any where there are none.
        longest: most characters of a text, most entries of a list.
        is_right: whether a value of the right type can be used.
        wanted: what is valid, for error messages: it follows 'it has to be'.
        key: what files call it, where that is not its name.
        name, type, default: of the field; `declared` fills them in.
    """

    low: float | None = None
    high: float | None = None
    label: str = ""
    help: str = ""
    unit: str = ""
    step: float = 0
    choices: Mapping[str, str] | None = None
    longest: int | None = None
    is_right: Callable[[Any], bool] = lambda _: True
    wanted: Message | None = None
    key: str = ""
    name: str = ""
    type: Any = None
    default: Any = ...

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest usable number."""
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number."""
        return bool(self.type is int)

    @property
    def is_message(self) -> bool:
        """Whether it is a message: files hold its English text, and beside it what the window translates."""
        return bool(self.type is Message)

    def checked(self, value: object, whose: str = "") -> Any:  # noqa: ANN401 (what the field declares)
        """The value as the field declares it; InputError, naming it and what is valid, where it cannot be used.

        `whose` stands before its key in the sentence, as in 'augmentation.'.
        """
        import msgspec

        if (is_dataclass(self.type) or self.is_message) and isinstance(value, cast("type", self.type)):
            return value
        if is_dataclass(self.type) and isinstance(value, dict):
            return from_values(cast("type", self.type), value, f"{whose}{self.key}.")
        kind = str if self.is_message else self.type
        try:
            right = msgspec.convert(value, _strict_type(kind, self.low, self.high, self.longest))
        except (msgspec.ValidationError, RecursionError) as error:
            raise self._refused(value, whose) from error
        if not self.is_right(right) or (self.choices is not None and right not in self.choices):
            raise self._refused(value, whose)
        return message_from_values(right) if self.is_message else right

    def _refused(self, value: object, whose: str) -> InputError:
        text = "The value {key} is {value}; it has to be {wanted}."
        return InputError(text, key=whose + self.key, value=shown(value), wanted=self.wanted or self._usual())

    def _usual(self) -> Message:
        if self.choices is not None:
            return Message("one of {choices}", choices=", ".join(self.choices))
        if self.is_whole and self.low is not None:
            return Message("a whole number from {low} to {high}", low=self.low, high=self.high)
        if self.low is not None:
            return Message("a number from {low} to {high}", low=self.low, high=self.high)
        if self.longest is not None:
            return Message("a text of {longest} characters at most", longest=self.longest)
        return Message("of another kind")


@functools.cache
def declared(kind: type) -> Mapping[str, Setting]:
    """The settings of a dataclass's fields by name; a field without one has no limits."""
    hints, found = get_type_hints(kind, include_extras=True), {}
    for field in fields(kind):
        hint, settings = hints[field.name], [Setting()]
        if get_origin(hint) is Annotated:
            hint, *settings = get_args(hint)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        default = ... if default is MISSING else default
        key = settings[0].key or field.name
        found[field.name] = replace(settings[0], name=field.name, type=hint, default=default, key=key)
    return found


def from_values(kind: type[T], values: Mapping[str, Any], whose: str = "", *, skip_unknown: bool = False) -> T:
    """A dataclass from values as files hold them, each checked; one that is missing has its default.

    `whose` stands before keys in sentences. What the dataclass does not know is skipped if asked for, else refused.
    Raises InputError, naming the value, where one is missing, unknown, or cannot be used.
    """
    known = {setting.key: setting for setting in declared(cast(Any, kind)).values()}
    messages = {key: f"{key}{_BESIDE}" for key, setting in known.items() if setting.is_message}
    for key in sorted(set(values) - {*known, *messages.values()}):
        if not skip_unknown:
            raise InputError("There is no value {key}. Remove it or correct the name.", key=whose + str(shown(key)))
    found = {}
    for key, setting in known.items():
        if key in values:
            found[setting.name] = setting.checked(values[key], whose)
            if key in messages and (message := message_from_values(values.get(messages[key]))) is not None:
                found[setting.name] = message
        elif setting.default is ...:
            raise InputError("The value {key} is missing. Add it.", key=whose + key)
    return kind(**found)


def to_values(part: object, always: Collection[str] | None = None) -> dict[str, Any]:
    """A dataclass's values by their keys in files, in its order; with `always`, defaults of others are left out."""
    settings, values = declared(cast(Any, type(part))), {}
    for name, setting in settings.items():
        value = getattr(part, name)
        if always is None or name in always or value != setting.default:
            values[setting.key] = to_values(value, always and ()) if is_dataclass(value) else value
            if isinstance(value, Message):
                values[setting.key] = str(value)
                values |= {f"{setting.key}{_BESIDE}": value.to_values()} if value.values else {}
    return values


def shown(value: object) -> str | Message:
    """A value as a sentence shows it, cut off where it is long."""
    if isinstance(value, int) and abs(value) >= 10**18:
        return Message("a number with more than 18 digits")
    try:
        text = reprlib.repr(value)  # which does not go as deep as a foreign file may be nested
    except ValueError:  # Python refuses to write a number of some thousand digits
        return Message("something with an endless number")
    return text if len(text) <= 40 else f"{text[:39]}…"


def printable(text: str) -> str:
    """The text on one line: what cannot be printed becomes single spaces."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


@functools.cache
def _strict_type(kind: Any, low: float | None, high: float | None, longest: int | None) -> Any:  # noqa: ANN401
    """The type with its limits, as msgspec checks it."""
    from msgspec import Meta

    if low is not None:
        if get_origin(kind) is tuple:
            kind = tuple.__class_getitem__((_strict_type(get_args(kind)[0], low, high, None), ...))
        elif get_origin(kind) is UnionType:
            kind = _strict_type(get_args(kind)[0], low, high, None) | None
        else:
            kind = Annotated[kind, Meta(ge=low, le=high)]
    return kind if longest is None else Annotated[kind, Meta(max_length=longest)]


Seed = Annotated[
    int,
    Setting(
        0, 2**63 - 1, "Seed", "Decides everything random. The same seed on the same device gives the same run.", step=1
    ),
]
Count = Annotated[int, Setting(0, 2**53)]
Amount = Annotated[float, Setting(0, 1e300)]
Amounts = Annotated[tuple[float, ...], Setting(0, 1e300)]
Share = Annotated[float, Setting(0, 1)]
Text = Annotated[str, Setting(longest=20_000)]
