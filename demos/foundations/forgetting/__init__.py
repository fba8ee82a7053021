"""Fine-tuning and forgetting: a small model learns to judge film reviews and forgets how to fill gaps."""
