"""Summaries in a few lines of transformers, one way for each method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.models.catalog import checkpoint
from demos.models.specs import Origin
from demos.nlp.python_code import with_folder
from demos.tasks.summarization import methods

if TYPE_CHECKING:
    from demos.tasks.summarization.schemas import SummarizeInputs

_EXTRACTIVE = """\
import numpy as np
from demos.tasks.summarization.centrality import centrality, most_central  # in a checkout of this gallery
from demos.nlp.sentences import sentences
from transformers import pipeline

pipe = pipeline("feature-extraction", folder)
text = {text!r}
texts = [sentence.of(text) for sentence in sentences(text)]
vectors = np.array([np.mean(pipe(one)[0], 0) for one in texts])
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
print("\\n".join(texts[i] for i in most_central(centrality(vectors), vectors, {count})))
"""

_WRITTEN = """\
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder)
messages = [{{"role": "user", "content": {instruction!r}}}]
prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
batch = tokenizer(prompt, return_tensors="pt", add_special_tokens=False)
written = model.generate(**batch, do_sample=False, max_new_tokens={most})
print(tokenizer.decode(written[0, batch.input_ids.shape[1] :], skip_special_tokens=True).strip())
"""

_GENERATED = """\
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSeq2SeqLM.from_pretrained(folder)
settings = dict((getattr(model.config, "task_specific_params", None) or {{}}).get("summarization", {{}}))
prefix = settings.pop("prefix", "summarize: " if model.config.model_type == "t5" else "")
settings = settings or {{"num_beams": 4, "max_new_tokens": {most}}}
batch = tokenizer(prefix + {text!r}, return_tensors="pt")
print(tokenizer.decode(model.generate(**batch, **settings)[0], skip_special_tokens=True))
"""


def snippet(inputs: SummarizeInputs, origin: Origin) -> str:
    """The same with transformers, by the method of the checkpoint."""
    tasks = checkpoint(origin.checkpoint).tasks
    code = _WRITTEN if "chat" in tasks else _EXTRACTIVE
    if "summarization" in tasks:
        code = _GENERATED
    filled = code.format(
        text=inputs.text,
        count=inputs.sentences,
        instruction=methods.instruction(inputs.text, inputs.sentences),
        most=methods.MAX_WRITTEN,
    )
    return with_folder(filled, origin)
