"""The endings of the files that hold what stands on the pad."""

INK_ENDINGS = (".inkml", ".xml")
"""Drawings as strokes."""

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
"""Pictures of a digit."""
