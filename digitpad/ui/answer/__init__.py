"""What the network says of the drawing."""
