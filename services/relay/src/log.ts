/** One JSON line per event on standard error. Never a secret, never what an agent or a person wrote. */
export type Log = (what: string, more?: Record<string, unknown>) => void

export const log: Log = (what, more) => {
  const error = more?.error
  const shown = error === undefined ? more : { ...more, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), what, ...shown })}\n`)
}
