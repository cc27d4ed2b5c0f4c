/**
 * What hostile code writes into every text that the page shows, each with a mark of its own, so that it can be said of each that a person saw it.
 * Planted once for each stack: the family's proof looks at the same texts through another page.
 */
import { quoted } from '../../../services/orchestrator/src/adapters/git/shell-words.ts'
import type { Agent } from '../frame/agent.ts'
import { need } from '../frame/attack.ts'
import type { Target } from '../frame/target.ts'
import { callTools } from '../frame/tools.ts'
import { untilHolds } from '../../e2e/shell.ts'

export const mark = (field: string): string => `zz-${field}-zz`

const html = `<img src=x onerror="window.__xss=1"><svg onload="window.__xss=2"></svg><script>window.__xss=3</script><iframe src="javascript:parent.__xss=4"></iframe><a href="javascript:window.__xss=5">pwned</a><style>body{display:none}</style><base href="http://evil.test/"><form action="http://evil.test/"><input autofocus onfocus="window.__xss=6"></form><p data-pwned id=pwned class="fixed inset-0 pwned" style="position:fixed;inset:0">pwned</p><link rel=stylesheet href="http://evil.test/x.css"><meta http-equiv=refresh content="0;url=http://evil.test/">`
const markdown = '[pwned](javascript:window.__xss=7) ![pwned](http://evil.test/px.png) [x](data:text/html,<script>parent.__xss=8</script>) [v](vbscript:x) [f](file:///etc/passwd) [https://github.com/login](http://evil.test/login) <javascript:window.__xss=9>'
/** Right to left, isolates, zero width, soft hyphen, tag characters, terminal sequences, and what a template engine would take. */
export const odd = '\u202egnp.\u2066exe\u2069 pay\u200bpal \u00adx\u2060y \u{e0041} \u001b]0;pwned\u0007 \u001b]52;c;cHduZWQ=\u0007 \u009d0;pwned\u009c {{constructor.constructor("window.__xss=10")()}}${window.__xss=11}'
export const payload = (field: string): string => `${mark(field)} ${html} ${markdown} ${odd}`
const short = (field: string): string => `${mark(field)} <img src=x onerror=window.__xss=30> \u202egnp.exe`

/** In the container: what git and the file system take as names and texts. */
const files = String.raw`
import os, subprocess, sys
text, message = sys.argv[1], sys.argv[2]
names = ['zz-name-zz <img src=x onerror=window.__xss=20>.html', '"><svg onload=window.__xss=21>.js', 'a\nb\tc.txt', '\u202egnp.exe', '-rf', "'; alert(1) //.md", '{{7*7}}.txt', '\x1b]0;pwned\x07.txt', '[x](javascript:window.__xss=22).md', 'i18n/\u2066pwned\u200b.ts']
for n in names:
    os.makedirs(os.path.dirname(n) or '.', exist_ok=True)
    open(n, 'w').write(text + '\n')
open('inline.svg', 'w').write('<svg xmlns="http://www.w3.org/2000/svg" onload="parent.__xss=23"><script>parent.__xss=24</script></svg>')
open('zz-run', 'w').write(sys.argv[3] + '\n')
subprocess.run(['git', 'add', '-A'], check=True)
subprocess.run(['git', 'commit', '-qm', message], check=True)
open('zz-uncommitted-zz <img src=x onerror=window.__xss=27>.txt', 'w').write(text)
`

/** The session's link, taken over: what its container reports stands in timeline and conversation. agentd takes it back within a moment, often before the acknowledgement: whether it was taken is seen in the page. */
const liar = (text: (field: string) => string): string => `cat >/tmp/events.mjs <<'EOF'
const t = ${JSON.stringify(Object.fromEntries(['prompt', 'said', 'command', 'output', 'tool', 'notice', 'failure', 'end'].map((f) => [f, text(f)])))}
const at = () => new Date().toISOString()
const ws = new WebSocket('ws://127.0.0.1:7700/link')
ws.onopen = () => {
  ws.send(JSON.stringify({ type: 'hello', protocol: 1, version: t.tool.slice(0, 50), cliVersion: t.tool.slice(0, 50), bootId: crypto.randomUUID() }))
  const events = [
    { type: 'prompt', at: at(), text: t.prompt, messages: [] }, { type: 'text', at: at(), text: t.said },
    { type: 'tool.started', at: at(), call: '1', tool: 'Bash', input: { command: t.command, description: t.command } },
    { type: 'tool.finished', at: at(), call: '1', tool: 'Bash', input: { command: t.command }, output: t.output, ok: false, exitCode: 1 },
    { type: 'tool.finished', at: at(), call: '2', tool: 'mcp__' + t.tool.slice(0, 150), input: { file_path: t.tool, url: t.tool }, output: t.output, ok: true },
    { type: 'notice', at: at(), text: t.notice.slice(0, 3900) }, { type: 'turn.failed', at: at(), error: t.failure.slice(0, 190), text: t.failure }, { type: 'turn.ended', at: at(), text: t.end },
  ]
  ws.send(JSON.stringify({ type: 'events', from: 900000, events }))
}
ws.onmessage = (m) => { const f = JSON.parse(m.data); if (f.type === 'events-ack' && f.upTo >= 900000) process.exit(0) }
ws.onclose = () => process.exit(0)
setTimeout(() => process.exit(3), 20000)
EOF
node /tmp/events.mjs`

const planted = new Map<string, Promise<string>>()
/** @returns the hostile session. */
export const plant = (t: Target): Promise<string> => {
  const there = planted.get(t.install) ?? sow(t)
  planted.set(t.install, there)
  return there
}

const made = async (t: Target): Promise<{ session: string; evil: Agent }> => {
  const { session } = await t.person.command('session.spawn', { name: short('title'), instructions: payload('task') })
  const evil = await t.agent(session)
  await evil.sh(`cat >/tmp/files.py <<'EOF'\n${files}\nEOF\npython3 /tmp/files.py ${quoted(payload('diff'))} ${quoted(payload('commit'))} ${quoted(payload('run'))}`)
  const push = await evil.push()
  need(push.accepted, `the commit was not taken: ${push.reason}`)
  return { session, evil }
}

const sow = async (t: Target): Promise<string> => {
  const { session, evil } = await made(t)
  await t.person.command('settings.save', { checkCommand: 'cat zz-run; false' })
  const { run } = await t.person.command('session.check', { session })
  await untilHolds(90_000, async () => ((await t.person.state()).runs.find((r) => r.id === run)?.status === 'failed' ? null : 'its check did not end'))
  await t.person.command('settings.save', { checkCommand: null })
  const asked = await callTools(evil, [
    { name: 'send_message', args: { to: 'person', text: payload('message') } }, { name: 'report_error', args: { text: payload('error') } }, { name: 'send_message', args: { to: 'designer', text: payload('to-designer') } },
    { name: 'ask', args: { question: payload('question'), options: [short('option'), markdown.slice(0, 300)], recommended: 0, wait: 0 } },
    { name: 'complete', args: { summary: payload('complete'), tested: payload('tested'), assumed: payload('assumed') } },
  ])
  need(asked.every((a) => !a.error), `not sent: ${asked.find((a) => a.error)?.text ?? ''}`)
  // Held by the relay until it is hung up on.
  await evil.sh(`nohup curl -sS --max-time 600 -X POST http://127.0.0.1:7700/ask -H 'content-type: application/json' --data ${quoted(JSON.stringify({ origin: 'permission', question: payload('permission'), options: [short('choice'), 'No'] }))} >/dev/null 2>&1 & echo asked`)
  for (const host of ['zz-host-zz.evil.test', '<img/src=x/onerror=window.__xss=31>', 'xn--80ak6aa92e.evil.test'])
    await evil.try(`exec 3<>/dev/tcp/127.0.0.1/7700; printf 'CONNECT %s:443 HTTP/1.1\\r\\nHost: %s:443\\r\\n\\r\\n' ${quoted(host)} ${quoted(host)} >&3; timeout 5 head -1 <&3`)
  await evil.sh(liar(payload))
  const lead = await t.agent('designer')
  await lead.sh(`mkdir -p .orchestra/spec; cat >.orchestra/spec/designer.md <<'EOF'\n${payload('spec')}\nEOF`)
  const [merge] = await callTools(lead, [{ name: 'merge', args: { session, note: payload('merging') } }])
  need(merge?.error === false, `no merge was asked for: ${merge?.text ?? ''}`)
  return session
}

/** Where the page shows each of them. Contents of files are drawn when they come near the screen: they are looked for where they are first. */
export const places = (session: string): [string, string[]][] => [
  ['/', ['title', 'error', 'question', 'option', 'permission', 'choice', 'merging', 'host', 'image', 'warning']],
  [`/s/${session}/diff`, ['title', 'name', 'diff', 'uncommitted']],
  [`/s/${session}/monitor`, ['command', 'output', 'notice', 'failure']],
  [`/s/${session}/conversation`, ['said', 'prompt', 'task']],
  [`/s/${session}/messages`, ['message', 'error', 'question', 'complete', 'tested', 'assumed', 'to-designer']],
  [`/s/${session}/review`, ['run', 'name']],
  ['/s/designer/messages', ['to-designer']],
  ['/spec', ['spec']],
  ['/activity', ['message', 'said']],
]
