// @ts-check
// Keeps a step as large as its room allows while its drawing changes: drawings follow the width that they get.
const StageSize = (() => {
  "use strict";

  // A chart that gets lower as it gets narrower could go on growing and shrinking for ever: after so many tries
  // in a row it only shrinks.
  const TRIES = 4;
  const CALM = 400; // milliseconds after which a step has found its size

  let drawn = { height: 0, width: 0, room: "" };
  let found = { part: 0, parts: 1, size: 0 };
  let tries = 0;
  let fitted = 0; // when
  let again = false; // whether a step that is new is to be fitted once more
  let later = 0;

  /** @param {HTMLElement} node @param {DOMRect} frame */
  const sizeOf = (node, frame) => {
    const { height, width } = node.getBoundingClientRect();
    return { height, width, room: `${frame.width} ${frame.height}` };
  };

  /** @param {HTMLElement} node @param {DOMRect} frame */
  const hasChanged = (node, frame) => {
    const { height, width, room } = sizeOf(node, frame);
    return Math.abs(height - drawn.height) > 2 || Math.abs(width - drawn.width) > 2 || room !== drawn.room;
  };

  /**
   * @param {HTMLElement} node the step
   * @param {DOMRect} frame its room
   * @param {number} part the one that is wanted
   * @param {{anew: boolean, redo(): void}} how anew: it is another step or part, or the window has changed;
   *   redo: called once, when its drawing has come to rest
   */
  const keep = (node, frame, part, { anew, redo }) => {
    if (anew) again = true;
    if (!anew && !hasChanged(node, frame)) return found;
    if (anew || performance.now() - fitted > CALM) tries = 0;
    found = StageFit.fit(node, frame, part, tries++ < TRIES ? undefined : found.size);
    fitted = performance.now();
    drawn = sizeOf(node, frame);
    clearTimeout(later);
    if (again) {
      later = window.setTimeout(() => {
        again = false;
        drawn.height = 0; // the drawing may have become smaller meanwhile
        redo();
      }, CALM + 100);
    }
    return found;
  };

  return { keep };
})();
