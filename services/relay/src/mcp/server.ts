/**
 * POST /mcp: the tools of the session's role over MCP's streamable HTTP. Each request stands alone (no MCP session is kept), so a
 * restart of the relay breaks at most the calls that are open.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { limits, problem, tools, toolsOf } from '@orchestra/contracts'
import type { Role, SessionId, ToolName } from '@orchestra/contracts'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { ServerNotification } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { Held } from '../asks/held.ts'
import { bounds } from '../bounds.ts'
import type { Bus } from '../bus/port.ts'
import type { Budget } from '../http/budget.ts'
import { finished, goneSignal, parseJson, readBody, sendJson, sendProblem } from '../http/reply.ts'
import type { Log } from '../log.ts'
import { ask } from './ask.ts'
import { makeRate } from './rate.ts'
import { toolResult } from './result.ts'
import type { ToolResult } from './result.ts'

export type McpDeps = { session: SessionId; role: Role; bus: Pick<Bus, 'call'>; held: Held; askWait: number; /** The list of tools has gone out. `tookMs`: from the answer to `initialize` until it was asked for. */ onListed: (tookMs: number) => void; budget: Budget; log: Log }

/** While the orchestrator is away (a restart), a call waits this long for it. */
const PATIENCE = 45_000
const Initialize = z.object({ method: z.literal('initialize') })
/** More says nothing about how fast a CLI is: it lists the tools again later. */
const LONGEST_STEP = 5000
const talking = new Set<ToolName>(['ask', 'report_error', 'complete', 'send_message'])

const inputSchemas = new Map(Object.entries(tools).map(([name, tool]) => [name, z.toJSONSchema(tool.input, { io: 'input', target: 'draft-7' })]))
const listed = (role: Role) =>
  toolsOf(role).map((name) => ({ name, description: tools[name].description, inputSchema: inputSchemas.get(name) as { type: 'object' } }))

type Extra = { signal: AbortSignal; _meta?: { progressToken?: string | number }; sendNotification: (notification: ServerNotification) => Promise<void> }

export const mcpRoute = (deps: McpDeps) => {
  const { session, role, log } = deps
  const mayTalk = makeRate(limits.messagesPerMinute, 60_000)
  const mayCall = makeRate(bounds.callsPerMinute, 60_000)
  const names = toolsOf(role)
  let greetedAt = 0

  const call = async (name: string, given: unknown, extra: Extra, reply: { gone: AbortSignal; replied: Promise<boolean> }): Promise<ToolResult> => {
    const tool = names.find((one) => one === name)
    if (!tool) return toolResult({ ok: false, problem: problem('forbidden', `There is no tool "${name.slice(0, 100)}" for this session.`, { next: 'List the tools and use one of them.' }) })
    if (!mayCall() || (talking.has(tool) && !mayTalk())) return toolResult({ ok: false, problem: problem('rate_limited', 'Too many calls in the last minute.', { about: session }) })
    const args = tools[tool].input.safeParse(given ?? {})
    if (!args.success) return toolResult({ ok: false, problem: problem('bad_input', `The arguments of ${tool} are not right.`, { detail: z.prettifyError(args.error) }) })
    if (tool === 'ask') return ask({ args: tools.ask.input.parse(given), held: deps.held, wait: deps.askWait, gone: AbortSignal.any([reply.gone, extra.signal]), progress: progressOf(extra), replied: reply.replied })
    return toolResult(await deps.bus.call({ id: randomUUID(), session, tool, args: args.data }, PATIENCE))
  }
  const progressOf = (extra: Extra) => (seconds: number) => {
    const progressToken = extra._meta?.progressToken
    if (progressToken === undefined) return
    const message = `waiting for an answer for ${seconds} s`
    extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress: seconds, message } }).catch((error: unknown) => log('progress not sent', { session, error: String(error) }))
  }

  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    // No stream of the server's own, and no MCP session to end.
    if (req.method !== 'POST') return void res.writeHead(405, { allow: 'POST' }).end()
    const reply = { gone: goneSignal(res), replied: finished(res) }
    const body = await readBody(req, res, limits.httpBody, deps.budget)
    if (!body.ok) return sendProblem(res, body.problem)
    const json = parseJson(body.value.toString('utf8'))
    if (!json.ok) return sendJson(res, 400, { jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'Parse error' } })

    const server = new Server({ name: 'orchestra', version: '0.1.0' }, { capabilities: { tools: {} } })
    if (Initialize.safeParse(json.value).success) void reply.replied.then(() => { greetedAt = Date.now() })
    server.setRequestHandler(ListToolsRequestSchema, () => {
      const tookMs = greetedAt === 0 ? 0 : Math.max(0, Math.min(Date.now() - greetedAt, LONGEST_STEP))
      void reply.replied.then((whole) => { if (whole) deps.onListed(tookMs) })
      return { tools: listed(role) }
    })
    server.setRequestHandler(CallToolRequestSchema, (request, extra) => call(request.params.name, request.params.arguments, extra, reply))
    // A request of an unknown protocol version or shape: its sender gets the reason as the reply.
    server.onerror = (error) => error.message.startsWith('Bad Request') || log('mcp', { session, error: error.message })
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    res.once('close', () => void server.close().catch((error: unknown) => log('mcp server did not close', { session, error })))
    await server.connect(transport)
    await transport.handleRequest(req, res, json.value)
  }
}
