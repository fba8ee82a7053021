"""The prompt builder: tasks, rendering, and scoring labels by their log-likelihood."""
