"""Runs: listed, compared, resumed and deleted."""
