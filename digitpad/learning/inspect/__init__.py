"""What a network makes of images inside."""
