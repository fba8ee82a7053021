// What the drawing of teacher forcing reads (demos/foundations/teacher_forcing/wire.py). Read by the type checker only.

interface TeacherToken {
  text: string;
  /** whether a word or a mark begins with it */
  begins: boolean;
  probability: number;
  /** what the model would rather have had; "" if this */
  first: string;
}

interface TeacherChange {
  word: number;
  instead: string;
  /** the target behind the word, with the changed history */
  read: TeacherToken[];
  moved: boolean[];
  wrote: TeacherToken[];
  apart: boolean[];
  ended: boolean;
  headline: string;
}

interface TeacherPayload {
  target: TeacherToken[];
  words: { text: string; start: number; end: number; fixed: string }[];
  own: TeacherToken[];
  ended: boolean;
  read_passes: number;
  write_passes: number;
  given: boolean;
  changes: TeacherChange[];
  opening: number;
  note: string;
  headline: string;
  guess: GuessTold | null;
  asked: { text: string; target: string; model: string };
}
