import type { Builds } from './builds.ts'
import type { Config } from './config.ts'
import type { Engine } from './docker/index.ts'
import type { Ledger } from './ledger.ts'
import type { Prepare } from './prepare.ts'

/** What every verb works with. */
export type Context = { config: Config; engine: Engine; ledger: Ledger; prepare: Prepare; builds: Builds }
