/**
 * For `orchestra restore`, with the database of a backup in place: brings back from its folder the refs, the branches that are
 * missing, the worktrees that are missing with their newest snapshot, and the spec where there is none. What is there is left as it is.
 */
import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { servicePaths } from '@orchestra/contracts'
import { createRepository } from './adapters/git/index.ts'
import { createLeaving } from './adapters/git/leaving.ts'
import { openPool } from './adapters/postgres/pool.ts'
import { openStore } from './adapters/postgres/store.ts'
import { databaseOptions, place } from './config.ts'

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('restore.ts FOLDER')
const { projectDir, project, home } = place()
const options = { projectDir, home: dirname(home), personGit: join(home, 'git'), project, stateDir: join(servicePaths.state, 'git'), mirrorDir: servicePaths.mirror }
const repository = createRepository(options)

const bundle = join(folder, 'refs.bundle')
if (existsSync(bundle) && statSync(bundle).size > 0) {
  const { made, kept } = await createLeaving(options).unbundle(bundle)
  console.log(`refs: ${made.length} brought back`)
  for (const ref of kept) console.log(`${ref} stands elsewhere by now and is left there; the backup's commit is refs/orchestra/restored/${ref.slice('refs/heads/'.length)}`)
}

const pool = openPool({ ...(await databaseOptions()), max: 2 })
const store = await openStore(pool, { project, name: projectDir.split('/').at(-1) ?? 'project', path: projectDir })
for (const s of await store.read.sessions()) {
  if (s.role !== 'executor' || s.phase === 'deleted' || s.toldTip === null || !s.branch || !s.baseSha || !s.worktree) continue
  if ((await repository.worktreeState(s.id, s.worktree)) === 'ok') continue
  const snapshot = await repository.newestSnapshot(s.id)
  const made = await repository.restoreWorktree({ session: s.id, branch: s.branch, base: s.baseSha, path: s.worktree }, snapshot?.sha ?? null)
  console.log(made.ok ? `worktree ${s.worktree}${snapshot ? ', with its uncommitted files' : ''}` : `no worktree for ${s.id}: ${made.problem.message}`)
}
await store.close()

const spec = join(folder, 'spec/designer.md')
if (existsSync(spec) && (await repository.readSpec()) === null) {
  const written = await repository.writeSpec(await readFile(spec, 'utf8'), null)
  console.log(written.ok ? 'the spec' : `the spec could not be written: ${written.problem.message}`)
}
