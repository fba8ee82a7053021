"""Named entities in a few lines of transformers."""

from __future__ import annotations

from demos.models.specs import Origin
from demos.nlp.python_code import pipeline_code
from demos.nlp.tagger import OVERLAP
from demos.tasks.entities.schemas import EntitiesInputs

LONG = 500
"""Characters beyond which a text may have more tokens than a model reads."""


def snippet(inputs: EntitiesInputs, origin: Origin) -> str:
    """The same with transformers; it splits a long text into windows, which it joins in its own way."""
    options, remark = 'aggregation_strategy="first"', ""
    if len(inputs.text) > LONG:
        options += f", stride={OVERLAP}"
        remark = "# In windows that overlap; where they do, this page may choose another window's tag.\n"
    code = remark + pipeline_code(
        "token-classification", "token-classification", origin, inputs.text, options
    )
    return code + RULES.format(text=inputs.text) if inputs.rules else code


RULES = """
from demos.tasks.entities.patterns import patterns  # in a checkout of this gallery

for found in patterns({text!r}):  # where the two overlap, the page follows these
    print(found)
"""
