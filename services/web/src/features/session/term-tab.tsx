import { Group, Panel, Separator } from 'react-resizable-panels'
import type { SessionView } from '@orchestra/contracts'
import { useUi, type Side } from '../../ui-store.ts'
import { useMedia } from '../../ui/live.ts'
import { Button } from '../../ui/controls.tsx'
import { Conversation } from '../conversation/conversation.tsx'
import { LiveDiff } from '../diff/live.tsx'
import { SMALL, TerminalPane } from '../terminal/lazy.tsx'

const sides: [Side, string, string][] = [['chat', 'Conversation', ''], ['shell', 'Shell', 't'], ['diff', 'Diff', '']]

/** The agent's own terminal, and beside it what one wants at hand: its conversation, a shell in its worktree, or its diff. */
export const TermTab = ({ session }: { session: SessionView }) => {
  const side = useUi((s) => s.side)
  const wide = useMedia('(min-width: 1000px)')
  const small = useMedia(SMALL)
  const designer = session.role === 'designer'
  const shown: Side = designer && side === 'diff' ? 'chat' : side
  const beside = (
    <>
      <div role="group" aria-label="Beside the terminal" className="flex items-center gap-1 border-b border-line bg-surface px-2 py-0.5">
        {sides.filter(([s]) => !designer || s !== 'diff').map(([s, word, key]) => (
          <Button key={s} tone="quiet" className={`min-h-6 ${s === shown ? 'bg-raised text-text' : ''}`} aria-pressed={s === shown} hint={key || undefined} onClick={() => useUi.getState().setSide(s)}>{word}</Button>
        ))}
      </div>
      <div className="min-h-0 flex-1">
        {shown === 'chat' && <Conversation session={session.id} />}
        {shown === 'shell' && <TerminalPane session={session.id} target="shell" autoFocus />}
        {shown === 'diff' && <LiveDiff session={session} index={false} />}
      </div>
    </>
  )
  const which = (
    <>
      <Button tone="quiet" aria-pressed={shown !== 'shell'} className={shown !== 'shell' ? 'bg-raised text-text' : ''} onClick={() => useUi.getState().setSide('chat')}>Agent</Button>
      <Button tone="quiet" aria-pressed={shown === 'shell'} className={shown === 'shell' ? 'bg-raised text-text' : ''} onClick={() => useUi.getState().setSide('shell')}>Shell</Button>
    </>
  )
  if (!wide) return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 flex-1"><TerminalPane session={session.id} target={shown === 'shell' ? 'shell' : 'cli'} beside={which} /></div>
      {!small && <div className="flex items-center gap-1 border-t border-line bg-surface px-2 py-1">{which}</div>}
    </div>
  )
  return (
    <Group orientation="horizontal" className="h-full min-h-0">
      <Panel defaultSize="56%" minSize="25%" className="min-h-0"><TerminalPane session={session.id} target="cli" /></Panel>
      <Separator className="w-px bg-line outline-offset-[-1px] hover:bg-accent data-[separator=active]:bg-accent" aria-label="Width of the terminal" />
      <Panel minSize="20%" className="flex min-h-0 flex-col">{beside}</Panel>
    </Group>
  )
}
