/** A disk of 1.6 GB (`up` wants 1 GB free) for one stack: repository, worktrees, state folder. A loop mount, so it fills as a real one does. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const must = (program: string, ...args: string[]): void => {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
}

export type Disk = { folder: string; remove: () => void }

export const smallDisk = (): Disk => {
  const base = mkdtempSync(join(tmpdir(), 'orchestra-disk-'))
  const image = join(base, 'image')
  const folder = join(base, 'disk')
  must('truncate', '-s', '1600M', image)
  must('mkfs.ext4', '-q', '-m', '0', image)
  must('mkdir', folder)
  must('mount', '-o', 'loop', image, folder)
  must('chmod', '755', base, folder)
  return { folder, remove: () => { must('umount', folder); rmSync(base, { recursive: true, force: true }) } }
}
