import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { callTools } from '../frame/tools.ts'
import { openPage } from './_page.ts'

const html = '<img src=x onerror="window.__xss=1"><svg onload="window.__xss=2"><script>window.__xss=3</script><iframe src="javascript:parent.__xss=4"></iframe><a href="javascript:window.__xss=5">pwned</a><style>*{display:none}</style><base href="http://evil.test/"><form action="http://evil.test/"><input autofocus onfocus="window.__xss=6"></form>'
const markdown = '[pwned](javascript:window.__xss=7) ![pwned](http://evil.test/px.png) [x](data:text/html,<script>parent.__xss=8</script>) <http://evil.test/auto> [https://github.com](http://evil.test/) $\\href{javascript:window.__xss=9}{x}$'
const odd = '\u202epwned\u2066\u0000\u001b]0;pwned\u0007\u001b]52;c;cHduZWQ=\u0007{{constructor.constructor("window.__xss=10")()}}${window.__xss=11}'
const payload = `zzmark ${html} ${markdown} ${odd.replaceAll('\u0000', '')}`

/** The session's link, taken over: what its container reports stands in timeline and conversation. */
const liar = (text: string): string => `cat >/tmp/events.mjs <<'EOF'
const text = ${JSON.stringify(text)}
const at = () => new Date().toISOString()
const ws = new WebSocket('ws://127.0.0.1:7700/link')
ws.onopen = () => {
  ws.send(JSON.stringify({ type: 'hello', protocol: 1, version: text.slice(0, 50), cliVersion: text.slice(0, 50), bootId: crypto.randomUUID() }))
  const events = [
    { type: 'prompt', at: at(), text, messages: [] }, { type: 'text', at: at(), text }, { type: 'tool.started', at: at(), call: '1', tool: text.slice(0, 190), input: { command: text, file_path: text, description: text, url: text } },
    { type: 'tool.finished', at: at(), call: '1', tool: 'Bash', input: { command: text }, output: text, ok: false, exitCode: 1 }, { type: 'tool.finished', at: at(), call: '2', tool: 'mcp__' + text.slice(0, 150), input: {}, output: text, ok: true },
    { type: 'dialog.opened', at: at(), what: text.slice(0, 1900) }, { type: 'notice', at: at(), text: text.slice(0, 3900) }, { type: 'turn.failed', at: at(), error: text.slice(0, 190), text }, { type: 'turn.ended', at: at(), text },
  ]
  ws.send(JSON.stringify({ type: 'events', from: 900000, events }))
  ws.send(JSON.stringify({ type: 'notice', text: text.slice(0, 3900) }))
  ws.send(JSON.stringify({ type: 'cli-status', status: 'dialog', at: at() }))
  setTimeout(() => process.exit(0), 3000)
}
EOF
node /tmp/events.mjs`

const files = String.raw`
import os, subprocess, sys
text = sys.argv[1]
names = ['<img src=x onerror=window.__xss=20>.html', '"><svg onload=window.__xss=21>.js', 'a\nb\tc.txt', '\u202egnp.exe', '-rf', "'; alert(1) //.md", '{{7*7}}.txt', '\x1b]0;pwned\x07.txt', '[x](javascript:window.__xss=22).md', 'i18n/\u2066pwned.ts']
for n in names:
    os.makedirs(os.path.dirname(n) or '.', exist_ok=True)
    open(n, 'w').write(text + '\n')
open('inline.svg', 'w').write('<svg xmlns="http://www.w3.org/2000/svg" onload="parent.__xss=23"><script>parent.__xss=24</script></svg>')
subprocess.run(['git', 'add', '-A'], check=True)
subprocess.run(['git', 'commit', '-qm', text], check=True)
`

const attack: Attack = {
  tries: 'puts HTML, scripts, Markdown, links, control and bidirectional characters into every text that the page shows: titles, briefs, messages, questions and their options, file names, contents, commits, hook events, notices, refused hosts, the spec',
  success: 'a script ran, an element of theirs stands in the page, the title or the clipboard changed, or something was fetched from outside',
  run: async (t) => {
    const title = '<img src=x onerror=window.__xss=30> pwned'
    const said = await t.person.send('POST', '/api/commands/session.spawn', { input: { name: title, instructions: payload } })
    need(said.ok, `the session was not made: ${said.status}`)
    const { session } = (await said.json()) as { session: string }
    const evil = await t.agent(session)
    await evil.sh(`cat >/tmp/files.py <<'EOF'\n${files}\nEOF\npython3 /tmp/files.py ${JSON.stringify('zzmark <script>window.__xss=25</script> <img src=x onerror=window.__xss=26>').replaceAll('$', '\\$')}`)
    await evil.push()
    const asked = await callTools(evil, [
      { name: 'send_message', args: { to: 'person', text: payload } }, { name: 'report_error', args: { text: payload } }, { name: 'send_message', args: { to: 'designer', text: payload } },
      { name: 'complete', args: { summary: payload, tested: payload, assumed: payload } },
    ])
    need(asked.every((a) => !a.error), `not sent: ${asked.find((a) => a.error)?.text ?? ''}`)
    await evil.try(`curl -sS --max-time 3 -X POST http://127.0.0.1:7700/ask -H 'content-type: application/json' --data @- <<'EOF'\n${JSON.stringify({ origin: 'permission', question: payload, options: [html.slice(0, 300), markdown.slice(0, 300)] })}\nEOF`)
    await evil.try("printf 'CONNECT <img/src=x/onerror=window.__xss=31>:443 HTTP/1.1\\r\\n\\r\\n' | timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/7700; cat >&3; cat <&3'; printf 'CONNECT xn--pwned-<b>.evil.test:443 HTTP/1.1\\r\\n\\r\\n' | timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/7700; cat >&3; cat <&3'")
    await evil.sh(liar(payload))
    const lead = await t.agent('designer')
    await lead.sh(`mkdir -p .orchestra/spec; cat >.orchestra/spec/designer.md <<'EOF'\n# zzmark\n${payload}\nEOF`)
    await callTools(lead, [{ name: 'merge', args: { session, note: payload } }])
    const browser = await openPage(t)
    const seen: string[] = []
    try {
      for (const path of ['/', `/s/${session}/diff`, `/s/${session}/monitor`, `/s/${session}/conversation`, `/s/${session}/messages`, `/s/${session}/review`, `/s/designer/messages`, '/spec', '/settings', '/activity']) {
        await browser.page.goto(t.origin + path)
        await browser.page.waitForLoadState('networkidle')
        await browser.page.waitForFunction(() => /zzmark|pwned/.test(document.body.innerText), undefined, { timeout: 15_000 }).catch(() => undefined)
        if (/zzmark/.test(await browser.page.evaluate(() => document.body.innerText + [...document.querySelectorAll('textarea')].map((a) => a.value).join('')))) seen.push(path)
        for (const box of await browser.page.locator('details:not([open]) summary').all()) await box.click({ timeout: 1000 }).catch(() => undefined)
        const caught = (await browser.caught()).filter((c) => !c.startsWith('blocked'))
        if (caught.length > 0) return { through: `on ${path}: ${caught.slice(0, 5).join('; ')}` }
      }
      need(seen.length >= 5, `the texts were hardly shown: ${seen.join(', ') || 'nowhere'}`)
      return { held: `shown as text on ${seen.join(', ')}; nothing ran, nothing was fetched, the title is "${await browser.page.title()}"` }
    } finally {
      await browser.close()
      await lead.try('rm -f .orchestra/spec/designer.md')
      await t.person.send('POST', '/api/commands/session.delete', { input: { session, confirmed: true } })
    }
  },
}
export default attack
