"""Views into the network that reads: what it makes of the drawing on the pad."""
