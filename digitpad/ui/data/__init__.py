"""Looking at data sets and at augmentation."""
