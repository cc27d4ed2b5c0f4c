/** Of tests only: places at which agentd dies without warning. See contracts/crashpoints.ts. */
import fs from 'node:fs'
import { join } from 'node:path'
import { crashable, hitter, surround } from '@orchestra/contracts'
import type { Places } from './places.ts'
import { stateDir } from './places.ts'

/** The port itself where the container's environment names no folder, which is everywhere but in those tests. */
export const crashing = <T extends object>(name: keyof typeof crashable.agentd, port: T, places: Places): T => {
  const folder = process.env.ORCHESTRA_CRASHPOINTS
  if (!folder) return port
  // Armed by who writes the seed folder; what is spent is remembered where agentd may write, and outlives the container.
  const hit = hitter(fs, { armed: join(folder, 'armed'), spent: join(stateDir(places), 'crashpoint-spent') }, () => process.kill(process.pid, 'SIGKILL'))
  return surround(name, port, crashable.agentd[name], hit)
}
