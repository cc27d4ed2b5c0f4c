/** A spawner without its judgement, and worktrees as open as a folder of the owner's usually is. */
import { chmodSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { docker } from '../frame/program.ts'
import type { Ran } from '../frame/program.ts'
import type { Proof } from '../frame/attack.ts'
import type { SpawnerReply } from '../frame/spawner.ts'

type Words = { session?: string; Image?: string; HostConfig?: { Binds?: string[]; NetworkMode?: string; CapAdd?: string[] } }

/** The orchestrator makes a session's container anew as soon as it is gone, and may be first. */
const runAnew = async (name: string, args: string[]): Promise<Ran> => {
  for (let tries = 20; ; tries--) {
    const ran = await docker(['run', '-d', '--name', name, ...args])
    if (tries === 0 || !ran.err.includes('is already in use')) return ran
    await docker(['rm', '-f', name])
  }
}

/** It hands its caller's words on to the engine, as a proxy in front of the Docker socket does that filters paths alone. */
const obedientSpawner: Proof = {
  off: 'with a spawner that takes mounts, images and names from its caller',
  attacks: ['smuggled-hostconfig', 'foreign-containers'],
  target: async (t) => ({
    target: {
      ...t,
      spawner: async (calls) => {
        const replies: SpawnerReply[] = []
        for (const { path, body } of calls) {
          const { session = '', ...words } = (body ?? {}) as Words
          const one = /^[a-z0-9][a-z0-9-]*$/.test(session) ? `${t.install}-s-${session}` : null
          const h = words.HostConfig ?? {}
          const done = one === null ? null
            : path === '/stop' ? await docker(['kill', one])
              : path === '/remove' ? await docker(['rm', '-f', one])
                : path === '/ensure' && words.Image !== undefined ? await runAnew(one, ['--network', h.NetworkMode ?? 'none', ...(h.Binds ?? []).flatMap((b) => ['-v', b]), ...(h.CapAdd ?? []).flatMap((c) => ['--cap-add', c]), words.Image, 'sleep', '60'])
                  : null
          replies.push({ status: done === null ? 404 : done.code === 0 ? 200 : 502, body: done === null ? '' : done.out + done.err, tip: null })
        }
        return replies
      },
    },
    close: async () => { await docker(['rm', '-f', `${t.install}-s-dock`]) },
  }),
}
const openWorktrees: Proof = {
  off: 'with the folder of the worktrees open to everybody',
  attacks: ['setuid'],
  target: async (t) => {
    const folder = dirname(t.worktrees)
    const { mode } = statSync(folder)
    chmodSync(folder, 0o755)
    return { target: t, close: async () => chmodSync(folder, mode & 0o777) }
  },
}
export default [obedientSpawner, openWorktrees]
