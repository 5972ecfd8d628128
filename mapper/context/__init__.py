"""What surrounds a place, when harm happens there, and what kind of prevention that calls for.

The unit is the place and its context, never a person. Everything here says what the records show;
people who know the place decide what it means.
"""
