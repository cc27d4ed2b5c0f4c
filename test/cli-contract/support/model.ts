/** A Messages API as small as the contract tests need: what it answers is decided by the test, request by request. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'

export type Block = { type: 'text'; text: string } | { type: 'tool_use'; name: string; input: unknown }
const Content = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))])
const Body = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  system: z.unknown().optional(),
  tools: z.array(z.looseObject({ name: z.string().default('') })).default([]),
  messages: z.array(z.object({ role: z.string(), content: Content })),
})
export type ModelRequest = z.infer<typeof Body> & { /** All text of the messages, in order. */ text: string; /** Text of the last message. */ last: string; headers: Record<string, unknown> }
/** Null: keep the CLI waiting until `release`. */
export type Decide = (request: ModelRequest) => Block[] | 'limit' | Promise<Block[] | 'limit'>

const textOf = (content: z.infer<typeof Content>): string => (typeof content === 'string' ? content : content.map((b) => JSON.stringify(b['text'] ?? b['content'] ?? '')).join('\n'))

let calls = 0

export const scriptedModel = (decide: Decide) => {
  const requests: ModelRequest[] = []
  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(Buffer.from(chunk))
    const parsed = Body.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}'))
    if (!parsed.success || !(req.url ?? '').includes('/v1/messages')) {
      res.writeHead(404).end('{}')
      return
    }
    const texts = parsed.data.messages.map((m) => textOf(m.content))
    const request: ModelRequest = { ...parsed.data, text: texts.join('\n'), last: texts.at(-1) ?? '', headers: req.headers }
    if ((req.url ?? '').includes('count_tokens')) {
      res.setHeader('content-type', 'application/json').end('{"input_tokens":10}')
      return
    }
    // Requests for a title carry no tools.
    const own = request.tools.length > 0
    if (own) requests.push(request)
    const blocks = own ? await decide(request) : [{ type: 'text', text: 'A title' } as const]
    if (blocks === 'limit') {
      res.writeHead(429, { 'content-type': 'application/json', 'anthropic-ratelimit-unified-status': 'rejected', 'x-should-retry': 'false', 'anthropic-ratelimit-unified-reset': String(Math.floor(Date.now() / 1000) + 3600) })
      res.end(JSON.stringify({ type: 'error', error: { type: 'rate_limit_error', message: 'limit reached' } }))
      return
    }
    stream(res, request.model, blocks)
  }
  return { handle, requests }
}

const stream = (res: ServerResponse, model: string, blocks: Block[]): void => {
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (type: string, data: object) => res.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 }
  send('message_start', { message: { id: `msg_${++calls}`, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null, usage } })
  blocks.forEach((block, index) => {
    if (block.type === 'text') {
      send('content_block_start', { index, content_block: { type: 'text', text: '' } })
      send('content_block_delta', { index, delta: { type: 'text_delta', text: block.text } })
    } else {
      send('content_block_start', { index, content_block: { type: 'tool_use', id: `toolu_${++calls}`, name: block.name, input: {} } })
      send('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: JSON.stringify(block.input) } })
    }
    send('content_block_stop', { index })
  })
  const stop = blocks.some((b) => b.type === 'tool_use') ? 'tool_use' : 'end_turn'
  send('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage })
  send('message_stop', {})
  res.end()
}
