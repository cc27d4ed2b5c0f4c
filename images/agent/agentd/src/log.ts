/** One line a fact on standard output, which the engine keeps as the container's log. */
export const log = (text: string): void => {
  process.stdout.write(`${new Date().toISOString()} agentd: ${text}\n`)
}

/** For promises that nobody awaits: a rejection is a bug or a fault worth a line, never silence. */
export const background = (what: string, work: Promise<unknown>): void => {
  work.catch((error: unknown) => log(`${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`))
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
