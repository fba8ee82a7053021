// What the debate's files hand to each other. Read by the type checker only.

/** What a box shows: its kind, and what that kind's `update` reads (demos/debate/wire.py). */
interface DebatePayload {
  kind: string;
  /** a run that goes on says false, or how many of `total` sentences it has done */
  done?: boolean | number;
  total?: number;
  /** one sentence that says what the drawing shows */
  headline?: string;
  runs?: string[];
  [name: string]: any;
}

/** Ask the server: `name` of a function that the page serves. */
type DebateAsk = (name: string, request: Record<string, any>) => Promise<any>;

/** One kind of drawing, updated in place. */
interface DebateView {
  node: HTMLElement;
  update(payload: any, ask: DebateAsk | null): void;
}

/** A method's line over fractions of a sentence: values [L], null where undefined. */
type DebateValues = (number | null)[];

/** A mark on a number line; without a value it is left out. */
interface DebateMark {
  value: StageValue;
  text: string;
  shape: string;
  tone: string;
}

interface DebateNumberLine {
  from?: number;
  to?: number;
  ticks: number[];
  title?: string;
  /** colours below and above the middle */
  sides?: boolean;
  ends?: [string, string];
  marks?: DebateMark[];
  /** a bar between the first two marks */
  join?: boolean;
  band?: number[] | null;
  dots?: { value: number | null; title: string; shape?: string; tone?: string }[];
  /** values whose histogram stands on the line */
  counts?: DebateValues | null;
}

/** A model trained to attend elsewhere, or a seed of the base model. */
interface DebateTrained {
  name: string;
  strength: number;
  tvd: number;
  jsd: number;
  f1: number;
}
