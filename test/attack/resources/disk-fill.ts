import { rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { untilHolds } from '../../e2e/shell.ts'
import { hungry } from './_hungry.ts'

const freeMb = (path: string): number => { const { bavail, bsize } = statfsSync(path); return Math.floor((bavail * bsize) / 2 ** 20) }

/** Above what is warned of. */
const LEFT_MB = 560

const attack: Attack = {
  tries: 'fills the disk of the worktrees, 10 MB at a time',
  success: 'the disk is full before the session is paused, the person is not warned, or the session does not go on when there is space again',
  run: async (t) => {
    const evil = await hungry(t)
    need(t.owner !== null, 'the disk of the worktrees is the machine\'s own: only root can give this suite one to fill')
    const session = async () => (await t.person.state()).sessions.find((s) => s.id === evil.session)
    // What the session writes here counts as its memory too, so it is given a disk that is nearly full already.
    const ballast = join(t.worktrees, '../../ballast')
    const filled = await t.person.sh('/', `head -c ${Math.max(0, freeMb(t.worktrees) - LEFT_MB)}M /dev/zero >${ballast}`)
    need(filled.code === 0, `no ballast: ${filled.err}`)
    let lowest = freeMb(t.worktrees)
    // A paused container freezes this too: it is not waited for.
    const filling = evil.try('i=0; while test $i -lt 100; do head -c 10485760 /dev/zero >fill-$i || break; i=$((i+1)); sleep 0.4; done; echo filled $i', { deadlineMs: 150_000 })
    let warned = false
    await untilHolds(120_000, async () => {
      lowest = Math.min(lowest, freeMb(t.worktrees))
      const state = await t.person.state()
      warned ||= state.project.warnings.some((w) => w.includes('worktrees'))
      return state.sessions.find((s) => s.id === evil.session)?.pausedBy === 'disk' ? null : `not paused, ${lowest} MB free`
    })
    const left = freeMb(t.worktrees)
    const attention = (await t.person.state()).attention.some((a) => a.session === evil.session)
    await t.person.sh(evil.worktree, 'rm -f fill-*')
    rmSync(ballast, { force: true })
    await untilHolds(60_000, async () => ((await session())?.pausedBy === null ? null : 'still paused although there is space'))
    await filling
    await evil.try('rm -f fill-*')
    await untilHolds(60_000, async () => ((await t.person.state()).sessions.every((s) => s.pausedBy !== 'disk') ? null : 'others are still paused'))
    if (Math.min(lowest, left) < 1) return { through: 'the disk was full before the session was paused' }
    return warned && attention ? { held: `warned, then paused with ${left} MB left, and it went on by itself when there was space` } : { through: `the person was ${warned ? '' : 'not warned'} ${attention ? '' : 'not told of the pause'}` }
  },
}
export default attack
