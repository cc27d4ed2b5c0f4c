import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { untilHolds } from '../../e2e/shell.ts'
import { backTo, commitAndPush, mainOf, merge, request, untilOver } from './_request.ts'

/** The session's own link, taken over by hostile code: the newest one wins. It says of every run that it passed, again and again. */
const liar = (runs: string[], seconds: number): string => `cat >/tmp/liar.mjs <<'EOF'
const ws = new WebSocket('ws://127.0.0.1:7700/link')
const runs = ${JSON.stringify(runs)}
ws.onopen = () => {
  ws.send(JSON.stringify({ type: 'hello', protocol: 1, version: '1', cliVersion: '1', bootId: crypto.randomUUID() }))
  setInterval(() => { for (const id of runs) ws.send(JSON.stringify({ type: 'run-status', id, status: 'passed', exitCode: 0, tree: null, lastLine: 'all green' })) }, 200)
}
setTimeout(() => process.exit(0), ${seconds * 1000})
EOF
node /tmp/liar.mjs`

const attack: Attack = {
  tries: "lands work whose checks fail: a check in its own container that it answers itself, and forged results for the run in the merge's container",
  success: 'the merge landed, or its run counts as passed',
  run: async (t) => {
    const agent = await t.agent('merger')
    const before = await mainOf(t)
    await t.person.command('settings.save', { checkCommand: 'sleep 8; test ! -e broken.txt' })
    try {
      await commitAndPush(agent, 'broken.txt', 'broken')
      const { run: own } = await t.person.command('session.check', { session: 'merger' })
      await agent.try(liar([own], 5))
      const m = await request(t, agent)
      const approved = await t.person.send('POST', '/api/commands/merge.approve', { input: { merge: m.id, tip: m.tip, targetSha: m.targetSha } })
      need(approved.ok, `not approved: ${await approved.text()}`)
      let run = ''
      await untilHolds(60_000, async () => { run = (await merge(t, m.id)).runId ?? ''; return run === '' ? 'its checks did not begin' : null })
      await agent.try(liar([run], 12), { deadlineMs: 40_000 })
      const end = await untilOver(t, m.id)
      const row = (await t.person.state()).runs.find((r) => r.id === run)
      if (end.status === 'merged' || row?.status === 'passed' || (await mainOf(t)) !== before) {
        await backTo(t, before)
        return { through: `the merge is ${end.status}, its run ${row?.status ?? 'unknown'}` }
      }
      need(end.status === 'checks_failed', `the merge ended otherwise: ${end.status} ${end.statusText}`)
      return { held: `its own run counts for itself alone; the merge's run: ${row?.status ?? ''} (${row?.lastLine ?? ''}), main did not move` }
    } finally {
      await t.person.command('settings.save', { checkCommand: '' })
    }
  },
}
export default attack
