"""Does the output depend on the attention weights? Put your own sentence on trial.

A classifier reads a sentence, spreads one unit of **attention** over its words, and answers from their
weighted sum: is this a positive or a negative film review? If the weights explain the answer, other weights
should lead to another answer. That is the first question of the debate that began with "Attention is not
Explanation" (Jain & Wallace 2019) and "Attention is not not Explanation" (Wiegreffe & Pinter 2019).

- **P(positive)** is the model's probability that the review is positive; above 0.5 it decides for that.
- **TVD** (total variation distance) is how far two answers lie apart: |p - p'|, from 0 to 1.
- **JSD** (Jensen-Shannon divergence) is how far two attention distributions lie apart: 0 for equal ones,
  ln 2 = 0.693 for those that share no word.
- **BiLSTM**: the model of the two papers, trained here on the Stanford Sentiment Treebank (SST). Its
  attention is the only way from the words to the answer. It reads the corpus's spelling: lower case, no
  punctuation, *isn't* as three words.
- **Context-free**: the same without context between the words, the papers' control.
- **MiniLM**: a transformer. What is changed is what [CLS] attends to in the last layer, in each of twelve
  heads, since the answer is read off there; weights of word pieces are added up, and what goes to [CLS] and
  [SEP] stays. That is the closest analogue of the papers' experiments, not the same thing: the words also
  reach [CLS] through the layers below.

All three read English only: a text of which a model cannot read most words is not put on trial, unless you
want to see it anyway.

Nothing here gives a verdict. Each experiment has both sides' claims beside it.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.debate.dependence.compute import ADVERSARY, CONSISTENT, PERMUTE, PREDICT, UNIFORM
from demos.debate.methods.schemas import TrialInputs
from demos.models.catalog import ASSETS
from demos.ui.scripts import CHARTS, scripts

INFO = Info(
    slug="trial",
    title="Attention on trial",
    tab="Attention",
    limits=(
        "Small classifiers of English film reviews: what they show holds for them and for your text. "
        "Weights put in from outside are weights that the model was never trained with. That an output stays "
        "the same under other weights does not say which words the model used; that it changes does not say "
        "that the weights explain it. The seeds' models and the trained adversaries are single runs."
    ),
)

EXAMPLES = (
    Example("A clear case", TrialInputs("a gorgeous witty and moving film that never loses its way")),
    Example("Negation", TrialInputs("the film is not without charm but it is not good either")),
    Example("Without context", TrialInputs("a dull story told with great charm", "debate-average")),
    Example(
        "A transformer", TrialInputs("The plot is thin, but I loved every minute of it.", "minilm-sentiment")
    ),
    Example("Words it cannot read", TrialInputs("오늘 본 영화는 정말 wonderful 했다")),
)

ENDPOINTS = (PREDICT, PERMUTE, UNIFORM, ADVERSARY, CONSISTENT)

SCRIPTS = (
    *CHARTS,
    *scripts("debate", "parts tables number_line butterfly curves influence tradeoff waiting latest linear"),
    *scripts("debate", "weight_rows weights adversary consistent permute uniform"),
    *scripts("debate", "rankings erasure bars dataset runs arrive draw"),
)

# The drawings share the attention viewer's colours.

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("attention", "debate", "claims"))


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.debate.dependence import page

    page.build(run, EXAMPLES)
