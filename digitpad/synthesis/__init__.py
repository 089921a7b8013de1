"""Pen strokes as raw material: forms of digits, ways of writing them, and what is no digit. NumPy and ink alone."""
