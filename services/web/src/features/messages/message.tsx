import { Link } from '@tanstack/react-router'
import type { MessageView } from '@orchestra/contracts'
import { Clock } from '../../ui/clock.tsx'
import { Chip, type ChipTone } from '../../ui/controls.tsx'
import { timeOf } from '../../ui/format.ts'
import { Markdown } from '../../ui/markdown.tsx'
import { Marked } from '../../ui/marked.tsx'
import { oneLine, visible } from '../../ui/text.ts'
import { receiptOf } from './receipt.ts'

const kindTone: Record<MessageView['kind'], ChipTone> = { note: 'plain', question: 'ask', error: 'error', complete: 'review', answer: 'plain' }

const Who = ({ id, linked }: { id: string; linked: boolean }) =>
  linked ? <Link to="/s/$id/$tab" params={{ id, tab: 'messages' }} className="hover:underline">{id}</Link> : <>{id}</>
const From = ({ from, linked }: { from: MessageView['from']; linked: boolean }) => (from.kind === 'session' ? <Who id={from.id} linked={linked} /> : <>{from.kind === 'person' ? 'you' : from.part === 'terminal' ? 'somebody in the terminal' : 'orchestra'}</>)
const To = ({ to, linked }: { to: MessageView['to']; linked: boolean }) => (to.kind === 'session' ? <Who id={to.id} linked={linked} /> : <>{to.kind === 'person' ? 'you' : 'everyone'}</>)

type Props = { message: MessageView; /** words to mark; the text is then shown as it was written */ mark?: string; /** names lead to their sessions */ linked?: boolean }

/** One message with how far it got. */
export const Message = ({ message: m, mark = '', linked = false }: Props) => {
  const receipt = receiptOf(m)
  return (
    <li data-testid="message" data-kind={m.kind} data-delivery={m.delivery} data-state={m.state} className="border-b border-line py-2.5">
      <p className="mb-0.5 flex flex-wrap items-center gap-x-2 text-sm text-faint">
        <span className="text-dim"><From from={m.from} linked={linked} /> → <To to={m.to} linked={linked} /></span>
        {m.kind !== 'note' && <Chip tone={kindTone[m.kind]}>{m.kind}</Chip>}
        <time className="nums" dateTime={m.sentAt} title={new Date(m.sentAt).toLocaleString()}>{timeOf(m.sentAt)}</time>
        <span className={`ml-auto ${receipt.tone === 'error' ? 'text-error' : receipt.tone === 'ask' ? 'text-ask' : ''}`}>
          {oneLine(receipt.word)}{receipt.since && <> <Clock since={receipt.since} /> ago</>}{receipt.after && `, ${oneLine(receipt.after)}`}
        </span>
      </p>
      {mark ? <Marked text={m.text} mark={mark} /> : <Markdown text={m.text} />}
      {m.options.length > 0 && <p className="mt-1 flex flex-wrap gap-1">{m.options.map((o, i) => <Chip key={i} wraps>{oneLine(o)}{m.recommended === i && ' ★'}</Chip>)}</p>}
      {m.note && <p className="wrap mt-1 border-l-2 border-ask/60 pl-2.5 text-sm text-dim"><span className="font-medium">Designer:</span> {visible(m.note)}</p>}
      {m.receivers.length > 0 && (
        <details className="mt-1 text-sm text-faint">
          <summary className="cursor-pointer">Receivers</summary>
          <ul className="mt-0.5 grid grid-cols-[auto_1fr] gap-x-3">
            {m.receivers.map((r) => <li key={r.session} className="contents"><span className="text-dim"><Who id={r.session} linked={linked} /></span><span className={r.delivery === 'failed' ? 'text-error' : ''}>{r.delivery === 'seen' ? 'read' : r.delivery} <Clock since={r.at} /> ago{r.reason && `: ${oneLine(r.reason)}`}</span></li>)}
          </ul>
        </details>
      )}
      {m.answer && (
        <div className="mt-1 border-l-2 border-accent/50 pl-2.5">
          <p className="text-sm text-faint">answered by <From from={m.answer.by} linked={linked} /> <time className="nums" dateTime={m.answer.at}>{timeOf(m.answer.at)}</time></p>
          {mark ? <Marked text={m.answer.text} mark={mark} /> : <Markdown text={m.answer.text} />}
        </div>
      )}
    </li>
  )
}
