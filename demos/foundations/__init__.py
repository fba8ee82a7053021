"""The Foundations tab: claims from the notes, each an experiment."""
