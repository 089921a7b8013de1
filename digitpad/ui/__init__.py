"""Widgets and workers. Needs Qt; torch is never imported here."""
