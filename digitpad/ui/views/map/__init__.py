"""The map of the last hidden layer, with the drawing in it."""
