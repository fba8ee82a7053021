// What the drawings of Positions read (demos/foundations/positions/wire.py). Read by the type checker only.

interface PositionsMapOf {
  title: string;
  checkpoint: string;
  measure: string;
  positions: number;
  /** by column minus row, from -(n - 1) on, where nothing else matters */
  distances: number[] | null;
  /** [n][n], where more than the distance matters */
  rows: number[][] | null;
  /** of each head by column minus row */
  heads: number[][];
  said: string;
}

interface PositionsMaps {
  headline: string;
  maps: PositionsMapOf[];
}

interface PositionsChange {
  /** piece and its probability in words */
  before: [string, string];
  after: [string, string];
  changed: boolean;
  /** in [0, 1] */
  moved: number;
  said: string;
}

interface PositionsShuffled {
  headline: string;
  words: string[];
  /** the words' numbers, shuffled */
  order: number[];
  titles: string[];
  gaps: { word: number; changes: PositionsChange[] }[];
  opening: number;
  guess: GuessTold | null;
}

interface PositionsLonger {
  headline: string;
  caption: string;
  trained: number;
  /** points: length, accuracy, its standard error */
  lines: { title: string; points: [number, number, number][] }[];
}
