// What scripts of the page are told by Gradio's own part of it. Read by the type checker only.
interface Window {
  /** Set, and announced by the event "stage-opened", once the tab that the address names is open. */
  stageOpened?: boolean;
}

// What BertViz's page holds besides: its two libraries, its data, and the loader that its script calls.
interface Window {
  jQuery: unknown;
  d3: unknown;
  bertviz_params: unknown;
  require: { config(options?: unknown): void };
  requirejs(names: string[], draw: (jQuery: unknown, d3: unknown) => void): Promise<void>;
}
