/** ttyd's terminal protocol: a first message that says who and how big, then frames with one leading byte for their kind. */

const encoder = new TextEncoder()
const INPUT = 0x30, RESIZE = 0x31, PAUSE = 0x32, RESUME = 0x33, WINDOW = 0x34

export type Size = { columns: number; rows: number }

const frame = (kind: number, body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(body.length + 1)
  out[0] = kind
  out.set(body, 1)
  return out
}

export const hello = (size: Size) => encoder.encode(JSON.stringify({ AuthToken: '', ...size }))
export const input = (data: string) => frame(INPUT, encoder.encode(data))
/** Mouse reports of old encodings are bytes, not text. */
export const binaryInput = (data: string) => frame(INPUT, Uint8Array.from(data, (c) => c.charCodeAt(0)))
export const resize = (size: Size) => frame(RESIZE, encoder.encode(JSON.stringify(size)))
export const pause = () => frame(PAUSE, new Uint8Array())
export const resume = () => frame(RESUME, new Uint8Array())

/** What is to be drawn; null for titles and preferences, which a page that trusts no agent leaves alone. */
export const output = (data: ArrayBuffer): Uint8Array | null => {
  const bytes = new Uint8Array(data)
  return bytes[0] === INPUT ? bytes.subarray(1) : null
}

/** The window's size, told to who only looks; null for any other frame. Bounded: a container says it. */
export const windowSize = (data: ArrayBuffer): Size | null => {
  const bytes = new Uint8Array(data)
  if (bytes[0] !== WINDOW || bytes.length > 100) return null
  const found = /^\{"columns":(\d{1,3}),"rows":(\d{1,3})\}$/.exec(new TextDecoder().decode(bytes.subarray(1)))
  const columns = Number(found?.[1] ?? 0)
  const rows = Number(found?.[2] ?? 0)
  return columns >= 2 && rows >= 1 ? { columns, rows } : null
}

/**
 * Tells when to hold the sender back: above `high` bytes that are written but not yet drawn it asks for a pause, below `low` for
 * more. Returns functions to count what comes and what was drawn.
 */
export const flow = (ask: (what: 'pause' | 'resume') => void, high = 512 * 1024, low = 128 * 1024) => {
  let waiting = 0
  let paused = false
  return {
    arrived: (bytes: number) => {
      waiting += bytes
      if (!paused && waiting > high) { paused = true; ask('pause') }
    },
    drawn: (bytes: number) => {
      waiting -= bytes
      if (paused && waiting < low) { paused = false; ask('resume') }
    },
    reset: () => { waiting = 0; paused = false },
  }
}
