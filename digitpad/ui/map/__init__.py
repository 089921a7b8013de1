"""The map of the last hidden layer."""
