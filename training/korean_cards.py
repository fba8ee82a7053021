"""The cards of the Korean models, to be filled with their figures."""

MASKED_CARD = """# Small Korean masked language model

An encoder of four layers of width 192 in ELECTRA's shape (embeddings of 128), trained from random numbers
to fill gaps; 8,000 word pieces of its own, learned from the same reviews, in Unicode's composed form.
{parameters:,} parameters, half-precision safetensors, {size}.

- **Data**: 200,000 training reviews of an NSMC-style split of the Naver Sentiment Movie Corpus (CC0):
  rebuilt from the corpus's raw reviews, so figures are near but not equal to the official split's. Films
  of dev and test occur in no other part. The data are not in this repository.
- **Made by**: `python -m training.korean --data FOLDER` (seed 0, {epochs} epochs, {seconds:.0f} seconds
  on one shared core, bfloat16 products).
- **Figures** (`figures.json`), with 15 % of the tokens, drawn once, all replaced by [MASK]: the first
  guess is right for {dev_masked_accuracy:.1%} on dev and {test_masked_accuracy:.1%} on test. Test was
  looked at for two versions: one of 3 epochs, whose training loss was still falling, had reached 16.2% on it
  before this one was made.
- **Twins**: no film is in two parts, but people write the same: 1.9% of dev's reviews and 2.1% of test's
  stand in train too, signs and spaces aside, most of them one or two words long.

Short film reviews only, in spoken Korean with its spelling mistakes; what it says on other texts means
nothing. A gap is one word piece, and a piece that starts with ## goes on from the word before.
"""

SENTIMENT_CARD = """# Small Korean sentiment classifier

Four layers of width 192 in ELECTRA's shape (embeddings of 128) and a head for negative and positive;
trained from random numbers, as a masked language model first.
{parameters:,} parameters, half-precision safetensors, {size}.

- **Data**: an NSMC-style split of the Naver Sentiment Movie Corpus (CC0), 200,000 / 5,000 / 5,000
  reviews, half of them positive (rating 9 or 10), half negative (1 to 4): rebuilt from the corpus's raw
  reviews, so figures are near but not equal to the official split's. Films of dev and test occur in no
  other part; 1.9% of dev's reviews and 2.1% of test's stand in train too, signs and spaces aside,
  most of them one or two words long. The data are not in this repository.
- **Made by**: `python -m training.korean --data FOLDER --epochs 1` (seed 0; one epoch of masked language
  modelling, then one of sentiment, {seconds:.0f} seconds for the second on one shared core, bfloat16
  products). Train fits, test is reported once.
- **Figures** (`figures.json`): accuracy {dev_accuracy:.1%} on dev and {test_accuracy:.1%} on test,
  computed from the weights as they are in the file.

Korean film reviews only: it has no neutral class and answers on any text. It misses double negation
("재미없지 않다", not boring, comes out negative); lukewarm words ("그저 그렇다") come out negative too.
"""
