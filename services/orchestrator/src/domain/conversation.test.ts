import { expect, it } from 'vitest'
import { conversationOf } from './conversation.ts'
import { journal, message, messageId, minutesAgo, sid } from './fixture.ts'
import { framed } from './messages.ts'

it('reads as a conversation', () => {
  const { agent, finished, row } = journal()
  const person = { kind: 'person', name: 'owner' } as const
  const turns = conversationOf([
    agent({ type: 'prompt', text: 'You are the executor "auth".\n\n## Your task', messages: [] }),
    agent({ type: 'text', text: 'I look around.' }),
    finished('Read', { file_path: '/workspace/a' }),
    finished('Bash', { command: 'npm test' }, '# pass 3\n# fail 0'),
    row('message.sent', { message: messageId(), kind: 'question', to: 'person', text: 'Which?' }),
    row('message.answered', { message: messageId(), text: 'The first' }, person),
    agent({ type: 'prompt', text: '[From: person]\nANSWER: (to your question "Which?") The first', messages: [messageId()] }),
    agent({ type: 'prompt', text: '[From: api]\nI am done.\n\n[From: person]\nGo on\nplease', messages: [messageId(), messageId()] }),
    agent({ type: 'prompt', text: 'typed by hand', messages: [] }),
    agent({ type: 'text', text: 'Done.' }),
    agent({ type: 'turn.ended', text: 'Done.' }),
  ])
  expect(turns.map((t) => [t.by, t.name, t.text])).toEqual([
    ['session', 'brief', 'You are the executor "auth".\n\n## Your task'],
    ['agent', 'auth', 'I look around.'],
    ['tool', 'tools', 'Read a\nRan npm test: 3 passed'],
    ['agent', 'auth', 'QUESTION: Which?'],
    ['person', 'owner', 'The first'],
    ['session', 'api', 'I am done.'],
    ['person', 'person', 'Go on\nplease'],
    ['person', 'terminal', 'typed by hand'],
    ['agent', 'auth', 'Done.'],
  ])
})

it('tells what was said where it was said, also when it was read after the next step; and keeps our words for the model to itself', () => {
  const { agent, row } = journal()
  const asked = message('question', { from: { kind: 'session', id: sid('api') }, to: { kind: 'session', id: sid('auth') }, text: `Which? (Message ${messageId()}. hidden)` })
  const ours = framed(asked, null)
  expect(ours).toContain('answer with the tool')
  const turns = conversationOf([
    { ...agent({ type: 'prompt', text: `${ours}\n`, messages: [asked.id] }), at: minutesAgo(3) },
    { ...row('message.sent', { message: messageId(), kind: 'question', to: 'person', text: 'So?' }), at: minutesAgo(1) },
    { ...agent({ type: 'text', text: 'I look first.' }), at: minutesAgo(2) },
  ])
  expect(turns.map((t) => t.text)).toEqual([`QUESTION: ${asked.text}`, 'I look first.\n\nQUESTION: So?'])
})
