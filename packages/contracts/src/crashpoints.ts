/**
 * Named places at which a test lets a service die without warning: before and after each of its side effects. Off unless the
 * service's environment names a folder (ORCHESTRA_CRASHPOINTS), and then nothing happens until the file `armed` in it names a
 * point. Nothing that an agent can write is read. Who sets both: test/faults.
 */

/** Side effects by service and port: `before PORT.METHOD` and `after PORT.METHOD` are points. */
export const crashable = {
  orchestrator: {
    store: ['effectDone', 'effectRetry', 'effectFailed'],
    repository: ['addWorktree', 'fillWorktree', 'removeWorktree', 'restoreWorktree', 'importCommits', 'importSnapshot', 'exportTree', 'landMerge', 'revert', 'applyToCheckout', 'unapplyFromCheckout'],
    bus: ['putInbox', 'openSession', 'closeSession'],
    runtime: ['ensure', 'stop', 'pause', 'unpause', 'remove', 'rescue'],
    files: ['prepareSeed', 'writeSeed', 'clearSeed', 'removeSeed', 'clearCheck'],
    /** Of a command: its row is committed, its reply was not sent. */
    engine: ['dispatch'],
  },
  spawner: { engine: ['create', 'start', 'stop', 'remove', 'removeVolume'] },
  relay: { bus: ['report'], inbox: ['ack'] },
  agentd: { delivery: ['post', 'receipt'], delivered: ['add', 'see'] },
} as const

/** Steps inside of one method of the repository (adapters/git): between them, files, index and branch disagree. */
export const crashSteps = [
  'fill: before the index', 'import: before the index', 'import: before the branch', 'move: journal written', 'move: 1 files', 'move: before the index', 'move: before the branch',
  'move: before the journal ends', 'apply: recorded', 'apply: 1 files',
] as const

export type CrashService = keyof typeof crashable
export type Hit = (point: string) => void

/** The same object, its named methods surrounded by points; `after` comes when what they return has settled well. */
export const surround = <T extends object>(name: string, port: T, methods: readonly string[], hit: Hit): T =>
  new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      if (typeof key !== 'string' || !methods.includes(key)) return value.bind(target) as unknown
      return (...args: unknown[]): unknown => {
        hit(`before ${name}.${key}`)
        const result: unknown = Reflect.apply(value, target, args)
        if (!(result instanceof Promise)) {
          hit(`after ${name}.${key}`)
          return result
        }
        return result.then((settled: unknown) => {
          hit(`after ${name}.${key}`)
          return settled
        })
      }
    },
  })

type FileSystem = { existsSync(path: string): boolean; readFileSync(path: string, encoding: 'utf8'): string; writeFileSync(path: string, text: string): void }

/**
 * The file `armed` holds one line, a number that was not used before and the point: `7 after runtime.ensure`. The number goes to
 * the file `spent` at the moment of dying, so that it happens once, and a test sees that it did.
 */
export const hitter = (fs: FileSystem, files: { armed: string; spent: string }, die: () => void): Hit => (point) => {
  const read = (path: string): string => (fs.existsSync(path) ? fs.readFileSync(path, 'utf8').trim() : '')
  const [, nonce, wanted] = /^(\S+) (.+)$/.exec(read(files.armed)) ?? []
  if (nonce === undefined || wanted !== point || read(files.spent) === nonce) return
  fs.writeFileSync(files.spent, nonce)
  die()
}

/** What an object with only some of the ports' methods needs: each port of the table surrounded, the rest as it was. */
export const surroundPorts = <T extends Record<string, unknown>>(ports: T, table: Readonly<Record<string, readonly string[]>>, hit: Hit): T =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, name in table ? surround(name, port as object, table[name] as readonly string[], hit) : port])) as T
