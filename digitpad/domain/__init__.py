"""Values that travel between the parts, and the rules on them: standard library and NumPy alone."""
