"""Reaching out: the one way in which the server itself asks others for something."""
