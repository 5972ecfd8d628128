"""What each statistic says, in words: one source for the Methods page and the documentation."""
