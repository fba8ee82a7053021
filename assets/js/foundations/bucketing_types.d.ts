// What the drawing of Padding and buckets reads (demos/foundations/bucketing/wire.py). Read by the type checker only.

interface BucketingPayload {
  /** the beginnings of the texts */
  texts: string[];
  /** tokens of each text */
  lengths: number[];
  /** the sizes that a batch can have */
  batches: number[];
  /** at first: an index of `batches`, and a number of buckets from 1 */
  batch: number;
  buckets: number;
  /** by index of `batches`, and number of buckets less 1 */
  settings: { said: string; ways: { name: string; batches: number[][]; told: string }[] }[][];
  proof: string;
  /** what was to be guessed (demos/ui/guess.py), by index of `batches` */
  guess: (GuessTold | null)[];
}
