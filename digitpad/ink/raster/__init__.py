"""From ink or a picture to the 28×28 network input."""
