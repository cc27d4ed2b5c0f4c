/** What the project allows, kept on disk: a relay that starts again holds to it before the orchestrator has said it once more. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EgressPolicy } from '@orchestra/contracts'
import type { Log } from '../log.ts'
import { unsaid } from './policy.ts'

export type PolicyStore = { read(): Promise<EgressPolicy>; save(policy: EgressPolicy): Promise<void> }

export const makePolicyStore = (folder: string, log: Log): PolicyStore => {
  const path = join(folder, 'egress.json')
  return {
    async read() {
      try {
        return EgressPolicy.parse(JSON.parse(await readFile(path, 'utf8')))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log('the egress policy can not be read; nothing but the default is reached until it is said again', { path, error })
        return unsaid
      }
    },
    async save(policy) {
      await mkdir(folder, { recursive: true })
      await writeFile(`${path}.new`, JSON.stringify(policy), { mode: 0o600 })
      await rename(`${path}.new`, path)
    },
  }
}
