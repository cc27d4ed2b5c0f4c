/** #18: clocks jump by an hour, forth and back: Postgres', which counts, and those of the services beside it. */
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../e2e/shell.ts'
import type { Fault } from '../frame/fault.ts'
import { forSeconds } from '../frame/rig.ts'

const library = (): string | undefined => ['/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1'].find((f) => existsSync(f))
/** Root of a Debian gets it by itself. */
const install = async (): Promise<void> => {
  if (library() !== undefined || process.getuid?.() !== 0) return
  await run('sh', ['-c', 'apt-get install -q -y libfaketime || { apt-get update -q && apt-get install -q -y libfaketime; }'], { cwd: '/', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, deadlineMs: 120_000 })
}
/** Made when the fault is carried out, not when it is listed. */
let folder = ''
const set = (service: 'postgres' | 'orchestrator' | 'relay', offset: string): void => writeFileSync(join(folder, service), `${offset}\n`)

export const fault: Fault = {
  promise: 'Order is the database\'s sequence, waits are real time: nothing expires at once, nothing stands still for an hour.',
  impossible: async () => (await install(), library() === undefined ? 'libfaketime is not installed: apt-get install libfaketime' : null),
  ownStack: true,
  get env() {
    folder = mkdtempSync(join(tmpdir(), 'orchestra-clock-'))
    chmodSync(folder, 0o755)
    const from = library()
    if (from !== undefined) copyFileSync(from, join(folder, 'libfaketime.so.1'))
    for (const s of ['postgres', 'orchestrator', 'relay'] as const) set(s, '+0')
    return { ORCHESTRA_OVERLAY: join(import.meta.dirname, '../compose.clock.yaml'), ORCHESTRA_FAULTS_CLOCK: folder }
  },
  run: async (rig) => {
    const id = await rig.spawn('timeless')
    const order: string[] = []
    const tell = async (text: string): Promise<void> => { order.push(await rig.tell(id, text)) }
    await tell('At the beginning.')
    for (const [service, offset] of [['postgres', '+3600'], ['orchestrator', '-3600'], ['relay', '+3600'], ['postgres', '-3600'], ['orchestrator', '+3600'], ['postgres', '+0'], ['orchestrator', '+0'], ['relay', '+0']] as const) {
      set(service, offset)
      await forSeconds(2)
      const made = await rig.client.must('session.spawn', { name: rig.fresh('jump'), instructions: 'Wait for what you are told.' })
      await tell(`${service} is at ${offset}.`)
      await rig.quiet(made.session, 90_000)
      await rig.until(`the message of ${service} at ${offset} is delivered`, 60_000, async () => (await rig.sql(`select 1 from messages where recipient = 'session:${id}' and delivery not in ('delivered', 'seen', 'answered')`)).length === 0)
      await rig.client.must('session.delete', { session: made.session, confirmed: true })
    }
    const rows = (await rig.sql<{ id: string }>(`select id from messages where recipient = 'session:${id}' order by seq`)).map((r) => r.id)
    if (rows.join() !== order.join()) throw new Error('the messages stand in another order than they were sent')
    rmSync(folder, { recursive: true, force: true })
    const failed = await rig.sql<{ id: string; problem: unknown }>("select id, problem from sessions where phase = 'failed'")
    if (failed.length > 0) throw new Error(`failed: ${JSON.stringify(failed)}`)
  },
}
