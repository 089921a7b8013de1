"""The errors that digitpad tells a person about.

Their text is one or two plain sentences: what happened, why, and what to do. The window shows it beside the thing it
is about; the command line prints it as one line on stderr. Any other exception is a fault of the program.
"""


class DigitpadError(Exception):
    """Something failed that a person should hear of: a disk that is full, a device that is gone."""


class InputError(DigitpadError):
    """What was handed in cannot be used: a truncated file, a foreign format, an impossible setting."""
