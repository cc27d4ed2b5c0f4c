import { FitAddon } from '@xterm/addon-fit'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/xterm'
import ReconnectingSocket from 'partysocket/ws'
import { socketUrl } from '../../api.ts'
import { isLight, onTheme } from '../../ui/theme.ts'
import { binaryInput, flow, hello, input, output, pause, resize, resume } from './ttyd.ts'

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const theme = () => ({
  background: css('--bg'), foreground: css('--text'), cursor: css('--accent'), selectionBackground: `${css('--accent')}55`,
  blue: css('--accent'), green: css('--work'), yellow: css('--ask'), red: css('--error'), cyan: css('--review'), magenta: css('--drift'),
})

/** Clipboard writes, titles, links, notifications and inline images are an agent's way out of its terminal: swallowed. */
const swallowed = [0, 1, 2, 7, 8, 9, 50, 52, 99, 777, 1337]

/**
 * A live terminal in `element`: xterm over ttyd's protocol, reconnecting. After a reconnect tmux draws the whole screen anew.
 * @param target `cli` or `shell`
 * @param onState told when the connection comes and goes, with the reason that the server gave
 */
export const connectTerminal = (element: HTMLElement, session: string, target: 'cli' | 'shell', onState: (live: boolean, why: string) => void): (() => void) => {
  const term = new Terminal({
    fontFamily: '"JetBrains Mono", ui-monospace, monospace', fontSize: 12.5, lineHeight: 1.2, scrollback: 5000, cursorBlink: true,
    minimumContrastRatio: isLight() ? 7 : 4.5, theme: theme(), allowProposedApi: true, macOptionIsMeta: true, rightClickSelectsWord: true,
  })
  const fit = new FitAddon()
  term.loadAddon(fit)
  term.loadAddon(new Unicode11Addon())
  term.unicode.activeVersion = '11'
  for (const code of swallowed) term.parser.registerOscHandler(code, () => true)
  term.open(element)
  fit.fit()

  const socket = new ReconnectingSocket(() => socketUrl(`/ws/terminal/${encodeURIComponent(session)}/${target}`, { cols: term.cols, rows: term.rows }), null, {
    minReconnectionDelay: 400, maxReconnectionDelay: 5000, maxEnqueuedMessages: 0,
  })
  socket.binaryType = 'arraybuffer'
  const send = (data: Uint8Array<ArrayBuffer>) => { if (socket.readyState === WebSocket.OPEN) socket.send(data) }
  const size = () => ({ columns: term.cols, rows: term.rows })
  const pressure = flow((what) => send(what === 'pause' ? pause() : resume()))

  socket.addEventListener('open', () => {
    pressure.reset()
    term.reset()
    fit.fit()
    send(hello(size()))
    onState(true, '')
  })
  socket.addEventListener('close', (event) => onState(false, event.reason))
  socket.addEventListener('message', (event: MessageEvent) => {
    const bytes = event.data instanceof ArrayBuffer ? output(event.data) : null
    if (!bytes) return
    pressure.arrived(bytes.length)
    term.write(bytes, () => pressure.drawn(bytes.length))
  })
  term.onData((data) => send(input(data)))
  term.onBinary((data) => send(binaryInput(data)))
  term.onResize(() => send(resize(size())))
  term.attachCustomKeyEventHandler((e) => {
    if (e.type === 'keydown' && e.key === 'Enter' && e.shiftKey && !e.ctrlKey && !e.altKey && !e.metaKey) {
      e.preventDefault()
      send(input('\n'))
      return false
    }
    if (e.type === 'keydown' && e.ctrlKey && e.code === 'KeyC' && term.hasSelection()) {
      e.preventDefault()
      void navigator.clipboard?.writeText(term.getSelection())
      term.clearSelection()
      return false
    }
    return !(e.ctrlKey && e.code === 'Semicolon')
  })

  const refit = () => { if (element.clientWidth > 0 && element.clientHeight > 0) fit.fit() }
  const observer = new ResizeObserver(() => requestAnimationFrame(refit))
  observer.observe(element)
  // Cells are measured with the font that is there; measured again when ours has come.
  void document.fonts.load('12.5px "JetBrains Mono"').then(() => {
    term.options.fontFamily = '"JetBrains Mono", monospace'
    refit()
  })
  const repaint = () => { term.options.theme = theme(); term.options.minimumContrastRatio = isLight() ? 7 : 4.5 }
  const stopTheme = onTheme(repaint)

  return () => {
    observer.disconnect()
    stopTheme()
    socket.close()
    term.dispose()
  }
}
