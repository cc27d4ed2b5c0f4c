/** NATS and a relay in this process, held to what the engine relies on. */
import type { MessageId } from '@orchestra/contracts'
import { afterAll, beforeAll } from 'vitest'
import { holdsBusContract } from '../harness/contracts/bus.ts'
import { AgentEnd } from '../harness/relay.ts'
import { now, startStack } from './fixture.ts'
import type { Stack } from './fixture.ts'

let stack: Stack
let end: AgentEnd | null = null
const got: MessageId[] = []

beforeAll(async () => { stack = await startStack() })
afterAll(() => stack.stop())

/** Receives what comes, as agentd does. */
const receive = async (agent: AgentEnd): Promise<void> => {
  for (;;) {
    const { deliveries } = await agent.next('deliver')
    const messages = deliveries.map((d) => d.message)
    got.push(...messages)
    agent.send({ type: 'receipt', messages, state: 'delivered', at: now() })
  }
}

holdsBusContract(() => ({
  bus: stack.bus,
  agent: async (session, onFrame) => {
    end = new AgentEnd(stack.socket(session))
    await end.next('welcome')
    end.socket.on('message', (data: Buffer) => onFrame((JSON.parse(data.toString()) as { type: string }).type))
    void receive(end)
  },
  inbox: async () => got,
}))
