"""digitpad: draw a digit and watch a convolutional network read it."""

import logging

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent in a program that does not ask for the log
