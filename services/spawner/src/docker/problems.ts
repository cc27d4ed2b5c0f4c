/** What the engine refuses, in our words. */
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'

type EngineError = Error & { statusCode?: number; code?: string; json?: { message?: string } }

const words = (e: EngineError): string => (e.json?.message ?? e.message).trim()

const isEngineError = (e: unknown): e is EngineError =>
  e instanceof Error && ('statusCode' in e || ['ECONNREFUSED', 'ENOENT', 'EACCES', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes((e as EngineError).code ?? ''))

/** Status of the engine's answer; null when it did not answer over HTTP. */
export const engineStatus = (e: unknown): number | null => (isEngineError(e) ? (e.statusCode ?? null) : null)

export const engineProblem = (e: EngineError, doing: string, about?: string) => {
  const said = words(e)
  if (e.code === 'EACCES') return problem('engine_failed', `The Docker socket may not be opened while ${doing}.`, { about, detail: said, next: 'Run `./orchestra doctor`: it says who owns the socket.' })
  if (e.statusCode === undefined) return problem('engine_failed', `The Docker engine does not answer while ${doing}.`, { about, detail: said, next: 'Start the Docker engine, then try again.' })
  if (/no space left on device/i.test(said)) return problem('disk_full', `The disk is full while ${doing}.`, { about, detail: said })
  if (/no such image/i.test(said)) return problem('engine_failed', `The image is missing while ${doing}: ${said}`, { about, detail: said, next: 'Run `./orchestra up`: it builds what is missing.' })
  if (/bind source path does not exist/i.test(said)) return problem('engine_failed', `A folder that the container needs is missing: ${said}`, { about, detail: said, next: 'Retry the session; if it repeats, restore the folder named.' })
  return problem('engine_failed', `The Docker engine refused ${doing}: ${said}`, { about, detail: said })
}

/** Runs one call of the engine. Its refusals come back as problems; anything else is a bug and goes on as one. */
export const attempt = async <T>(doing: string, about: string | undefined, call: () => Promise<T>): Promise<Result<T>> => {
  try {
    return ok(await call())
  } catch (e) {
    if (!isEngineError(e)) throw e
    return fail(engineProblem(e, doing, about))
  }
}

/** As `attempt`, with an answer of its own for one HTTP status (404 already gone, 409 already there, 304 already so). */
export const attemptUnless = async <T, U>(status: number, instead: U, doing: string, about: string | undefined, call: () => Promise<T>): Promise<Result<T | U>> =>
  attempt<T | U>(doing, about, async () => {
    try {
      return await call()
    } catch (e) {
      if (engineStatus(e) === status) return instead
      throw e
    }
  })
