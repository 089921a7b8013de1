"""Every layer of the network, and what it makes of the drawing."""
