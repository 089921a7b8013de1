"""Digits and outliers as synthetic pen strokes, and their augmentation. Needs NumPy and ink alone."""
