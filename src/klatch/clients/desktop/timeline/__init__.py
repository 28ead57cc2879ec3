"""The timeline: what was said in a room, drawn on one text widget."""
