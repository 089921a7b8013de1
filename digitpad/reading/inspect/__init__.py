"""What a network makes of a drawing, step by step and layer by layer: plain functions that views show."""
