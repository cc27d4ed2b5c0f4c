import { expect, test } from 'vitest'
import { displayJoiner, HookInput, toHook } from './hookinput.ts'

const display = (index: number, delta: string, final: boolean, message = 'm1') =>
  HookInput.parse({ hook_event_name: 'MessageDisplay', session_id: 's', message_id: message, index, delta, final })

test('a message that was shown in pieces is one text', () => {
  const join = displayJoiner()
  expect(join(display(0, 'First.\n\n', false))).toBeNull()
  expect(join(display(0, 'other', false, 'm2'))).toBeNull()
  expect(join(display(1, 'Second.\n\n', false))).toBeNull()
  expect(join(display(2, 'Third.', true))).toBe('First.\n\nSecond.\n\nThird.')
})

test('pieces that overtook one another stand in their order', () => {
  const join = displayJoiner()
  expect(join(display(1, 'b', false))).toBeNull()
  expect(join(display(0, 'a', false))).toBeNull()
  expect(join(display(2, 'c', true))).toBe('abc')
  expect(join(display(1, 'b', true, 'm2'))).toBeNull()
  expect(join(display(0, 'a', false, 'm2'))).toBe('ab')
})

test('a command that answered no has another exit code than one that succeeded', () => {
  const codes = [{ stdout: '' }, { stdout: '', returnCodeInterpretation: 'Condition is false' }].map((tool_response) =>
    toHook(HookInput.parse({ hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_use_id: 'c', tool_input: { command: 'test -e x' }, tool_response }), null, () => '', new Date()).events[0])
  expect(codes).toMatchObject([{ ok: true, exitCode: 0 }, { ok: true, exitCode: 1 }])
})
