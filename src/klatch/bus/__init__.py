"""Tells every part of every server what was recorded. It may lose anything: logs are the truth."""
