import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useUi } from '../../ui-store.ts'
import { Button } from '../../ui/controls.tsx'
import { terminalUrl, type Target } from './connect.ts'
import { copySelection, openScreen } from './screen.ts'
import { output } from './ttyd.ts'

type Reader = { search: (text: string, back: boolean) => void; scroll: (pages: number) => void; close: () => void }
type Found = { at: number; of: number }

const marks = { matchBackground: '#8a6d1f', matchOverviewRuler: '#e5a33d', activeMatchBackground: '#e5a33d', activeMatchColorOverviewRuler: '#e5a33d' }

/** Fills a screen with what tmux has kept; nothing of it is live. */
const openHistory = (element: HTMLElement, session: string, target: Target, on: { found: (found: Found) => void; filled: () => void; failed: () => void; end: () => void }): Reader => {
  const { term, close } = openScreen(element, { disableStdin: true, scrollback: 20_000, convertEol: true, cursorBlink: false, cursorInactiveStyle: 'none', overviewRuler: { width: 8 } }, () => fit.fit())
  const fit = new FitAddon()
  const search = new SearchAddon({ highlightLimit: 2000 })
  term.loadAddon(fit)
  term.loadAddon(search)
  fit.fit()
  search.onDidChangeResults(({ resultIndex, resultCount }) => on.found({ at: resultIndex + 1, of: resultCount }))
  let socket: WebSocket | null = null
  let gone = false
  void terminalUrl(session, target, { mode: 'history' }).then((url) => {
    if (gone) return
    socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', (e: MessageEvent) => { const bytes = e.data instanceof ArrayBuffer ? output(e.data) : null; if (bytes) term.write(bytes) })
    socket.addEventListener('close', (e) => { if (gone) return; if (e.code === 1000) term.write('', on.filled); else on.failed() })
  }, on.failed)
  term.attachCustomKeyEventHandler((e) => {
    if (e.type === 'keydown' && e.ctrlKey && e.code === 'KeyC') copySelection(term)
    return false
  })
  term.attachCustomWheelEventHandler((e) => {
    const { viewportY, baseY } = term.buffer.active
    if (e.deltaY > 0 && viewportY >= baseY) { on.end(); return false }
    return true
  })
  return {
    search: (text, back) => { if (!text) return search.clearDecorations(); (back ? search.findPrevious : search.findNext).call(search, text, { decorations: marks }) },
    scroll: (pages) => term.scrollPages(pages),
    close: () => { gone = true; socket?.close(); close() },
  }
}

/** What has scrolled away, to read, search and copy; what goes on is behind it. */
export const History = ({ session, target, onClose }: { session: string; target: Target; onClose: () => void }) => {
  const element = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const reader = useRef<Reader | null>(null)
  const [found, setFound] = useState<Found>({ at: 0, of: 0 })
  const [state, setState] = useState<'loading' | 'there' | 'failed'>('loading')
  const [text, setText] = useState('')
  const end = useEffectEvent(() => onClose())
  useEffect(() => {
    if (!element.current) return
    const opened = openHistory(element.current, session, target, { found: setFound, filled: () => setState('there'), failed: () => setState('failed'), end: () => end() })
    reader.current = opened
    field.current?.focus()
    const leave = () => end()
    useUi.setState({ onEscape: leave })
    return () => {
      if (useUi.getState().onEscape === leave) useUi.setState({ onEscape: null })
      opened.close()
    }
  }, [session, target])
  const look = (back: boolean) => reader.current?.search(text, back)
  return (
    <div data-testid="terminal-history" data-state={state} className="absolute inset-0 z-10 flex flex-col bg-bg">
      <form role="search" className="flex items-center gap-1.5 border-b border-line bg-surface px-2 py-1" onSubmit={(e) => { e.preventDefault(); look(true) }}>
        <input
          ref={field} value={text} aria-label="Search the terminal's history" placeholder={state === 'loading' ? 'Loading the history…' : 'Search the history'} spellCheck={false}
          className="h-7 min-w-0 flex-1 rounded-md border border-control/60 bg-bg px-2 font-mono text-sm focus:border-accent focus:outline-none"
          onChange={(e) => { setText(e.target.value); reader.current?.search(e.target.value, true) }}
          onKeyDown={(e) => {
            if (e.key === 'Enter') { e.preventDefault(); look(!e.shiftKey) }
            if (e.key === 'PageUp' || e.key === 'PageDown') { e.preventDefault(); reader.current?.scroll(e.key === 'PageUp' ? -1 : 1) }
          }}
        />
        <span role="status" className="nums min-w-14 text-right text-sm text-faint">{text ? (found.of ? `${found.at || '–'} of ${found.of}` : 'nothing') : ''}</span>
        <Button tone="quiet" className="min-h-7" aria-label="Earlier match" title="Enter" onClick={() => look(true)} disabled={!found.of}>↑</Button>
        <Button tone="quiet" className="min-h-7" aria-label="Later match" title="Shift + Enter" onClick={() => look(false)} disabled={!found.of}>↓</Button>
        <Button tone="primary" className="min-h-7" hint="Esc" onClick={onClose}>Back to live</Button>
      </form>
      {state === 'failed' && <p role="alert" className="px-3 py-2 text-error">The history could not be read. The terminal itself goes on behind this.</p>}
      <div className="min-h-0 flex-1 overflow-hidden pt-1.5 pl-2"><div ref={element} className="h-full" /></div>
    </div>
  )
}
