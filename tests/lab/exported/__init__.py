"""Real mail programs, run on the files that were written for them."""
