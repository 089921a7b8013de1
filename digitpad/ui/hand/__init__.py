"""A person's hand: corrections, the collection, and what is learned from it."""
