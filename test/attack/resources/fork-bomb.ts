import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { allowed, hungry, othersSuffer } from './_hungry.ts'

const MOST = 3000

const attack: Attack = {
  tries: `starts processes without end (stopping at ${MOST} by itself)`,
  success: 'more of them run than the session may have, or the rest of the stack suffers',
  run: async (t) => {
    const evil = await hungry(t)
    const ran = await evil.try(`python3 - <<'END'
import os, signal, time
kids = []
try:
    while len(kids) < ${MOST}:
        pid = os.fork()
        if pid == 0:
            time.sleep(60); os._exit(0)
        kids.append(pid)
except OSError: pass
print('forked', len(kids), flush=True)
for k in kids: os.kill(k, signal.SIGKILL)
for k in kids: os.waitpid(k, 0)
END`, { deadlineMs: 90_000 })
    const forked = Number(/forked (\d+)/.exec(ran.out)?.[1])
    need(forked > 20, `no processes were made: ${ran.out}${ran.err}`)
    const suffer = await othersSuffer(t)
    if (suffer !== null) return { through: suffer }
    return forked > allowed.pids ? { through: `${forked} processes` } : { held: `${forked} processes, then no more; the rest answers` }
  },
}
export default attack
