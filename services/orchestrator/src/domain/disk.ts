/** How near a disk is to being full, and what to say of it. */

export type Disk = { /** for people: what lies on it */ what: string; freeMb: number; totalMb: number }
export type DiskState = 'ok' | 'low' | 'full'

const mostKeptMb = 1024
/** Kept free for the person and for the stack's own data: 1 GB, of a small disk a tenth. */
export const keptMb = (d: Disk): number => Math.min(mostKeptMb, Math.floor(d.totalMb / 10))

/** low: below three times what is kept. full: below it; agents are paused before nothing is left. */
export const diskState = (d: Disk): DiskState => (d.freeMb < keptMb(d) ? 'full' : d.freeMb < 3 * keptMb(d) ? 'low' : 'ok')

const order: DiskState[] = ['ok', 'low', 'full']
export const worstOf = (disks: Disk[]): { state: DiskState; disk: Disk | null } =>
  disks.reduce<{ state: DiskState; disk: Disk | null }>((worst, disk) => {
    const state = diskState(disk)
    return order.indexOf(state) > order.indexOf(worst.state) ? { state, disk } : worst
  }, { state: 'ok', disk: null })

export const lowText = (d: Disk): string => `The disk of ${d.what} has about ${Math.round(d.freeMb / 50) * 50} MB left. Below ${keptMb(d)} MB sessions are paused until there is space again.`
export const fullText = (d: Disk): string => `Paused: the disk of ${d.what} has only ${d.freeMb} MB left. It goes on by itself when there are ${3 * keptMb(d)} MB again.`
