"""Teaching: a network learns a person's hand from a few drawings, without torch."""
