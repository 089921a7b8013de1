"""Training a network: recipes, the loop, and runs."""
