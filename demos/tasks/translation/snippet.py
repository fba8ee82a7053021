"""A translation in a few lines of transformers; each family needs the languages in its own form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.models.specs import Origin
from demos.nlp.languages import MBART, t5_prefix
from demos.nlp.legibility import language
from demos.nlp.python_code import with_folder

if TYPE_CHECKING:
    from demos.tasks.translation.schemas import TranslateInputs

_CODE = """\
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(folder{source})
model = AutoModelForSeq2SeqLM.from_pretrained(folder)
batch = tokenizer({text!r}, return_tensors="pt")
ids = model.generate(**batch, num_beams={beams}, do_sample=False, max_new_tokens={most}{target})
print(tokenizer.decode(ids[0], skip_special_tokens=True))
"""


def snippet(inputs: TranslateInputs, origin: Origin) -> str:
    """The same with transformers."""
    text, source, target = inputs.text, "", ""
    identity = (origin.hub_id or "").lower()
    if "mbart" in identity:
        likely = language(text)
        source = f', src_lang="{MBART[inputs.source or (likely if likely in MBART else "en")]}"'
        code = MBART[inputs.target or "de"]
        target = f', forced_bos_token_id=tokenizer.convert_tokens_to_ids("{code}")'
    elif "t5" in identity:
        text = t5_prefix(inputs.target or "de") + text
    filled = _CODE.format(
        text=text,
        beams=inputs.beams,
        most=inputs.max_new_tokens,
        source=source,
        target=target,
    )
    return with_folder(filled, origin)
