import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { openPage } from './_page.ts'

/** What a terminal can be made to do by its output alone: set titles and the clipboard, link, notify, draw images, and answer with words of the sender's. */
const sequences = [
  '\u001b]0;pwned\u0007', '\u001b]1;pwned\u001b\\', '\u001b]2;pwned\u0007', '\u001b[22;0t\u001b]2;pwned\u0007\u001b[23;0t', '\u001b]52;c;cHduZWQ=\u0007', '\u001b]52;p;cHduZWQ=\u001b\\', '\u001b]52;c;?\u0007',
  '\u001b]8;;javascript:window.__xss=1\u0007pwned link\u001b]8;;\u0007', '\u001b]8;;http://evil.test/\u0007https://github.com\u001b]8;;\u0007', '\u001b]9;pwned\u0007', '\u001b]777;notify;pwned;pwned\u0007', '\u001b]99;;pwned\u001b\\', '\u001b]1337;File=inline=1;name=cHduZWQ=:aGVsbG8=\u0007', '\u001b]1337;SetUserVar=x=cHduZWQ=\u0007',
  '\u001bPq"1;1;10;10#0;2;100;0;0#0!10~\u001b\\', '\u001bP$q"pwned\u001b\\', '\u001bP+q70776e6564\u001b\\', '\u001b[21t', '\u001b[20t', '\u001b]4;1;?\u0007', '\u001b]10;?\u0007', '\u001b[c', '\u001b[>c', '\u001b[5n', '\u001b[6n', '\u001b]50;pwned\u0007', '\u001b]7;file://evil.test/pwned\u0007', '\u0005',
]

/** The session's link and its terminal's stream, served by hostile code in the container: any bytes, whatever tmux would have kept back. */
const server = `cat >/tmp/term.mjs <<'EOF'
import fs from 'node:fs'
const ws = new WebSocket('ws://127.0.0.1:7700/link')
ws.onopen = () => ws.send(JSON.stringify({ type: 'hello', protocol: 1, version: '1', cliVersion: '1', bootId: crypto.randomUUID() }))
ws.onmessage = (m) => {
  const frame = JSON.parse(m.data)
  if (frame.type !== 'open-stream') return
  const s = new WebSocket('ws://127.0.0.1:7700/stream/' + frame.id, 'tty')
  s.binaryType = 'arraybuffer'
  s.onopen = () => {
    fs.writeFileSync('/tmp/term.opened', '1')
    const send = (text) => s.send(Buffer.from(text, 'latin1'))
    send('1pwned'); send('2' + JSON.stringify({ titleFixed: 'pwned', enableSixel: true, rendererType: 'dom', fontSize: 90, isWindows: true, closeOnDisconnect: true, disableLeaveAlert: true })); send('3pwned'); send('Zpwned')
    for (const q of ${JSON.stringify(sequences)}) send('0' + q)
    send('0\\r\\nzzmark end of it\\r\\n')
  }
  s.onmessage = (e) => fs.appendFileSync('/tmp/term.answers', Buffer.from(e.data).toString('latin1') + '\\n')
}
setTimeout(() => process.exit(0), 60000)
EOF
rm -f /tmp/term.opened /tmp/term.answers; nohup node /tmp/term.mjs >/tmp/term.log 2>&1 & sleep 1; echo started`

const attack: Attack = {
  tries: "sends every dangerous byte that a terminal understands into the page's terminal, past tmux, from hostile code that serves the stream itself: titles, clipboard, links, notifications, images, preferences, questions that the terminal answers",
  success: "the page's title or the clipboard changed, something was opened or fetched, or the terminal answered with words of the sender's",
  run: async (t) => {
    const evil = await t.agent('victim')
    const browser = await openPage(t)
    try {
      await browser.page.goto(`${t.origin}/settings`)
      await evil.sh(server)
      await browser.page.goto(`${t.origin}/s/victim/term`)
      await browser.page.waitForFunction(() => /zzmark end of it/.test(document.body.innerText) || document.querySelector('.xterm-screen canvas, .xterm-rows') !== null, undefined, { timeout: 30_000 })
      await browser.page.waitForLoadState('networkidle')
      const opened = await evil.try('for i in $(seq 50); do test -e /tmp/term.opened && echo yes && exit 0; sleep 0.2; done')
      need(opened.out.trim() === 'yes', 'the page did not open the stream that hostile code serves')
      const screen = browser.page.locator('.xterm-screen').first()
      const box = await screen.boundingBox()
      if (box) for (let row = 0; row < 12; row++) await browser.page.mouse.click(box.x + 20, box.y + 10 + row * 16)
      const answers = (await evil.try('cat /tmp/term.answers 2>/dev/null')).out
      const caught = (await browser.caught()).filter((c) => !c.startsWith('blocked'))
      if (caught.length > 0) return { through: caught.slice(0, 5).join('; ') }
      if (/pwned/.test(answers) || /52;/.test(answers)) return { through: `the terminal answered: ${JSON.stringify(answers.slice(0, 300))}` }
      return { held: `${sequences.length} sequences and 4 frames of ttyd's own; the title is "${await browser.page.title()}", clipboard, windows and network untouched; answers: ${JSON.stringify(answers.slice(0, 120))}` }
    } finally {
      await browser.close()
      await evil.try('pkill -f /tmp/term.mjs')
    }
  },
}
export default attack
