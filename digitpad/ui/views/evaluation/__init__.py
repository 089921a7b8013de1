"""How well a network reads labelled digits, and where it fails."""
