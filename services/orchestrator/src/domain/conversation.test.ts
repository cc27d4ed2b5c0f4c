import { expect, it } from 'vitest'
import { conversationOf } from './conversation.ts'
import { journal, messageId } from './fixture.ts'

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
