"""Loss, accuracy and learning rate over a run."""
