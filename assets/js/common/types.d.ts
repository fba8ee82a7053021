// What charts are made of. Read by the type checker only.

/** A number, or nothing where it is undefined or was not measured. */
type StageValue = number | null | undefined;

/** A chart of a given width, in CSS pixels: how high it becomes, and its SVG elements. */
type StagePainter = (width: number) => { height: number; nodes: SVGElement[] };

interface StageAxis {
  from: number;
  to: number;
  title: string;
  /** none: round values */
  ticks?: number[];
}

interface StagePlotArea {
  nodes: SVGElement[];
  /** the place of a value, in pixels */
  x(value: number): number;
  y(value: number): number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}
