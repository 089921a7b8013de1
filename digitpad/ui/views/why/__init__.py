"""Where an answer comes from, pixel by pixel."""
