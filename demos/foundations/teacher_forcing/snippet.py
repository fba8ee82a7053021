"""Both histories in a few lines of transformers."""

from __future__ import annotations

from demos.foundations.teacher_forcing.schemas import MAX_TOKENS, TeacherInputs
from demos.models.specs import Origin
from demos.nlp.python_code import with_folder

CODE = """\
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSeq2SeqLM.from_pretrained(folder)
batch = tokenizer({text!r}, return_tensors="pt")
with torch.inference_mode():
    # Its own history: a pass of the decoder for each token.
    written = model.generate(**batch, num_beams=1, do_sample=False, max_new_tokens={most}, max_length=None)
    # The right history: labels are moved one place to the right, and read in one pass.
    labels = {labels}
    out = model(**batch, labels=labels)
print(tokenizer.decode(written[0], skip_special_tokens=True))
print(out.loss.item())
print(out.logits[0].softmax(-1).gather(1, labels[0, :, None])[:, 0].tolist())
"""


def snippet(inputs: TeacherInputs, origin: Origin) -> str:
    """The loss and the probabilities with the right history, and what the model writes with its own."""
    given = f'tokenizer(text_target={inputs.target!r}, return_tensors="pt").input_ids'
    labels = given if inputs.target.strip() else "written[:, 1:]"
    return with_folder(CODE.format(text=inputs.text, most=MAX_TOKENS, labels=labels), origin)
