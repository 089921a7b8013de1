"""Numbers: which strokes, or which parts of a picture, are a digit each."""
