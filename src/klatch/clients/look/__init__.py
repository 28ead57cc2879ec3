"""How Klatch looks: one set of colours, sizes, spaces and times for the page, the window and the terminal."""
