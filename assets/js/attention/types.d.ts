// What the viewer's files hand to each other. Read by the type checker only.

/** One position of a text, as demos/attention/viewer/wire.py sends it. */
interface AttentionToken {
  text: string;
  piece?: string;
  id?: number | null;
  special?: boolean;
  /** 0 or 1: the first or the second text; null where a model knows no segments */
  segment?: number | null;
  /** what a word loses on its way to the model, in words */
  note?: string | null;
  /** which part of a character a piece is, where it is less than one */
  part?: string | null;
  /** which tokens stand together between two spaces */
  eojeol?: number;
}

/** Self-attention of the encoder or decoder, or cross-attention. */
interface AttentionMap {
  name: string;
  title: string;
  layers: number;
  heads: number;
  key_value_heads: number;
  head_labels?: (string | number)[] | null;
  queries: AttentionToken[];
  keys: AttentionToken[];
  causal: boolean;
  square: boolean;
  has_neurons: boolean;
  has_flow: boolean;
  thumbnails?: { rows: number; columns: number; scale: number; data: string } | null;
  summary?: AttentionSummary | null;
}

/** Measures of all heads: values [names, layers, heads]. */
interface AttentionSummary {
  names: string[];
  titles: string[];
  values: (number | null)[][][];
}

/** What stands out, as demos/attention/viewer/finding_sentences.py says it. */
interface AttentionFinding {
  kind: string;
  name: string;
  map: string;
  layer: number;
  head: number;
  side: AttentionSide;
  token: number;
  weight: number;
  compared: number;
  typical: number;
  reached: number;
  attempts: number;
  rare: boolean;
  sentence: string;
  detail: string;
}

interface AttentionPayload {
  title?: string;
  caption?: string;
  truncated?: string;
  maps: AttentionMap[];
  /** the form's values that the picture was made for */
  key?: Record<string, string> | null;
  /** the layers that need not be asked for; the first one that is shown is among them */
  layers?: AttentionLayerData[];
  headline?: string;
  findings?: AttentionFinding[];
  /** whether links between words are still to be looked for */
  findings_wait?: boolean;
  findings_note?: string;
  /** why there are no links between words, though they were to be looked for */
  findings_failed?: string;
  /** where a saved page was left */
  opens?: Partial<AttentionChoice> | null;
  /** why a saved page has not all views, by view */
  left_out?: Record<string, string>;
  /** the layers that a saved page holds; absent where all can be asked for */
  held?: number[];
  origin?: { title: string; hub_id: string; revision?: string; source: string; licence: string };
}

/** A layer as it is sent: zlib streams in base64. */
interface AttentionLayerData {
  map: string;
  layer: number;
  heads: number;
  rows: number;
  columns: number;
  scale: number;
  data: string;
  removed?: string | null;
}

/** bytes: [heads, rows, columns], weight = byte / 255 * scale; removed: [heads, rows] or null. */
interface AttentionLayer extends Omit<AttentionLayerData, "data" | "removed"> {
  bytes: Uint8Array;
  removed: Float32Array | null;
  size: number;
}

/** Arrays whose first axis is layers and heads, made smaller by taking the strongest of each block. */
interface AttentionThumbnails {
  rows: number;
  columns: number;
  scale: number;
  bytes: Uint8Array;
  size: number;
}

/** One head's queries [n, dimension], keys [m, dimension] and bias [n, m] (or null). */
interface AttentionNeurons {
  head: number;
  key_value_head: number;
  dimension: number;
  scaling: number;
  queries: Float32Array;
  keys: Float32Array;
  bias: Float32Array | null;
  size: number;
}

type AttentionSide = "query" | "key";

/** A token that is pointed at or locked. */
interface AttentionPlace {
  side: AttentionSide;
  index: number;
}

/** What the visitor has chosen. */
interface AttentionChoice {
  view: string;
  map: string;
  layer: number;
  /** the heads that are switched on; null: all */
  heads: number[] | null;
  head: number | "mean";
  token: number | null;
  side: AttentionSide;
  filter: string;
  /** by view: is colour relative to the strongest weight? */
  relative: Record<string, boolean>;
  measure: string;
  lowest: boolean;
  /** does the head view show the tokens in rows? */
  rows: boolean;
  /** the finding that is shown, "" if none was found, null if the visitor has gone elsewhere */
  finding: string | null;
  flowSeen?: boolean;
}

/** The positions that a filter leaves. */
interface AttentionPositions {
  queries: Int32Array;
  keys: Int32Array;
}

/** Where the tokens of the head view stand, as head_places.js computes it. */
type AttentionTokenPlaces = ReturnType<typeof AttentionHeadPlaces.placesOf>;

/** The part of a drawing that is in view, in CSS pixels. */
interface AttentionFrame {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A place in a drawing, and the same place counted from the corner of what is in view. */
interface AttentionPointed {
  x: number;
  y: number;
  viewX: number;
  viewY: number;
}

interface AttentionTextStyle {
  colour: string;
  size?: number;
  align?: CanvasTextAlign;
  /** in degrees */
  angle?: number;
  bold?: boolean;
}

/** A canvas or an SVG document: what views draw on. */
interface AttentionSurface {
  pen(colour: string, width: number): void;
  line(x1: number, y1: number, x2: number, y2: number, opacity: number): void;
  rect(x: number, y: number, width: number, height: number, colour: string, opacity?: number): void;
  frame(x: number, y: number, width: number, height: number, colour: string, thickness?: number): void;
  text(x: number, y: number, text: string, style: AttentionTextStyle): void;
  image(canvas: HTMLCanvasElement, x: number, y: number, width: number, height: number): void;
}

/** A whole drawing, to be saved. */
interface AttentionPicture {
  width: number;
  height: number;
  paint(surface: AttentionSurface): void;
}

type AttentionColours = ReturnType<typeof StageTheme.readTheme>;

/** A drawing that is on the page. */
interface AttentionShown {
  /** asks for what `show` draws */
  fetch(): Promise<any>;
  /** since: when the visitor asked, for the reported time */
  show(data: any, since: number): void;
  redraw(): void;
  picture(colours: AttentionColours): AttentionPicture;
}

/** A kind of drawing; `uses` names the controls that it listens to. */
interface AttentionView {
  title: string;
  uses: string[];
  available(map: AttentionMap): boolean;
  create(viewer: AttentionViewer, host: HTMLElement): AttentionShown;
}

/** Where the data come from: the server, or a saved page. */
type AttentionSource = Record<string, (request: Record<string, any>) => Promise<any>>;

/** What the toolbar and the views may ask of the viewer. */
interface AttentionViewer {
  root: HTMLElement;
  payload: AttentionPayload;
  source: AttentionSource;
  state: AttentionChoice;
  change(patch: Partial<AttentionChoice>): Promise<void>;
  layer(): Promise<AttentionLayer>;
  thumbnails(): Promise<AttentionThumbnails>;
  neuron(): Promise<AttentionNeurons>;
  flow(): Promise<any>;
  findings(): Promise<{ findings: AttentionFinding[]; headline: string }>;
  map(): AttentionMap;
  theme(): AttentionColours;
  /** a view has been drawn; since: when the visitor asked */
  drawn(since: number): void;
  /** a sentence in the status line */
  say(text: string): void;
  picture(colours: AttentionColours): AttentionPicture;
}

interface DocumentEventMap {
  "stage-drawn": CustomEvent<{ view: string; layer: number; milliseconds: number }>;
}
