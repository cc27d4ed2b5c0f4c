import type { SessionView } from '@orchestra/contracts'
import { Clock } from '../../ui/clock.tsx'
import { oneLine } from '../../ui/text.ts'

const Fact = ({ what, says, since }: { what: string; says: string; since: string | null }) => (
  <div className="flex items-baseline gap-1.5 whitespace-nowrap"><dt className="text-faint">{what}</dt><dd className="text-dim">{says}{since && <> <Clock since={since} className="text-faint" /></>}</dd></div>
)

/** What the status was derived from, each with its own clock: a word may be wrong, these can be looked up. */
export const Facts = ({ facts: f }: { facts: NonNullable<SessionView['facts']> }) => (
  <dl data-testid="session-facts" className="flex flex-wrap gap-x-5 gap-y-1 border-b border-line bg-surface px-3 py-1.5 text-sm">
    <Fact what="container" says={f.container ? oneLine(f.container.state) : 'none'} since={f.container?.at ?? null} />
    <Fact what="connection" says={f.link.up ? 'up' : 'down'} since={f.link.at} />
    <Fact what="CLI" says={f.cli ? oneLine(f.cli.state) : 'not started'} since={f.cli?.at ?? null} />
    <Fact what="last step" says={f.lastHookAt ? '' : 'none yet'} since={f.lastHookAt} />
    <Fact what="terminal wrote" says={f.lastTerminalAt ? '' : 'nothing yet'} since={f.lastTerminalAt} />
    {f.questionAt && <Fact what="asked" says="" since={f.questionAt} />}
    {f.dialogAt && <Fact what="in a dialog" says="" since={f.dialogAt} />}
    {f.failing && <Fact what={`failed ${f.failing.times} times`} says={oneLine(f.failing.command).slice(0, 60)} since={f.failing.at} />}
  </dl>
)
