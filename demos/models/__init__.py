"""Checkpoints: what exists, where the weights come from, and the copies that are in memory."""
