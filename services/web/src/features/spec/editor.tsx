import { defaultKeymap } from '@codemirror/commands'
import { markdown } from '@codemirror/lang-markdown'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightSpecialChars, keymap, placeholder } from '@codemirror/view'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { useEffect, useRef, useState } from 'react'
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next'
import * as Y from 'yjs'
import type { Problem } from '@orchestra/contracts'
import { problemText, socketUrl } from '../../api.ts'
import { HIDDEN } from '../../ui/text.ts'
import { editorColours, editorTheme } from './theme.ts'

type Link = 'connecting' | 'live' | 'saving' | 'lost'
/** What the server says of the file, to every page. */
type Told = { saved: true } | { saved: false; problem: Problem }
const words: Record<Link, string> = { connecting: 'connecting…', live: 'saved', saving: 'saving…', lost: 'not connected: what you type is kept here and sent when the stack is back' }

/** Opens the shared document in `element`. The text is one `Y.Text` named `text`; the file on disk follows on the server. */
const open = (element: HTMLElement, url: string, onLink: (link: Link) => void, onProblem: (problem: string | null) => void) => {
  const doc = new Y.Doc()
  const text = doc.getText('text')
  const socket = new HocuspocusProviderWebsocket({ url, delay: 1000, maxDelay: 5000, preserveTrailingSlash: true })
  const provider = new HocuspocusProvider({
    websocketProvider: socket, name: 'spec', document: doc, token: 'cookie',
    onSynced: ({ state }) => onLink(state ? 'live' : 'connecting'),
    onUnsyncedChanges: ({ number }) => onLink(number > 0 ? 'saving' : 'live'),
    onStateless: ({ payload }) => {
      const told = JSON.parse(payload) as Told
      onProblem(told.saved ? null : problemText(told.problem))
    },
    onAuthenticationFailed: () => onLink('lost'),
    onDisconnect: () => {
      onLink('lost')
      // A ticket opens one socket: the next try needs its own.
      void socketUrl('/ws/spec').then((next) => socket.setConfiguration({ url: next }), () => onLink('lost'))
    },
  })
  provider.attach()
  provider.awareness?.setLocalStateField('user', { name: 'you', color: 'var(--accent)', colorLight: 'var(--selected)' })
  const undo = new Y.UndoManager(text)
  const view = new EditorView({
    parent: element,
    state: EditorState.create({
      extensions: [
        // No history of CodeMirror's own: undo is the shared document's and takes back only what was typed here.
        highlightSpecialChars({ addSpecialChars: HIDDEN }), drawSelection(), markdown(), EditorView.lineWrapping, keymap.of([...yUndoManagerKeymap, ...defaultKeymap]), editorTheme, editorColours,
        placeholder('What should be true when the work is done? The designer reads this and splits it into sessions.'),
        EditorView.contentAttributes.of({ 'aria-label': 'Spec', 'data-testid': 'spec-editor' }),
        yCollab(text, provider.awareness, { undoManager: undo }),
      ],
    }),
  })
  view.focus()
  return () => {
    view.destroy()
    provider.destroy()
    socket.destroy()
    doc.destroy()
  }
}

const SpecEditor = () => {
  const element = useRef<HTMLDivElement>(null)
  const [link, setLink] = useState<Link>('connecting')
  const [problem, setProblem] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  const again = () => { setProblem(null); setAttempt(attempt + 1) }
  useEffect(() => {
    let close: (() => void) | null = null
    let gone = false
    socketUrl('/ws/spec').then(
      (url) => { if (!gone && element.current) close = open(element.current, url, setLink, setProblem) },
      (cause: unknown) => { if (!gone) setProblem(cause instanceof Error ? cause.message : String(cause)) },
    )
    return () => { gone = true; close?.() }
  }, [attempt])
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex items-center gap-3 border-b border-line bg-surface px-4 py-2">
        <h1 className="text-lg font-semibold">Spec</h1>
        <code className="font-mono text-sm text-faint max-sm:hidden">.orchestra/spec/designer.md</code>
        <span role="status" data-testid="spec-link" data-link={link} className={`ml-auto text-sm ${link === 'lost' ? 'text-error' : link === 'live' ? 'text-work' : 'text-faint'}`}>{words[link]}</span>
      </header>
      {problem && (
        <p role="alert" className="flex items-center gap-3 border-b border-line px-4 py-2 text-error">The spec is not saved: {problem}
          <button type="button" className="text-accent underline" onClick={again}>Try again</button>
        </p>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto"><div ref={element} className="mx-auto max-w-3xl px-4 py-4" /></div>
    </div>
  )
}
export default SpecEditor
