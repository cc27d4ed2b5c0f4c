import { createInterface } from 'node:readline'
import { ContainerFact } from '@orchestra/contracts'
import { open } from './http.ts'

/** Pause before a lost connection is tried again; what happened meanwhile the reconciler finds by `list`. */
const RETRY_MS = 1000

/** Calls back for each fact as it comes, over as many connections as it takes, until stopped. */
export const watchFacts = (socket: string, onFact: (fact: ContainerFact) => void): (() => void) => {
  const stopped = new AbortController()
  let timer: NodeJS.Timeout | undefined

  const once = async (): Promise<void> => {
    const res = await open(socket, 'GET', '/watch', undefined, stopped.signal)
    if (!res.ok) return
    if (res.value.statusCode !== 200) {
      res.value.resume()
      return
    }
    const stream = res.value
    const lines = createInterface({ input: stream })
    lines.on('line', (line) => onFact(ContainerFact.parse(JSON.parse(line))))
    // An error is how a connection ends that the spawner or the caller cut; 'close' follows it.
    lines.on('error', () => undefined)
    await new Promise((resolve) => { stream.once('close', resolve) })
  }
  const again = (): void => {
    if (stopped.signal.aborted) return
    timer = setTimeout(() => { void run() }, RETRY_MS)
  }
  const run = (): Promise<void> => once().then(again)
  void run()
  return () => {
    stopped.abort()
    clearTimeout(timer)
  }
}
