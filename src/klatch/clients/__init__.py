"""The programs that people talk with; none of them knows the server side."""
