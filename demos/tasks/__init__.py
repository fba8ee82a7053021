"""The Pipelines tab: one task each."""
