/** Below this the text of a terminal can't be read; then one scrolls sideways. */
const SMALLEST = 0.45
const READABLE = 0.85

/** How much a terminal of `width` pixels is scaled for a box of `room`: to fit, never enlarged; or large enough to read at ease. */
export const scaleFor = (width: number, room: number, large: boolean): number => {
  if (width <= 0 || room <= 0) return 1
  return Math.min(1, Math.max(large ? READABLE : SMALLEST, room / width))
}
