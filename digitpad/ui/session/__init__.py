"""What the window is about, without widgets: what reads, the run, threads and settings."""
