"""Recipes: changed, kept and shared."""
