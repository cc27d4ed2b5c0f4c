import { expect, test } from 'vitest'
import { egressRuleFor } from '@orchestra/contracts'
import { withinReach } from './reach.ts'

const settings = { egress: 'listed' as const, egressAllow: ['Docs.example', '*.cdn.example:8443'], egressRefuse: ['*.tracker.example'] }

test('what the lists name, with its port, is settled', () => {
  for (const host of ['docs.example', 'a.cdn.example:8443', 'x.tracker.example']) expect(withinReach(settings, host)).toBe(true)
  for (const host of ['docs.example:8443', 'a.cdn.example', 'tracker.example', 'evildocs.example']) expect(withinReach(settings, host)).toBe(false)
})
test('open and closed ask nobody', () => {
  expect(withinReach({ ...settings, egress: 'open' }, 'new.example')).toBe(true)
  expect(withinReach({ ...settings, egress: 'closed' }, 'new.example')).toBe(true)
})
test('a rule names one host; what can be no rule is not asked about', () => {
  expect(egressRuleFor('Docs.example.', 443)).toBe('docs.example')
  expect(egressRuleFor('docs.example', 80)).toBe('docs.example')
  expect(egressRuleFor('docs.example', 8443)).toBe('docs.example:8443')
  for (const host of ['*', '*.example', '::1', '\u202emoc.live', 'a b', 'x'.repeat(301), '']) expect(egressRuleFor(host, 443)).toBeNull()
})
