"""Compute that demos share; nothing here knows Gradio or a demo."""
