"""What one person sees of a server: their rooms, kept as they are now, for clients that draw them."""
