/** What a merge says to people and models, and what may be done with it in which state. */
import { SESSION_TRAILER } from '@orchestra/contracts'
import type { MergeStatus, Sha } from '@orchestra/contracts'
import type { MergeRow, RunRow, SessionRow } from './rows.ts'

/** Asked for and not settled: a session has at most one of these. */
const open: readonly MergeStatus[] = ['requested', 'approved', 'waiting', 'checking', 'landing']
export const isOpen = (m: MergeRow): boolean => open.includes(m.status)
/** Approved, and not landed yet. */
export const isInLine = (m: MergeRow): boolean => isOpen(m) && m.status !== 'requested'

const listed = 30
export const fileList = (files: string[]): string => (files.length > listed ? `${files.slice(0, listed).join(', ')} and ${files.length - listed} more` : files.join(', '))
const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`
export const shortSha = (sha: Sha): string => sha.slice(0, 10)

export type MergeFacts = { commits: number; files: number; added: number; removed: number; /** not part of it */ uncommitted: string[] }

export const questionText = (s: SessionRow, target: string, f: MergeFacts, note: string | null): string =>
  [
    `Merge ${s.branch ?? s.id} into ${target}? ${count(f.commits, 'commit')}, ${count(f.files, 'file')}, +${f.added} −${f.removed}.`,
    f.uncommitted.length > 0 ? `Not part of it, because not committed: ${fileList(f.uncommitted)}.` : '',
    note ?? '',
  ].filter(Boolean).join('\n')

export const conflictText = (m: Pick<MergeRow, 'target' | 'targetSha'>, branch: string, files: string[]): string =>
  `${branch} conflicts with ${m.target} at ${shortSha(m.targetSha)} in ${fileList(files)}. Nothing was changed.`

/** Message of the merge commit. */
export const commitMessage = (s: SessionRow, target: string, note: string | null): string =>
  [`Merge ${s.branch ?? s.id} into ${target}: ${s.title.split('\n')[0] ?? ''}`, note ?? '', `${SESSION_TRAILER}: ${s.id}`].filter(Boolean).join('\n\n')

export const undoMessage = (s: SessionRow, m: MergeRow): string => `Undo the merge of ${s.branch ?? s.id} into ${m.target}\n\nThis reverts merge ${m.mergedSha ?? ''}.\n\n${SESSION_TRAILER}: ${s.id}`

/** What the executor is asked to do about a merge that got stuck. */
export const resolveText = (m: MergeRow, run: RunRow | null, log: string): string =>
  m.status === 'conflict'
    ? [
        `Your branch conflicts with ${m.target}, which stands at ${m.targetSha}, in: ${m.conflicts.join(', ')}.`,
        `Merge it into your branch (\`git merge refs/orchestra/target\`: it follows ${m.target}), resolve the conflicts so that both sides' intent holds, run the tests, commit, and call complete.`,
      ].join('\n')
    : [
        `The checks failed on your branch merged with ${m.target} (${m.targetSha})${run ? `: \`${run.command}\`${run.exitCode === null ? '' : `, exit code ${run.exitCode}`}` : ''}.`,
        `To see it yourself, merge it into your branch first (\`git merge refs/orchestra/target\`). Correct what is wrong, run the checks, commit, and call complete.`,
        log ? `End of the log:\n${log}` : '',
      ].filter(Boolean).join('\n')
