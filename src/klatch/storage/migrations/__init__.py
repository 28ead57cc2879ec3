"""Numbered changes of the schema, each applied once, in order, in a transaction of its own."""
