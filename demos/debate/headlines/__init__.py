"""One sentence per experiment that says what its result shows, with its uncertainty, and no verdict."""
