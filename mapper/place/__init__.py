"""Places in their context: what practitioners ask about a hot spot, each answered as a finding.

One small file for each question. A function takes a prepared study, and hot spots where they are
asked for, calls the pure functions of :mod:`mapper.context`, and lays the answer out as a table
whose columns say what they give away. No figure is worked out here.
"""
