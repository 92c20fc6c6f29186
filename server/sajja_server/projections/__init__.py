"""What is derived from the log: kept beside it, rebuilt from it, never anybody's word."""
