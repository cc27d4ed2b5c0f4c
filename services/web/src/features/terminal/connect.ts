/** A live terminal: xterm over ttyd's protocol, reconnecting. */
import { FitAddon } from '@xterm/addon-fit'
import type { Terminal } from '@xterm/xterm'
import ReconnectingSocket from 'partysocket/ws'
import { socketUrl } from '../../api.ts'
import { copySelection, openScreen } from './screen.ts'
import { binaryInput, flow, hello, input, output, pause, resize, resume, windowSize } from './ttyd.ts'

export type Target = 'cli' | 'shell'
/** Told when the connection comes and goes, with the reason that the server gave. */
export type OnState = (live: boolean, why: string) => void

export const terminalUrl = (session: string, target: Target, query: Record<string, number | string>) =>
  socketUrl(`/ws/terminal/${encodeURIComponent(session)}/${target}`, query)

type Link = { send: (data: Uint8Array<ArrayBuffer>) => void; close: () => void }

/** Joins a terminal and its socket. After a reconnect tmux draws the whole screen anew. */
const join = (term: Terminal, url: () => Promise<string>, onOpen: () => void, onState: OnState, onSize: (cols: number, rows: number) => void): Link => {
  const socket = new ReconnectingSocket(url, null, { minReconnectionDelay: 400, maxReconnectionDelay: 5000, maxEnqueuedMessages: 0 })
  socket.binaryType = 'arraybuffer'
  const send = (data: Uint8Array<ArrayBuffer>) => { if (socket.readyState === WebSocket.OPEN) socket.send(data) }
  const pressure = flow((what) => send(what === 'pause' ? pause() : resume()))
  socket.addEventListener('open', () => {
    pressure.reset()
    term.reset()
    onOpen()
    send(hello({ columns: term.cols, rows: term.rows }))
    onState(true, '')
  })
  // Where there was no ticket to be had, the library gives the error itself in place of a reason.
  socket.addEventListener('close', ({ reason }: { reason: unknown }) => onState(false, typeof reason === 'string' ? reason : reason instanceof Error ? reason.message : ''))
  socket.addEventListener('message', (event: MessageEvent) => {
    if (!(event.data instanceof ArrayBuffer)) return
    const size = windowSize(event.data)
    if (size) onSize(size.columns, size.rows)
    const bytes = output(event.data)
    if (!bytes) return
    pressure.arrived(bytes.length)
    term.write(bytes, () => pressure.drawn(bytes.length))
  })
  term.onData((data) => send(input(data)))
  term.onBinary((data) => send(binaryInput(data)))
  return { send, close: () => socket.close() }
}

const chord = (e: KeyboardEvent, code: string, shift: boolean): boolean => e.ctrlKey && !e.altKey && !e.metaKey && e.shiftKey === shift && e.code === code

/** Keys that are not the agent's: new line, copy, paste, what has scrolled away. All others reach it. */
const ownKeys = (term: Terminal, send: Link['send'], onHistory: () => void) => (e: KeyboardEvent): boolean => {
  if (e.type !== 'keydown') return true
  if (e.key === 'Enter' && e.shiftKey && !e.ctrlKey && !e.altKey && !e.metaKey) {
    e.preventDefault()
    send(input('\n'))
    return false
  }
  if ((chord(e, 'KeyC', false) && term.hasSelection()) || chord(e, 'KeyC', true)) {
    e.preventDefault()
    copySelection(term)
    return false
  }
  // The browser pastes by itself; xterm wraps what comes as a paste.
  if (chord(e, 'KeyV', false) || chord(e, 'KeyV', true)) return false
  if (e.key === 'PageUp' && e.shiftKey) {
    e.preventDefault()
    onHistory()
    return false
  }
  return true
}

export type Driven = { focus: () => void; close: () => void }

/** A terminal that sets the window's size: its own. */
export const driveTerminal = (element: HTMLElement, session: string, target: Target, on: { state: OnState; history: () => void }): Driven => {
  const refit = () => { if (element.clientWidth > 0 && element.clientHeight > 0) fit.fit() }
  const { term, close } = openScreen(element, {}, () => refit())
  const fit = new FitAddon()
  term.loadAddon(fit)
  refit()
  const link = join(term, () => terminalUrl(session, target, { cols: term.cols, rows: term.rows }), refit, on.state, () => undefined)
  term.onResize(({ cols, rows }) => link.send(resize({ columns: cols, rows })))
  term.attachCustomKeyEventHandler(ownKeys(term, link.send, on.history))
  // tmux keeps what has scrolled away; without this a wheel would be arrow keys for the agent.
  term.attachCustomWheelEventHandler((e) => { if (e.deltaY < 0) on.history(); return false })
  const observer = new ResizeObserver(() => requestAnimationFrame(refit))
  observer.observe(element)
  return { focus: () => term.focus(), close: () => { observer.disconnect(); link.close(); close() } }
}

export type Viewed = { control: (on: boolean) => void; press: (data: string) => void; close: () => void }

/** A terminal that shows the window as large as it is and never changes that. Read-only until it is told otherwise. */
export const viewTerminal = (element: HTMLElement, session: string, target: Target, on: { state: OnState; size: () => void }): Viewed => {
  const { term, close } = openScreen(element, { disableStdin: true, scrollback: 0 }, on.size)
  const link = join(term, () => terminalUrl(session, target, { mode: 'view' }), () => undefined, on.state, (cols, rows) => { term.resize(cols, rows); on.size() })
  term.attachCustomWheelEventHandler(() => false)
  return {
    control: (may) => { term.options.disableStdin = !may; if (may) term.focus(); else term.blur() },
    press: (data) => link.send(input(data)),
    close: () => { link.close(); close() },
  }
}
