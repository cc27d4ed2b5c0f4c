import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { allowed, hungry, othersSuffer } from './_hungry.ts'

const MOST = 1600

const attack: Attack = {
  tries: `takes memory without end (stopping at ${MOST} MB by itself), as its own, in /tmp and in /dev/shm`,
  success: 'it gets more than the session may have, or the rest of the stack suffers',
  run: async (t) => {
    const evil = await hungry(t)
    const ran = await evil.try(`python3 -u -c "
a = []
while len(a) < ${MOST / 32}:
    a.append(bytearray(b'x' * 32 * 1024 * 1024)); print('mb', len(a) * 32)
" 2>&1 | tail -1; head -c ${MOST}000000 /dev/zero >/tmp/fill 2>/dev/null; echo "tmp $(stat -c %s /tmp/fill)"; rm -f /tmp/fill; head -c ${MOST}000000 /dev/zero >/dev/shm/fill 2>/dev/null; echo "shm $(stat -c %s /dev/shm/fill)"; rm -f /dev/shm/fill`, { deadlineMs: 90_000 })
    const got = Number(/mb (\d+)/.exec(ran.out)?.[1] ?? 0)
    const inMb = (what: string) => Math.round(Number(new RegExp(`${what} (\\d+)`).exec(ran.out)?.[1] ?? 0) / 2 ** 20)
    // 137: the limit ended all that ran there, this script too.
    need(got > 0 || ran.code === 137, `no memory was taken (exit ${ran.code}): ${ran.out}${ran.err}`)
    const swap = (await docker(['inspect', '--format', '{{.State.Status}}', evil.container])).out.trim()
    const suffer = await othersSuffer(t)
    if (suffer !== null) return { through: suffer }
    if (got > allowed.memoryMb || inMb('tmp') > allowed.memoryMb || inMb('shm') > allowed.memoryMb) return { through: `${got} MB of its own, ${inMb('tmp')} MB in /tmp, ${inMb('shm')} MB in /dev/shm` }
    return { held: `${got} MB of its own, ${inMb('tmp')} MB in /tmp, ${inMb('shm')} MB in /dev/shm, then it was ended; its container is ${swap}` }
  },
}
export default attack
