"""Attention on trial: the experiments of the attention-as-explanation debate."""
