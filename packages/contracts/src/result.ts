import type { Problem } from './problems.ts'

/** Expected outcomes are data: a value, or a problem with a code. Bugs are thrown. */
export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem }
export const ok = <T>(value: T): Result<T> => ({ ok: true, value })
export const fail = (problem: Problem): { ok: false; problem: Problem } => ({ ok: false, problem })
