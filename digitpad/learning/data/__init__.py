"""Data sets, and the images that training draws from them."""
