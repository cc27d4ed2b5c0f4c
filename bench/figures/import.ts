/** An agent's commit → its branch moved on the host, against the same commit made by plain git in a worktree of the person's own. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { run, untilHolds } from '../../test/e2e/shell.ts'
import type { Figure } from '../interleave.ts'
import { filesIn } from '../marks.ts'
import type { Rig } from '../rig.ts'
import { between, processorTime } from '../work.ts'
import { servicesOf } from './spawn-steps.ts'

const ARRIVES_MS = 60_000
/** Says when it began: what it takes to get into a container is nobody's import. */
const commit = (file: string, mark: string): string => `echo ${mark} > ${file} && git add ${file} && date +%s.%N && git commit -q -m ${mark} && git rev-parse HEAD`
const readBegun = (output: string): { start: number; sha: string } => {
  const [seconds, sha] = output.trim().split('\n').slice(-2)
  if (!seconds || !/^[0-9a-f]{40}$/.test(sha ?? '')) throw new Error(`no commit was made:\n${output}`)
  return { start: Number(seconds) * 1000, sha: sha as string }
}

export const importFigure = async (rig: Rig): Promise<Figure> => {
  const branch = (name: string): string => join(rig.stack.project, '.git/refs/heads', name)
  const made = await rig.stack.shell('mkdir -p "$ORCHESTRA_HOME/by-hand" && git worktree add -q -b committer "$ORCHESTRA_HOME/by-hand/committer"', { as: 'owner', deadlineMs: 60_000 })
  if (made.code !== 0) throw new Error(made.output)
  const moved = async (name: string, sha: string): Promise<number> => {
    await untilHolds(ARRIVES_MS, () => Promise.resolve(readFileSync(branch(name), 'utf8').trim() === sha ? null : `${name} did not get ${sha}`))
    return statSync(branch(name)).mtimeMs
  }
  return {
    name: 'import',
    what: 'an agent commits → its branch has moved on the host',
    baselineIs: '`git commit` in a plain worktree of the same repository',
    goal: null,
    async ours(round) {
      await rig.quiet('receiver')
      const parts = { ...servicesOf(rig), receiver: `${rig.install}-s-receiver` }
      const before = await processorTime(parts)
      const { output } = await run('docker', ['exec', '-w', '/workspace', `${rig.install}-s-receiver`, 'sh', '-c', commit('imported.txt', `import-${round}`)], { cwd: '/', env: process.env, deadlineMs: 60_000 })
      const { start, sha } = readBegun(output)
      const ms = (await moved('receiver', sha)) - start
      const committed = (await filesIn(`${rig.install}-s-receiver`, { 'committed in the container': '/orchestra/git/refs/heads/receiver' }))['committed in the container'] ?? start
      return { ms, steps: { 'committed in the container': committed - start, 'branch moved on the host': ms }, work: between(before, await processorTime(parts)) }
    },
    async baseline(round) {
      const { output } = await rig.stack.shell(`cd "$ORCHESTRA_HOME/by-hand/committer"; ${commit('imported.txt', `plain-${round}`)}`, { as: 'owner', deadlineMs: 60_000 })
      const { start, sha } = readBegun(output)
      return { ms: (await moved('committer', sha)) - start, steps: {} }
    },
  }
}
