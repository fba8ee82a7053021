"""Train two small Korean models on film reviews: a masked language model, and a sentiment classifier on it.

    python -m training.korean --data FOLDER

FOLDER holds train.tsv.gz, dev.tsv.gz and test.tsv.gz with the columns id, document, label (1 = a rating of
9 or 10, 0 = of 1 to 4): the Naver Sentiment Movie Corpus (github.com/e9t/nsmc, CC0). The word pieces are
learned from the training reviews, in Unicode's composed form (NFC). Train fits, dev chooses the epoch of the
classifier, test is reported once. `--only sentiment` starts from the masked language model in --out.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import nn
from transformers import (
    ElectraConfig,
    ElectraForMaskedLM,
    ElectraForSequenceClassification,
    PreTrainedTokenizerFast,
)

from training import masked, scratch
from training.korean_cards import MASKED_CARD, SENTIMENT_CARD

PIECES, LONGEST, TOKENS = 8_000, 96, 3072
MASKED_EPOCHS, MASKED_RATE = 12, 2e-3
EPOCHS, RATE = 1, 5e-4
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LABELS = {0: "negative", 1: "positive"}


@dataclass(frozen=True, eq=False)
class Split:
    """Reviews as token ids with [CLS] and [SEP], and their labels [reviews]."""

    ids: list[list[int]]
    labels: torch.Tensor


def read(path: Path) -> tuple[list[str], list[int]]:
    """Reviews and labels of one file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [unicodedata.normalize("NFC", row["document"]) for row in rows], [
        int(row["label"]) for row in rows
    ]


def learn_pieces(texts: list[str]) -> PreTrainedTokenizerFast:
    """WordPiece on composed syllables; words and punctuation are split first, case is kept."""
    pieces = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    pieces.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.BertNormalizer(strip_accents=False, lowercase=False)]
    )
    pieces.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    pieces.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=PIECES, special_tokens=SPECIAL, limit_alphabet=1800, show_progress=False
    )
    pieces.train_from_iterator(texts, trainer)
    cls, sep = SPECIAL.index("[CLS]"), SPECIAL.index("[SEP]")
    pieces.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    return PreTrainedTokenizerFast(
        tokenizer_object=pieces,
        model_max_length=LONGEST,
        **dict(zip(names, SPECIAL, strict=True)),
    )


def encode(tokenizer: Any, path: Path) -> Split:
    texts, labels = read(path)
    return Split(tokenizer(texts, truncation=True, max_length=LONGEST)["input_ids"], torch.tensor(labels))


def configuration(dropout: float = 0.1) -> ElectraConfig:
    """Four layers of width 192 on embeddings of 128."""
    return ElectraConfig(
        vocab_size=PIECES,
        embedding_size=128,
        hidden_size=192,
        num_hidden_layers=4,
        num_attention_heads=3,
        intermediate_size=768,
        max_position_embeddings=LONGEST,
        type_vocab_size=1,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        attn_implementation="eager",  # pyright: ignore[reportCallIssue] (goes to the base class)
        id2label=LABELS,
        label2id={name: label for label, name in LABELS.items()},
    )


def masked_logits(model: ElectraForMaskedLM, ids: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Scores [chosen tokens, vocabulary] of the hidden tokens only."""
    hidden = model.electra(ids, attention_mask=(ids != 0).long()).last_hidden_state.flatten(0, 1)
    return model.generator_lm_head(model.generator_predictions(hidden[chosen]))


def fine_tune(below: Any, train: Split, dev: Split) -> tuple[ElectraForSequenceClassification, list[float]]:
    """A classifier that starts from the masked language model; keeps the best epoch on dev."""
    model = ElectraForSequenceClassification(configuration())
    model.electra.load_state_dict(below.electra.state_dict())
    generator = torch.Generator().manual_seed(0)
    lengths = [len(row) for row in train.ids]
    plans = [scratch.by_length(lengths, TOKENS, generator) for _ in range(EPOCHS)]
    total = sum(map(len, plans))
    learner, clock, step = scratch.Learner(model, RATE, total), scratch.Clock(total), 0
    reached: list[float] = []
    kept: dict[str, torch.Tensor] = {}
    for plan in plans:
        model.train()
        for length, batch in plan:
            ids = scratch.padded([train.ids[i] for i in batch], 0, length)
            with scratch.half():
                logits = model(ids, attention_mask=(ids != 0).long()).logits
            loss = nn.functional.cross_entropy(logits.float(), train.labels[batch])
            learner.step(loss)
            clock.tick(step, loss)
            step += 1
        reached.append(accuracy(model, dev))
        print("  dev accuracy", reached[-1], flush=True)
        if reached[-1] == max(reached):
            kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(kept)
    return model.eval(), reached


@torch.no_grad()
def accuracy(model: ElectraForSequenceClassification, split: Split) -> float:
    model.eval()
    right = 0
    by_length = sorted(range(len(split.ids)), key=lambda i: len(split.ids[i]))
    for batch in scratch.slices(by_length, 50):
        ids = scratch.padded([split.ids[i] for i in batch], 0)
        guess = model(ids, attention_mask=(ids != 0).long()).logits.argmax(-1)
        right += int((guess == split.labels[batch]).sum())
    return round(right / len(split.ids), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of train, dev and test.tsv.gz")
    parser.add_argument("--out", type=Path, default=scratch.ASSETS, help="where the two folders go")
    parser.add_argument("--only", choices=("masked", "sentiment"))
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--epochs", type=int, default=MASKED_EPOCHS, help="of masked language modelling")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    folder, sentiment = options.out / "korean-mlm", options.out / "korean-sentiment"
    if options.only == "sentiment":
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    else:
        tokenizer = learn_pieces(read(options.data / "train.tsv.gz")[0])
    train, dev, test = (
        encode(tokenizer, options.data / f"{part}.tsv.gz") for part in ("train", "dev", "test")
    )
    print(sum(map(len, train.ids)), "tokens", flush=True)
    if options.only != "sentiment":
        clock = scratch.Clock(0)
        model = ElectraForMaskedLM(configuration(dropout=0.0))

        def checkpoint() -> None:
            scratch.save(model, tokenizer, folder)
            print("  dev", masked.accuracy(model, masked_logits, dev.ids[::5], tokenizer), flush=True)
            model.train()

        masked.pretrain(
            model, masked_logits, train.ids, tokenizer, options.epochs, TOKENS, MASKED_RATE, checkpoint
        )
        seconds = clock.seconds
        scratch.save(model, tokenizer, folder)
        model = ElectraForMaskedLM.from_pretrained(folder, dtype=torch.float32)
        figures = {
            "dev_masked_accuracy": masked.accuracy(model, masked_logits, dev.ids, tokenizer),
            "test_masked_accuracy": masked.accuracy(model, masked_logits, test.ids, tokenizer),
            "epochs": options.epochs,
            "parameters": model.num_parameters(),
            "seconds": seconds,
        }
        print("korean-mlm", figures, flush=True)
        scratch.publish(folder, MASKED_CARD, figures)
    if options.only != "masked":
        clock = scratch.Clock(0)
        below = ElectraForMaskedLM.from_pretrained(folder, dtype=torch.float32)
        classifier, reached = fine_tune(below, train, dev)
        seconds = clock.seconds
        scratch.save(classifier, tokenizer, sentiment)
        classifier = ElectraForSequenceClassification.from_pretrained(sentiment, dtype=torch.float32)
        figures = {
            "dev_accuracy_by_epoch": reached,
            "dev_accuracy": accuracy(classifier, dev),
            "test_accuracy": accuracy(classifier, test),
            "parameters": classifier.num_parameters(),
            "seconds": seconds,
        }
        print("korean-sentiment", figures, flush=True)
        scratch.publish(sentiment, SENTIMENT_CARD, figures)


if __name__ == "__main__":
    main()
