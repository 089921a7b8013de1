"""From pen to network, step by step."""
