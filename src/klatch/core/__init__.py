"""The rules of Klatch: pure functions and frozen data, with no input, output, clock or randomness."""
