"""What the server tells those who run it: log lines and figures, through one small interface that is passed in."""
