"""Ink: strokes, undo, files, and the one road from ink to a 28×28 image. Needs neither torch nor Qt."""
