"""What the network reads of the drawing when that is changed little by little."""
