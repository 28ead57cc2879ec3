"""Small windows above the window."""
