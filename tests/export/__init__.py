"""What is written for other programs, read back."""
