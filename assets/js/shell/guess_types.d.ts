// What a page asks a visitor to guess, and what its answer tells (demos/ui/guess.py). Read by the type checker only.

interface GuessScale {
  low: number;
  high: number;
  step: number;
  unit: string;
}

interface GuessQuestion {
  /** the class of everything that shows the answer */
  answer: string;
  text: string;
  scale: GuessScale | null;
}

interface GuessTold {
  /** replaces the page's where it depends on the answer */
  question: string;
  choices?: string[];
  /** by choice; 1 is right */
  places?: number[];
  value?: number | null;
  /** the ends of the 95 % interval */
  low?: number | null;
  high?: number | null;
  chance?: number | null;
  by_chance?: string;
}
