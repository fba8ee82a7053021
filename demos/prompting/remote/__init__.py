"""Queries to other servers: OpenAI-compatible ones, and Hugging Face Inference."""
