"""Test images as the network reads them, live."""
