import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { post, raw, upgrade } from './_http.ts'

const attack: Attack = {
  tries: "acts with the person's cookie from another page: commands and WebSockets with a foreign, a similar, an empty and no Origin; and under a name that was rebound to this machine",
  success: 'a command was carried out, or a socket was opened',
  run: async (t) => {
    const to = new URL(t.origin)
    const { host, port } = to
    const cookie = t.person.cookie
    const title = `foreign-${Date.now()}`
    const ticket = async (): Promise<string> => ((await (await t.person.send('POST', '/api/tickets', {})).json()) as { ticket: string }).ticket
    const body = { input: { to: 'designer', text: title } }
    const origins: Record<string, string | string[]>[] = [
      {}, { origin: 'null' }, { origin: '' }, { origin: 'https://evil.example.org' }, { origin: `http://${host}.evil.example.org` }, { origin: `http://evil.example.org:${port}` }, { origin: `https://${host}` }, { origin: `http://127.0.0.1:${Number(port) + 1}` },
      { origin: `http://127.0.0.1` }, { origin: `http://user@${host}` }, { origin: `http://${host}/` }, { origin: `http://localhost:${port}` }, { origin: [`http://${host}`, 'http://evil.example.org'] }, { origin: `http://evil.example.org, http://${host}` }, { referer: `http://${host}/` }, { 'x-forwarded-host': host, origin: 'http://evil.example.org' },
    ]
    const names = ['evil.example.org', `evil.example.org:${port}`, `127.0.0.1.evil.example.org:${port}`, `${host}.`, `127.0.0.1:${Number(port) + 1}`, '127.0.0.1', `0.0.0.0:${port}`, `[::ffff:127.0.0.1]:${port}`, `127.1:${port}`, '', `${host}@evil.example.org`, 'orchestrator:7000', '127.0.0.1:7000']
    const tried: [string, number][] = []
    for (const o of origins) tried.push([`command with ${JSON.stringify(o)}`, (await post(to, '/api/commands/message.send', body, { host, cookie, ...o })).status])
    for (const name of names) {
      tried.push([`command under ${name}`, (await post(to, '/api/commands/message.send', body, { host: name, origin: `http://${name}`, cookie })).status])
      tried.push([`state under ${name}`, (await raw(to, ['GET /api/state HTTP/1.1', `host: ${name}`, `cookie: ${cookie}`, 'connection: close'])).status])
      tried.push([`a forwarded name ${name}`, (await post(to, '/api/commands/message.send', body, { host: name, origin: `http://${host}`, 'x-forwarded-host': host, forwarded: `host=${host}`, cookie })).status])
    }
    tried.push(['two Hosts', (await raw(to, ['GET /api/state HTTP/1.1', `host: ${host}`, 'host: evil.example.org', `cookie: ${cookie}`, 'connection: close'])).status])
    tried.push(['an absolute address of another host', (await raw(to, ['GET http://evil.example.org/api/state HTTP/1.1', 'host: evil.example.org', `cookie: ${cookie}`, 'connection: close'])).status])
    for (const path of ['/ws/state', '/ws/terminal/designer/cli', '/ws/spec'])
      for (const o of [{}, { origin: 'null' }, { origin: 'https://evil.example.org' }, { origin: `http://${host}.evil.example.org` }, { origin: `http://localhost:${port}` }] as Record<string, string>[]) tried.push([`${path} with ${JSON.stringify(o)}`, (await upgrade(to, `${path}?ticket=${await ticket()}`, { host, cookie, ...o })).status])
    const form = await raw(to, ['POST /api/commands/message.send HTTP/1.1', `host: ${host}`, 'origin: http://evil.example.org', `cookie: ${cookie}`, 'content-type: text/plain', `content-length: ${JSON.stringify(body).length}`, 'connection: close'], JSON.stringify(body))
    tried.push(['a form of another page', form.status])
    const control = await upgrade(to, `/ws/state?ticket=${await ticket()}`, { host, cookie, origin: t.origin })
    need(control.status === 101, `the page's own socket is not let in: ${control.text.slice(0, 200)}`)
    const open = tried.find(([, status]) => status < 400 && status !== 0)
    if (open) return { through: `${open[0]}: ${open[1]}` }
    if ((await t.sql(`select count(*) from messages where text = '${title}'`)) !== '0') return { through: 'a message was sent' }
    return { held: `${tried.length} requests and sockets refused (${[...new Set(tried.map(([, s]) => s))].sort().join(', ')}); the page's own socket is let in` }
  },
}
export default attack
