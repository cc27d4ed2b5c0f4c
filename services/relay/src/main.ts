import { readConfig, readSecrets } from './config.ts'
import { log } from './log.ts'
import { startRelay } from './relay.ts'

const config = readConfig(process.env)
const relay = await startRelay(config, await readSecrets(config.ORCHESTRA_SECRETS), log)

const stop = (signal: string): void => {
  log('stopping', { signal })
  relay.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      log('did not stop cleanly', { error })
      process.exit(1)
    },
  )
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
