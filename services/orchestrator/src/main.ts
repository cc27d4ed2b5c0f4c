/** Wires the rooms; the only file that knows them all. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crashable, hitter, servicePaths, surround, surroundPorts } from '@orchestra/contracts'
import { openFiles, stackPlaces } from './adapters/files/files.ts'
import { createRepository } from './adapters/git/index.ts'
import { connectBus } from './adapters/nats/bus.ts'
import { openAccounts } from './adapters/postgres/accounts.ts'
import { checkSchema } from './adapters/postgres/migrate.ts'
import { openPool } from './adapters/postgres/pool.ts'
import { openStore } from './adapters/postgres/store.ts'
import { createRuntime } from './adapters/spawner/index.ts'
import { migrationsFolder, readConfig } from './config.ts'
import { createEngine } from './engine/engine.ts'
import { buildInternal } from './http/internal.ts'
import { buildPublic } from './http/public.ts'

const publicPort = 7000
const internalPort = 7001

const config = await readConfig()
/** Of tests only: see contracts/crashpoints.ts. */
const crash = config.crashpoints === null ? null : hitter(fs, { armed: join(config.crashpoints, 'armed'), spent: join(config.crashpoints, 'spent') }, () => process.kill(process.pid, 'SIGKILL'))
const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }
const pool = openPool(config.database)
await checkSchema(pool, migrationsFolder)

let keepSpecsInGit = false
const store = await openStore(pool, { project: config.project, name: config.name, path: config.projectDir })
const bus = await connectBus(config.nats)
const repository = createRepository({
  projectDir: config.projectDir,
  home: dirname(config.home),
  personGit: join(config.home, 'git'),
  project: config.project,
  stateDir: join(servicePaths.state, 'git'),
  mirrorDir: servicePaths.mirror,
  keepSpecsInGit: () => keepSpecsInGit,
  ...(crash ? { crashpoint: crash } : {}),
})
const ports = { store, repository, bus, runtime: createRuntime({ socket: servicePaths.spawnerSocket }), files: openFiles(stackPlaces(config.home)) }
const plain = createEngine(
  crash ? surroundPorts(ports, crashable.orchestrator, crash) : ports,
  { project: config.project, name: config.name, path: config.projectDir, home: config.home, maxSessions: config.maxSessions, cliVersion: config.cliVersion, onSettings: (s) => { keepSpecsInGit = s.keepSpecsInGit } },
)
const engine = crash ? surround('engine', plain, crashable.orchestrator.engine, crash) : plain

const door = await buildPublic({
  engine,
  accounts: openAccounts(pool),
  config: {
    port: config.port, names: config.allowedHosts, tls: process.env.ORCHESTRA_TLS === 'true', version, stateDir: servicePaths.state, logLevel: 'warn',
    install: createHash('sha256').update(config.install).digest('hex').slice(0, 12),
  },
  relay: { url: config.relayUrl, token: config.internalToken },
})
const inner = await buildInternal({ engine, token: config.internalToken, logLevel: 'warn' })

// The relay may call as soon as the engine listens on the bus, so its door opens first.
await inner.listen({ host: '0.0.0.0', port: internalPort })
await engine.start()
await door.listen({ host: '0.0.0.0', port: publicPort })
console.log(`orchestrator ${version}: serving ${config.projectDir}`)

/** Sessions go on without us: their containers are stopped by who stops the stack. */
const drain = async (signal: string): Promise<void> => {
  console.log(`orchestrator: ${signal}, finishing what runs`)
  await door.close()
  await inner.close()
  await engine.stop()
  await bus.close()
  await store.close()
  process.exit(0)
}
process.once('SIGTERM', () => void drain('SIGTERM'))
process.once('SIGINT', () => void drain('SIGINT'))
