/**
 * Brings the agent's commits and its uncommitted work to the host: one worker, woken by the watcher, a hint, `sync` or a timer.
 * Nothing here waits for anybody: a push that fails is tried again, the newest state each time.
 */
import { setTimeout as after } from 'node:timers'
import type { Sha } from '@orchestra/contracts'
import { refs } from '@orchestra/contracts'
import { background, log, reasonOf } from '../log.ts'
import type { Places } from '../places.ts'
import type { RelayRequest } from '../relay/request.ts'
import type { Git } from './git.ts'
import { pushPack } from './pack.ts'
import { Snapshots } from './snapshot.ts'

/** Editors write a file in several steps; this gathers them and is part of the price of every snapshot. */
const GATHER_MS = 12
const MAX_QUIET_MS = 400
const RETRY_MS = [1000, 3000, 10_000, 30_000] as const
/** A refusal that is about to pass by itself (a rebase open on the host) is not worth the agent's attention. */
const TELL_AFTER_TRIES = 3

export type WorkSyncOptions = {
  places: Places
  git: Git
  post: RelayRequest
  branch: string
  base: Sha
  tip: Sha
  skip: () => readonly string[]
  /** For the agent's ears: why its commits do not arrive. */
  tell: (text: string) => void
}

/** `files`: changed by name; with `everything` nobody knows which. */
type Dirty = { commits: boolean; files: Set<string>; everything: boolean; force: boolean }
const filesIn = (dirty: Dirty): boolean => dirty.everything || dirty.files.size > 0

export class WorkSync {
  readonly #o: WorkSyncOptions
  readonly #snapshots: Snapshots
  /** Commits that the host has, oldest first; what a pack may lean on. */
  #known: Sha[]
  #hostTip: Sha
  #pushedSnapshot: Sha | null = null
  #dirty: Dirty = { commits: true, files: new Set(), everything: true, force: false }
  #running: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #failures = 0
  /** Passes in a row that found nothing new. */
  #inVain = 0
  #refused = { tip: '', times: 0, told: '' }

  constructor(options: WorkSyncOptions) {
    this.#o = options
    this.#snapshots = new Snapshots(options.places, options.git)
    this.#known = [...new Set([options.base, options.tip])]
    this.#hostTip = options.tip
  }

  /** Where the branch stands on the host, as far as told. */
  get hostTip(): Sha {
    return this.#hostTip
  }

  get branch(): string {
    return this.#o.branch
  }

  /** The host's branch is at this commit now, whoever moved it. */
  hostMoved(tip: Sha): void {
    this.#hostTip = tip
    this.#know(tip)
    this.#refused = { tip: '', times: 0, told: '' }
  }

  /** Something of this kind may have changed, nobody knows what. */
  poke(what: 'commits' | 'files' | 'both', force = false): void {
    if (what !== 'files') this.#dirty.commits = true
    if (what !== 'commits') this.#dirty.everything = true
    if (force) this.#dirty.force = true
    this.#schedule(this.#failures > 0 ? GATHER_MS : this.#pause())
  }

  /** This file may have changed. */
  changed(path: string): void {
    if (!this.#dirty.everything) this.#dirty.files.add(path)
    this.#schedule(this.#failures > 0 ? GATHER_MS : this.#pause())
  }

  /** Everything pushed that can be, now; resolves after one full pass. */
  async settle(): Promise<void> {
    await this.#running
    this.#dirty = { commits: true, files: new Set(), everything: true, force: false }
    await this.#pass()
  }

  /** Tree of the work tree as it is now. */
  async tree(): Promise<Sha> {
    await this.#running
    return (await this.#snapshots.take(this.#o.skip())).tree
  }

  #schedule(ms: number): void {
    if (this.#running !== null || this.#timer !== null) return
    this.#timer = after(() => {
      this.#timer = null
      background('pushing work', this.#pass())
    }, ms)
  }

  async #pass(): Promise<void> {
    if (this.#running !== null) return this.#running
    this.#running = this.#work().finally(() => {
      this.#running = null
      if (this.#dirty.commits || filesIn(this.#dirty)) this.#schedule(this.#pause())
    })
    return this.#running
  }

  /** Milliseconds until the next pass: longer after failures, and while what changes are only ignored files. */
  #pause(): number {
    if (this.#failures > 0) return RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1] ?? MAX_QUIET_MS
    return Math.min(GATHER_MS * 2 ** this.#inVain, MAX_QUIET_MS)
  }

  async #work(): Promise<void> {
    const todo = this.#dirty
    this.#dirty = { commits: false, files: new Set(), everything: false, force: false }
    const before = this.#pushedSnapshot
    const files = filesIn(todo)
    const failed = { commits: todo.commits, files }
    try {
      if (todo.commits) failed.commits = !(await this.#pushCommits())
      if (files) failed.files = !(await this.#pushSnapshot(todo.force, todo.everything ? null : todo.files))
    } catch (error) {
      log(`work could not be read from the gitdir: ${reasonOf(error)}`)
    }
    this.#failures = failed.commits || failed.files ? this.#failures + 1 : 0
    this.#inVain = files && !failed.files && before === this.#pushedSnapshot ? this.#inVain + 1 : 0
    if (failed.commits) this.#dirty.commits = true
    if (failed.files) this.#dirty = { ...this.#dirty, everything: true, force: this.#dirty.force || todo.force }
  }

  /** False: try again later. */
  async #pushCommits(full = false): Promise<boolean> {
    const found = await this.#o.git.try(['rev-parse', '--verify', `refs/heads/${this.#o.branch}^{commit}`])
    // The agent may have renamed or deleted its branch: there is nothing of it to bring.
    if (found.code !== 0) return true
    const tip = found.stdout.toString('utf8').trim() as Sha
    if (tip === this.#hostTip || (this.#known.includes(tip) && !full)) return true
    const pushed = await pushPack(this.#o.places, this.#o.post, { kind: 'commits', want: tip, head: tip, have: full ? [] : this.#known.filter((sha) => sha !== tip) })
    if (!pushed.ok) return this.#later(pushed.reason)
    const { reply } = pushed
    if (reply.needFull === true && !full) return this.#pushCommits(true)
    if (reply.tip !== null) {
      this.#hostTip = reply.tip
      this.#know(reply.tip)
    }
    if (reply.accepted) {
      this.#know(tip)
      return true
    }
    // What to merge, in case that the word that the host's branch moved is still on its way.
    if (reply.tip !== null) await this.#o.git.try(['update-ref', refs.shown('host'), reply.tip])
    return this.#refusedBecause(tip, reply.reason ?? 'no reason was given')
  }

  async #pushSnapshot(force: boolean, changed: ReadonlySet<string> | null, full = false): Promise<boolean> {
    const snapshot = await this.#snapshots.take(this.#o.skip(), changed)
    if (snapshot.sha === this.#pushedSnapshot && !force) return true
    const have = full ? [] : [...this.#known, ...(this.#pushedSnapshot === null ? [] : [this.#pushedSnapshot])]
    const pushed = await pushPack(this.#o.places, this.#o.post, { kind: 'snapshot', want: snapshot.sha, head: snapshot.head, have: have.filter((sha) => sha !== snapshot.sha) })
    if (!pushed.ok) return this.#later(pushed.reason)
    if (pushed.reply.needFull === true && !full) return this.#pushSnapshot(force, changed, true)
    if (pushed.reply.accepted) this.#pushedSnapshot = snapshot.sha
    else log(`a snapshot was refused: ${pushed.reply.reason ?? 'no reason was given'}`)
    // Refused for what is in it: only another state of the files can do better.
    return true
  }

  #later(reason: string): boolean {
    log(`not pushed yet: ${reason}`)
    return false
  }

  #refusedBecause(tip: Sha, reason: string): boolean {
    const times = this.#refused.tip === tip ? this.#refused.times + 1 : 1
    const told = this.#refused.told
    this.#refused = { tip, times, told }
    if (times >= TELL_AFTER_TRIES && told !== `${tip} ${reason}`) {
      this.#refused.told = `${tip} ${reason}`
      this.#o.tell(`Your commit ${tip.slice(0, 12)} on ${this.#o.branch} has not arrived on the host: ${reason}`)
    }
    log(`commit ${tip} was not taken: ${reason}`)
    return times > TELL_AFTER_TRIES
  }

  #know(sha: Sha): void {
    if (!this.#known.includes(sha)) this.#known.push(sha)
    // The base stays; of the rest the newest are the useful ones.
    if (this.#known.length > 12) this.#known.splice(1, 1)
  }
}
