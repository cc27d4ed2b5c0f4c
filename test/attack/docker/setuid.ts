import { lstatSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { program } from '../frame/program.ts'

/** Another user of the machine: nobody. */
const OTHER = { uid: 65_534, gid: 65_534 }
const SETUID = 0o4000

const attack: Attack = {
  tries: "leaves a program in its worktree that runs as the project's owner whoever starts it (setuid), and opens the folder to everybody",
  success: 'another user of the machine can reach it',
  run: async (t) => {
    const evil = await t.agent()
    await evil.sh('cp /bin/sh left-behind && chmod 4755 left-behind && chmod 777 .')
    try {
      const left = join(evil.worktree, 'left-behind')
      need((lstatSync(left).mode & SETUID) !== 0, 'it does not run as the owner')
      const folder = dirname(t.worktrees)
      if (t.owner !== null) {
        const reached = await program('test', ['-x', left], OTHER)
        if (reached.code === 0) return { through: `nobody can start ${left}, which runs as the uid ${lstatSync(left).uid}` }
      }
      const mode = statSync(folder).mode & 0o777
      return (mode & 0o077) === 0 ? { held: `it is there, and nobody but the owner gets into the folder of the worktrees (mode ${mode.toString(8)})` } : { through: `the folder of the worktrees has mode ${mode.toString(8)}` }
    } finally {
      await evil.sh('rm -f left-behind; chmod 755 .')
    }
  },
}
export default attack
