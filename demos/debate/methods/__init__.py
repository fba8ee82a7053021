"""The tools of the debate's experiments: classifiers, rankings, other attention."""
