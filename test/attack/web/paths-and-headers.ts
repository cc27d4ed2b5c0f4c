import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { raw } from './_http.ts'

const up = ['../', '..%2f', '%2e%2e/', '..%5c', '....//', '..;/', '%252e%252e%252f', '..%c0%af']
const names = ['../../../../etc/passwd', '..', '.', '/etc/passwd', 'a/../../b', '-rf', '--help', 'refs/heads/main', 'con.', 'x\u0000y', '\u202egnp.exe', '<img src=x onerror=alert(1)>', '$(touch /tmp/x)', '`id`', 'a\nb', '.git', 'ＡＢＣ', 'main', 'HEAD', 'designer', 'person', 'all', 'x'.repeat(200)]

const attack: Attack = {
  tries: 'leads out of the folders: in addresses of the page and of the API, and in names of sessions',
  success: "a file of the services was read, an internal route answered, or a session's folder lies outside of the worktrees",
  run: async (t) => {
    const to = new URL(t.origin)
    const get = (path: string) => raw(to, [`GET ${path} HTTP/1.1`, `host: ${to.host}`, `cookie: ${t.person.cookie}`, 'connection: close'])
    const paths = [
      ...up.flatMap((u) => [`/${u.repeat(6)}etc/passwd`, `/assets/${u.repeat(6)}etc/passwd`, `/api/sessions/${u.repeat(4)}etc%2fpasswd/diff`, `/api/runs/${u.repeat(4)}etc/passwd/log`, `/api/sessions/designer/${u.repeat(4)}state`]),
      '/internal/sessions/designer/pack', '//internal/sessions/designer/pack', '/INTERNAL/x', '/%69nternal/x', '/./internal/x', '/api/../internal/x', '/ws/../internal/x', '/internal%2fx', '/healthz', '/.env', '/.git/config', '/metrics', '/debug', '/config',
    ]
    const seen = await Promise.all(paths.map(async (p) => ({ p, a: await get(p) })))
    const read = seen.find(({ a }) => a.text.includes('root:x:') || a.text.includes('POSTGRES') || a.text.includes('[core]'))
    if (read) return { through: `${read.p}: ${read.a.text.slice(0, 200)}` }
    const inner = seen.find(({ p, a }) => /internal/i.test(p) && a.status === 200 && !a.text.includes('<!doctype html>') && !a.text.toLowerCase().includes('<html'))
    if (inner) return { through: `${inner.p} answered ${inner.a.status}: ${inner.a.text.slice(0, 200)}` }
    const page = (await get('/')).text
    const policy = /content-security-policy: ([^\r]*)/i.exec(page)?.[1] ?? ''
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? /default-src ([^;]*)/.exec(policy)?.[1] ?? '*'
    if (/unsafe-inline|unsafe-eval|\*|data:/.test(scripts) || !/frame-ancestors 'none'/.test(policy) || !/object-src 'none'/.test(policy)) return { through: `the page's policy is: ${policy}` }
    need(/x-content-type-options: nosniff/i.test(page), 'the page has no nosniff header')
    // They wait in line: their names are looked at, not their containers.
    await t.person.command('settings.save', { maxSessions: 1 })
    const made: string[] = []
    for (const name of names) {
      const said = await t.person.send('POST', '/api/commands/session.spawn', { input: { name, instructions: 'Wait.', base: 'main' } })
      if (said.ok) made.push(((await said.json()) as { session: string }).session)
    }
    try {
      const odd = made.find((id) => !/^[a-z0-9][a-z0-9-]{0,40}$/.test(id))
      if (odd !== undefined) return { through: `a session has the id ${odd}` }
      const rows = (await t.sql("select worktree || '|' || coalesce(branch, '') from sessions where worktree is not null")).split('\n')
      const outside = rows.find((r) => !r.startsWith(`${t.worktrees}/`) || r.split('|')[0]?.slice(t.worktrees.length + 1).includes('/'))
      if (outside !== undefined) return { through: `a worktree lies at ${outside}` }
      if (existsSync(join(t.worktrees, '../x')) || existsSync('/tmp/x-of-the-name')) return { through: 'a folder was made outside' }
      return { held: `${paths.length} addresses, ${names.length} names: ${made.length} taken as plain ids, the others refused; script-src is ${scripts}` }
    } finally {
      for (const session of made) await t.person.send('POST', '/api/commands/session.delete', { input: { session, confirmed: true } })
      await t.person.command('settings.save', { maxSessions: 12 })
    }
  },
}
export default attack
