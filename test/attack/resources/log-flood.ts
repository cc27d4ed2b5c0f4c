import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { hungry, othersSuffer } from './_hungry.ts'

const attack: Attack = {
  tries: 'writes 60 MB to its container\'s output',
  success: 'the engine keeps more than the 10 MB that it is meant to keep',
  run: async (t) => {
    const evil = await hungry(t)
    const ran = await evil.try('yes canary-of-the-flood | head -c 60000000 >/proc/1/fd/1; echo "wrote $?"', { deadlineMs: 90_000 })
    need(/wrote 0/.test(ran.out), `nothing was written: ${ran.out}${ran.err}`)
    const kept = await docker(['logs', evil.container], { deadlineMs: 60_000 })
    need(kept.out.includes('canary-of-the-flood'), 'the output did not arrive at the engine')
    // program() keeps the last 8 MB of what it reads: the count is the engine's own.
    const counted = Number((await docker(['run', '--rm', '-v', '/var/lib/docker/containers:/c:ro', '-u', '0:0', '--network', 'none', '--entrypoint', 'sh', t.agentImage, '-c', `cat /c/${(await docker(['inspect', '--format', '{{.Id}}', evil.container])).out.trim()}/*-json.log* | wc -c`])).out.trim())
    const suffer = await othersSuffer(t)
    if (suffer !== null) return { through: suffer }
    return counted > 11_000_000 ? { through: `${counted} bytes are kept` } : { held: counted > 0 ? `${Math.round(counted / 1e6)} MB are kept` : 'bounded by the engine (its files are elsewhere)' }
  },
}
export default attack
