"""Does what is asked: looks up, decides with core, records, publishes, fans out."""
