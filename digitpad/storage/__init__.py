"""Files: written atomically, locked, and found."""
