/** Every expected failure: its code, the HTTP status it becomes, and what a person does next. */
import { z } from 'zod'

const table = {
  bad_input: { status: 400, next: 'Correct the named field and send it again.' },
  signed_out: { status: 401, next: 'Sign in again with the link that `./orchestra up` prints.' },
  forbidden: { status: 403, next: 'This caller may not do that; ask the person in the page.' },
  bad_origin: { status: 403, next: 'Open the page under the address that `./orchestra status` prints.' },
  not_found: { status: 404, next: 'Look at the list of sessions for the right id.' },
  session_unknown: { status: 404, next: 'List the sessions and use an id from there.' },
  message_unknown: { status: 404, next: 'Read the messages again; this one does not exist.' },
  already_answered: { status: 409, next: 'Nothing to do: somebody answered first.' },
  name_taken: { status: 409, next: 'Choose another name.' },
  name_unusable: { status: 400, next: 'Choose a name with at least one letter or digit.' },
  wrong_state: { status: 409, next: 'Wait until the session is in the state named, or act on its present one.' },
  base_unknown: { status: 400, next: 'Name a branch, tag or commit that exists in the repository.' },
  target_unknown: { status: 400, next: 'Name a branch that exists in the repository.' },
  nothing_to_merge: { status: 409, next: 'Wait for a commit on the session\'s branch.' },
  merge_moved: { status: 409, next: 'Look at the new diff and approve again.' },
  merge_conflict: { status: 409, next: 'Ask the executor to merge the target into its branch and resolve it there.' },
  merge_needs_edited_files: { status: 409, next: 'Commit or stash the named files in your checkout, then approve again.' },
  checks_failed: { status: 409, next: 'Read the log and send it back to the executor.' },
  apply_refused: { status: 409, next: 'Commit or stash the named files in your checkout, then apply again.' },
  repository_busy: { status: 409, next: 'Finish or abort the open merge, rebase, cherry-pick or bisect.' },
  import_rejected: { status: 422, next: 'The agent is told which rule its commit broke; look at the session.' },
  too_large: { status: 413, next: 'Send less at once.' },
  rate_limited: { status: 429, next: 'Wait a little, then go on.' },
  spec_conflict: { status: 409, next: 'Load the newest text and put your change in again.' },
  no_credential: { status: 409, next: 'Enter an API key or a subscription token in Settings, or run `./orchestra login`.' },
  model_refused: { status: 502, next: 'Read what the model endpoint said and correct the credential or base URL.' },
  engine_failed: { status: 502, next: 'Look at `./orchestra doctor` and at the log shown.' },
  engine_full: { status: 409, next: 'Wait, delete a session, or raise the cap in Settings.' },
  relay_unreachable: { status: 503, next: 'Wait a few seconds; if it stays, run `./orchestra doctor`.' },
  spawner_unreachable: { status: 503, next: 'Wait a few seconds; if it stays, look at `./orchestra logs spawner`.' },
  agent_unreachable: { status: 503, next: 'The session\'s container does not answer; restart the session.' },
  timed_out: { status: 504, next: 'Try again; if it repeats, look at the log.' },
  git_failed: { status: 500, next: 'Read git\'s words in the detail; the repository was not changed.' },
  disk_full: { status: 507, next: 'Free disk space; nothing was lost.' },
  internal_error: { status: 500, next: 'Try again; if it repeats, look for the reference in `./orchestra logs`.' },
  unsupported_repository: { status: 422, next: 'See the detail for what this repository uses and what to do.' },
} as const

export type ProblemCode = keyof typeof table
export const problemCodes = Object.keys(table) as ProblemCode[]

/** What travels: code, a sentence for a person, which thing it is about, what to do next. */
export const Problem = z.object({
  code: z.enum(problemCodes as [ProblemCode, ...ProblemCode[]]),
  message: z.string(),
  about: z.string().optional(),
  next: z.string(),
  /** Longer text to show folded: git's words, the end of a log. At most 20,000 characters. */
  detail: z.string().max(20_000).optional(),
})
export type Problem = z.infer<typeof Problem>

/** Builds a problem with the table's remedy, unless a better one is known here. */
export const problem = (
  code: ProblemCode,
  message: string,
  more: { about?: string; next?: string; detail?: string } = {},
): Problem => ({ code, message, next: more.next ?? table[code].next, about: more.about, detail: more.detail?.slice(-20_000) })

export const statusOf = (code: ProblemCode): number => table[code].status
