// @ts-check
// Stop buttons name what they stop.
const StageStop = (() => {
  "use strict";
  // A ticket names a piece of work before it is asked for, so that it can be stopped at any moment.
  const running = new Map(); // id of a button -> { ticket, count }
  const show = (id) => {
    const button = document.getElementById(id);
    if (button) button.toggleAttribute("data-running", (running.get(id)?.count ?? 0) > 0);
  };
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
  const ended = (id) => {
    const work = running.get(id);
    if (work) work.count = Math.max(0, work.count - 1);
    show(id);
  };
  const press = (id) => [running.get(id)?.ticket ?? ""];

  return { ticket, ended, press };
})();
