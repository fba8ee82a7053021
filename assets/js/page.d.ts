// What scripts of the page are told by Gradio's own part of it. Read by the type checker only.
interface Window {
  /** Set, and announced by the event "stage-opened", once the tab that the address names is open. */
  stageOpened?: boolean;
}
