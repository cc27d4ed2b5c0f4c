import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@orchestra/contracts'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import type { Target } from '../frame/target.ts'
import { plant } from './_hostile.ts'
import { raw } from './_http.ts'
import type { Answer } from './_http.ts'

const up = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '..\\', '....//', '..;/', '%252e%252e%252f', '..%c0%af', '.%00./']
const names = ['../../../../etc/passwd', '..', '.', '/etc/passwd', 'a/../../b', '-rf', '--help', 'refs/heads/main', 'con.', 'x\u0000y', '\u202egnp.exe', '<img src=x onerror=alert(1)>', '$(touch /tmp/x-of-the-name)', '`id`', 'a\nb', '.git', 'ＡＢＣ', 'main', 'HEAD', 'designer', 'person', 'all', 'x'.repeat(200)]
/** Bytes that end a header where they are taken as they are. */
const breaks = ['%0d%0ax-injected:%201', '%0ax-injected:%201', '%E5%98%8A%E5%98%8Dx-injected:1', '%0d%0a%0d%0a<script>', '\tx-injected']

const holes = (path: string): string[] => up.flatMap((u) => [path.replace(/:\w+/, `${u.repeat(6)}etc${u.includes('%') ? '%2f' : '/'}passwd`), path.replace(/:\w+/, `x/${u.repeat(4)}state`), path.replace(/:\w+/, `${u.repeat(5)}internal/disk`)])

/** What any answer has to say, whoever made it: a browser then neither guesses a type, nor runs or frames what an agent wrote. */
const lacks = ({ status, text }: Answer): string | null => {
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  const of = (name: string): string => new RegExp(`^${name}: *([^\r\n]*)`, 'im').exec(head)?.[1] ?? ''
  const policy = of('content-security-policy')
  const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? /default-src ([^;]*)/.exec(policy)?.[1] ?? '*'
  if (/unsafe|\*|data:|blob:|http/.test(scripts) || !['frame-ancestors', 'object-src', 'base-uri'].every((d) => policy.includes(`${d} 'none'`))) return `its policy is "${policy}"`
  if (of('x-content-type-options') !== 'nosniff') return 'a browser may guess its type'
  if (of('referrer-policy') !== 'no-referrer' || of('cross-origin-resource-policy') !== 'same-origin') return 'another page may load it, or is told the address'
  if (/^x-injected/im.test(head)) return 'it has a header of the caller'
  if (of('access-control-allow-origin') !== '') return 'other origins may read it'
  if (status === 200 && !/^(application\/json|text\/(html|plain|css|javascript)|image\/svg\+xml|application\/manifest\+json|font\/woff2)/.test(of('content-type'))) return `its type is "${of('content-type')}"`
  return null
}

const attack: Attack = {
  tries: "leads out of the folders in the address of every route, of the page's files and of what lies between services, plain and encoded; breaks into headers; asks for what an agent wrote as a page of its own; names sessions so that their folders lie elsewhere",
  success: "a file was read, an inner route answered, an answer lacks the headers that keep it from being run, sniffed or framed, an agent's text has a type that a browser renders, or a session's folder lies outside of the worktrees",
  run: async (t) => {
    const to = new URL(t.origin)
    const get = async (path: string): Promise<{ path: string; answer: Answer }> => ({ path, answer: await raw(to, [`GET ${path} HTTP/1.1`, `host: ${to.host}`, `cookie: ${t.person.cookie}`, 'accept: text/html', 'connection: close']) })
    const session = await plant(t)
    const state = await t.person.state()
    const run = state.runs.find((r) => r.session === session)?.id ?? ''
    const merge = state.merges.find((m) => m.session === session)?.id ?? ''
    need(run !== '' && merge !== '', 'there is no run and no merge to read')
    const gets = Object.values(routes).filter((r) => r.method === 'GET').map((r) => r.path)
    const written = gets.map((p) => p.replace(':session', session).replace(':run', run).replace(':merge', merge))
    const paths = [
      ...written, ...up.flatMap((u) => [`/${u.repeat(6)}etc/passwd`, `/assets/${u.repeat(6)}etc/passwd`, `/assets/${u}index.html`, `/ws/${u.repeat(3)}internal/disk`, `/api/${u}internal/disk`]), ...gets.filter((p) => p.includes(':')).flatMap(holes),
      ...breaks.flatMap((b) => [`/${b}`, `/api/state?x=${b}`, `/api/runs/${b}/log`, `/assets/${b}`, `/api/${b}`].filter((p) => !/[\t]/.test(p))),
      '/internal/sessions/designer/pack', '//internal/disk', '/INTERNAL/disk', '/%69nternal/disk', '/./internal/disk', '/api/../internal/disk', '/ws/../internal/disk', '/internal%2fdisk', '/api/%2e%2e/internal/disk', '/internal/disk', '/healthz', '/.env', '/.git/config', '/metrics', '/debug', '/config', '/assets/', '/assets/nothing.js', '/api/nothing', '/nothing', '/', '/index.html', '/manifest.webmanifest', '/icon.svg',
    ]
    const seen: { path: string; answer: Answer }[] = []
    for (let i = 0; i < paths.length; i += 25) seen.push(...(await Promise.all(paths.slice(i, i + 25).map(get))))
    need(written.every((p) => seen.some((s) => s.path === p && s.answer.status === 200)), `a route does not answer: ${seen.filter((s) => written.includes(s.path) && s.answer.status !== 200).map((s) => `${s.path} ${s.answer.status}`).join(', ')}`)
    for (const { path, answer } of seen) {
      if (/root:x:|POSTGRES|\[core\]|"bytes":/.test(answer.text) && path !== '/api/disk') return { through: `${path} gave ${answer.text.slice(-300)}` }
      const isPage = /<!doctype html>/i.test(answer.text)
      if (/internal/i.test(path) && answer.status === 200 && !isPage) return { through: `${path} answered ${answer.status}: ${answer.text.slice(0, 300)}` }
      const wrong = answer.status === 400 && !answer.text.includes('content-security-policy') && !answer.text.includes('<') ? null : lacks(answer)
      if (wrong !== null) return { through: `${path} (${answer.status}): ${wrong}` }
      if (written.includes(path) && !/^content-type: (application\/json|text\/plain)/im.test(answer.text)) return { through: `${path} has a type that a browser renders` }
    }
    const outside = await namesLeadOut(t)
    if (outside !== null) return { through: outside }
    return { held: `${seen.length} addresses (${[...new Set(seen.map((s) => s.answer.status))].sort().join(', ')}), each with its headers, and what an agent wrote as JSON or plain text; ${names.length} names were taken as plain ids or refused` }
  },
}

/** They wait in line: their names are looked at, not their containers. */
const namesLeadOut = async (t: Target): Promise<string | null> => {
  await t.person.command('settings.save', { maxSessions: 1 })
  const made: string[] = []
  try {
    for (const name of names) {
      const said = await t.person.send('POST', '/api/commands/session.spawn', { input: { name, instructions: 'Wait.', base: 'main' } })
      if (said.ok) made.push(((await said.json()) as { session: string }).session)
    }
    const odd = made.find((id) => !/^[a-z0-9][a-z0-9-]{0,40}$/.test(id))
    if (odd !== undefined) return `a session has the id ${odd}`
    const rows = (await t.sql('select worktree from sessions where worktree is not null')).split('\n').filter(Boolean)
    const outside = rows.find((r) => !r.startsWith(`${t.worktrees}/`) || r.slice(t.worktrees.length + 1).includes('/'))
    if (outside !== undefined) return `a worktree lies at ${outside}`
    return existsSync(join(t.worktrees, '../x')) || existsSync('/tmp/x-of-the-name') ? 'something was made outside' : null
  } finally {
    for (const session of made) await t.person.send('POST', '/api/commands/session.delete', { input: { session, confirmed: true } })
    await t.person.command('settings.save', { maxSessions: 12 })
  }
}
export default attack
