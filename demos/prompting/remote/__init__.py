"""Asking another server: OpenAI-compatible ones, and Hugging Face Inference."""
