"""The Data page: files in, how good they are, what is kept."""
