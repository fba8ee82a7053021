"""Compute that demos share; nothing here imports Gradio or a demo."""
