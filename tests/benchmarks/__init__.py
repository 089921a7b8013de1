"""Benchmarks of the real window, run by hand; no tests."""
