/** Cuts git's patch text into one piece per file and holds every piece to a bound. */

/** Bytes of one file's patch, and of all patches of a diff. */
export const PATCH_PER_FILE = 400 * 1024
export const PATCH_TOTAL = 2 * 1024 * 1024

const HEADER = Buffer.from('diff --git ')

/** Every file's patch starts a line with `diff --git `; no line of content can, since content lines start with a space, +, - or \. */
export const splitPatches = (text: Buffer): Buffer[] => {
  const starts: number[] = []
  for (let i = text.indexOf(HEADER); i >= 0; i = text.indexOf(HEADER, i + 1)) {
    if (i === 0 || text[i - 1] === 0x0a) starts.push(i)
  }
  return starts.map((s, n) => text.subarray(s, starts[n + 1] ?? text.length))
}
