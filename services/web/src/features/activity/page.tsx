import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import type { MessageView, SearchHit } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { read } from '../../api.ts'
import { useStore } from '../../store.ts'
import { Button, Empty, inputClass } from '../../ui/controls.tsx'
import { useLive } from '../../ui/live.ts'
import { ProblemNote } from '../../ui/problem.tsx'
import { timeOf } from '../../ui/format.ts'
import { oneLine } from '../../ui/text.ts'
import { fleetOf } from '../../model.ts'
import { useUi } from '../../ui-store.ts'
import { SendBox } from '../../ui/send-box.tsx'
import { Message } from '../messages/message.tsx'

const PAGE = 100
/** All kinds but messages. */
const STEPS = 'tool,text,prompt,turn,commit,state,run,usage,error'
/** A search is made when the typing pauses this long. */
const PAUSE_MS = 200

/** The newest messages that match, kept up to date, and as many earlier pages as were asked for. */
const useFound = (q: string, session: string) => {
  const recent = useStore((s) => s.messages)
  // A new message may be one of them.
  const newest = Object.values(recent).reduce((most, m) => Math.max(most, m.seq), 0)
  const key = `activity:${session}:${q}`
  const query = { q: q || undefined, session: session || undefined, limit: PAGE }
  const live = useLive(key, newest, () => read('messages', {}, query))
  const [older, setOlder] = useState<{ key: string; messages: MessageView[]; more: boolean } | null>(null)
  const mine = older?.key === key ? older : null
  const messages = [...new Map([...(mine?.messages ?? []), ...(live.value?.messages ?? [])].map((m) => [m.id, recent[m.id] ?? m])).values()].sort((a, b) => b.seq - a.seq)
  const earlier = async () => {
    const before = messages.at(-1)?.seq
    if (before === undefined) return
    const page = await read('messages', {}, { ...query, before })
    if (page.ok) setOlder({ key, messages: [...page.value.messages, ...(mine?.messages ?? [])], more: page.value.more })
  }
  return { messages, more: mine ? mine.more : (live.value?.more ?? false), loading: live.loading, problem: live.problem, earlier }
}

/** Words for one session, or for all of them at once. */
const Say = ({ session }: { session: string }) => {
  const sessions = useStore((s) => s.sessions)
  const running = fleetOf(sessions).filter((s) => s.status !== 'failed' && s.status !== 'lost').length
  const who = session || 'all'
  return (
    <div className="border-t border-line bg-surface p-2.5">
      <SendBox
        draftKey={`activity:${who}`} testId="broadcast-box" button={session ? 'Send' : `Send to all ${running}`} label={session ? `Message to ${session}` : 'Message to every session'}
        placeholder={session ? `Message ${session}` : 'Message every session'}
        send={async (text) => {
          const sent = await act('message.send', { to: who as never, text })
          if (sent && !session) useUi.getState().toast({ text: `To every session: ${sent.state}`, tone: 'plain' })
          return sent !== null
        }}
      />
    </div>
  )
}

/** What sessions did, as lines: each leads to its session's monitor. */
const Steps = ({ q, session }: { q: string; session: string }) => {
  const newest = useStore((s) => Object.values(s.activity).reduce((most, a) => Math.max(most, a.timelineSeq), 0))
  const [pages, setPages] = useState<{ key: string; hits: SearchHit[]; next: string | null } | null>(null)
  const key = `steps:${session}:${q}`
  const query = { q: q || undefined, session: session || undefined, kinds: STEPS, limit: PAGE }
  const live = useLive(key, newest, () => read('search', {}, query))
  const mine = pages?.key === key ? pages : null
  const hits = [...new Map([...(live.value?.hits ?? []), ...(mine?.hits ?? [])].map((h) => [h.seq, h])).values()].sort((a, b) => b.seq - a.seq)
  const next = mine ? mine.next : (live.value?.next ?? null)
  const earlier = async () => {
    if (!next) return
    const page = await read('search', {}, { ...query, before: next })
    if (page.ok) setPages({ key, hits: [...(mine?.hits ?? live.value?.hits ?? []), ...page.value.hits], next: page.value.next })
  }
  if (live.problem) return <div className="py-3"><ProblemNote problem={live.problem} /></div>
  if (!live.loading && hits.length === 0) return <Empty title={q ? `Nothing that was done says “${oneLine(q)}”.` : 'Nothing was done yet.'}>Words are found by their beginnings.</Empty>
  return (
    <>
      <ol aria-label="Steps">
        {hits.map((h) => (
          <li key={h.seq} data-testid="step" data-kind={h.kind} data-session={h.session ?? ''} className="grid grid-cols-[auto_8rem_1fr] items-baseline gap-x-3 border-b border-line py-1.5 text-sm">
            <time className="nums text-faint" dateTime={h.at} title={new Date(h.at).toLocaleString()}>{timeOf(h.at)}</time>
            {h.session ? <Link to="/s/$id/$tab" params={{ id: h.session, tab: 'monitor' }} className="truncate text-dim hover:underline">{h.session}</Link> : <span className="text-faint">project</span>}
            <span className={`[overflow-wrap:anywhere] ${h.kind === 'error' ? 'text-error' : ''}`}>{oneLine(h.text)}</span>
          </li>
        ))}
      </ol>
      {next && <div className="py-3 text-center"><Button tone="quiet" onClick={() => void earlier()}>Earlier</Button></div>}
    </>
  )
}

/** Every message of the project, newest first, and the search over them. The address holds what is searched. */
export const ActivityPage = () => {
  const { q = '', session = '' } = useSearch({ from: '/activity' })
  const navigate = useNavigate({ from: '/activity' })
  const [text, setText] = useState(q)
  const field = useRef<HTMLInputElement>(null)
  const [what, setWhat] = useState<'messages' | 'steps'>('messages')
  const sessions = useStore((s) => s.sessions)
  useEffect(() => { field.current?.focus() }, [])
  useEffect(() => {
    if (text === q) return
    const timer = setTimeout(() => void navigate({ search: (old) => ({ ...old, q: text || undefined }), replace: true }), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, q, navigate])
  const found = useFound(q, session)
  const shown = useDeferredValue(found.messages)
  return (
    <div className="flex h-full min-h-0 flex-col">
      <form role="search" className="flex items-center gap-2 border-b max-sm:flex-wrap border-line bg-surface px-4 py-2" onSubmit={(e) => e.preventDefault()}>
        <h1 className="text-lg font-semibold max-sm:sr-only">Activity</h1>
        <input ref={field} type="search" data-testid="search-field" aria-label="Search all messages" className={`${inputClass} min-w-0 flex-1`} placeholder={what === 'steps' ? 'Search what was done' : 'Search all messages'} value={text} onChange={(e) => setText(e.target.value)} spellCheck={false} />
        <select aria-label="What" data-testid="search-what" className={`${inputClass} max-w-40 max-sm:max-w-none`} value={what} onChange={(e) => setWhat(e.target.value === 'steps' ? 'steps' : 'messages')}>
          <option value="messages">messages</option>
          <option value="steps">what was done</option>
        </select>
        <select aria-label="Session" className={`${inputClass} max-w-48 max-sm:max-w-none`} value={session} onChange={(e) => void navigate({ search: (old) => ({ ...old, session: e.target.value || undefined }), replace: true })}>
          <option value="">all sessions</option>
          {fleetOf(sessions).map((s) => <option key={s.id} value={s.id}>{oneLine(s.title) || s.id}</option>)}
        </select>
      </form>
      <div className="min-h-0 flex-1 overflow-y-auto px-4" tabIndex={0} role="region" aria-label="Found">
        <div className="mx-auto max-w-4xl">
          {what === 'steps' ? <Steps q={q} session={session} /> : <>
          {found.problem && <div className="py-3"><ProblemNote problem={found.problem} /></div>}
          {!found.loading && shown.length === 0 && (q
            ? <Empty title={`Nothing says “${oneLine(q)}”.`}>Other words, or all sessions. What an agent did step by step is in its monitor, <b>m</b>.</Empty>
            : <Empty title="No messages yet.">Questions, errors, reports and what you say to sessions come here. Press <b>i</b> for the inbox.</Empty>)}
          <ol aria-label="Messages">{shown.map((m) => <Message key={m.id} message={m} mark={q} linked />)}</ol>
          {found.more && <div className="py-3 text-center"><Button tone="quiet" onClick={() => void found.earlier()}>Earlier</Button></div>}
          </>}
        </div>
      </div>
      <Say session={session} />
    </div>
  )
}
