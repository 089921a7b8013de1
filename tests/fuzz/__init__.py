"""Broken files: each reader of what comes from elsewhere, tried with mutated files in a child process with limits."""
