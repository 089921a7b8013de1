"""The errors that digitpad reports to a person, in words that can be translated.

Their text is one or two plain sentences: what happened, why, and what to do. The window shows it beside the thing it
is about; the command line prints it as one line on stderr. Any other exception is a fault of the program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_PLACE = re.compile(r"\{(\w+)\}")


class Message:
    """An English text with places for values, such as `Message("{file} is empty.", file=path.name)`.

    The text is a literal, so that it can be found and translated. A number stays one until it is said, since languages
    write it in different ways; a message among the values is said in the same language.

    Attributes:
        template: the text with its places, none of which has a format.
        values: what belongs in them by name: a str, int, float or Message; anything else becomes a str.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        self.values = {
            name: value if isinstance(value, (int, float, Message)) else str(value) for name, value in values.items()
        }

    def said(self, translate: Callable[[str], str] = str, number: Callable[[float], str] = "{:,}".format) -> str:
        """The text with its values: in English, or as `translate` translates a template and `number` writes a number.

        A place without a value stays as it is.
        """

        def words(place: re.Match[str]) -> str:
            value = self.values.get(place[1], place[0])
            if isinstance(value, Message):
                return value.said(translate, number)
            return value if isinstance(value, str) else number(value)

        return _PLACE.sub(words, translate(self.template))

    def alone(self) -> Message:
        """The same message without what an error holds on to, its traceback and all that hangs on that."""
        parts = {name: part.alone() if isinstance(part, Message) else part for name, part in self.values.items()}
        return Message(self.template, **parts)

    def to_values(self) -> dict[str, object]:
        """The message as JSON values, of which `message_from_values` makes it again."""
        values = {
            name: value.to_values() if isinstance(value, Message) else value for name, value in self.values.items()
        }
        return {"text": self.template, "values": values}

    def __str__(self) -> str:
        return self.said()

    def __bool__(self) -> bool:
        return bool(self.template)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.template, self.values) == (other.template, other.values)

    def __hash__(self) -> int:
        return hash(self.template)


NOTHING = Message("")
"""The empty message; it is false, as an empty text is."""


def message_from_values(values: object, depth: int = 8) -> Message | None:
    """The message that `Message.to_values` made values of; None where they are none, or messages lie deeper in it.

    A text alone is a message without values, as older files hold it.
    """
    match values:
        case str(text):
            return Message(text)
        case {"text": str(text), "values": dict(held)} if depth:
            parts = {
                str(_encodable(name)): message_from_values(value, depth - 1) if isinstance(value, dict) else value
                for name, value in held.items()
            }
            if all(isinstance(part, (str, int, float, Message)) for part in parts.values()):
                return Message(str(_encodable(text)), **{name: _encodable(part) for name, part in parts.items()})
    return None


def _encodable(value: object) -> object:
    """A text without halves of surrogate pairs, which no other program takes; other values as they are."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def joined(messages: Sequence[Message], between: str = " ") -> Message:
    """One message that says several, one after the other."""
    parts = {f"part{number}": message for number, message in enumerate(messages)}
    return Message(between.join(f"{{{name}}}" for name in parts), **parts)


def reason(error: Exception) -> str | Message:
    """What the system says of a file that cannot be opened; a ValueError says that its name cannot be one."""
    return getattr(error, "strerror", None) or Message("its name is not valid")


class DigitpadError(Message, Exception):
    """A failure to report to the person: a full disk, a device that is gone."""


class CancelledError(DigitpadError):
    """What was under way was broken off, as it was asked to."""


class InputError(DigitpadError):
    """What was handed in cannot be used: a truncated file, a foreign format, an impossible setting."""
