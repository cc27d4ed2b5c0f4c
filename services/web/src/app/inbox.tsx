import { AttentionList } from '../features/attention/list.tsx'
import { Conversation } from '../features/conversation/conversation.tsx'
import { FleetList } from '../features/fleet/list.tsx'
import { fleetOf, imageRunOf } from '../model.ts'
import { RunRow } from '../features/runs/run.tsx'
import { useStore } from '../store.ts'
import { useMedia } from '../ui/live.ts'
import { Status } from '../ui/status.tsx'
import { Button } from '../ui/controls.tsx'
import { go } from './nav.ts'

const Designer = () => {
  const designer = useStore((s) => fleetOf(s.sessions).find((x) => x.role === 'designer'))
  if (!designer) return null
  return (
    <aside data-landmark aria-label="Designer" className="flex min-h-0 w-[min(440px,38vw)] shrink-0 flex-col border-l border-line">
      <header className="flex min-h-9 items-center gap-2 border-b border-line bg-surface px-4">
        <h2 className="text-base font-semibold">Designer</h2><Status status={designer.status} />
        <Button tone="quiet" hint="g" className="ml-auto min-h-6" onClick={() => go.session(designer.id)}>Terminal</Button>
      </header>
      <div className="min-h-0 flex-1"><Conversation session={designer.id} /></div>
    </aside>
  )
}

/** While the project's own image is built, and when that failed; the built one is under Settings. */
const ImageBuild = () => {
  const run = useStore((s) => imageRunOf(s.runs))
  const asked = useStore((s) => s.attention.some((a) => a.id.startsWith('proposal:image:')))
  if (!run || run.status === 'passed' || run.status === 'cancelled' || (run.status === 'failed' && !asked)) return null
  return <RunRow key={run.id} run={run} open />
}

/** Home: what needs the person, below it the fleet, beside them the designer to talk to. */
export const Inbox = () => {
  const wide = useMedia('(min-width: 1000px)')
  return (
    <div className="flex h-full min-h-0">
      <div className="min-w-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-4xl flex-col gap-6 px-4 py-4 max-sm:px-2">
          <AttentionList />
          <ImageBuild />
          <FleetList />
        </div>
      </div>
      {wide && <Designer />}
    </div>
  )
}
