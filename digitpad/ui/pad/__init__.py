"""The pad: drawing, erasing, opening and saving ink."""
