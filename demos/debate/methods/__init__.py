"""What the experiments of the debate compute with: classifiers, rankings, other attention."""
