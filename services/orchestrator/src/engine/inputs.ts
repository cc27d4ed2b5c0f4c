/** What the pages' views are made of, kept between patches: each patch reads again only what its commits touched. */
import type { EgressRequestRow, MergeRow, MessageRow, RunRow, SessionRow, SettingsRow, UsageTotal } from '../domain/rows.ts'
import type { Reader, Touched } from '../ports/store.ts'

export type Inputs = {
  sessions: SessionRow[]
  open: MessageRow[]
  usage: UsageTotal[]
  settings: SettingsRow
  merges: MergeRow[]
  messages: MessageRow[]
  hosts: EgressRequestRow[]
  runs: RunRow[]
  /** The database's clock. */
  now: string
}

const recent = 200
/** The engine is the one writer; whatever somebody changed by hand in the tables is seen after this at the latest. */
const KEPT_MS = 10_000

export const readInputs = async (read: Reader): Promise<Inputs> => {
  const [sessions, open, usage, settings, merges, messages, hosts, runs, now] = await Promise.all([
    read.sessions(), read.openQuestions(), read.usage(), read.settings(), read.merges(100), read.messages({ limit: recent }), read.egressRequests(), read.runs(recent), read.now(),
  ])
  return { sessions, open, usage, settings, merges, messages, hosts, runs, now }
}

/** `touched`: since the last call; null reads everything. One call at a time. */
export const makeInputs = (read: Reader): ((touched: Touched | null) => Promise<Inputs>) => {
  let kept: Inputs | null = null
  let readAt = 0
  return async (touched) => {
    const known = touched === null || Date.now() - readAt > KEPT_MS ? null : kept
    // A failure leaves nothing that could be half of then and half of now.
    kept = null
    if (known === null || touched === null) {
      readAt = Date.now()
      return (kept = await readInputs(read))
    }
    const [sessions, open, usage, settings, merges, messages, hosts, runs, now] = await Promise.all([
      read.sessions(),
      touched.messages.size > 0 ? read.openQuestions() : known.open,
      touched.usage ? read.usage() : known.usage,
      touched.project ? read.settings() : known.settings,
      touched.merges.size > 0 ? read.merges(100) : known.merges,
      touched.messages.size > 0 ? read.messages({ limit: recent }) : known.messages,
      touched.egressRequests ? read.egressRequests() : known.hosts,
      touched.runs.size > 0 ? read.runs(recent) : known.runs,
      read.now(),
    ])
    return (kept = { sessions, open, usage, settings, merges, messages, hosts, runs, now })
  }
}
