/** Counts tokens from a reply of the Messages API as it passes, streamed or whole. Never holds up or changes the bytes. */
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import type { Transform } from 'node:stream'
import type { Tokens } from '@orchestra/contracts'
import { z } from 'zod'

const Usage = z.object({
  input_tokens: z.number().nullish(), output_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(), cache_creation_input_tokens: z.number().nullish(),
})
const Event = z.union([
  z.object({ type: z.literal('message_start'), message: z.object({ model: z.string().optional(), usage: Usage }) }),
  z.object({ type: z.literal('message_delta'), usage: Usage }),
  z.object({ type: z.literal('message'), model: z.string().optional(), usage: Usage }),
])
/** A line or a body above this is not looked at. */
const MAX_LINE = 4 * 1024 * 1024
/** Of an event that brings a piece of the answer: what is not the piece itself, and the characters that make a token. */
const DELTA_FRAME = 85
const CHARS_PER_TOKEN = 4

export type UsageMeter = { tokens(): Tokens; /** The endpoint has named a count. */ heard(): boolean; /** as the endpoint named it */ model(): string | undefined; push(chunk: Buffer): void; end(): Promise<void> }

export const makeUsageMeter = (contentType: string, encoding: string): UsageMeter => {
  const tokens: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }
  let model: string | undefined
  let heard = false
  let rest = ''

  const note = (usage: z.infer<typeof Usage>): void => {
    heard = true
    tokens.input = usage.input_tokens ?? tokens.input
    tokens.output = usage.output_tokens ?? tokens.output
    tokens.cacheRead = usage.cache_read_input_tokens ?? tokens.cacheRead
    tokens.cacheWrite = usage.cache_creation_input_tokens ?? tokens.cacheWrite
  }
  /** What came of an answer whose count had not come yet: it is what is known of one that was hung up on. */
  let uncounted = 0
  const read = (json: string): void => {
    if (!json.includes('"usage"')) {
      if (json.includes('"content_block_delta"')) uncounted += Math.max(1, Math.ceil((json.length - DELTA_FRAME) / CHARS_PER_TOKEN))
      return
    }
    const event = Event.safeParse(parse(json))
    if (!event.success) return
    if (event.data.type === 'message_start') {
      model = event.data.message.model ?? model
      note(event.data.message.usage)
    } else {
      uncounted = 0
      if (event.data.type === 'message') model = event.data.model ?? model
      note(event.data.usage)
    }
  }
  const streamed = contentType.includes('event-stream')
  const text = (chunk: string): void => {
    rest += chunk
    if (!streamed) return
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data:')) read(line.slice(5))
    if (rest.length > MAX_LINE) rest = ''
  }
  const decoder = decoderOf(encoding)
  const utf8 = new TextDecoder()
  const ended = new Promise<void>((resolve) => {
    decoder?.on('data', (chunk: Buffer) => text(utf8.decode(chunk, { stream: true })))
    decoder?.once('end', resolve).once('error', () => resolve()) // cut off in the middle: what was read counts
    if (!decoder) resolve()
  })
  let seen = 0
  return {
    tokens: () => ({ ...tokens, output: Math.max(tokens.output, uncounted) }),
    heard: () => heard,
    model: () => model,
    push(chunk) {
      seen += chunk.length
      if (!streamed && seen > MAX_LINE) return
      if (decoder) decoder.write(chunk)
      else text(utf8.decode(chunk, { stream: true }))
    },
    async end() {
      decoder?.end()
      await ended
      if (!streamed) read(rest)
      else if (rest.startsWith('data:')) read(rest.slice(5))
    },
  }
}

const decoderOf = (encoding: string): Transform | null =>
  encoding === 'gzip' ? createGunzip() : encoding === 'br' ? createBrotliDecompress() : encoding === 'deflate' ? createInflate() : encoding === 'zstd' ? createZstdDecompress() : null

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined // not JSON: no usage in it
  }
}
