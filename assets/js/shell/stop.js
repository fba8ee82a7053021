// @ts-check
// Stop buttons name what they stop.
const StageStop = (() => {
  "use strict";
  // A ticket names a piece of work before it is requested, so that it can be stopped at any moment.
  /** @type {Map<string, {ticket: string, count: number}>} by the id of the button */
  const running = new Map();
  /** @param {string} id */
  const show = (id) => {
    const button = document.getElementById(id);
    if (button) button.toggleAttribute("data-running", (running.get(id)?.count ?? 0) > 0);
  };
  /**
   * @param {string} id
   * @param {boolean} continues whether this continues work that is already running
   */
  const ticket = (id, continues) => {
    const work = running.get(id) ?? { ticket: "", count: 0 };
    if (!continues || !work.ticket) {
      work.ticket = [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("-");
    }
    work.count += 1;
    running.set(id, work);
    show(id);
    return work.ticket;
  };
  /** @param {string} id */
  const ended = (id) => {
    const work = running.get(id);
    if (work) work.count = Math.max(0, work.count - 1);
    show(id);
  };
  /** @param {string} id */
  const press = (id) => [running.get(id)?.ticket ?? ""];

  return { ticket, ended, press };
})();
