"""A synthetic police force, Merseyside-like and deterministic by seed, with known truth in it.

Ground and addresses, then planted concentrations, then everyday incidents that fill each kind up
to its published total, then interventions, a geocode sink, flags and times, then text with a few
hundred dirty rows. No record describes a real event, person or home.
"""
