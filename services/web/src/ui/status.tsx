import type { ReactNode } from 'react'
import type { SessionStatus, SessionView } from '@orchestra/contracts'

export type Tone = 'work' | 'ask' | 'error' | 'review' | 'dim' | 'faint'
type Look = { shape: keyof typeof shapes; word: string; tone: Tone }

/** Shapes differ without colour. Drawn, since fonts disagree about these glyphs. */
const shapes = {
  play: <path d="M3 1.8v8.4L10.2 6z" fill="currentColor" />,
  diamond: <path d="M6 1 11 6 6 11 1 6z" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  square: <rect x="1.8" y="1.8" width="8.4" height="8.4" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  check: <path d="M1.8 6.4 4.8 9.4 10.2 2.8" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  ring: <circle cx="6" cy="6" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  dashed: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2 2" />,
  half: <><circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.3" /><path d="M6 2a4 4 0 0 1 0 8z" fill="currentColor" /></>,
  pause: <path d="M2.6 2h2.4v8H2.6zM7 2h2.4v8H7z" fill="currentColor" />,
  clock: <path d="M2.5 1.5h7L6 6l3.5 4.5h-7L6 6z" fill="none" stroke="currentColor" strokeWidth="1.4" />,
  window: <><rect x="1.6" y="2" width="8.8" height="8" fill="none" stroke="currentColor" strokeWidth="1.4" /><path d="M1.6 4.6h8.8" stroke="currentColor" strokeWidth="1.4" /></>,
  bang: <><path d="M6 1.2 11 10.6H1z" fill="none" stroke="currentColor" strokeWidth="1.4" /><path d="M6 4.4v3M6 8.4v1" stroke="currentColor" strokeWidth="1.4" /></>,
  stop: <rect x="2.4" y="2.4" width="7.2" height="7.2" fill="currentColor" />,
  review: <><rect x="1.8" y="1.8" width="8.4" height="8.4" fill="none" stroke="currentColor" strokeWidth="1.4" /><rect x="4.2" y="4.2" width="3.6" height="3.6" fill="currentColor" /></>,
} satisfies Record<string, ReactNode>

export const looks: Record<SessionStatus, Look> = {
  queued: { shape: 'dashed', word: 'queued', tone: 'faint' },
  starting: { shape: 'half', word: 'starting', tone: 'work' },
  setup: { shape: 'half', word: 'setting up', tone: 'work' },
  working: { shape: 'play', word: 'working', tone: 'work' },
  idle: { shape: 'ring', word: 'idle', tone: 'dim' },
  waiting: { shape: 'diamond', word: 'asks', tone: 'ask' },
  dialog: { shape: 'window', word: 'in a dialog', tone: 'ask' },
  stuck: { shape: 'bang', word: 'stuck', tone: 'ask' },
  paused: { shape: 'pause', word: 'paused', tone: 'dim' },
  limited: { shape: 'clock', word: 'limited', tone: 'ask' },
  interrupted: { shape: 'stop', word: 'interrupted', tone: 'dim' },
  complete: { shape: 'check', word: 'complete', tone: 'review' },
  failed: { shape: 'square', word: 'failed', tone: 'error' },
  lost: { shape: 'square', word: 'lost', tone: 'error' },
  archived: { shape: 'dashed', word: 'archived', tone: 'faint' },
  deleted: { shape: 'dashed', word: 'deleted', tone: 'faint' },
}

const colour: Record<Tone, string> = { work: 'text-work', ask: 'text-ask', error: 'text-error', review: 'text-review', dim: 'text-dim', faint: 'text-faint' }

export const Shape = ({ shape, tone, alive = false }: { shape: keyof typeof shapes; tone: Tone; alive?: boolean }) => (
  <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden className={`shrink-0 ${colour[tone]} ${alive ? 'working-mark' : ''}`}>{shapes[shape]}</svg>
)

/** What is said beside the word: whom it waits for, what paused it. */
const pauseWords = { budget: 'budget used up', disk: 'paused: disk', gitfile: 'paused: .git' } as const
const wordOf = (s: Pick<SessionView, 'status'> & Partial<Pick<SessionView, 'waitsFor' | 'pausedBy'>>): string => {
  if (s.status === 'waiting' && s.waitsFor) return s.waitsFor.kind === 'person' ? 'asks you' : s.waitsFor.kind === 'designer' ? 'asks designer' : `asks ${s.waitsFor.id}`
  if (s.status === 'paused' && s.pausedBy && s.pausedBy !== 'person') return pauseWords[s.pausedBy]
  return looks[s.status].word
}

/** Shape and word of a status. `of`: the session, for whom it waits and what paused it. */
export const Status = ({ status, of, wordless = false }: { status: SessionStatus; of?: SessionView; wordless?: boolean }) => {
  // A page that is older than its server meets statuses that it does not know.
  const known = Object.hasOwn(looks, status) ? looks[status] : { shape: 'ring' as const, word: status, tone: 'dim' as const }
  const look = { ...known, word: of && Object.hasOwn(looks, status) ? wordOf(of) : known.word }
  return (
    <span className={`inline-flex max-w-full min-w-0 items-center gap-1.5 text-sm whitespace-nowrap ${colour[look.tone]}`} title={wordless ? look.word : undefined}>
      <Shape shape={look.shape} tone={look.tone} alive={status === 'working'} />
      {wordless ? <span className="sr-only">{look.word}</span> : <span className="truncate">{look.word}</span>}
    </span>
  )
}
