import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { untilHolds } from '../../e2e/shell.ts'
import { openPage } from './_page.ts'

/** What a terminal can be made to do by its output alone: titles, clipboard, notifications, images, windows, and answers with words of the sender's. */
const sequences = [
  '\u001b]0;pwned\u0007', '\u001b]1;pwned\u001b\\', '\u001b]2;pwned\u0007', '\u009d2;pwned\u009c', '\u001b[22;0t\u001b]2;pwned\u0007\u001b[23;0t', '\u001b]52;c;cHduZWQ=\u0007', '\u001b]52;p;cHduZWQ=\u001b\\', '\u001b]52;c;?\u0007', '\u001bPtmux;\u001b\u001b]52;c;cHduZWQ=\u0007\u001b\\',
  '\u001b]9;pwned\u0007', '\u001b]777;notify;pwned;pwned\u0007', '\u001b]99;;pwned\u001b\\', '\u001b]1337;File=inline=1;name=cHduZWQ=:aGVsbG8=\u0007', '\u001b]1337;SetUserVar=x=cHduZWQ=\u0007', '\u001b]133;C;cmdline=pwned\u0007', '\u001b_Gf=24,s=1,v=1;AAAA\u001b\\', '\u001b^pwned\u001b\\', '\u001bXpwned\u001b\\',
  '\u001bPq"1;1;10;10#0;2;100;0;0#0!10~\u001b\\', '\u001bP$q"pwned\u001b\\', '\u001bP$qm\u001b\\', '\u001bP+q70776e6564\u001b\\', '\u001b[21t', '\u001b[20t', '\u001b[18t', '\u001b[8;9999;9999t', '\u001b[4;1;1t', '\u001b[2t', '\u001b]4;1;?\u0007', '\u001b]10;?\u0007', '\u001b]11;?\u0007', '\u001b[c', '\u001b[>c', '\u001b[=c', '\u001b[>q', '\u001b[?1$p', '\u001b[6n', '\u001b[?6n',
  '\u001b]50;pwned\u0007', '\u001b]7;file://evil.test/pwned\u0007', '\u0005', '\u001b[?1049h', '\u001b[?2004h', '\u001b[?1004h', '\u001b[?47h\u001b[?47l', '\u001b[?1049l', '\u001b[12h', `\u001b[${'1;'.repeat(20_000)}m`, `e${'\u0301'.repeat(2000)}`, `\u001b]8;;http://evil.test/${'a'.repeat(100_000)}\u0007long\u001b]8;;\u0007`,
]
/** On a screen of their own, so that it is known where to click: words that say one address and lead to another, or to a script. */
const links = ['\u001b[2J\u001b[H', ...['javascript:window.__xss=1', 'http://evil.test/', 'data:text/html,<script>opener.__xss=2</script>', 'file:///etc/passwd'].map((to) => `\u001b]8;;${to}\u0007https://github.com/pwned-link\u001b]8;;\u0007\r\n`)]

/**
 * In the container, while its agentd is held: the session's link and the terminal's streams, served by hostile code, so that any bytes reach the page past
 * tmux. Each stream ends with a question that every terminal answers: its answer says that all before was drawn.
 */
const server = `cat >/tmp/term.mjs <<'EOF'
import fs from 'node:fs'
import net from 'node:net'
net.createServer((c) => { const up = net.connect('/run/orchestra/relay.sock'); c.pipe(up).pipe(c); c.on('error', () => up.destroy()); up.on('error', () => c.destroy()) }).listen(7799, '127.0.0.1', () => {
  const ws = new WebSocket('ws://127.0.0.1:7799/link')
  ws.onopen = () => { ws.send(JSON.stringify({ type: 'hello', protocol: 1, version: '1', cliVersion: '1', bootId: crypto.randomUUID() })) }
  ws.onmessage = (m) => {
    const frame = JSON.parse(m.data)
    if (frame.type === 'welcome') fs.writeFileSync('/tmp/term.up', '1')
    if (frame.type !== 'open-stream') return
    const s = new WebSocket('ws://127.0.0.1:7799/stream/' + frame.id, 'tty')
    s.binaryType = 'arraybuffer'
    s.onopen = () => {
      const send = (text) => s.send(Buffer.from(text, 'utf8'))
      send('1pwned'); send('2' + JSON.stringify({ titleFixed: 'pwned', enableSixel: true, rendererType: 'dom', fontSize: 90, isWindows: true, disableLeaveAlert: true })); send('3pwned'); send('Zpwned')
      for (const q of ${JSON.stringify(sequences)}) send('0' + q)
      send('0\\u001b]52;c;'); for (let i = 0; i < 32; i++) send('0' + 'cHduZWQ='.repeat(8000)); send('0\\u0007')
      for (const q of ${JSON.stringify(links)}) send('0' + q)
      send('0zzmark\\u001b[5n')
      fs.appendFileSync('/tmp/term.opened', frame.mode + '\\n')
      if (frame.mode === 'history') setTimeout(() => s.close(1000), 500)
    }
    s.onmessage = (e) => fs.appendFileSync('/tmp/term.answers', Buffer.from(e.data).toString('latin1'))
  }
})
setTimeout(() => process.exit(0), 240000)
EOF
rm -f /tmp/term.*ed /tmp/term.answers /tmp/term.up
for p in /proc/[0-9]*; do if tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q agentd; then kill -STOP \${p#/proc/} && echo \${p#/proc/}; fi; done >/tmp/held
test -s /tmp/held
nohup node /tmp/term.mjs >/tmp/term.log 2>&1 & echo $! >/tmp/term.pid`

/** What xterm answers by itself: attributes, status, cursor, sizes, modes, colours. Nothing in it is of the sender's making. */
const answer = /\u001b\[\?1;2c|\u001b\[>0;\d+;0c|\u001b\[0n|\u001b\[\??\d+;\d+R|\u001b\[8;\d+;\d+t|\u001b\[\?\d+;\d\$y|\u001b\[[IO]|\u001bP[01]\$r[\d;" qmr]*\u001b\\|\u001bP>\|xterm\.js\([\d.a-z-]+\)\u001b\\|\u001b\]\d+(?:;\d+)?;rgb:[0-9a-f/]+(?:\u001b\\|\u0007)/g

const attack: Attack = {
  tries: "sends every dangerous byte that a terminal understands into the page's terminal and into its history, past tmux, from hostile code that serves the streams itself: titles, clipboard, links, notifications, images, preferences, window operations, sequences of two megabytes, questions that the terminal answers",
  success: "the page's title or the clipboard changed, something was opened or fetched, the page stood still, or the terminal answered with words of the sender's",
  run: async (t) => {
    const evil = await t.agent()
    const browser = await openPage(t)
    const { page } = browser
    try {
      await evil.sh(server)
      await untilHolds(30_000, async () => ((await evil.try('test -e /tmp/term.up')).code === 0 ? null : 'hostile code did not get the link'))
      const answers = async (): Promise<string> => (await evil.try('cat /tmp/term.answers 2>/dev/null')).out
      await page.goto(`${t.origin}/s/evil/term`)
      await untilHolds(90_000, async () => ((await answers()).includes('\u001b[0n') ? null : `the page's terminal did not draw what was sent: ${JSON.stringify((await evil.try('cat /tmp/term.opened /tmp/term.log')).out)}; the page says ${JSON.stringify([...browser.faults, ...browser.heard].slice(-6))}`))
      const clickLinks = async (): Promise<void> => {
        const box = await page.locator('.xterm-screen:visible').last().boundingBox()
        need(box !== null, 'there is no screen')
        for (let row = 0; row < links.length + 2; row++) {
          await page.mouse.move(box.x + 30, box.y + 8 + row * 14)
          await page.mouse.move(box.x + 34, box.y + 8 + row * 14)
          await page.mouse.click(box.x + 34, box.y + 8 + row * 14)
        }
      }
      await clickLinks()
      const live = await browser.caught()
      if (live.length > 0) return { through: `live: ${live.slice(0, 5).join('; ')}` }
      await page.getByRole('button', { name: /history & search/i }).first().click()
      await page.locator('[data-testid=terminal-history][data-state=there]').waitFor({ timeout: 30_000 })
      await clickLinks()
      const caught = await browser.caught()
      if (caught.length > 0) return { through: `in the history: ${caught.slice(0, 5).join('; ')}` }
      const modes = (await evil.sh('cat /tmp/term.opened')).split('\n')
      need(modes.includes('drive') && modes.includes('history'), `hostile code served only ${modes.join(', ')}`)
      // Frames of ttyd's protocol begin with one byte; what is typed is kind 0.
      const typed = (await answers()).replaceAll(/1\{"columns":\d+,"rows":\d+\}|\{"AuthToken":"","columns":\d+,"rows":\d+\}/g, '').replaceAll(answer, '').replaceAll(/[023]/g, '')
      if (typed !== '') return { through: `the terminal answered: ${JSON.stringify(typed.slice(0, 300))}` }
      return { held: `${sequences.length + links.length} sequences, one of them of two megabytes, and 4 frames of ttyd's own, live and in the history; the title is "${await page.title()}", clipboard, windows and network untouched; it answers with its attributes, sizes and colours alone` }
    } finally {
      await browser.close()
      await evil.try('kill $(cat /tmp/term.pid); while read -r p; do kill -CONT "$p"; done </tmp/held')
    }
  },
}
export default attack
