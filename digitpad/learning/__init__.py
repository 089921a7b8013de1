"""Networks, recipes, data, training, checkpoints, evaluation, reading. Needs torch, never Qt."""
