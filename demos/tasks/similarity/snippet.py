"""Sentence similarity in a few lines of transformers."""

from __future__ import annotations

from demos.models.specs import Origin
from demos.nlp.python_code import with_pipeline
from demos.tasks.similarity.schemas import SimilarityInputs

_CODE = """\
vectors = np.array([np.mean(pipe(sentence)[0], 0) for sentence in {sentences!r}])
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
print(np.round(vectors @ vectors.T, 4))
"""


def snippet(inputs: SimilarityInputs, origin: Origin) -> str:
    """The same with transformers' pipeline for features."""
    body = _CODE.format(sentences=list(inputs.sentences))
    return with_pipeline("feature-extraction", "base", origin, body, before="import numpy as np\n")
