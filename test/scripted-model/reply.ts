/** Answers in the Messages API's two forms: one JSON object, or server-sent events. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import type { Answer } from './decide.ts'

type Content = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> }
/** Characters that a token stands for, roughly; good enough for figures that only have to be plausible. */
const CHARS_PER_TOKEN = 4
const PIECE = 24

export const tokensOf = (text: string): number => Math.max(1, Math.ceil(text.length / CHARS_PER_TOKEN))

const contentOf = (a: Answer): Content[] => [
  ...a.say.map((text) => ({ type: 'text' as const, text })),
  ...a.calls.map((c) => ({ type: 'tool_use' as const, id: c.id, name: c.tool, input: c.input })),
]

/** Most of a conversation is read from the cache, as with the real API; the first request writes it. */
const usageOf = (requestChars: number, first: boolean, content: Content[]) => {
  const all = Math.ceil(requestChars / CHARS_PER_TOKEN)
  const cached = Math.floor(all * 0.9)
  return {
    input_tokens: all - cached,
    cache_creation_input_tokens: first ? cached : Math.floor(cached * 0.02),
    cache_read_input_tokens: first ? 0 : cached - Math.floor(cached * 0.02),
    output_tokens: tokensOf(JSON.stringify(content)),
  }
}

export type Shape = { model: string; stream: boolean; requestChars: number; first: boolean; pace: number }

const pieces = (text: string): string[] => text.match(new RegExp(`.{1,${PIECE}}`, 'gs')) ?? []

const events = function* (message: Record<string, unknown>, content: Content[], usage: ReturnType<typeof usageOf>, stop: string): Generator<[string, unknown]> {
  yield ['message_start', { message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } } }]
  for (const [index, block] of content.entries()) {
    yield ['content_block_start', { index, content_block: block.type === 'text' ? { type: 'text', text: '' } : { ...block, input: {} } }]
    const deltas = block.type === 'text'
      ? pieces(block.text).map((text) => ({ type: 'text_delta', text }))
      : pieces(JSON.stringify(block.input)).map((partial_json) => ({ type: 'input_json_delta', partial_json }))
    for (const delta of deltas) yield ['content_block_delta', { index, delta }]
    yield ['content_block_stop', { index }]
  }
  yield ['message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: usage.output_tokens } }]
  yield ['message_stop', {}]
}

export const sendAnswer = async (res: ServerResponse, answer: Answer, shape: Shape): Promise<void> => {
  const content = contentOf(answer)
  const usage = usageOf(shape.requestChars, shape.first, content)
  const stop = answer.calls.length > 0 ? 'tool_use' : 'end_turn'
  const message = { id: `msg_${randomUUID().replaceAll('-', '')}`, type: 'message', role: 'assistant', model: shape.model }
  const headers = { 'request-id': `req_${randomUUID().replaceAll('-', '')}` }
  if (!shape.stream) {
    res.writeHead(200, { ...headers, 'content-type': 'application/json' })
    res.end(JSON.stringify({ ...message, content, stop_reason: stop, stop_sequence: null, usage }))
    return
  }
  res.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  for (const [type, data] of events(message, content, usage, stop)) {
    if (res.destroyed) return
    if (!res.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...(data as object) })}\n\n`)) await Promise.race([once(res, 'drain'), once(res, 'close')])
    if (shape.pace > 0 && type === 'content_block_delta') await sleep(shape.pace)
  }
  res.end()
}

const errorTypes: Record<number, string> = { 400: 'invalid_request_error', 401: 'authentication_error', 403: 'permission_error', 404: 'not_found_error', 413: 'request_too_large', 429: 'rate_limit_error', 529: 'overloaded_error' }

/** `reset`: seconds until a limit ends; null: not told. */
export const sendFailure = (res: ServerResponse, status: number, message: string, reset: number | null = null): void => {
  const type = errorTypes[status] ?? 'api_error'
  // What a subscription's window that is used up answers with: the CLI ends the turn at once instead of trying again.
  const limit = status === 429 && reset !== null ? { 'retry-after': String(reset), 'anthropic-ratelimit-unified-status': 'rejected', 'anthropic-ratelimit-unified-reset': String(Math.floor(Date.now() / 1000) + reset) } : {}
  res.writeHead(status, { 'content-type': 'application/json', ...limit })
  res.end(JSON.stringify({ type: 'error', error: { type, message } }))
}
