"""Klatch: chat on one machine, with every kind of client on one conversation."""

__version__ = "0.1.0"
