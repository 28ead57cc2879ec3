"""Backups: one file that holds all that a server keeps, made while it runs, and brought back elsewhere."""
