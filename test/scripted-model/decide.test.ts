import { describe, expect, it } from 'vitest'
import { readConversation, Request } from './conversation.ts'
import { decide } from './decide.ts'
import { parseScript } from './script.ts'

const steps = parseScript(`
sessions:
  one:
    - id: work
      when: build (?<what>\\w+)
      turns:
        - say: On it.
          calls: [{ Bash: { command: 'make <<what>>' } }]
        - on: 'not found'
          say: It stops me.
          calls: [{ mcp__orchestra__report_error: { text: 'no make for <<what>>' } }]
        - say: Built.
    - id: thanks
      when: thank
      from: person
      after: [work]
      turns: [{ say: You are welcome. }]
    - id: anything
      when: .
      again: true
      turns: [{ say: 'Ask me to build something.' }]
`).sessions.one

type Message = { role: string; content: unknown }
const user = (text: string): Message => ({ role: 'user', content: text })
const said = (text: string): Message => ({ role: 'assistant', content: [{ type: 'text', text }] })
const called = (id: string, text = 'On it.'): Message => ({ role: 'assistant', content: [{ type: 'text', text }, { type: 'tool_use', id, name: 'Bash', input: {} }] })
const result = (id: string, text: string): Message => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: [{ type: 'text', text }] }] })
const built = [user('build x'), called('toolu_work_0_0_0'), result('toolu_work_0_0_0', ''), said('Built.')]
const play = (...messages: Message[]) => decide(steps, readConversation(Request.parse({ system: 'You are an agent.\nSession: one\n', messages })))

describe('a script', () => {
  it('plays the step that matches, with what it matched', () => {
    expect(play(user('please build shop'))).toMatchObject({ say: ['On it.'], calls: [{ id: 'toolu_work_0_0_0', tool: 'Bash', input: { command: 'make shop' } }] })
  })
  it('goes on when results are back, by what they say', () => {
    const call = called('toolu_work_0_0_0')
    expect(play(user('build shop'), call, result('toolu_work_0_0_0', 'ok'))).toMatchObject({ say: ['Built.'], calls: [] })
    expect(play(user('build shop'), call, result('toolu_work_0_0_0', 'make: not found'))).toMatchObject({ say: ['It stops me.'], calls: [{ tool: 'mcp__orchestra__report_error' }] })
  })
  it('plays a step once, knowing it from the conversation alone', () => {
    expect(play(...built, user('build again'))).toMatchObject({ played: 'anything/0' })
  })
  it('waits for what must come before', () => {
    expect(play(user('thank you'))).toMatchObject({ played: 'anything/0' })
    expect(play(...built, user('thank you'))).toMatchObject({ say: ['You are welcome.'] })
  })
  it('answers two messages that came together', () => {
    const call = called('toolu_work_0_0_0')
    expect(play(user('build shop'), call, result('toolu_work_0_0_0', 'ok'), user('thank you'))).toMatchObject({ say: ['Built.', 'You are welcome.'], played: 'work/2 thanks/0' })
  })
  it('hears what is said beside a message, and not whose words the message is', () => {
    const beside = (text: string) => ({ role: 'system', content: [{ type: 'text', text: `UserPromptSubmit hook additional context: ${text}` }] })
    expect(play(user('build shop'), called('toolu_work_0_0_0'), result('toolu_work_0_0_0', 'ok'), beside('What stands above\n\n[From: orchestra] again\n[From: person] thank you'))).toMatchObject({ played: 'work/2 thanks/0' })
    expect(play(user('build shop'), called('toolu_work_0_0_0'), result('toolu_work_0_0_0', 'ok'), beside('thank you'))).toMatchObject({ played: 'work/2' })
  })
  it('hears what came between two tool calls, which the CLI gives as the system\'s', () => {
    const between = { role: 'system', content: [{ type: 'text', text: 'Another Claude session sent a message while you were working:\n[From: person]\nthank you\n\nThis came from another Claude session' }] }
    expect(play(user('build shop'), called('toolu_work_0_0_0'), result('toolu_work_0_0_0', 'ok'), between)).toMatchObject({ say: ['Built.', 'You are welcome.'], played: 'work/2 thanks/0' })
  })
  it('answers one message by one step', () => {
    expect(play(user('build shop, thank you'), called('toolu_work_0_0_0'), result('toolu_work_0_0_0', 'ok'))).toMatchObject({ played: 'work/2' })
  })
  it('tells senders apart, also in one prompt', () => {
    const both = user('Another session wrote:\n[From: two]\nthank you\n[From: person]\nwhat now?\n\nThis came from another Claude session, not typed by your user. thank')
    expect(play(...built, both)).toMatchObject({ played: 'anything/0' })
    expect(play(...built, user('[From: two]\nhi\n[From: person]\nthank you'))).toMatchObject({ played: 'thanks/0' })
  })
  it('listens anew after an interruption', () => {
    const stopped = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_work_0_0_0', content: 'stopped' }, { type: 'text', text: '[Request interrupted by user for tool use]' }] }
    expect(play(user('build shop'), called('toolu_work_0_0_0'), stopped, user('thank you'))).toMatchObject({ played: 'thanks/0' })
  })
  it('reads no words out of reminders', () => {
    expect(play(user('<system-reminder>build it</system-reminder>hello'))).toMatchObject({ played: 'anything/0' })
  })
  it('says what it has no answer to', () => {
    expect(decide(undefined, readConversation(Request.parse({ messages: [user('who?')] })))).toMatchObject({ say: ['(The script has no answer to: who?)'] })
  })
})

describe('a script that can\'t be read', () => {
  it.each([
    ['an unknown step', 'sessions: { a: [{ id: x, when: y, after: [z], turns: [{ say: hi }] }] }'],
    ['a broken pattern', 'sessions: { a: [{ id: x, when: "(", turns: [{ say: hi }] }] }'],
    ['the same id twice', 'sessions: { a: [{ id: x, when: y, turns: [{ say: hi }] }, { id: x, when: y, turns: [{ say: hi }] }] }'],
    ['a misspelt key', 'sessions: { a: [{ id: x, when: y, turn: [{ say: hi }] }] }'],
  ])('names %s', (_what, text) => expect(() => parseScript(text)).toThrow('model.yaml'))
})
