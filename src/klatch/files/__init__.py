"""Files that people send: received piece by piece, kept under names made by the server, shown small."""
