/**
 * Whether a turn is open, on disk in the home volume: what was cut off by a stop of the container, orderly or not, is known at the
 * next start. After a resume the CLI does nothing until it gets a message.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { AgentEvent } from '@orchestra/contracts'
import { z } from 'zod'
import { codeOf } from '../log.ts'

const Open = z.object({
  /** Tool calls under way, id → what they do. */
  doing: z.record(z.string(), z.string()),
  /** Those of them that wait for an answer of ours. Missing: not known. */
  asks: z.array(z.string()).optional(),
})
type Open = z.infer<typeof Open>

const WORDS = 200
const wordsOf = (tool: string, input: unknown): string => {
  const said = typeof input === 'object' && input !== null ? Object.values(input).find((v) => typeof v === 'string') : undefined
  return (said === undefined ? tool : `${tool}: ${said.split('\n')[0] ?? ''}`).slice(0, WORDS)
}

const UNKNOWN: Open = { doing: {} }

export class Turn {
  readonly #path: string
  readonly #asks: (tool: string) => boolean
  #open: Open | null = null
  /** When the newest prompt came. */
  #since = 0
  /** Cut off before this start, and the model has not been told yet. */
  #cutOff: Open | null

  /** `asks`: whether a tool's call is held until somebody answers. */
  constructor(path: string, asks: (tool: string) => boolean) {
    this.#path = path
    this.#asks = asks
    mkdirSync(dirname(path), { recursive: true })
    this.#cutOff = this.#load()
  }

  event(e: AgentEvent): void {
    if (e.type === 'prompt') {
      this.#cutOff = null
      this.#since = Date.parse(e.at)
      this.#save({ doing: {}, asks: [] })
    } else if (e.type === 'turn.ended' || e.type === 'turn.failed') this.#over()
    else if (this.#open === null) return
    else if (e.type === 'tool.started') this.#save({ doing: { ...this.#open.doing, [e.call]: wordsOf(e.tool, e.input) }, asks: this.#asks(e.tool) ? [...(this.#open.asks ?? []), e.call] : this.#open.asks })
    else if (e.type === 'tool.finished' && e.call in this.#open.doing) {
      const { [e.call]: _finished, ...doing } = this.#open.doing
      this.#save({ doing, asks: this.#open.asks?.filter((call) => call !== e.call) })
    }
  }

  /**
   * The CLI is idle since then, so its turn is over, also one whose end no hook saw (an interrupt in the terminal). Between two turns it is idle
   * for a moment, which may be read when the second one has begun: that says nothing about the second.
   */
  idle(since: Date): void {
    if (since.getTime() >= this.#since) this.#over()
  }

  /** The CLI's process is gone in the middle of a turn. */
  cutShort(): void {
    this.#cutOff ??= this.#open
  }

  get wasCutOff(): boolean {
    return this.#cutOff !== null
  }

  /** Whether it goes on without being told anything else. A question that it waited for stands: its answer comes as a message. */
  goesOn(otherwise: boolean): boolean {
    const asks = this.#cutOff?.asks
    return asks === undefined ? otherwise : asks.length === 0
  }

  /** What the model is told so that it goes on. Null: nothing was cut off. */
  words(): string | null {
    if (this.#cutOff === null) return null
    const doing = Object.values(this.#cutOff.doing).slice(0, 5)
    const during = doing.length === 0 ? '' : ` Under way: ${doing.join('; ')}.`
    const asked = (this.#cutOff.asks ?? []).length === 0 ? '' : ' What you asked is still asked, its answer comes as a message: do not ask it again.'
    return `[From: orchestra] You were stopped in the middle of your last turn and started again with the same conversation.${during}${asked} A tool call that was under way may have been done in part: look, then go on.`
  }

  /** A turn that was cut off stays so until the model is told. */
  #over(): void {
    if (this.#open === null || this.#cutOff !== null) return
    this.#open = null
    rmSync(this.#path, { force: true })
  }

  #save(open: Open): void {
    this.#open = open
    writeFileSync(`${this.#path}.new`, JSON.stringify(open))
    renameSync(`${this.#path}.new`, this.#path)
  }

  #load(): Open | null {
    try {
      const read = Open.safeParse(JSON.parse(readFileSync(this.#path, 'utf8')))
      this.#open = read.success ? read.data : UNKNOWN
      return this.#open
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      // Cut short by a kill, or broken by the agent: that it is there says enough.
      if (error instanceof SyntaxError) return UNKNOWN
      throw error
    }
  }
}
