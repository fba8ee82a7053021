"""Learn a Unigram vocabulary from the captions whose byte-pair encoding the small Marian reads.

    python -m training.unigram --data FOLDER

FOLDER as for training/marian.py. The same texts, the same cut into words and the same number of pieces: what
differs between the two vocabularies is how they were learned. Unigram (Kudo 2018, arXiv:1804.10959) begins
with many pieces and drops those whose loss makes the text least unlikely; no weights of a model are involved.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from training.marian import PIECES, UNKNOWN, read

INTO = Path(__file__).parents[1] / "assets" / "tokenizers"
NAME = "captions-unigram"
CARD = f"""# A Unigram vocabulary of captions, English and French

{PIECES:,} pieces with their log-probabilities, in the format of `tokenizers`. No model stands behind it.

- **Data**: Multi30k (Elliott et al. 2016), 29,000 English image captions and their French translations. The
  English captions come from Flickr30k, whose terms are for research and education. No caption is in this
  repository; the file holds pieces of words.
- **Made by**: `python -m training.unigram --data FOLDER`. Text, cut into words and number of pieces are those
  of `assets/models/marian-en-fr`, whose byte-pair encoding is compared with it on the page Tokens.
"""


def learn_pieces(texts: list[str]) -> Tokenizer:
    """Unigram over words, with the cut of training.marian.learn_pieces."""
    pieces = Tokenizer(models.Unigram())
    pieces.normalizer = normalizers.NFC()
    pieces.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation(behavior="isolated")]
    )
    pieces.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=PIECES, special_tokens=[UNKNOWN], unk_token=UNKNOWN, show_progress=False
    )
    pieces.train_from_iterator(texts, trainer)
    return pieces


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    texts = [text for language in ("en", "fr") for text in read(folder, "train", language)]
    INTO.mkdir(parents=True, exist_ok=True)
    learn_pieces(texts).save(str(INTO / f"{NAME}.json"), pretty=False)
    (INTO / f"{NAME}.md").write_text(CARD, encoding="utf-8")


if __name__ == "__main__":
    main()
