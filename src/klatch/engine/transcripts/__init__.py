"""Transcripts: a text file for each account, with all that it could read; the logs are the truth, the files follow."""
