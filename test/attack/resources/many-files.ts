import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { hungry, othersSuffer } from './_hungry.ts'

const FILES = 100_000

const attack: Attack = {
  tries: `makes ${FILES} files in its worktree, not ignored, and folders 200 deep`,
  success: 'the stack stops answering, a service is restarted, or the person\'s git no longer works in the project',
  run: async (t) => {
    const evil = await hungry(t)
    const made = await evil.sh(`python3 - <<'END'
import os
for d in range(200):
    os.makedirs(f'many/{d}')
    for f in range(${FILES / 200}): os.close(os.open(f'many/{d}/{f}', os.O_CREAT | os.O_WRONLY))
os.makedirs('/'.join(['deep'] * 200))
END
find many -type f | wc -l`, { deadlineMs: 120_000 })
    need(Number(made) === FILES, `only ${made} files were made`)
    const slow: string[] = []
    for (let i = 0; i < 20; i++) {
      const since = performance.now()
      const answered = await fetch(`${t.origin}/api/state`, { headers: { cookie: t.person.cookie }, signal: AbortSignal.timeout(30_000) }).then((r) => r.ok, () => false)
      if (!answered) slow.push(`${Math.round(performance.now() - since)} ms`)
      await evil.try(`echo ${i} >many/0/0`)
    }
    const status = await t.person.git(t.project, 'status', '--porcelain')
    await evil.sh('rm -rf many deep', { deadlineMs: 120_000 })
    const suffer = await othersSuffer(t)
    if (suffer !== null) return { through: suffer }
    if (slow.length > 0) return { through: `the page was not answered: ${slow.join(', ')}` }
    return status.code === 0 ? { held: 'twenty looks at the page were answered meanwhile; the project\'s git works' } : { through: status.err }
  },
}
export default attack
