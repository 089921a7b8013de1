"""How the answer came about while the drawing was made."""
