"""What scripts use: commands that send, print and end."""
