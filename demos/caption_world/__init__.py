"""Fourteen architectures, trained on the same captions, side by side."""
