/** One stack for all figures, signed in, with what each of them needs of it. */
import type { CommandName, CommandReply, SessionView, StateSnapshot } from '@orchestra/contracts'
import type { Page } from 'playwright-core'
import { openBrowser } from '../test/e2e/browser.ts'
import { readScenario } from '../test/e2e/scenario.ts'
import { run, untilHolds } from '../test/e2e/shell.ts'
import { startStack } from '../test/e2e/stack.ts'
import type { Stack } from '../test/e2e/stack.ts'
import { followJournal } from './journal.ts'
import type { Journal } from './journal.ts'

export type Rig = {
  stack: Stack
  journal: Journal
  page: Page
  origin: string
  /** Compose project, prefix of every container and network. */
  install: string
  agentImage: string
  command: <N extends CommandName>(name: N, input: unknown) => Promise<CommandReply<N>>
  session: (id: string) => Promise<SessionView>
  quiet: (id: string) => Promise<void>
  sql: (query: string) => Promise<string>
  close: () => Promise<void>
}

const QUIET_MS = 120_000
const quietStates = new Set(['idle', 'complete'])

export const startRig = async (scenario: string, shots: string, say: (line: string) => void): Promise<Rig> => {
  const stack = await startStack(readScenario(scenario), say)
  const install = (await stack.shell('printf %s "$STACK"', { as: 'caller', deadlineMs: 10_000 })).output.trim()
  const docker = async (...args: string[]): Promise<string> => (await run('docker', args, { cwd: '/', env: process.env, deadlineMs: 20_000 })).output.trim()
  const journal = followJournal(`${install}-model-1`)
  const browser = await openBrowser(stack.link, shots)
  const origin = new URL(stack.link).origin
  const headers = { origin }

  const command: Rig['command'] = async (name, input) => {
    const reply = await browser.page.request.post(`${origin}/api/commands/${name}`, { headers, data: { input } })
    if (!reply.ok()) throw new Error(`${name}: ${reply.status()} ${await reply.text()}`)
    return (await reply.json()) as never
  }
  const session: Rig['session'] = async (id) => {
    const state = (await (await browser.page.request.get(`${origin}/api/state`)).json()) as StateSnapshot
    const found = state.sessions.find((s) => s.id === id)
    if (!found) throw new Error(`there is no session ${id}`)
    return found
  }
  return {
    stack, journal, origin, install, command, session,
    page: browser.page,
    agentImage: await docker('inspect', '--format', '{{.Config.Image}}', `${install}-s-designer`),
    quiet: (id) => untilHolds(QUIET_MS, async () => {
      const { status, statusText } = await session(id)
      return quietStates.has(status) ? null : `${id} did not come to rest: ${status}, ${statusText}`
    }),
    sql: async (query) => (await stack.sql(query)).output.trim(),
    close: async () => {
      journal.close()
      await browser.close()
      await stack.remove()
    },
  }
}
