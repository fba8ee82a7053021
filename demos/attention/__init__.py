"""The Attention tab: capture, measures, views."""
