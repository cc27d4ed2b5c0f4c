import type { AttentionView } from '@orchestra/contracts'
import { act, answerOption, optionsOf, undoAnswer } from '../../act.ts'
import { go } from '../../app/nav.ts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { Button, Kbd } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'
import { canDismiss } from './looks.ts'

/** The options of a question, numbered as the keys that choose them. */
export const Options = ({ item, stacked }: { item: AttentionView; stacked: boolean }) => {
  const pending = useUi((s) => (s.pending?.attention === item.id ? s.pending : null))
  const options = optionsOf(item)
  if (pending) return (
    <div role="status" className="flex items-center gap-2 text-sm text-dim">
      Answering “{oneLine(pending.label)}”
      <Button tone="quiet" hint="u" onClick={undoAnswer}>Undo</Button>
    </div>
  )
  if (options.length === 0) return null
  return (
    <div className={`flex gap-1.5 ${stacked ? 'flex-col' : 'flex-wrap'}`}>
      {options.map((option, n) => {
        const star = item.recommended === n
        const approve = item.mergeId !== null && n === 0
        return (
          <button
            key={n} type="button" data-testid={approve ? 'merge-approve' : 'attention-option'} onClick={() => answerOption(item, n)}
            className={`flex min-h-8 items-center gap-2 rounded-md border px-2.5 py-1 text-left text-base max-sm:min-h-11 hover:border-accent ${star || approve ? 'border-accent/60 bg-selected' : 'border-control/50'}`}
          >
            <Kbd>{n + 1}</Kbd>
            <span className="[overflow-wrap:anywhere]">{oneLine(option)}</span>
            {star && <span className="ml-auto pl-2 text-sm text-ask" title="recommended by the asker">★<span className="sr-only"> recommended</span></span>}
          </button>
        )
      })}
    </div>
  )
}

/** What can be done about an item beside answering it. */
export const Actions = ({ item, selected, inPlace }: { item: AttentionView; selected: boolean; inPlace: boolean }) => {
  const proposal = useStore((s) => s.project?.settings.checkProposal ?? null)
  const { session } = item
  const useProposal = async () => {
    if (await act('settings.save', { checkCommand: proposal }, 'Check command saved')) await act('attention.dismiss', { id: item.id })
  }
  return (
    <footer className="flex flex-wrap items-center gap-1.5 empty:hidden">
      {item.kind === 'failed-start' && session && <Button tone="primary" onClick={() => void act('session.retry', { session }, `Starting ${session} again`)}>Retry</Button>}
      {item.kind === 'complete' && session && <Button tone="primary" hint={selected ? 'v' : undefined} onClick={() => go.session(session, 'review')}>Review</Button>}
      {item.kind === 'credential' && <Button tone="primary" hint="," onClick={go.settings}>Enter a credential</Button>}
      {item.kind === 'proposal' && proposal && <Button tone="primary" onClick={() => void useProposal()}>Use this command</Button>}
      {item.kind === 'proposal' && <Button onClick={go.settings}>Edit in settings</Button>}
      {item.mergeId && session && <Button hint={selected ? 'v' : undefined} onClick={() => go.session(session, 'review')}>Look at the diff</Button>}
      {selected && !inPlace && session && <Button tone="quiet" hint="↵" onClick={() => go.session(session)}>Open session</Button>}
      {selected && canDismiss(item.kind) && <Button tone="quiet" hint="e" onClick={() => void act('attention.dismiss', { id: item.id })}>Done</Button>}
    </footer>
  )
}
