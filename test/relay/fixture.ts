/** What the relay's integration tests share: NATS, the orchestrator's real bus adapter, a relay that can be started again. */
import { randomUUID } from 'node:crypto'
import { ok } from '@orchestra/contracts'
import type { Allowance, bus, MessageId, SessionId } from '@orchestra/contracts'
import { connectBus } from '../../services/orchestrator/src/adapters/nats/bus.ts'
import type { Bus } from '../../services/orchestrator/src/ports/bus.ts'
import { readConfig } from '../../services/relay/src/config.ts'
import { startRelay } from '../../services/relay/src/relay.ts'
import type { Relay } from '../../services/relay/src/relay.ts'
import { startNats } from '../harness/nats.ts'
import type { NatsServer } from '../harness/nats.ts'
import { temporaryFolder } from '../harness/relay.ts'

export type Stack = {
  nats: NatsServer
  bus: Bus
  relay: Relay
  reports: bus.SessionReport[]
  calls: bus.ToolCall[]
  logged: { what: string; more?: Record<string, unknown> }[]
  /** What the orchestrator answers; the default takes everything. */
  answer: { report: (report: bus.SessionReport) => bus.Reply; call: (call: bus.ToolCall) => bus.Reply | Promise<bus.Reply> }
  socket(session: string): string
  restartRelay(): Promise<void>
  stop(): Promise<void>
}

/** What a session may do with the model where nothing is set. */
export const unbounded: Allowance = { budget: { usd: null, tokens: null }, spent: { usd: 0, tokens: 0 }, models: [], providerTools: [], requestsPerMinute: null, prices: {} }

export const TOKEN = 'internal-token-of-the-test'

export const startStack = async (environment: Record<string, string> = {}): Promise<Stack> => {
  const folder = await temporaryFolder()
  const nats = await startNats()
  const orchestrator = await connectBus(nats.orchestrator)
  const reports: bus.SessionReport[] = []
  const calls: bus.ToolCall[] = []
  const logged: Stack['logged'] = []
  const answer: Stack['answer'] = {
    report: (report) => ok(report.type === 'ask' ? { message: randomUUID() } : report.type === 'allowance' ? unbounded : {}),
    call: (call) => ok({ text: `${call.tool} by ${call.session}` }),
  }
  orchestrator.onReport(async (report) => { reports.push(report); return answer.report(report) })
  orchestrator.onCall(async (call) => { calls.push(call); return answer.call(call) })
  const config = readConfig({ NATS_URL: nats.relay.url, RELAY_PORT: '0', RELAY_STATE: `${folder.path}/state`, RELAY_SOCKETS: `${folder.path}/s`, ORCHESTRATOR_URL: 'http://127.0.0.1:9', ...environment })
  const start = () => startRelay(config, { natsUser: nats.relay.user, natsPassword: nats.relay.password, internalToken: TOKEN }, (what, more) => logged.push({ what, more }))
  const stack: Stack = {
    nats, bus: orchestrator, relay: await start(), reports, calls, logged, answer,
    socket: (session) => `${folder.path}/s/${session}/relay.sock`,
    async restartRelay() {
      await stack.relay.stop()
      stack.relay = await start()
    },
    async stop() {
      await stack.relay.stop()
      await orchestrator.close()
      await nats.stop()
      await folder.remove()
    },
  }
  return stack
}

export const sessionId = (name: string) => name as SessionId
export const note = (text: string, message = randomUUID() as MessageId): bus.InboxItem => ({ delivery: { message, voice: 'session', text }, answer: null })
export const answerTo = (question: MessageId, text: string): bus.InboxItem => ({
  delivery: { message: randomUUID() as MessageId, voice: 'person', text: `[From: owner] ANSWER: ${text}` },
  answer: { question, text, option: null, by: 'owner' },
})
export const now = () => new Date().toISOString()
