import { Link } from '@tanstack/react-router'
import type { SessionView } from '@orchestra/contracts'
import { tabs, type Tab } from '../../app/keymap.ts'
import { useStore } from '../../store.ts'
import { Empty, Kbd, Stat } from '../../ui/controls.tsx'
import { Conversation } from '../conversation/conversation.tsx'
import { LiveDiff } from '../diff/live.tsx'
import { Messages } from '../messages/messages.tsx'
import { Monitor } from '../monitor/monitor.tsx'
import { Review } from '../review/review.tsx'
import { SessionAttention } from './attention.tsx'
import { SessionHeader } from './header.tsx'
import { StartPanel } from './start.tsx'
import { TermTab } from './term-tab.tsx'

const labels: Record<Tab, { word: string; key: string }> = {
  term: { word: 'Term', key: 'x' }, diff: { word: 'Diff', key: 'd' }, monitor: { word: 'Monitor', key: 'm' },
  conversation: { word: 'Conversation', key: 'c' }, messages: { word: 'Messages', key: 'w' }, review: { word: 'Review', key: 'v' },
}

/** On a narrow screen the strip scrolls: the tab that is open is in it. */
const inSight = (el: HTMLElement | null) => { el?.scrollIntoView({ inline: 'nearest', block: 'nearest' }) }

const Tabs = ({ session, tab }: { session: SessionView; tab: Tab }) => (
  <nav aria-label="Session" className="flex shrink-0 gap-0.5 overflow-x-auto border-b border-line bg-surface px-2">
    {tabs.filter((t) => session.role !== 'designer' || (t !== 'review' && t !== 'diff')).map((t) => (
      <Link
        key={t} ref={t === tab ? inSight : undefined} to="/s/$id/$tab" params={{ id: session.id, tab: t }} aria-current={t === tab ? 'page' : undefined}
        className={`flex min-h-8 items-center gap-1.5 border-b-2 px-2.5 text-sm whitespace-nowrap max-sm:min-h-11 ${t === tab ? 'border-accent text-text' : 'border-transparent text-dim hover:text-text'}`}
      >
        {labels[t].word}
        {t === 'diff' && session.diffStat.files > 0 && <Stat added={session.diffStat.added} removed={session.diffStat.removed} />}
        <Kbd>{labels[t].key}</Kbd>
      </Link>
    ))}
  </nav>
)

const Body = ({ session, tab }: { session: SessionView; tab: Tab }) => {
  switch (tab) {
    case 'term': return <TermTab session={session} />
    case 'diff': return <LiveDiff session={session} />
    case 'monitor': return <Monitor session={session} />
    case 'conversation': return <div className="mx-auto h-full max-w-4xl"><Conversation session={session.id} /></div>
    case 'messages': return <Messages session={session.id} />
    case 'review': return <Review session={session} />
  }
}

/** Everything about one session. */
export const SessionPage = ({ id, tab }: { id: string; tab: Tab }) => {
  const session = useStore((s) => s.sessions[id])
  const known = useStore((s) => s.epoch > 0)
  if (!session) return <Empty title={known ? `There is no session “${id}”.` : 'Connecting…'}>Press <b>i</b> for the inbox.</Empty>
  return (
    <div className="flex h-full min-h-0 flex-col">
      <SessionHeader session={session} />
      <Tabs session={session} tab={tab} />
      <StartPanel session={session} />
      {tab !== 'review' && <SessionAttention session={id} />}
      <div className="min-h-0 flex-1"><Body session={session} tab={tab} /></div>
    </div>
  )
}
