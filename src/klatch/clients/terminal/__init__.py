"""`klatch chat`: the full-screen client for terminals, and its plain sister."""
