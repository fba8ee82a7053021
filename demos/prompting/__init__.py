"""The Prompting tab: building a prompt, and experiments with it."""
