/** The container's command: waits for the seed, runs the session, ends politely. */
import { startAgentd } from './agentd.ts'
import { log } from './log.ts'
import { inContainer } from './places.ts'

const stop = new AbortController()
let running: Awaited<ReturnType<typeof startAgentd>> | null = null

const end = async (signal: string): Promise<void> => {
  if (stop.signal.aborted) return
  log(`${signal}: stopping`)
  stop.abort()
  if (running !== null) await running.stop()
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    end(signal).catch((error: unknown) => {
      log(`stopping failed: ${String(error)}`)
      process.exit(1)
    })
  })
}

running = await startAgentd(inContainer, stop.signal)
process.exit(await running.ended)
