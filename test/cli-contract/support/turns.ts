/** What a scripted turn says or calls, and how often its model was given a text. */
import type { Block } from './model.ts'
import type { Session } from './session.ts'

/** Keeps the turn open until /tmp/go is there. */
export const longCall: Block[] = [{ type: 'tool_use', name: 'Bash', input: { command: 'until [ -e /tmp/go ]; do sleep 0.05; done; echo went' } }]
export const said = (text: string): Block[] => [{ type: 'text', text }]
/** How often the CLI wrote down that its model was given a text. */
export const given = (transcript: string, part: string): number => transcript.split('\n').filter((line) => line.includes(part) && /"type":"(user|attachment)"/.test(line)).length
/** How often the newest request to the model has a text. */
export const timesIn = (session: Session, part: string): number => session.relay.model.requests.at(-1)?.messages.filter((m) => JSON.stringify(m.content).includes(part)).length ?? 0
