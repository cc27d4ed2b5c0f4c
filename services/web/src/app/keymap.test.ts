import { describe, expect, test } from 'vitest'
import { actionOf, type Key } from './keymap.ts'

const key = (k: string, more: Partial<Key> = {}): Key => ({ key: k, code: `Key${k.toUpperCase()}`, ctrl: false, meta: false, alt: false, shift: false, ...more })
const leaderKey = key(';', { code: 'Semicolon', ctrl: true })

describe('keys of the page', () => {
  test.each([
    ['1', { do: 'answer', option: 0 }], ['9', { do: 'answer', option: 8 }], ['j', { do: 'move', by: 1 }], ['ArrowUp', { do: 'move', by: -1 }],
    ['s', { do: 'spec' }], ['t', { do: 'shell' }], ['d', { do: 'tab', tab: 'diff' }], ['n', { do: 'new' }], ['J', { do: 'next' }], ['?', { do: 'help' }],
  ])('%s', (k, action) => expect(actionOf(key(k), 'app', false)).toEqual(action))

  test('Ctrl+N makes a session and Ctrl+D arms the delete', () => {
    expect(actionOf(key('n', { ctrl: true }), 'app', false)).toEqual({ do: 'new' })
    expect(actionOf(key('d', { ctrl: true }), 'app', false)).toEqual({ do: 'delete' })
  })

  test('other chords stay the browser\'s', () => {
    expect(actionOf(key('s', { ctrl: true }), 'app', false)).toBeNull()
    expect(actionOf(key('r', { meta: true }), 'app', false)).toBeNull()
  })
})

describe('an agent\'s terminal', () => {
  test.each(['Escape', 'j', '1', 'Tab', 'ArrowUp', '?'])('%s is the agent\'s', (k) => expect(actionOf(key(k), 'terminal', false)).toBeNull())
  test.each(['c', 'd', 'r', 'n', 'k', 'l', 'o', 'b'])('Ctrl+%s is the agent\'s', (k) => expect(actionOf(key(k, { ctrl: true }), 'terminal', false)).toBeNull())
  test('the leader is taken, and after it one key is the page\'s', () => {
    expect(actionOf(leaderKey, 'terminal', false)).toEqual({ do: 'leader' })
    expect(actionOf(key('d'), 'terminal', true)).toEqual({ do: 'tab', tab: 'diff' })
    expect(actionOf(key('j'), 'terminal', true)).toEqual({ do: 'next' })
    expect(actionOf(leaderKey, 'terminal', true)).toEqual({ do: 'leave' })
  })
})

describe('a text field', () => {
  test('letters and Ctrl+D are text editing, Escape leaves', () => {
    expect(actionOf(key('n'), 'editor', false)).toBeNull()
    expect(actionOf(key('d', { ctrl: true }), 'editor', false)).toBeNull()
    expect(actionOf(key('Escape'), 'editor', false)).toEqual({ do: 'leave' })
    expect(actionOf(key('n', { ctrl: true }), 'editor', false)).toEqual({ do: 'new' })
  })
})
