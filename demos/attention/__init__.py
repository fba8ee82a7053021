"""The Attention tab: where a transformer looks."""
