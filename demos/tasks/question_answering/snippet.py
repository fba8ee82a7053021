"""Question answering in a few lines of transformers, one way for each method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.models.catalog import checkpoint
from demos.models.specs import Origin
from demos.nlp.python_code import with_folder
from demos.tasks.question_answering import instruction as prompts

if TYPE_CHECKING:
    from demos.tasks.question_answering.schemas import AnswerInputs

_EXTRACTED = """\
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForQuestionAnswering.from_pretrained(folder)
question, passage = {question!r}, {passage!r}
options = {{"truncation": "only_second", "return_offsets_mapping": True, "return_tensors": "pt"}}
batch = tokenizer(question, passage, **options)  # this reads one window; the page reads several
offsets = batch.pop("offset_mapping")[0].tolist()
with torch.inference_mode():
    output = model(**batch)
scores = output.start_logits[0][:, None] + output.end_logits[0][None, :]
outside = torch.tensor([part != 1 for part in batch.sequence_ids(0)])
allowed = torch.ones_like(scores).triu().tril(29).bool() & ~outside & ~outside[:, None]
start, end = divmod(scores.where(allowed, -torch.inf).argmax().item(), len(offsets))
print(passage[offsets[start][0] : offsets[end][1]])
"""

_RETRIEVAL = """\
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

from demos.models.catalog import checkpoint
from demos.models.hub import resolve  # in a checkout of this gallery
from demos.nlp.sentences import sentences

question, passage = {question!r}, {passage!r}
texts = [sentence.of(passage) for sentence in sentences(passage)]
encode = pipeline("feature-extraction", str(resolve(checkpoint("minilm")).folder))
vectors = torch.stack([torch.tensor(encode(text)[0]).mean(0) for text in [question, *texts]])
cosines = torch.cosine_similarity(vectors[:1], vectors[1:])
"""

_SENTENCE = "print(texts[cosines.argmax()])\n"

_CHOSEN = """\
from demos.tasks.question_answering.span_scoring import stretches

closest = texts[cosines.argmax()]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder)
messages = [{{"role": "user", "content": {asked}.format(closest, question)}}]
prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) + {begun!r}
start = len(tokenizer(prompt, add_special_tokens=False).input_ids)


def logprob(answer):
    ids = tokenizer(prompt + answer + {until!r}, add_special_tokens=False, return_tensors="pt").input_ids
    return model(ids).logits[0, start - 1 : -1].log_softmax(-1).gather(1, ids[0, start:, None]).sum()


with torch.inference_mode():
    print(max((closest[i:j] for i, j in stretches(closest, question)[0]), key=logprob))
"""

_WRITTEN = """\
best = sorted(cosines.topk(min({sentences}, len(texts))).indices.tolist())

tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder)
ask = {asked}.format(" ".join(texts[i] for i in best), question)
messages = [{{"role": "user", "content": ask}}]
prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) + {begun!r}
batch = tokenizer(prompt, return_tensors="pt", add_special_tokens=False)
written = model.generate(**batch, do_sample=False, max_new_tokens={most})
print(tokenizer.decode(written[0, batch.input_ids.shape[1] :], skip_special_tokens=True).split({until!r})[0])
"""


def snippet(inputs: AnswerInputs, origin: Origin) -> str:
    """The same with transformers, by the method of the checkpoint."""
    entry = checkpoint(origin.checkpoint)
    if "question-answering" in entry.tasks:
        code = _EXTRACTED
    else:
        by_chat = _WRITTEN if inputs.write else _CHOSEN
        code = _RETRIEVAL + (by_chat if "chat" in entry.tasks else _SENTENCE)
        if "chat" not in entry.tasks:
            code = code.replace("AutoModelForCausalLM, AutoTokenizer, ", "")
    filled = code.format(
        question=inputs.question.strip(),
        passage=inputs.passage,
        sentences=prompts.SENTENCES,
        begun=prompts.BEGUN,
        until=prompts.UNTIL,
        asked=repr(prompts.asked("{}", "{}")),
        most=prompts.MAX_WRITTEN,
    )
    return with_folder(filled, origin)
