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

from collections.abc import Iterator
from functools import partial
from typing import Any

from demos.attention import export as viewer_export
from demos.contract import Endpoint, Example, Info, Run, parse
from demos.errors import StageError, Unsupported
from demos.models.catalog import ASSETS
from demos.trial.answers import adversary, check_inputs, consistent, permute, predict, uniform
from demos.trial.readable import Unreadable, left_out
from demos.trial.results import PredictInputs, TrialInputs

INFO = Info(
    slug="trial",
    title="On trial: does it matter?",
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

HEADS = {"additive-attention": "base", "encoder": "sequence-classification"}


def _endpoint(name: str, function: Any) -> Endpoint:
    return Endpoint(name, function, HEADS, check=check_inputs, task="attention-trial")


PREDICT = _endpoint("trial_predict", predict)
PERMUTE = _endpoint("trial_permute", permute)
UNIFORM = _endpoint("trial_uniform", uniform)
ADVERSARY = _endpoint("trial_adversary", adversary)
CONSISTENT = _endpoint("trial_consistent", consistent)
ENDPOINTS = (PREDICT, PERMUTE, UNIFORM, ADVERSARY, CONSISTENT)

# The drawings stand on the attention viewer's, and share its colours.
SCRIPTS = (*viewer_export.SCRIPTS, *sorted((ASSETS / "js" / "trial").glob("*.js")))
STYLES = (*viewer_export.STYLES, ASSETS / "css" / "trial.css", ASSETS / "css" / "claims.css")


def build(run: Run) -> None:
    """Lay out one panel per experiment; they are filled one after another."""
    import gradio as gr

    from demos import page
    from demos.freshness import Answer
    from demos.trial import panels, payloads

    panels.talk()
    with gr.Row():
        text = gr.Textbox(
            label="Text", lines=2, max_lines=6, placeholder="One or two sentences of a film review", scale=3
        )
        model = page.model_choice(PREDICT, "debate-bilstm")
    fields = {"text": text, "model": model}
    filled = page.examples(EXAMPLES, fields)
    start = gr.Button("Put on trial", variant="primary")
    trial = Answer([text, model], "Put on trial")
    badge = page.badge()
    offer, anyway, switched = panels.offer(model)
    edit = panels.panel(
        "weights",
        "Edit: what if it had looked elsewhere?",
        "Drag the words' weights and watch the answer.",
        [_predicted(run)],
    )
    shuffles = panels.panel(
        "permute",
        "Permute: what if the weights stood on other words?",
        "The model's own weights are shuffled among the words a hundred times.",
    )
    flat = panels.panel(
        "uniform",
        "Uniform: what if it looked everywhere alike?",
        "Every word gets the same weight: put in after training, or trained with from the start.",
    )
    attack = panels.panel(
        "adversary",
        "Adversary: how different can the weights be for the same answer?",
        "Weights far from the model's own are searched that leave the answer almost as it was.",
    )
    trained = panels.panel(
        "consistent",
        "Model-consistent adversary: can a whole model look elsewhere and answer alike?",
        "Further BiLSTMs were trained to agree with the first and attend elsewhere, with growing strength λ.",
    )
    drawings = [edit, shuffles, flat, attack, trained]
    # What is typed or chosen while the panels fill is for the next trial.
    asked = gr.State(None)

    def begin(text: str, model: str, anyway: bool = False) -> tuple[Any, ...]:
        inputs = TrialInputs(text or "", model, anyway)
        first = PredictInputs(inputs.text, model, anyway=anyway)
        try:
            result = run(PREDICT, first)
        except Unreadable as error:
            return panels.withheld(error), error.model, None, *[None for _ in drawings]
        known = page.badge_html(result.origin, left_out(result))
        waits = [payloads.waiting("Waiting for its turn …")] * (len(drawings) - 1)
        return known, None, inputs, payloads.weights(result, first), *waits

    def answer(endpoint: Endpoint, payload: Any) -> Any:
        return lambda inputs: payload(run(endpoint, inputs)) if inputs else None

    def attacked(inputs: TrialInputs | None) -> Iterator[Any]:
        for result in run.stream(ADVERSARY, inputs) if inputs else ():
            yield payloads.adversary(result)

    def trained_elsewhere(inputs: TrialInputs | None) -> Any:
        try:
            return payloads.consistent(run(CONSISTENT, inputs)) if inputs else None
        except Unsupported as error:
            return payloads.note(str(error), "consistent")

    outputs = [badge, offer, asked, *drawings]
    begun = [trial.on([start.click, text.submit], begin, outputs)]
    begun.append(trial.on([anyway.click], partial(begin, anyway=True), outputs))
    begun += trial.after([*filled, switched], begin, outputs)
    steps = (answer(PERMUTE, payloads.permutations), answer(UNIFORM, payloads.uniform), attacked)
    for number, function in enumerate((*steps, trained_elsewhere), 1):
        rest = drawings[number + 1 :]
        begun = page.after(begun, function, [asked], [drawings[number]], emptied=rest)


def _predicted(run: Run) -> Any:
    """What the page's script calls while a weight is dragged; errors come back as data."""

    def served(request: dict[str, Any]) -> Any:
        try:
            return {"probability_under": run(PREDICT, parse(PredictInputs, request)).probability_under}
        except StageError as error:
            return {"error": str(error)}

    served.__name__ = "predict"
    return served
