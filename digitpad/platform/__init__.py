"""What depends on the operating system and on how libraries are loaded."""
