// What the drawing of Tokens reads (demos/foundations/tokens/wire.py). Read by the type checker only.

/** left, right, piece (numbers), count when it was chosen, indices of the words that it changed */
type TokensMerge = [number, number, number, number, number[]];

interface TokensPayload {
  /** every word once, as the numbers of its characters */
  words: number[][];
  counts: number[];
  /** by line: the words in order, by index */
  text: number[][];
  /** all pieces by number; the first `characters` are single characters */
  pieces: string[];
  characters: number;
  merges: TokensMerge[];
  /** a sentence for each step, from 0 merges to all */
  said: string[];
  /** pieces of the whole text, for each step */
  sizes: number[];
}
