"""Do attention weights rank the words as other methods do, and is the top of the ranking what mattered?

The second question of the debate. One picture colours the words of your sentence by attention and by its
rivals; a matrix says how far the rankings agree; then words are taken away in the order of each ranking, and
the answer is watched.

- **Kendall's tau** compares two rankings: 1 the same order, 0 no relation, -1 the reverse. Between a
  constant and anything it is *undefined*; below four words it is withheld, since so few have too few orders.
- **Chance** is a band: 95 % of all pairs of orders of so many words have a tau within it. In the erasure
  curves it is the mean of 19 random orders.
- **Gradients** ask how the answer changes for a tiny change of a word's vector; **integrated gradients** add
  that up on the way from a baseline to the sentence; **leave one out** takes the word away.
- **Taking a word away** can mean three things, and the results differ: deleting it, putting a mask or the
  unknown word in its place, or forbidding attention to it. The one in use is named.
- **Comprehensiveness**: how far the probability of the decision falls without the top words. **Sufficiency**:
  how far it falls with the top words alone. **Flip**: the share of words that must go until the decision
  changes.
- **Diagnostic guide** (Wiegreffe & Pinter 2019): attention weights are given to a model that sees no context;
  if it learns better with them, they carry information.

Words are the unit: scores of word pieces are added up, special tokens are left out.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.debate import dependence
from demos.debate.faithfulness.compute import ERASURE, RANKINGS, RankingInputs

INFO = Info(
    slug="trial-rankings",
    title="On trial: does it rank?",
    tab="Attention",
    step_of="trial",
    limits=(
        "No method here is the truth about which words mattered: agreement between two of them can be shared "
        "error. Erased sentences are unlike the training data, so that part of each drop may come from that. "
        "A single sentence is an anecdote; the survey of many texts is the next tab. The guide's figures are "
        "single runs on SST."
    ),
)

# All three parts of the trial use the same drawings.
SCRIPTS, STYLES = dependence.SCRIPTS, dependence.STYLES

EXAMPLES = (
    Example("A clear case", RankingInputs("a gorgeous witty and moving film that never loses its way")),
    Example(
        "A transformer",
        RankingInputs("The plot is thin, but I loved every minute of it.", "minilm-sentiment", "mask"),
    ),
    Example("Without context", RankingInputs("a dull story told with great charm", "debate-average")),
    Example("Negation", RankingInputs("The movie was not bad at all.", "minilm-sentiment")),
    Example("All the same", RankingInputs("dull dull dull dull")),
    Example("Too few words", RankingInputs("Great film")),
)

ENDPOINTS = (RANKINGS, ERASURE)


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.debate.faithfulness import page

    page.build(run, EXAMPLES)
