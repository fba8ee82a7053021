"""Checkpoints: which exist, where their weights come from, and the copies in memory."""
