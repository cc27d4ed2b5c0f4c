/** The engine: parts wired, ports given. */
import { setTimeout as sleep } from 'node:timers/promises'
import { makeSearch } from './search.ts'
import { serial } from '@orchestra/contracts'
import type { Engine } from '../ports/engine.ts'
import { applyCommands } from './commands/apply.ts'
import { archiveCommands } from './commands/archive.ts'
import { budgetCommands } from './commands/budget.ts'
import { egressCommands } from './commands/egress.ts'
import { lifeCommands } from './commands/life.ts'
import { messageCommands } from './commands/messages.ts'
import { removeCommands } from './commands/remove.ts'
import { settingsCommands } from './commands/settings.ts'
import { spawnCommand } from './commands/spawn.ts'
import { background, makeCore } from './core.ts'
import type { Core, Place, Ports } from './core.ts'
import { ensureDesigner } from './designer.ts'
import { lookAtDisk, lookAtDiskMs } from './disk.ts'
import { diskOf } from './disk-use.ts'
import { makeDispatch } from './dispatch.ts'
import type { Handlers } from './dispatch.ts'
import { coreEffects } from './effects.ts'
import { followEgress } from './egress.ts'
import { followBranches, followCheckout } from './follow.ts'
import { receivePack } from './import.ts'
import { mendInboxes } from './inboxes.ts'
import { makeMerges, mergeDiff, refreshRequests } from './merges/index.ts'
import { lookForNested } from './nested.ts'
import { makeQueries } from './queries.ts'
import { onContainer, reconcile } from './reconcile.ts'
import { makeReport } from './reports/index.ts'
import { trim } from './retention.ts'
import { makeRuns } from './runs/index.ts'
import { makeSpec } from './spec.ts'
import { makeToolCall } from './tools.ts'
import { makeWorker } from './worker.ts'
import { lookAtWorktrees, lookAtWorktreesMs, rebuildCommand } from './worktree-watch.ts'

const reconcileMs = 15_000
const firstLookAgainMs = 500
const trimMs = 3_600_000
/** After a start, which has better to do: a machine that is off at night never runs for an hour. */
const firstTrimMs = 60_000

/** For tests, which wait for events and never sleep. */
type Watched = {
  /** Resolves when nothing committed is left to do or to tell. */
  settled(): Promise<void>
  /** One round of the reconciler, at once. */
  reconcileNow(): Promise<void>
  /** Retention, at once. */
  trimNow(): Promise<void>
}

/** Again and again, a pause between two rounds; a round that fails is reported and the next one tries again. Returns the stopper. */
const repeat = (core: Pick<Core, 'report'>, what: string, pauseMs: number, round: () => Promise<void>, firstMs = pauseMs): (() => void) => {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const next = (ms: number): void => {
    if (stopped) return
    timer = setTimeout(() => void round().catch((error: unknown) => core.report(what, error)).finally(() => next(pauseMs)), ms)
  }
  next(firstMs)
  return () => { stopped = true; clearTimeout(timer) }
}

export const createEngine = (ports: Ports, place: Place): Engine & Watched => {
  const core = makeCore(ports, place)
  const runs = makeRuns(core, lifeCommands)
  const merges = makeMerges(runs.bells)
  const handlers: Handlers = {
    ...spawnCommand, ...lifeCommands, ...rebuildCommand, ...removeCommands, ...archiveCommands, ...messageCommands, ...settingsCommands, ...egressCommands, ...budgetCommands, ...applyCommands, ...runs.commands, ...merges.commands,
  }
  const worker = makeWorker(core, { ...coreEffects, ...runs.effects, ...merges.effects })
  const dispatch = makeDispatch(core, handlers)
  const spec = makeSpec(core)
  const report = makeReport(core, dispatch, runs.onStatus)
  const toolCall = makeToolCall(core, dispatch)
  const stoppers: (() => void)[] = []
  const following = serial()
  const mending = serial()
  core.inboxesWhole = () => mending(() => Promise.resolve())
  const mend = (): Promise<void> => mending(() => mendInboxes(core))

  const follow = (what: 'checkout' | 'refs'): void => background(core, `following the ${what}`, following(async () => {
    const changed = what === 'refs' ? await core.outside.refreshRefs() : 'head'
    if (changed === 'head') await followCheckout(core)
    else if (changed === 'branches') core.feed.projectChanged()
    if (what === 'refs') { await followBranches(core); await refreshRequests(core) }
    spec.check()
  }))
  /** Spawner or relay may be restarting: the next round finds them. */
  const round = async (): Promise<void> => {
    const refreshed = core.outside.refreshServices().then((changed) => { if (changed) core.feed.projectChanged() })
    core.feed.tick()
    // Containers are looked at whether or not the relay answers. A new image is asked in a container of its own: nothing else waits for that.
    await Promise.all([refreshed.then(() => Promise.all([followEgress(core), mend()])), runs.endOverdue(), following(async () => { await reconcile(core); await lookAtWorktrees(core); await lookAtDisk(core); await lookForNested(core); await refreshRequests(core) })])
  }
  /** The spawner may be starting beside it: what runs is not left unknown until the next round. */
  const firstLook = async (stopped: () => boolean): Promise<void> => {
    while (!stopped() && core.outside.lookedAt() === null) {
      await round().catch((error: unknown) => core.report('the first look at containers', error))
      if (core.outside.lookedAt() === null) await sleep(firstLookAgainMs, undefined, { ref: false })
    }
  }

  return {
    project: place.project,
    dispatch,
    snapshot: () => core.feed.snapshot(),
    subscribe: (listener) => core.feed.subscribe(listener),
    ...makeQueries(core),
    search: makeSearch(core),
    mergeDiff: (merge) => mergeDiff(core, merge),
    runLog: runs.logs.read,
    onRunLog: runs.logs.onGrown,
    typed: (session) => core.commit(async (tx) => {
      const row = await tx.session(session)
      if (row && row.hops > 0) await tx.putSession({ ...row, hops: 0 })
    }),
    readSpec: spec.readSpec,
    writeSpec: spec.writeSpec,
    onSpec: spec.onSpec,
    credential: () => core.bus.credentialStatus(),
    saveCredential: async (c, by) => {
      const saved = await core.bus.saveCredential(c)
      if (!saved.ok) return saved
      core.outside.setCredential(saved.value)
      await core.commit(async (tx) => { await tx.event({ type: 'credential.saved', session: null, actor: by, data: { kind: c.kind } }); tx.touchProject() })
      return saved
    },
    disk: () => diskOf(core),
    toolCall,
    report,
    receivePack: async (session, kind, sha, head, body) => {
      const reply = await receivePack(core, session, kind, sha, head, body)
      if (kind === 'commits' && reply.accepted) background(core, 'following merge requests', refreshRequests(core))
      return reply
    },
    receiveLog: runs.logs.receive,
    reconcileNow: round,
    trimNow: () => trim(core),
    settled: async () => { await worker.idle(); await core.feed.drained() },
    start: async () => {
      await core.outside.start()
      core.bus.onCall(toolCall)
      core.bus.onReport(report)
      core.feed.onEvents((events) => { for (const e of events) core.bus.publishFact(core.project, e) })
      await ensureDesigner(core)
      await worker.start()
      stoppers.push(core.repository.watch(follow), core.bus.onReturn(() => background(core, 'mending the inboxes', mend())), core.runtime.watch((fact) => background(core, 'a container fact', onContainer(core, fact))), spec.start())
      const timer = setInterval(() => background(core, 'reconciling', round()), reconcileMs)
      stoppers.push(() => clearInterval(timer), repeat(core, 'looking at the worktrees', lookAtWorktreesMs, () => lookAtWorktrees(core)), repeat(core, 'looking at the disk', lookAtDiskMs, () => lookAtDisk(core)), repeat(core, 'trimming', trimMs, () => trim(core), firstTrimMs))
      let stopped = false
      stoppers.push(() => { stopped = true })
      background(core, 'reconciling', firstLook(() => stopped))
    },
    stop: async () => {
      for (const stop of stoppers.splice(0)) stop()
      await following(() => Promise.resolve())
      runs.stop()
      await worker.stop()
    },
  }
}
