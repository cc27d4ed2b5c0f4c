/** A rig, a session of a hostile agent and a canary, for the tests of what agents hand over and leave behind. */
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import * as craft from './craft.ts'
import { makeRig, type Rig, type Twin } from './rig.ts'

export type Hostile = {
  rig: Rig
  t: Twin
  canary: string
  /** A program on the host that leaves the mark. */
  script: () => string
  /** After a day of plain git nothing of the agent's has run. */
  holds: () => void
  refuses: (objects: craft.Obj[], tip: craft.Obj) => Promise<string>
  send: (objects: craft.Obj[], tip: craft.Obj) => ReturnType<Rig['repo']['importCommits']>
  storeFiles: () => string[]
}

const inBoth = [['status'], ['diff'], ['diff', '--cached'], ['log', '-p', '-3', '--all'], ['add', '-A'], ['stash', 'list'], ['branch', '-a'], ['blame', 'README.md'], ['grep', 'hello'], ['fsck']]

export const makeHostile = async (): Promise<Hostile> => {
  const rig = makeRig()
  const t = await rig.session('evil')
  const canary = join(rig.root, 'canary')
  const state = (): string => `${rig.person.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags', 'refs/remotes')}\n${rig.person.git('config', '--list', '--local')}`
  const storeFiles = (): string[] => readdirSync(join(rig.project, '.git/objects'), { recursive: true }).map(String).filter((f) => !f.includes('info')).sort()
  const send: Hostile['send'] = (objects, tip) => rig.repo.importCommits(t.spec, craft.packStream(objects), craft.shaOf(tip), [])
  return {
    rig, t, canary, storeFiles, send,
    script: () => {
      const file = join(rig.root, 'evil.sh')
      writeFileSync(file, `#!/bin/sh\necho ran >> ${canary}\ncat\n`)
      chmodSync(file, 0o755)
      return file
    },
    holds: () => {
      for (const s of [t.host, rig.person]) for (const args of [...inBoth, ['show', t.spec.branch]]) s.try(...args)
      for (const args of [['merge', '--no-commit', t.spec.branch], ['merge', '--abort'], ['checkout', '--detach', t.spec.branch], ['checkout', 'main']]) rig.person.try(...args)
      expect(existsSync(canary)).toBe(false)
    },
    refuses: async (objects, tip) => {
      const [before, files] = [state(), storeFiles()]
      const out = await send(objects, tip)
      if (out.kind !== 'rejected') throw new Error(`got through: ${JSON.stringify(out)}`)
      expect(state()).toBe(before)
      expect(storeFiles()).toEqual(files)
      return out.reason
    },
  }
}
