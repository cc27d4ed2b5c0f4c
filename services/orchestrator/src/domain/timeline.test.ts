import { expect, it } from 'vitest'
import { journal, sha } from './fixture.ts'
import { timelineOf } from './timeline.ts'

const texts = (events: Parameters<typeof timelineOf>[0]) => timelineOf(events).map((e) => e.text)

it('says what an agent does in plain sentences', () => {
  const { finished, started } = journal()
  expect(texts([
    finished('Bash', { command: 'npm install express-rate-limit' }, 'added 1 package'),
    finished('Write', { file_path: '/workspace/src/limit.js', content: 'a\nb\nc\n' }),
    finished('Edit', { file_path: '/workspace/src/api.ts', old_string: 'a\nb\nc', new_string: 'a\nx\ny\nc' }),
    finished('Bash', { command: 'npm test' }, '      Tests  34 passed (34)'),
    finished('Bash', { command: 'pytest -q' }, '1 failed, 3 passed in 0.1s', false),
    finished('Bash', { command: 'pytest' }, 'pytest: command not found', false, 'c', 127),
    finished('Bash', { command: 'git commit -am "Add limits"' }),
    finished('mcp__github__search', {}),
    started('Bash', { command: 'npm test' }, 'last'),
  ])).toEqual([
    'Installing express-rate-limit', 'Wrote src/limit.js (3 lines)', 'Edited src/api.ts (+2 −1)', 'Ran npm test: 34 passed', 'Ran pytest -q: 1 failed, 3 passed',
    'Ran pytest: failed (exit 127)', 'Committed "Add limits"', 'Used github: search', 'Running npm test',
  ])
})

it('replaces a started call by its end and keeps its number', () => {
  const { finished, started } = journal()
  const begun = started('Bash', { command: 'make' })
  expect(timelineOf([begun, finished('Bash', { command: 'make' }, 'ok')])).toMatchObject([{ seq: begun.seq, text: 'Ran make', ok: true }])
})

it('folds neighbours of one kind', () => {
  const { finished, agent } = journal()
  const read = (path: string) => finished('Read', { file_path: `/workspace/${path}` }, '', true, path)
  const edit = (to: string) => finished('Edit', { file_path: '/workspace/a.ts', old_string: 'x', new_string: to }, '', true, to)
  expect(texts([...Array.from({ length: 14 }, (_, i) => read(`f${i}`)), agent({ type: 'text', text: 'Now I know.' }), edit('x\ny'), edit('z'), read('one'), read('one')])).toEqual([
    'Read 14 files', 'Now I know.', 'Edited a.ts (+2 −1)', 'Read one',
  ])
})

it('shows calls that run side by side once each', () => {
  const { started, finished } = journal()
  expect(texts([started('Read', { file_path: '/workspace/a' }, 'a'), started('Bash', { command: 'ls' }, 'b'), finished('Read', { file_path: '/workspace/a' }, '', true, 'a'), finished('Bash', { command: 'ls' }, '', true, 'b')]).sort()).toEqual(['Ran ls', 'Read a'])
})

it('tells of commits, messages and ends of turns without saying a thing twice', () => {
  const { row, agent } = journal()
  const person = { kind: 'person', name: 'owner' } as const
  expect(texts([
    agent({ type: 'prompt', text: '[From: person]\nhello', messages: ['00000000-0000-4000-8000-000000000001'] }),
    row('message.sent', { message: '00000000-0000-4000-8000-000000000001' as never, kind: 'note', to: 'session:auth', text: 'hello' }, person),
    row('import.commits', { tip: sha('a'), commits: 2, flags: [], pinned: null }),
    row('message.sent', { message: '00000000-0000-4000-8000-000000000002' as never, kind: 'question', to: 'person', text: 'Which one?' }),
    agent({ type: 'text', text: 'All done.' }),
    agent({ type: 'turn.ended', text: 'All done.' }),
    row('run.ended', { run: '' as never, kind: 'check', command: 'npm test', status: 'failed', exitCode: 1, tree: null, lastLine: 'boom' }),
  ])).toEqual(['Message from owner: hello', '2 commits on its branch, now at aaaaaaa', 'Asked: Which one?', 'All done.', 'Finished its turn', 'Checks failed (exit 1)'])
})

it('takes any input that a container sends', () => {
  const { finished } = journal()
  for (const input of [null, 7, 'x', [], { command: 5 }, { edits: [null, 3] }]) for (const tool of ['Bash', 'Edit', 'Read', 'Write', 'Grep', '']) expect(() => timelineOf([finished(tool, input)])).not.toThrow()
})
