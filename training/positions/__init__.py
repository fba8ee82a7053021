"""Five encoders that differ only in how they are told where each word stands: training, figures, card."""
