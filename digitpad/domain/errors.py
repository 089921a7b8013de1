"""The errors that digitpad tells a person about, in words that can be translated.

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

    def __str__(self) -> str:
        return self.said()


def joined(messages: Sequence[Message]) -> Message:
    """One message that says several, one after the other."""
    parts = {f"part{number}": message for number, message in enumerate(messages)}
    return Message(" ".join(f"{{{name}}}" for name in parts), **parts)


def reason(error: OSError | ValueError) -> str | Message:
    """What the system says of a file that cannot be opened; a ValueError says that its name cannot be one."""
    return getattr(error, "strerror", None) or Message("its name is not valid")


class DigitpadError(Message, Exception):
    """Something failed that a person should hear of: a disk that is full, a device that is gone."""


class InputError(DigitpadError):
    """What was handed in cannot be used: a truncated file, a foreign format, an impossible setting."""
