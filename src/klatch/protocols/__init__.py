"""How requests and answers are spelled: pure state machines, bytes in, bytes out."""
