import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { post, raw, upgrade } from './_http.ts'

const attack: Attack = {
  tries: 'replays a ticket, uses one without its cookie or with another, signs in twice with one link, reads without a cookie, guesses tokens, and floods the sign-in so that its owner can not get in',
  success: 'a socket or an answer was had that way, guesses were not refused for their number, or the owner was kept out',
  run: async (t) => {
    const to = new URL(t.origin)
    const [host, origin, cookie] = [to.host, t.origin, t.person.cookie]
    const ticket = async (): Promise<string> => ((await (await t.person.send('POST', '/api/tickets', {})).json()) as { ticket: string }).ticket
    const link = async (): Promise<string> => /token=(\S+)/.exec((await t.stack.shell('orchestra link', { as: 'caller', deadlineMs: 30_000 })).output)?.[1] ?? ''
    const signIn = (token: string) => fetch(`${origin}/api/session`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: JSON.stringify({ token }) })
    const token = decodeURIComponent(await link())
    const second = await signIn(token)
    need(second.ok, `a second browser could not sign in: ${second.status}`)
    const set = second.headers.getSetCookie()[0] ?? ''
    const other = set.split(';')[0] ?? ''
    if (!/httponly/i.test(set) || !/samesite=strict/i.test(set)) return { through: `the cookie is ${set.replace(/=[^;]*/, '=…')}` }
    const tried: [string, number][] = [['the link again', (await signIn(token)).status]]
    const once = await ticket()
    const first = await upgrade(to, `/ws/state?ticket=${once}`, { host, origin, cookie })
    need(first.status === 101, `a fresh ticket was refused: ${first.text.slice(0, 200)}`)
    tried.push(['a used ticket', (await upgrade(to, `/ws/state?ticket=${once}`, { host, origin, cookie })).status])
    tried.push(['a ticket without a cookie', (await upgrade(to, `/ws/state?ticket=${await ticket()}`, { host, origin })).status])
    tried.push(["a ticket with another's cookie", (await upgrade(to, `/ws/state?ticket=${await ticket()}`, { host, origin, cookie: other })).status])
    for (const q of ['', '?ticket=', '?ticket=x', '?ticket[]=x', `?ticket=${await ticket()}x`, '?ticket=__proto__', '?ticket=constructor']) tried.push([`/ws/state${q}`, (await upgrade(to, `/ws/state${q}`, { host, origin, cookie })).status])
    for (const path of ['/api/state', '/api/messages', '/api/sessions/designer/diff', '/api/credential', '/api/spec', '/API/state', '/api//state', '/api/state/', '/api/%73tate', '/api/health/../state']) tried.push([`${path} without a cookie`, (await raw(to, [`GET ${path} HTTP/1.1`, `host: ${host}`, 'connection: close'])).status])
    tried.push(['signing out another', (await post(to, '/api/commands/session.spawn', { input: { name: 'x', instructions: 'x' } }, { host, origin, cookie: 'orchestra=x' })).status])
    await fetch(`${origin}/api/session`, { method: 'DELETE', headers: { origin, cookie: other } })
    tried.push(['a cookie that was signed out', (await raw(to, ['GET /api/state HTTP/1.1', `host: ${host}`, `cookie: ${other}`, 'connection: close'])).status])
    const open = tried.find(([, status]) => status < 400 && status !== 0)
    if (open && !(open[0].startsWith('/api/%73tate') && open[1] === 401)) return { through: `${open[0]}: ${open[1]}` }
    const guesses = await Promise.all(Array.from({ length: 40 }, (_, i) => signIn(`guess-${i}`).then((r) => r.status)))
    if (!guesses.includes(429)) return { through: `40 guesses were answered ${[...new Set(guesses)].join(', ')}` }
    const owner = await signIn(decodeURIComponent(await link()))
    if (!owner.ok) return { through: `after the guesses a fresh link of the owner was answered ${owner.status}` }
    return { held: `${tried.length} ways refused (${[...new Set(tried.map(([, s]) => s))].sort().join(', ')}); of 40 guesses ${guesses.filter((g) => g === 429).length} were refused for their number, and a fresh link was let in after them` }
  },
}
export default attack
