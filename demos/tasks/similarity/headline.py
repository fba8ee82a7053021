"""The closest and the furthest of several sentences in one sentence."""

from __future__ import annotations

import numpy as np

from demos.nlp.wording import counted, decimals, partly_read, quoted, unreadable
from demos.tasks.similarity.schemas import SimilarityResult


def headline(_: object, result: SimilarityResult) -> str:
    """The pairs with the highest and the lowest cosine, of the sentences that the model can read."""
    if result.withheld:
        return unreadable("these sentences", result.instead)
    rows, columns = np.triu_indices(len(result.sentences), 1)
    cosines = np.asarray(result.cosine)[rows, columns]
    known = np.flatnonzero(~np.isnan(cosines))
    if not known.size:
        return ""
    closest, furthest = known[cosines[known].argmax()], known[cosines[known].argmin()]
    one, other = (quoted(result.sentences[at[closest]], 42) for at in (rows, columns))
    high, low = (decimals(float(cosines[at])) for at in (closest, furthest))
    said = f"Closest: {one} and {other}, cosine {high}"
    if known.size > 1:
        said += f"; furthest: {rows[furthest] + 1} and {columns[furthest] + 1}, {low}"
    if result.left_out:
        said += f"; {counted(len(result.left_out), 'sentence')} left out"
    return f"{said}{partly_read(result.warning)}."
