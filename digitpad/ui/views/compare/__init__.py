"""The drawing as several networks read it, beside each other."""
