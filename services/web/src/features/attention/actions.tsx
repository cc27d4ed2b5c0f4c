import type { AttentionView } from '@orchestra/contracts'
import { act, answerOption, choicesOf, undoAnswer } from '../../act.ts'
import { go } from '../../app/nav.ts'
import { needsRebuild } from '../../model.ts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { Button, Kbd } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'
import { MoreBudget } from '../session/budget.tsx'
import { canDismiss } from './looks.ts'

/** The choices of an item, numbered as the keys that take them where it is selected. */
export const Options = ({ item, selected, stacked }: { item: AttentionView; selected: boolean; stacked: boolean }) => {
  const pending = useUi((s) => (s.pending?.attention === item.id ? s.pending : null))
  const choices = choicesOf(item)
  if (pending) return (
    <div role="status" className="flex items-center gap-2 text-sm text-dim">
      Answering “{oneLine(pending.label)}”
      <Button tone="quiet" hint="u" onClick={undoAnswer}>Undo</Button>
    </div>
  )
  if (choices.length === 0) return null
  return (
    <div className={`flex gap-1.5 ${stacked ? 'flex-col' : 'flex-wrap'}`}>
      {choices.map((choice, n) => {
        const star = item.recommended === n
        const approval = item.kind === 'approval' && n === 0
        return (
          <button
            key={n} type="button" data-testid={approval ? 'merge-approve' : 'attention-option'} onClick={() => answerOption(item, n)}
            className={`flex min-h-8 items-center gap-2 rounded-md border px-2.5 py-1 text-left text-base hover:border-accent max-sm:min-h-11 ${star || approval ? 'border-accent/60 bg-selected' : 'border-control/50'}`}
          >
            {selected && n < 9 && <Kbd>{n + 1}</Kbd>}
            <span className="[overflow-wrap:anywhere]">{oneLine(choice.label)}</span>
            {star && <span className="ml-auto pl-2 text-sm text-ask" title="recommended by the asker">★<span className="sr-only"> recommended</span></span>}
          </button>
        )
      })}
    </div>
  )
}

/** A merge that stopped: back to who made it. */
const Stuck = ({ item, session }: { item: AttentionView; session: string }) => {
  const merge = useStore((s) => (item.mergeId ? s.merges[item.mergeId] : undefined))
  if (merge?.status !== 'conflict' && merge?.status !== 'checks_failed') return null
  return (
    <Button tone="primary" onClick={() => void act('merge.resolve', { merge: merge.id }, `Sent to ${session}`)}>
      {merge.status === 'conflict' ? `Ask ${session} to resolve it` : `Send back to ${session}`}
    </Button>
  )
}

/** What can be done about an item beside answering it. */
export const Actions = ({ item, selected, inPlace }: { item: AttentionView; selected: boolean; inPlace: boolean }) => {
  const { session } = item
  const status = useStore((s) => (session ? s.sessions[session]?.status : undefined))
  const broken = useStore((s) => (session ? needsRebuild(s.sessions[session]) : false))
  // Its header has the same, where the card stands below it.
  const overBudget = useStore((s) => { const found = session ? s.sessions[session] : undefined; return found?.pausedBy === 'budget' ? found : null })
  return (
    <footer className="flex flex-wrap items-center gap-1.5 empty:hidden">
      {item.kind === 'failed-start' && !broken && session && <Button tone="primary" onClick={() => void act('session.retry', { session }, `Starting ${session} again`)}>Retry</Button>}
      {item.kind === 'error' && status === 'lost' && session && <Button tone="primary" onClick={() => void act('session.restart', { session }, `Starting ${session} again`)}>Restart</Button>}
      {item.id === `session:${session}` && broken && session && <Button tone="primary" onClick={() => void act('session.rebuild', { session }, `Rebuilding the worktree of ${session}`)}>Rebuild</Button>}
      {item.id === `session:${session}` && status === 'interrupted' && session && <Button tone="primary" onClick={() => void act('session.continue', { session }, `${session} goes on`)}>Continue</Button>}
      {item.id === `session:${session}` && overBudget && !inPlace && <MoreBudget session={overBudget} />}
      {item.id === `session:${session}` && status === 'paused' && !overBudget && !broken && session && <Button tone="primary" onClick={() => void act('session.continue', { session }, `${session} goes on`)}>Continue</Button>}
      {item.kind === 'stuck' && session && <Button tone="primary" hint={selected ? 'x' : undefined} onClick={() => go.session(session, 'term')}>Look at its terminal</Button>}
      {item.kind === 'stuck' && session && <Button onClick={() => void act('session.interrupt', { session }, `${session}: its turn ends`)}>Interrupt</Button>}
      {item.kind === 'error' && session && <Stuck item={item} session={session} />}
      {item.kind === 'permission' && !item.messageId && session && <Button tone="primary" onClick={() => go.session(session, 'term')}>Open its terminal</Button>}
      {item.kind === 'complete' && session && <Button tone="primary" hint={selected ? 'v' : undefined} onClick={() => go.session(session, 'review')}>Review</Button>}
      {item.kind === 'credential' && <Button tone="primary" hint={selected ? ',' : undefined} onClick={go.settings}>Enter a credential</Button>}
      {item.kind === 'proposal' && selected && <Button tone="quiet" hint="," onClick={go.settings}>Edit in settings</Button>}
      {item.mergeId && session && <Button hint={selected ? 'v' : undefined} onClick={() => go.session(session, 'review')}>Look at the diff</Button>}
      {selected && !inPlace && session && <Button tone="quiet" hint="↵" onClick={() => go.session(session)}>Open session</Button>}
      {selected && canDismiss(item.kind) && <Button tone="quiet" hint="e" onClick={() => void act('attention.dismiss', { id: item.id })}>Done</Button>}
    </footer>
  )
}
