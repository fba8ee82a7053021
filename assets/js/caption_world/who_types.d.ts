// What the drawings of caption world read (demos/caption_world/*/wire.py). Read by the type checker only.

/** What one model, or one half of ELMo, makes of a gap. */
interface WhoView {
  rank: number;
  probability: number;
  said: string;
  /** piece, probability, the same in words; the likeliest first */
  fillings: [string, number, string][];
  /** by word: 1 if it can reach the gap */
  reached: number[];
  /** by word: shares that sum to 1 */
  influence: number[];
}

interface WhoPayload {
  words: { text: string; reason: string }[];
  models: { title: string; sees: string; views: [string, string][] }[];
  gaps: { word: number; headline: string; views: Record<string, WhoView> }[];
  opening: number;
  left_out: string;
  withheld: string;
  headline: string;
  /** what was to be guessed (demos/ui/guess.py) */
  guess?: GuessTold | null;
}
