/** Of tests only: places at which this service dies without warning. See contracts/crashpoints.ts. */
import fs from 'node:fs'
import { join } from 'node:path'
import { crashable, hitter, surround } from '@orchestra/contracts'
import type { Bus } from './bus/port.ts'

/** The bus itself where no folder is named, which is everywhere but in those tests. */
export const crashingBus = (bus: Bus, folder: string): Bus => {
  if (folder === '') return bus
  const hit = hitter(fs, { armed: join(folder, 'armed'), spent: join(folder, 'spent') }, () => process.kill(process.pid, 'SIGKILL'))
  const openInbox: Bus['openInbox'] = (session, onEntry, onCaughtUp) => bus.openInbox(session, (entry) => onEntry(surround('inbox', entry, crashable.relay.inbox, hit)), onCaughtUp)
  return surround('bus', Object.assign(Object.create(bus) as Bus, { openInbox }), crashable.relay.bus, hit)
}
