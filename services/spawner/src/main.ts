import fs from 'node:fs'
import { join } from 'node:path'
import { crashable, hitter, surround } from '@orchestra/contracts'
import { createBuilds } from './builds.ts'
import { readConfig } from './config.ts'
import type { Context } from './context.ts'
import { connectEngine } from './docker/index.ts'
import { openLedger } from './ledger.ts'
import { createPrepare } from './prepare.ts'
import { createRpc, listenAs } from './rpc.ts'
import { adoptAnnounced, sweepHelpers } from './sweep.ts'

const config = readConfig(process.env)
const connected = connectEngine(config.dockerSocket)
/** Of tests only: see contracts/crashpoints.ts. */
const engine = config.crashpoints === null ? connected : surround('engine', connected, crashable.spawner.engine,
  hitter(fs, { armed: join(config.crashpoints, 'armed'), spent: join(config.crashpoints, 'spent') }, () => process.kill(process.pid, 'SIGKILL')))
const ctx: Context = { config, engine, ledger: openLedger(config.stateDir), prepare: createPrepare(config, engine), builds: createBuilds() }
await adoptAnnounced(ctx)
await sweepHelpers(ctx)
const server = createRpc(ctx)
await listenAs(server, config.socket, config.owner)
console.log(`spawner: serving ${config.install} on ${config.socket}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0))
    server.closeAllConnections()
  })
}
