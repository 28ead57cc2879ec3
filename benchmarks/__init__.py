"""How fast and how large: each figure with its method, the machine and the commit."""
