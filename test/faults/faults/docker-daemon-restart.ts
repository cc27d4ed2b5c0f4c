/**
 * #7: the Docker daemon is restarted, in order or by kill -9. Others may use it, so only where somebody says that it is the suite's own: ORCHESTRA_FAULTS_DAEMON
 * is a program that restarts it with the signal of its argument (own-engine.sh).
 */
import { run } from '../../e2e/shell.ts'
import type { Family } from '../frame/fault.ts'

const program = process.env.ORCHESTRA_FAULTS_DAEMON ?? ''

export const faults: Family = Object.fromEntries((['TERM', 'KILL'] as const).map((signal) => [signal, {
  promise: 'Each session runs again or is called interrupted or lost, never done; one container each; what was queued arrives.',
  impossible: async () => (program === '' ? 'the engine may be in use by others: sh test/faults/own-engine.sh npm run faults -- --only docker-daemon-restart' : null),
  ownStack: true,
  run: async (rig) => {
    const ids = [await rig.spawn('daemon'), await rig.spawn('daemon')]
    for (const id of ids) await rig.work(id, 'before.txt', id)
    for (const id of ids) await rig.tell(id, 'Just before the daemon goes.')
    const restarted = await run(program, [signal], { cwd: '/', env: process.env, deadlineMs: 120_000 })
    if (restarted.code !== 0) throw new Error(`${program} ${signal}: ${restarted.output}`)
    await rig.until('the engine answers', 60_000, async () => (await rig.tryDocker('version')).code === 0)
    const up = await rig.stack.orchestra(['up', '--yes', rig.stack.project])
    if (up.code !== 0) throw new Error(`up: ${up.output.slice(-1500)}`)
    for (const id of ids) {
      const { status } = await rig.session(id)
      if (status === 'complete' || status === 'deleted') throw new Error(`${id} is called ${status}`)
      if (status === 'interrupted') await rig.client.must('session.restart', { session: id as never })
    }
    for (const id of ids) { await rig.quiet(id); await rig.tell(id, 'After the daemon.') }
  },
} satisfies Family[string]]))
