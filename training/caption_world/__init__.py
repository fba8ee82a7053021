"""Fourteen architectures, trained from random numbers on the same image captions."""
