/** What an executor is told first. It starts with everything that it would otherwise have to guess or ask. */
import { SESSION_TRAILER } from '@orchestra/contracts'
import type { Sha } from '@orchestra/contracts'
import type { SessionRow } from './rows.ts'

export type BriefFacts = {
  session: SessionRow
  base: Sha
  /** Commits that the target has and the base has not. */
  behind: number
  /** The person's uncommitted files, relative to the project: not in the worktree. */
  lacks: string[]
  spec: string | null
  setupCommand: string | null
  checkCommand: string | null
  /** The other sessions at this moment. */
  others?: { id: string; title: string; branch: string | null }[]
}

const opening = 'You are the executor'
/** Tells a brief from what a person typed into the terminal. */
export const isBrief = (prompt: string): boolean => prompt.startsWith(opening)

const specMost = 20_000
const listMost = 40
const list = (items: string[]): string =>
  [...items.slice(0, listMost).map((i) => `- ${i}`), ...(items.length > listMost ? [`- and ${items.length - listMost} more`] : [])].join('\n')
const section = (title: string, body: string | null): string[] => (body ? [`## ${title}\n${body}`] : [])
const times = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`

const ground = (f: BriefFacts): string => {
  const target = f.session.target ?? 'its target'
  const age = f.behind === 0 ? `all that ${target} has now` : `${times(f.behind, 'commit')} behind ${target} as it stands now`
  return [
    `You work in /workspace on branch ${f.session.branch ?? ''}, made from commit ${f.base.slice(0, 12)}, which is ${age}. Your work will be merged into ${target}.`,
    `Commit as you go, in commits that each make sense; a hook adds the trailer "${SESSION_TRAILER}: ${f.session.id}". What you commit appears on the person's machine at once.`,
    ...(f.session.paired ? ['The project as it stands in the person\'s checkout is at /source, read-only.'] : []),
    ...(f.setupCommand ? [`The setup command has been run: \`${f.setupCommand}\`.`] : []),
    ...(f.checkCommand ? [`Before you say that you are done, \`${f.checkCommand}\` has to pass: it is run again on the merged result.`] : []),
  ].join('\n')
}
const cut = (spec: string): string => (spec.length > specMost ? `${spec.slice(0, specMost)}\n(cut here: ask the designer for the rest)` : spec)

export const briefOf = (f: BriefFacts): string =>
  [
    `${opening} "${f.session.id}".`,
    ...section('Where you stand', ground(f)),
    ...section('Not in your worktree', f.lacks.length > 0 ? `The person has these files changed or added and not committed. You see them as they were last committed, or not at all; ask if your task depends on one.\n${list(f.lacks)}` : null),
    ...section('Copied in, never to be committed', f.session.carried.length > 0 ? list(f.session.carried) : null),
    ...section('Submodules', f.session.covers.length > 0 ? `Empty and read-only here:\n${list(f.session.covers)}` : null),
    ...section('The spec of the project', f.spec?.trim() ? `Written by the person and the designer; your task is a part of it and stands below.\n\n${cut(f.spec)}` : null),
    ...section('Others at work now', f.others?.length ? `${list(f.others.map((o) => `${o.id}: ${o.title}${o.branch ? ` (branch ${o.branch})` : ''}`))}\nWrite to them with send_message where your work touches theirs; their branches are under refs/orchestra/.` : null),
    `## Your task\n${f.session.instructions.trim()}`,
    'Ask rather than guess, with the tool ask. Report what stops you with report_error. When the work is committed and tested, call complete.',
  ].join('\n\n')
