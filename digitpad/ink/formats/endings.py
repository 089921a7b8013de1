"""The endings of the files that hold what stands on the pad."""

INKML_ENDINGS = (".inkml", ".xml")
"""Drawings as strokes, in the format that digitpad also writes."""

UNIPEN_ENDINGS = (".tra", ".tes", ".upn", ".unipen")
"""Drawings as strokes, in the format in which pen digits were collected in the 1990s; it is read, never written."""

INK_ENDINGS = (*INKML_ENDINGS, *UNIPEN_ENDINGS)
"""All files of strokes that can be read."""

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
"""Pictures of a digit."""
