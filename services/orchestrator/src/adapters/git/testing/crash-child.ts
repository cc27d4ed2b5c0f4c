/** Run as a process of its own by crash tests: does one thing, and kills itself without warning at the named step. */
import { createReadStream } from 'node:fs'
import { createRepository, type RepositoryOptions } from '../index.ts'
import type { Repository, WorktreeSpec } from '../../../ports/repository.ts'
import type { Sha } from '@orchestra/contracts'

export type CrashJob = {
  options: Omit<RepositoryOptions, 'crashpoint' | 'keepSpecsInGit'>
  step: string
  does:
    | { what: 'land'; m: Parameters<Repository['landMerge']>[0] }
    | { what: 'import'; spec: WorktreeSpec; pack: string; tip: Sha }
    | { what: 'apply'; args: Parameters<Repository['applyToCheckout']> }
    | { what: 'fill'; spec: WorktreeSpec }
}

const job = JSON.parse(process.argv[2] ?? '') as CrashJob
const repo = createRepository({ ...job.options, crashpoint: (step) => { if (step === job.step) process.kill(process.pid, 'SIGKILL') } })
const d = job.does
switch (d.what) {
  case 'land': await repo.landMerge(d.m); break
  case 'import': await repo.importCommits(d.spec, createReadStream(d.pack), d.tip, []); break
  case 'apply': await repo.applyToCheckout(...d.args); break
  case 'fill': await repo.fillWorktree(d.spec, []); break
}
