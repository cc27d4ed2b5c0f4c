import { expect, test } from 'vitest'
import { foldReason, rowsOf } from './parse.ts'

test('a patch in rows with the numbers of both sides', () => {
  const patch = ['diff --git a/x b/x', 'index 1..2 100644', '--- a/x', '+++ b/x', '@@ -3,3 +3,4 @@ fn()', ' same', '-old', '+new', '+++plus', ' end', '\\ No newline at end of file', ''].join('\n')
  expect(rowsOf(patch)).toEqual([
    { kind: 'hunk', old: null, new: null, text: 'fn()' },
    { kind: 'same', old: 3, new: 3, text: 'same' },
    { kind: 'del', old: 4, new: null, text: 'old' },
    { kind: 'add', old: null, new: 4, text: 'new' },
    { kind: 'add', old: null, new: 5, text: '++plus' },
    { kind: 'same', old: 5, new: 6, text: 'end' },
    { kind: 'note', old: null, new: null, text: 'No newline at end of file' },
  ])
})

test('a removed line that looks like a header is a line', () => {
  expect(rowsOf('@@ -1 +0,0 @@\n--- a/x\n')).toEqual([{ kind: 'hunk', old: null, new: null, text: '' }, { kind: 'del', old: 1, new: null, text: '-- a/x' }])
})

test('what starts folded', () => {
  const file = (path: string, more: object = {}) => foldReason({ path, added: 1, removed: 0, binary: false, patch: '', ...more })
  expect([file('src/a.ts'), file('web/package-lock.json'), file('dist/a.js'), file('a.min.css'), file('a', { added: 900 }), file('a', { binary: true }), file('a', { patch: null })])
    .toEqual([null, 'generated', 'generated', 'generated', 'large', 'binary', 'too large to show'])
})
