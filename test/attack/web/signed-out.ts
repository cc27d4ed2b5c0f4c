import { setTimeout as sleep } from 'node:timers/promises'
import { untilHolds } from '../../e2e/shell.ts'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { hold } from './_http.ts'
import type { Held } from './_http.ts'

const PATIENCE_MS = 15_000

const attack: Attack = {
  tries: 'with a cookie that was taken from a browser, holds sockets open (the state, the spec, a terminal) past the moment at which that browser signs out, answers no close frame, reads on and types on',
  success: 'a key that was typed after signing out reached the terminal, a change was read, or a socket stayed open',
  run: async (t) => {
    const to = new URL(t.origin)
    const [host, origin] = [to.host, t.origin]
    const evil = await t.agent()
    const id = Date.now()
    const file = (n: number): string => `/tmp/typed-${id}-${n}`
    const isThere = async (n: number): Promise<boolean> => (await evil.try(`test -e ${file(n)}`)).code === 0
    const link = /token=(\S+)/.exec((await t.stack.shell('orchestra link', { as: 'caller', deadlineMs: 30_000 })).output)?.[1] ?? ''
    const json = { origin, 'content-type': 'application/json' }
    const signedIn = await fetch(`${origin}/api/session`, { method: 'POST', headers: json, body: JSON.stringify({ token: decodeURIComponent(link) }) })
    need(signedIn.ok, `a second browser could not sign in: ${signedIn.status}`)
    const taken = (signedIn.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
    const open = async (path: string, cookie: string): Promise<Held> => {
      const { ticket } = (await (await fetch(`${origin}/api/tickets`, { method: 'POST', headers: { ...json, cookie }, body: '{}' })).json()) as { ticket: string }
      const socket = await hold(to, `${path}?ticket=${ticket}`, { host, origin, cookie })
      need(socket.status === 101, `${path} was not opened: ${socket.text().slice(0, 200)}`)
      return socket
    }
    const type = (socket: Held, n: number): void => socket.send(`0touch ${file(n)}\r`)
    /** A terminal that has only just been opened may not hear the first words. */
    const typed = (socket: Held, n: number): Promise<void> => untilHolds(30_000, async () => { type(socket, n); return (await isThere(n)) ? null : 'nothing that is typed reaches the terminal' })
    const terminal = `/ws/terminal/${evil.session}/shell`
    const sockets = { state: await open('/ws/state', taken), spec: await open('/ws/spec', taken), terminal: await open(terminal, taken) }
    const own = { state: await open('/ws/state', t.person.cookie), terminal: await open(terminal, t.person.cookie) }
    const all = [...Object.values(sockets), ...Object.values(own)]
    try {
      await typed(sockets.terminal, 1)
      const out = await fetch(`${origin}/api/session`, { method: 'DELETE', headers: { origin, cookie: taken } })
      need(out.ok, `signing out: ${out.status}`)
      type(sockets.terminal, 2)
      const mark = `after-signing-out-${id}`
      await t.person.command('message.send', { to: 'designer', text: mark })
      await untilHolds(PATIENCE_MS, async () => (own.state.text().includes(mark) ? null : 'the change did not come to the socket that is signed in'))
      const until = Date.now() + PATIENCE_MS
      const staying = (): string[] => Object.entries(sockets).flatMap(([name, s]) => (s.ended() ? [] : [name]))
      while (staying().length > 0 && Date.now() < until) {
        type(sockets.terminal, 2)
        await sleep(100)
      }
      // In the same shell: what was typed before it has been carried out.
      await typed(own.terminal, 3)
      if (await isThere(2)) return { through: 'a line that was typed after signing out was carried out in the terminal' }
      if (sockets.state.text().includes(mark)) return { through: 'what changed after signing out was read' }
      if (staying().length > 0) return { through: `${PATIENCE_MS / 1000} s after signing out these were open: ${staying().join(', ')}` }
      return { held: 'the three sockets were closed when the browser signed out, and cut off without an answer; nothing was read or carried out after it, while another browser\'s went on' }
    } finally {
      own.terminal.send('0exit\r')
      for (const socket of all) socket.cut()
      await evil.try(`rm -f /tmp/typed-${id}-*`)
    }
  },
}
export default attack
