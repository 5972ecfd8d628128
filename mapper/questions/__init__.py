"""Questions: what an analyst asks of a study, each answered as one finding.

One small file for each question: a function takes a prepared study and the choices, calls the pure
statistic, and lays the answer out as a tidy table. No statistic is worked out here.
"""
