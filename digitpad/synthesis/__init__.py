"""Digits and outliers as synthetic pen strokes, and their augmentation. Needs NumPy and ink alone."""

EDITION = 2
"""The latest edition of styles, outliers and stroke augmentation; a recipe names the one that it trains on.

What a seed gives belongs to an edition, so that a run begun with an earlier one is resumed on the same drawings.
"""
