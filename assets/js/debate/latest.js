// @ts-check
// Requests during a drag: only the newest value counts.
const DebateLatest = (() => {
  "use strict";
  /**
   * {push(value), drop()}. push sends a value unless one is on its way, at most once per animation frame;
   * the newest of the values pushed meanwhile is sent next. After drop, no earlier answer is delivered.
   * @template Value, Answer
   * @param {(value: Value) => Promise<Answer>} send
   * @param {(answer: Answer) => void} answered
   * @param {(error: any) => void} failed
   */
  const createLatest = (send, answered, failed) => {
    let next = null;
    let planned = false;
    let busy = false;
    let turn = 0;

    function plan() {
      if (planned || busy || next === null) return;
      planned = true;
      requestAnimationFrame(go);
    }

    async function go() {
      planned = false;
      if (next === null) return;
      const [value, mine] = [next, turn];
      next = null;
      busy = true;
      try {
        const answer = await send(value);
        if (mine === turn) answered(answer);
      } catch (error) {
        if (mine === turn) failed(error);
      }
      busy = false;
      plan();
    }

    function push(value) {
      next = value;
      plan();
    }

    function drop() {
      turn++;
      next = null;
    }

    return { push, drop };
  };

  return { createLatest };
})();
