import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { untilHolds } from '../../e2e/shell.ts'
import { throughProxy, withEgress } from './_canary.ts'
import type { Through } from './_canary.ts'

const unlisted = ['exfiltrate.example.org:443', 'github.com.example.org:443', 'notgithub.com:443', 'github.com:22', 'github.com:80', 'xgithubusercontent.com:443', '8.8.8.8:53', '1.1.1.1:443']

const attack: Attack = {
  tries: 'reaches hosts that nobody allowed, names that look like allowed ones, other ports of allowed ones; and with the project closed, allowed ones too',
  success: 'a tunnel was opened, or a refusal stands nowhere a person sees it',
  run: async (t) => {
    // Not the one that has just asked for hundreds of private addresses: of a loop only the first hundred refusals a minute are events.
    const session = 'victim'
    const evil = await t.agent(session)
    const ask = async (hosts: string[]) => JSON.parse(await evil.sh(throughProxy(hosts.map((h) => ({ connect: h }))), { deadlineMs: 120_000 })) as Through[]
    const seen = await ask(unlisted)
    const closed = await withEgress(t, { egress: 'closed' }, () => ask(['github.com:443', 'api.github.com:443', ...unlisted]))
    const open = [...seen, ...closed].find((s) => !s.first.startsWith('HTTP/1.1 403'))
    if (open) return { through: `${open.connect ?? ''}: ${open.first || 'no answer'}` }
    await untilHolds(10_000, async () => {
      const refused = await t.sql(`select distinct data ->> 'host' from event_log where event = 'egress.refused' and session = '${session}'`)
      return unlisted.every((h) => refused.includes(h.slice(0, h.lastIndexOf(':')))) ? null : `refusals that are recorded: ${refused}`
    })
    const asked = (await t.person.state()).attention.filter((a) => a.kind === 'egress' && a.session === session)
    need(asked.length > 0, 'nobody was asked')
    return { held: `${seen.length + closed.length} refused with 403, each an event; the person is asked about ${asked.length} hosts` }
  },
}
export default attack
