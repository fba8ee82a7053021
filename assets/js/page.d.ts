// What BertViz's page holds: its two libraries, its data, and the loader that its script calls.
interface Window {
  jQuery: unknown;
  d3: unknown;
  bertviz_params: unknown;
  require: { config(options?: unknown): void };
  requirejs(names: string[], draw: (jQuery: unknown, d3: unknown) => void): Promise<void>;
}
