"""A fine-tuning with the old head watched, in a few lines of torch and transformers."""

from __future__ import annotations

from demos.foundations.film_reviews import BASE
from demos.foundations.forgetting.reviews import Review, reviews_of
from demos.foundations.forgetting.schemas import LiveInputs
from demos.nlp.live_training import split

CODE = """\
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

folder = "assets/models/{base}"  # in a checkout of this gallery
reviews = [  # 1 is good
{reviews}]
held_out = [
{held_out}]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForMaskedLM.from_pretrained(folder).eval()  # without dropout, as small as it is
draw = torch.Generator().manual_seed({seed})
head = torch.nn.Linear(model.config.hidden_size, 2)  # the new one, on [CLS]
torch.nn.init.normal_(head.weight, 0.0, 0.02, generator=draw)
torch.nn.init.zeros_(head.bias)
learning = [*model.parameters(), *head.parameters()]
optimizer = torch.optim.AdamW(learning, weight_decay=0.01)
gap = tokenizer({gap!r}, return_tensors="pt")
place = gap.input_ids[0].tolist().index(tokenizer.mask_token_id)


def scores(some):
    texts, how = [text for text, _ in some], {{"padding": True, "truncation": True, "max_length": 64}}
    batch = tokenizer(texts, **how, return_tensors="pt")
    return head(model.bert(**batch).last_hidden_state[:, 0])


def right(some):
    return (scores(some).argmax(-1) == torch.tensor([label for _, label in some])).float().mean().item()


for step in range({steps} + 1):
    if step % 10 == 0:
        with torch.no_grad():
            old = model(**gap).logits[0, place].softmax(-1)  # what the old head says
            word = old.argmax() if step == 0 else word
            shares = [right(some) for some in (reviews, held_out) if some]
        print(step, *shares, tokenizer.decode([word.item()]), old[word].item())
    for group in optimizer.param_groups:
        group["lr"] = {rate!r} * min(1.0, (step + 1) / 20)
    batch = [reviews[i] for i in torch.randperm(len(reviews), generator=draw)[:32].tolist()]
    loss = torch.nn.functional.cross_entropy(scores(batch), torch.tensor([label for _, label in batch]))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(learning, 1.0)
    optimizer.step()
"""
STEPS = 50


def snippet(inputs: LiveInputs, steps: int = STEPS) -> str:
    """Python that trains for so many steps and prints, after each ten, the shares of reviews that are judged
    right, of those learned from and of those held out, and the old head's probability of its first word."""
    own, unseen = split(reviews_of(inputs.reviews))
    return CODE.format(
        base=BASE,
        reviews=_listed(own),
        held_out=_listed(unseen),
        gap=inputs.gap,
        seed=inputs.seed,
        rate=inputs.rate,
        steps=steps,
    )


def _listed(reviews: list[Review]) -> str:
    return "".join(f"    ({one.text!r}, {one.label}),\n" for one in reviews)
