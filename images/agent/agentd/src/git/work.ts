/** All that concerns the session's files and commits, in both directions. */
import { serial } from '@orchestra/contracts'
import type { Sha, link } from '@orchestra/contracts'
import { background, log } from '../log.ts'
import type { Places } from '../places.ts'
import type { RelayRequest } from '../relay/request.ts'
import { follow, followCheckout } from './follow.ts'
import type { Git } from './git.ts'
import { setShownRefs } from './refs.ts'
import { Skips } from './skips.ts'
import { WorkWatch } from './watch.ts'
import { WorkSync } from './worksync.ts'

export type WorkOptions = {
  places: Places
  git: Git
  post: RelayRequest
  seed: link.Seed
  onNotice: (text: string) => void
  /** For the agent. */
  tell: (text: string) => void
}

/** A designer reads a mirror and has nothing to bring: it only follows. */
export class Work {
  readonly #o: WorkOptions
  readonly #sync: WorkSync
  readonly #watch: WorkWatch
  readonly #skips: Skips
  readonly #brings: boolean
  /** Nothing is brought before: `start` looks at everything. */
  #started = false
  /** One change of refs at a time, in the order they came. */
  readonly #inTurn = serial()
  /** Tip of the host's branch that the agent was asked to merge. */
  #toldTip: Sha | null = null

  constructor(o: WorkOptions) {
    this.#o = o
    this.#brings = o.seed.role === 'executor'
    this.#skips = new Skips(o.places, o.onNotice)
    this.#sync = new WorkSync({ places: o.places, git: o.git, post: o.post, branch: o.seed.git.branch, base: o.seed.git.base, tip: o.seed.git.tip, skip: () => this.#skips.list(), tell: (text) => {
      // One word for one cause: of a branch that moved the agent has been told.
      if (this.#toldTip !== this.#sync.hostTip) o.tell(text)
    } })
    this.#watch = new WorkWatch({
      places: o.places,
      git: o.git,
      branch: o.seed.git.branch,
      onGit: (what) => this.#sync.poke(what),
      onFiles: (path) => {
        background('looking at a file', this.#skips.changed(path).then(() => this.#sync.changed(path)))
      },
      onNestedRepository: (path) => this.#skips.nested(path),
      onPolling: o.onNotice,
    })
  }

  async start(): Promise<void> {
    // The branch may have moved while the container was away.
    await this.follow(this.#o.seed.git.branch, this.#o.seed.git.tip)
    this.#started = true
    if (!this.#brings) return
    await this.#watch.start()
    await this.#skips.scan(this.#o.git)
    this.#sync.poke('both')
  }

  sync(): void {
    if (this.#brings) this.#sync.poke('both', true)
  }

  tree(): Promise<Sha> {
    return this.#sync.tree()
  }

  follow(branch: string, tip: Sha): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#brings) return followCheckout(this.#o.places, this.#o.git, branch, tip)
      const previous = this.#sync.hostTip
      const outcome = await follow(this.#o.places, this.#o.git, this.#sync.branch, tip, previous)
      this.#sync.hostMoved(tip)
      if (typeof outcome === 'object' && this.#toldTip !== tip) {
        this.#toldTip = tip
        log(`the branch was not moved to ${tip}: ${outcome.kept}`)
        this.#o.tell(`Somebody moved your branch ${branch} on the host to ${tip.slice(0, 12)}, and yours was left where it is, since ${outcome.kept}. Their commit is refs/orchestra/host: merge it into your branch (\`git merge refs/orchestra/host\`) as soon as your work allows, so that both arrive.`)
      }
      if (this.#started) this.#sync.poke('both')
    })
  }

  showRefs(shown: Record<string, string>): Promise<void> {
    return this.#inTurn(() => setShownRefs(this.#o.git, shown))
  }

  /** Brings what there is and stops watching. */
  async stop(): Promise<void> {
    this.#watch.stop()
    if (this.#brings) await this.#sync.settle()
  }
}
