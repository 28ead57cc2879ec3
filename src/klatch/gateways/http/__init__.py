"""The HTTP door: a page that says how to connect, how the server is, and the API for programs."""
